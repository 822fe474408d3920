"""What a command means by the files and folders that it names."""

from pathlib import Path

import pytest

from wlk_host.runtime.files.inputs import Found, find


def touch(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")


def found_in(folder: Path) -> list[str]:
    return [one.below.as_posix() for one in find([str(folder)]).inputs]


def codes(found: Found) -> list[str]:
    return [problem.code for problem in found.problems]


def test_folders_are_searched_to_the_bottom_for_media_alone(tmp_path: Path) -> None:
    touch(tmp_path, "b.mp4", "A.MP3", "notes.txt", "b.srt", "b.srt.part", "c/d/e.flac", "c/f.wav")
    assert found_in(tmp_path) == ["A.MP3", "b.mp4", "c/f.wav", "c/d/e.flac"]


def test_numbers_are_sorted_as_numbers(tmp_path: Path) -> None:
    touch(tmp_path, "talk 10.mp4", "talk 2.mp4", "Talk 1.mp4", "2024/1.mp3", "300/1.mp3")
    assert found_in(tmp_path) == [
        "Talk 1.mp4", "talk 2.mp4", "talk 10.mp4", "300/1.mp3", "2024/1.mp3",
    ]  # fmt: skip


def test_what_is_hidden_is_left_out(tmp_path: Path) -> None:
    touch(tmp_path, ".a.mp4", "._b.mp4", ".cache/c.mp4", "d.mp4")
    assert found_in(tmp_path) == ["d.mp4"]


def test_links_are_followed_and_circles_entered_once(tmp_path: Path) -> None:
    touch(tmp_path, "top/a.mp4", "elsewhere/b.mp4")
    (tmp_path / "top/loop").symlink_to(tmp_path / "top", target_is_directory=True)
    (tmp_path / "top/other").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    (tmp_path / "top/self.mp4").symlink_to("self.mp4")
    (tmp_path / "top/gone.mp4").symlink_to("nowhere.mp4")
    assert found_in(tmp_path / "top") == ["a.mp4", "other/b.mp4"]


def test_a_file_that_is_met_twice_is_captioned_once(tmp_path: Path) -> None:
    touch(tmp_path, "a.mp4", "b.mp4")
    (tmp_path / "c.mp4").symlink_to("a.mp4")
    names = [str(tmp_path / "b.mp4"), str(tmp_path), str(tmp_path / "." / "b.mp4")]
    assert [one.path.name for one in find(names).inputs] == ["b.mp4", "a.mp4"]


def test_typescript_is_no_transport_stream(tmp_path: Path) -> None:
    (tmp_path / "code.ts").write_text("Get = 1;\n" * 100)
    (tmp_path / "film.ts").write_bytes((b"G" + bytes(187)) * 3)
    assert found_in(tmp_path) == ["film.ts"]


def test_what_is_named_is_taken_whatever_it_is_called(tmp_path: Path) -> None:
    touch(tmp_path, ".hidden", "b.txt")
    names = [str(tmp_path / "b.txt"), str(tmp_path / ".hidden"), str(tmp_path / "missing.mp4")]
    found = find(names)
    assert [str(one.path) for one in found.inputs] == names
    assert not found.problems


def test_a_folder_without_media_is_told_and_others_are_searched(tmp_path: Path) -> None:
    touch(tmp_path, "empty/notes.txt", "full/a.mp4")
    found = find([str(tmp_path / "empty"), str(tmp_path / "full")])
    assert [one.path.name for one in found.inputs] == ["a.mp4"]
    assert codes(found) == ["media_missing"]
    assert str(tmp_path / "empty") in found.problems[0].message


def test_a_folder_that_cannot_be_read_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    touch(tmp_path, "a.mp4", "closed/b.mp4")
    real = __import__("os").scandir

    def scandir(folder: str) -> object:
        if folder.endswith("closed"):
            raise PermissionError(13, "Permission denied", folder)
        return real(folder)

    monkeypatch.setattr("os.scandir", scandir)  # Root may read everything.
    found = find([str(tmp_path)])
    assert [one.path.name for one in found.inputs] == ["a.mp4"]
    assert codes(found) == ["folder_unreadable"]
    assert "Permission denied" in found.problems[0].message
