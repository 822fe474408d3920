"""Where the captions of each file go."""

from pathlib import Path

import pytest

from wlk_host.core.errors import WlkError
from wlk_host.runtime.files import forms
from wlk_host.runtime.files.inputs import Input
from wlk_host.runtime.files.targets import Place, targets


def given(*names: str) -> list[Input]:
    return [Input(Path(name), Path(name).relative_to(Path(name).parts[0])) for name in names]


def placed(
    *names: str, output: str | None = None, is_beside: bool = False, many: bool = True
) -> list[str]:
    chosen = targets(given(*names), Place(output, is_beside, "srt"), many=many)
    return ["-" if one is None else one.as_posix() for one in chosen]


def refusal(*names: str, output: str | None = None, many: bool = True) -> str:
    with pytest.raises(WlkError) as refused:
        placed(*names, output=output, many=many)
    return refused.value.code


def test_one_file_is_printed() -> None:
    assert placed("in/a.mp4", many=False) == ["-"]


def test_several_files_are_not() -> None:
    assert refusal("in/a.mp4", "in/b.mp4") == "output_needed"
    assert refusal("in/a.mp4") == "output_needed"  # The only one of a folder.


def test_a_tree_is_kept_below_the_folder() -> None:
    names = ("in/a.mp4", "in/c/b.tar.mp3")
    assert placed(*names, output="out") == ["out/a.srt", "out/c/b.tar.srt"]


def test_one_file_goes_into_a_file_or_into_a_folder(tmp_path: Path) -> None:
    assert placed("in/a.mp4", output="b.txt", many=False) == ["b.txt"]
    assert placed("in/a.mp4", output="out/", many=False) == ["out/a.srt"]
    there = tmp_path.as_posix()
    assert placed("in/a.mp4", output=there, many=False) == [f"{there}/a.srt"]


def test_captions_stand_beside_their_files() -> None:
    assert placed("in/a.mp4", "in/c/b.mp3", is_beside=True) == ["in/a.srt", "in/c/b.srt"]


def test_files_that_differ_in_their_ending_keep_it() -> None:
    names = ("in/a.mp4", "in/A.mp3", "in/b.mp4")
    assert placed(*names, output="out") == ["out/a.mp4.srt", "out/A.mp3.srt", "out/b.srt"]


def test_two_files_never_share_their_captions() -> None:
    assert refusal("x/a.mp4", "y/a.mp4", output="out") == "output_ambiguous"


def test_no_file_is_replaced_by_its_captions(tmp_path: Path) -> None:
    (tmp_path / "a.srt").touch()
    (tmp_path / "link.srt").symlink_to("a.srt")
    one = Input(tmp_path / "a.srt", Path("a.srt"))
    for output in (tmp_path / "a.srt", tmp_path / "link.srt", tmp_path):
        with pytest.raises(WlkError) as refused:
            targets([one], Place(str(output), False, "srt"), many=False)
        assert refused.value.code == "output_is_input"


def test_the_format_is_the_named_one_or_that_of_the_output() -> None:
    assert forms.chosen(None, None) == "text"
    assert forms.chosen(None, "a/talk.SRT") == "srt"
    assert forms.chosen("vtt", "talk.srt") == "vtt"
    assert forms.chosen(None, "talk.doc") == "text"
    assert [forms.ending_of(form) for form in ("text", "srt", "jsonl")] == ["txt", "srt", "jsonl"]
