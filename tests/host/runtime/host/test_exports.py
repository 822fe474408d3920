"""Transcripts come back as files, in parts, within their limits."""

import csv
import io
import json
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Literal

import webvtt
from hypothesis import given
from hypothesis import strategies as st

from host.core.subtitles.any_transcript import CONTENTS, any_transcript
from host.runtime.conftest import HostProcess
from host.runtime.port import Port, Scenes
from host.runtime.scripted import Held, Inline, ScriptedLoader
from wlk_host.core.errors import WlkError
from wlk_host.core.subtitles.files import TranscriptFile
from wlk_host.core.subtitles.transcript import Contents, TranscriptLine
from wlk_host.protocol import codec
from wlk_host.protocol.constants import MAX_OUTBOUND
from wlk_host.protocol.export import (
    Export,
    Exported,
    ExportLine,
    ExportTranslation,
    ExportWord,
)
from wlk_host.protocol.framing import encode_frame
from wlk_host.protocol.messages import Error, HostSpeech, ToExtension
from wlk_host.runtime.host.exports import MOST_LINES, MOST_OPEN, PATIENCE_S, Exports

ExportFormat = Literal["srt", "vtt", "txt", "md", "json", "csv"]

FORMATS: tuple[ExportFormat, ...] = ("srt", "vtt", "txt", "md", "json", "csv")


def line(start: int = 0, text: str = "Good morning.", **more: object) -> dict[str, object]:
    return {
        "start": start, "end": start + 2000, "text": text, "language": "en", "speaker": "Anna",
        "translation": None, "words": [], "bookmarked": False, "note": "", "gap_before": False,
    } | more  # fmt: skip


def export(lines: Sequence[dict[str, object]] = (), **more: object) -> dict[str, Any]:
    return {
        "type": "export", "request": "7", "format": "srt", "content": "original",
        "title": "A talk", "language": "en", "lines": list(lines), "last": True,
    } | more  # fmt: skip


def part(lines: Sequence[dict[str, object]] = (), **more: object) -> Export:
    decoded = codec.decode(json.dumps(export(lines, **more)).encode())
    assert isinstance(decoded, Export)
    return decoded


class Desk:
    """Exports, what they said, and a clock that stands still."""

    def __init__(self, threads: Inline | Held | None = None) -> None:
        self.said: list[ToExtension] = []
        self.now_s = 0.0
        self.exports = Exports(threads or Inline(), self.said.append, lambda: self.now_s)

    def take(self, *lines: dict[str, object], **more: object) -> str | None:
        """The code of the error if it is refused."""
        try:
            self.exports.take(part(lines, **more))
        except WlkError as error:
            return error.code
        return None

    def files(self) -> dict[str, str]:
        """The complete ones, by their requests."""
        texts: dict[str, str] = {}
        for message in self.said:
            assert isinstance(message, Exported)
            texts[message.request] = texts.get(message.request, "") + message.text
        return texts


def test_a_transcript_comes_back_as_a_file_with_a_name(port: Port) -> None:
    port.say(**export([line(), line(6000, "It is late.")]))
    port.serve(lambda _threads: ScriptedLoader())
    assert port.heard == [
        Exported(
            "7",
            "1\n00:00:00,000 --> 00:00:02,000\nAnna: Good morning.\n\n"
            "2\n00:00:06,000 --> 00:00:08,000\nIt is late.\n\n",
            last=True,
            file_name="A talk.en.srt",
        )
    ]


def test_lines_come_in_several_messages_and_requests_do_not_mix() -> None:
    desk = Desk()
    desk.take(line(0, "One."), request="a", format="txt", last=False)
    desk.take(line(0, "Uno."), request="b", format="csv", title="Una charla", last=False)
    desk.take(line(3000, "Two."), request="a", format="txt", last=False)
    desk.take(line(3000, "Dos."), request="b", format="csv", title="Una charla")
    desk.take(request="a", format="txt")
    files = desk.files()
    assert files["a"] == "A talk\n\nAnna: One.\nTwo.\n"
    rows = list(csv.DictReader(io.StringIO(files["b"].removeprefix("\ufeff"), newline="")))
    assert [row["text"] for row in rows] == ["Uno.", "Dos."]
    assert [m.file_name for m in desk.said if isinstance(m, Exported)] == [
        "Una charla.en.csv",
        "A talk.en.txt",
    ]


def test_a_long_file_comes_in_parts_that_fit_into_frames() -> None:
    desk = Desk()
    worst = [line(3000 * n, '"\\' * 4990 + str(n)) for n in range(100)]
    desk.take(*worst, format="json")
    assert len(desk.said) > 8
    for message in desk.said:
        encode_frame(codec.encode(message))
        assert len(codec.encode(message)) < MAX_OUTBOUND
    said = [m for m in desk.said if isinstance(m, Exported)]
    assert [m.last for m in said] == [False] * (len(said) - 1) + [True]
    assert [isinstance(m.file_name, str) for m in said] == [True] + [False] * (len(said) - 1)
    written = json.loads(desk.files()["7"])
    assert [one["text"] for one in written["lines"]] == [one["text"] for one in worst]


def test_a_message_of_the_most_bytes_a_character_can_take_fits_as_well() -> None:
    desk = Desk()
    desk.take(*(line(3000 * n, "😀" * 9999) for n in range(40)), format="txt")
    assert len(desk.said) > 2
    assert all(len(codec.encode(message)) < MAX_OUTBOUND for message in desk.said)


@given(
    any_transcript(), CONTENTS, st.sampled_from(FORMATS), st.lists(st.integers(0, 5), max_size=4)
)
def test_it_does_not_matter_how_the_lines_are_sent(
    lines: list[TranscriptLine], contents: Contents, form: ExportFormat, cuts: list[int]
) -> None:
    desk, sent = Desk(), tuple(map(sent_line, lines))
    for begin, end in pairwise([0, *sorted(cuts), len(sent)]):
        part_ = sent[begin : max(begin, end)]
        desk.exports.take(Export("7", form, contents, "A talk", "en", part_, last=False))
    desk.exports.take(Export("7", form, contents, "A talk", "en", (), last=True))
    file = TranscriptFile(form, contents, "A talk", "en")
    assert desk.files()["7"] == "".join([*file.add(lines), *file.rest()])


def sent_line(line: TranscriptLine) -> ExportLine:
    told = line.translation
    return ExportLine(
        line.start,
        line.end,
        line.text,
        line.language,
        line.speaker,
        None if told is None else ExportTranslation(told.text, told.language),
        tuple(ExportWord(word.text, word.start, word.end, word.probability) for word in line.words),
        line.bookmarked,
        line.note,
        line.gap_before,
    )


def test_an_empty_transcript_is_an_empty_file() -> None:
    desk = Desk()
    for form in FORMATS:
        assert desk.take(request=form, format=form, title="") is None
    files = desk.files()
    assert (files["srt"], files["vtt"], files["txt"], files["md"]) == ("", "WEBVTT\n\n", "", "")
    assert json.loads(files["json"]) == {"title": "", "language": "en", "lines": []}
    assert files["csv"].count("\r\n") == 1


def test_the_loop_answers_others_while_a_file_is_written(port: Port) -> None:
    writing = Held()
    port.threads = Inline(writing)

    def goes_on() -> None:
        assert [type(message) for message in port.heard] == [HostSpeech]
        writing.do()
        port.hang_up()

    port.inbox = Scenes(goes_on)
    port.say(**export([line()]))
    port.say(type="speech")
    port.serve_on(port.inbox, lambda _threads: ScriptedLoader(), port.heard.append, 300)
    assert isinstance(port.heard[-1], Exported)


def test_a_writer_that_fails_ends_its_own_file(port: Port) -> None:
    def send(message: ToExtension) -> None:
        if isinstance(message, Exported) and message.request == "breaks":
            raise RuntimeError("a bug")
        port.heard.append(message)

    long_text = [line(3000 * n, "a b " * 2400) for n in range(20)]
    port.say(**export(long_text, request="breaks", format="txt", last=False))
    port.say(**export([line()], request="breaks", format="txt"))
    port.say(**export([line()], request="goes on"))
    port.serve(lambda _threads: ScriptedLoader(), send)
    errors = [message for message in port.heard if isinstance(message, Error)]
    assert [(e.code, e.session, e.request) for e in errors] == [("request_failed", None, "export")]
    done = [message.request for message in port.heard if isinstance(message, Exported)]
    assert done == ["goes on"]


def test_too_many_at_a_time_are_refused_once() -> None:
    desk = Desk()
    for n in range(MOST_OPEN):
        assert desk.take(line(), request=str(n), last=False) is None
    assert desk.take(line(), request="more", last=False) == "exports_too_many"
    assert desk.take(line(), request="more", last=False) is None
    assert desk.take(line(), request="more") is None
    assert desk.said == []
    assert desk.take(request="0") is None
    assert desk.take(line(), request="more") is None
    assert set(desk.files()) == {"0", "more"}


def test_those_that_wait_to_be_written_count_as_well() -> None:
    thread = Held()
    desk = Desk(thread)
    for n in range(MOST_OPEN):
        assert desk.take(line(), request=str(n)) is None
    assert desk.take(line(), request="more") == "exports_too_many"
    thread.do()
    assert desk.take(line(), request="more") is None


def test_a_transcript_has_a_limit() -> None:
    desk = Desk()
    few = [line(3000 * n) for n in range(500)]
    for _ in range(MOST_LINES // 500):
        assert desk.take(*few, format="txt", last=False) is None
    assert desk.take(line(), format="txt", last=False) == "export_too_long"
    n_said = len(desk.said)
    assert desk.take(line(), format="txt", last=False) is None
    assert desk.take(line(), format="txt") is None
    assert len(desk.said) == n_said
    assert desk.take(line(), format="txt") is None
    assert desk.said[-1] == Exported("7", "A talk\n\nAnna: Good morning.\n", True, "A talk.en.txt")


def test_one_whose_lines_stop_coming_is_given_up() -> None:
    desk = Desk()
    for n in range(MOST_OPEN):
        desk.take(line(), request=str(n), last=False)
    desk.now_s = PATIENCE_S + 1
    assert desk.take(line(), request="new") is None
    assert desk.take(line(), request="0", last=False) == "export_given_up"
    assert desk.take(line(), request="0") is None
    assert desk.take(line(), request="1") == "export_given_up"
    assert desk.take(line(), request="1") is None
    assert set(desk.files()) == {"new", "1"}


def test_a_real_host_writes_a_long_transcript_beside_its_sessions(host: HostProcess) -> None:
    texts = [f"This is sentence number {n}, which is spoken slowly." for n in range(2000)]
    host.start("a")
    host.hear("status", state="listening")
    for at in range(0, 2000, 500):
        lines = [line(4000 * n, texts[n], speaker=None) for n in range(at, at + 500)]
        host.say(**export(lines, format="vtt", last=at == 1500))
    host.audio("a")
    host.hear("captions", session="a")
    written, names = "", []
    while True:
        message = host.hear("exported", request="7")
        written += message["text"]
        names.append(message.get("file_name"))
        if message["last"]:
            break
    assert names[0] == "A talk.en.vtt"
    read = webvtt.WebVTT.from_buffer(io.StringIO(written)).captions
    assert [" ".join(cue.text.split()) for cue in read] == texts
