"""Two real voices, the real model: lines tell who speaks."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from fixtures import models, sound
from wlk_host.core.errors import WlkError
from wlk_host.core.options import SessionOptions
from wlk_host.core.types import SAMPLE_RATE, AudioChunk, CaptionUpdate, Line, Sample
from wlk_host.models import errors, store
from wlk_host.models.catalog import SPEAKERS
from wlk_host.models.entries import ModelFile
from wlk_host.runtime.files.clocks import SoundClock
from wlk_host.runtime.files.playback import play
from wlk_host.runtime.loading.loader import ModelLoader

pytestmark = pytest.mark.model

CHUNK = SAMPLE_RATE // 10
OPTIONS = SessionOptions(model="base", language="en", speakers=True)


@pytest.fixture(autouse=True)
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    models.model("speakers")
    monkeypatch.setenv(errors.MODELS_VARIABLE, str(models.model("base").parent))


def updates_of(options: SessionOptions) -> list[CaptionUpdate]:
    clock, pcm = SoundClock(), sound.conversation()
    chunks = (AudioChunk(at, pcm[at : at + CHUNK]) for at in range(0, len(pcm), CHUNK))
    session = ModelLoader(clock).open(options)
    return [event for _, event in play(session, chunks, clock) if isinstance(event, CaptionUpdate)]


def final_lines(updates: list[CaptionUpdate]) -> list[Line]:
    lines: dict[Sample, Line] = {}
    for update in updates:
        lines |= {line.id: line for line in update.lines}
    return [lines[line_id] for line_id in sorted(lines) if lines[line_id].text]


def turns(lines: list[Line]) -> Iterator[tuple[str | None, str]]:
    """Who speaks, and all that is said until somebody else does."""
    said: list[str] = []
    for line, following in zip(lines, [*lines[1:], None], strict=True):
        said.append(line.text)
        if following is None or following.speaker != line.speaker:
            yield line.speaker, " ".join(said)
            said = []


def test_two_voices_are_told_apart_line_by_line() -> None:
    updates = updates_of(OPTIONS)
    told = list(turns(final_lines(updates)))
    assert [speaker for speaker, _ in told] == ["1", "2", "1", "2"], told
    assert "welcome" in told[0][1]
    assert "fox" in told[1][1]
    assert "toolbar" in told[2][1]
    assert "fox" in told[3][1]
    live = {line.speaker for u in updates for line in u.lines if line.state == "committed"}
    assert {"1", "2"} <= live, "names came only with the final lines"


def test_nobody_is_named_where_the_model_is_not_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "base").symlink_to(models.model("base"))
    monkeypatch.setenv(errors.MODELS_VARIABLE, str(tmp_path))
    lines = final_lines(updates_of(OPTIONS))
    assert lines
    assert {line.speaker for line in lines} == {None}


@pytest.mark.parametrize("damaged", SPEAKERS.files, ids=lambda file: file.local_name)
def test_a_damaged_model_is_said_before_captions_begin(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damaged: ModelFile
) -> None:
    (tmp_path / "base").symlink_to(models.model("base"))
    monkeypatch.setenv(errors.MODELS_VARIABLE, str(tmp_path))
    folder = store.folder_of(SPEAKERS)
    folder.mkdir()
    for file in SPEAKERS.files:
        whole = models.model("speakers") / file.local_name
        (folder / file.local_name).write_bytes(whole.read_bytes())
    (folder / damaged.local_name).write_bytes(bytes(damaged.size_bytes))
    with pytest.raises(WlkError) as caught:
        ModelLoader(SoundClock()).load(OPTIONS)
    assert caught.value.code == "model_corrupt"
    assert "wlk-host models download speakers" in caught.value.hint
