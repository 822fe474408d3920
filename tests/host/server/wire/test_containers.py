"""Formats by their first bytes."""

import pytest

from host.server.sound_files import CODECS, encoded
from wlk_host.server.wire.containers import MOST_HEAD, container_of

NAMES = {"webm": "matroska", "mp4": "mov"}


@pytest.mark.parametrize("form", CODECS)
def test_each_format_is_known(form: str) -> None:
    assert container_of(encoded(form, 0.5)[:MOST_HEAD]) == NAMES.get(form, form)


@pytest.mark.parametrize(
    ("head", "form"),
    [(b"\xff\xfb\x90\x64", "mp3"), (b"\xff\xf1\x50\x80", "aac"), (b"#EXTM3U", None), (b"", None)],
)
def test_frames_without_a_container(head: bytes, form: str | None) -> None:
    assert container_of(head) == form


def test_quiet_samples_are_no_mpeg_frame() -> None:
    assert container_of(b"\xff\xff\xfe\xff" * 3, streamed=True) is None
