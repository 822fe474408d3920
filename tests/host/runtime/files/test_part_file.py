"""A file has its name only when it is complete."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from wlk_host.core.errors import WlkError
from wlk_host.runtime.files.part_file import PartFile, refuse_existing


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def interrupted(file: PartFile, text: str) -> None:
    with file:
        file.write(text)
        raise KeyboardInterrupt


def test_it_gets_its_name_at_the_end(tmp_path: Path) -> None:
    path = tmp_path / "new/talk.srt"
    with PartFile(path) as file:
        file.write("żółć\n")
        assert names(path.parent) == ["talk.srt.part"]
        assert file.part.read_text("utf-8") == "żółć\n"
        file.write("\ud800\r\n")
    assert names(path.parent) == ["talk.srt"]
    assert path.read_bytes() == "żółć\n\\ud800\r\n".encode()


def test_what_was_written_before_an_error_is_kept_apart(tmp_path: Path) -> None:
    path = tmp_path / "talk.srt"
    path.write_text("before")
    file = PartFile(path)
    with pytest.raises(KeyboardInterrupt):
        interrupted(file, "half")
    assert path.read_text() == "before"
    assert file.kept == tmp_path / "talk.srt.part"
    assert file.part.read_text() == "half"
    with PartFile(path) as again:
        again.write("all")
    assert (names(tmp_path), path.read_text()) == (["talk.srt"], "all")


def test_nothing_is_kept_of_nothing(tmp_path: Path) -> None:
    file = PartFile(tmp_path / "talk.srt")
    with pytest.raises(KeyboardInterrupt):
        interrupted(file, "")
    assert (names(tmp_path), file.kept) == ([], None)


def test_a_place_that_takes_no_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(WlkError) as refused:
        PartFile(tmp_path / "file" / "talk.srt")
    assert refused.value.code == "output_refused"
    assert "talk.srt" in refused.value.message


def test_a_full_disk_is_told(tmp_path: Path) -> None:
    (tmp_path / "talk.srt.part").symlink_to("/dev/full")
    with pytest.raises(WlkError) as failed, PartFile(tmp_path / "talk.srt") as file:
        file.write("text")
    assert failed.value.code == "output_failed"
    assert not (tmp_path / "talk.srt").exists()


def test_what_is_there_is_not_replaced_unasked(tmp_path: Path) -> None:
    refuse_existing(tmp_path / "talk.srt")
    (tmp_path / "talk.srt").touch()
    with pytest.raises(WlkError) as refused:
        refuse_existing(tmp_path / "talk.srt")
    assert refused.value.code == "output_exists"


def test_no_two_write_the_same_file(tmp_path: Path) -> None:
    path = tmp_path / "talk.srt"
    with PartFile(path) as file:
        file.write("first")
        with pytest.raises(WlkError) as refused:
            PartFile(path)
        assert refused.value.code == "output_in_use"
        assert file.part.read_text() == "first"
    assert (names(tmp_path), path.read_text()) == (["talk.srt"], "first")


def test_two_processes_do_not_write_the_same_file(tmp_path: Path) -> None:
    path = tmp_path / "talk.srt"
    script = (
        "import sys; from pathlib import Path;"
        "from wlk_host.runtime.files.part_file import PartFile;"
        "file = PartFile(Path(sys.argv[1])); file.write('theirs'); print('ready', flush=True);"
        "sys.stdin.read()"
    )
    command = [sys.executable, "-c", script, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline().strip() == b"ready"
        with pytest.raises(WlkError) as refused:
            PartFile(path)
        assert refused.value.code == "output_in_use"
        assert path.with_name("talk.srt.part").read_text() == "theirs"
        other.kill()
    # What a crash has left behind is no one's.
    with PartFile(path) as file:
        file.write("ours")
    assert (names(tmp_path), path.read_text()) == (["talk.srt"], "ours")


def test_a_file_that_got_its_name_meanwhile_is_not_emptied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between opening the part and claiming it, its owner can be done."""
    path = tmp_path / "talk.srt"
    first = PartFile(path)
    first.write("whole")
    really_open = os.open

    def open_late(*arguments: Any) -> int:
        descriptor = really_open(*arguments)
        monkeypatch.undo()
        with first:
            pass
        return descriptor

    monkeypatch.setattr(os, "open", open_late)
    second = PartFile(path)
    assert path.read_text() == "whole"
    with second:
        second.write("again")
    assert (names(tmp_path), path.read_text()) == (["talk.srt"], "again")
