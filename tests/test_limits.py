"""The manual's limits are those of the code."""

import re
from pathlib import Path
from typing import Final

from wlk_host import json_files
from wlk_host.backends.checkpoints import conversion, names, shapes, zipped
from wlk_host.backends.translators import ct2
from wlk_host.core import errors
from wlk_host.core.recognition import Pace
from wlk_host.core.subtitles import file_names
from wlk_host.core.translation import batches, lines
from wlk_host.core.types import SAMPLE_RATE
from wlk_host.models import archive, entries, transfer
from wlk_host.protocol import (
    codec,
    connection,
    constants,
    export,
    health,
    messages,
    options,
    words,
)
from wlk_host.remote import here, network, port, sockets, there
from wlk_host.runtime import logs, stdio
from wlk_host.runtime.files import batch, raw_pcm
from wlk_host.runtime.host import (
    exports,
    failures,
    known_voices,
    lateness,
    look_ups,
    model_pool,
    serve,
    voice_book,
    watchdog,
)
from wlk_host.runtime.microphone import capture
from wlk_host.runtime.translators import child, process

ROOT: Final = Path(__file__).resolve().parents[1]
PAGE: Final = ROOT / "host/docs/limits.md"
MIB: Final = 2**20


def rows() -> dict[str, str]:
    """The second column by the first."""
    found = re.findall(r"^\| (?!what \|)([^|]+?) \| ([^|]+?) \| [^|]+? \|$", PAGE.read_text(), re.M)
    return dict(found)


def of_extension(file: str, name: str) -> str:
    source = (ROOT / "extension" / file).read_text("utf-8")
    found = re.search(rf"const {name} = ([^;]+);", source)
    assert found is not None, name
    return found[1]


def most(struct: type, name: str) -> int:
    """The limit of a field, from its type."""
    found = re.findall(r"max_length=(\d+)", str(struct.__annotations__[name]))
    return int(found[-1])


def most_text() -> int:
    """The one limit of all texts of a line that is exported."""
    limits = {most(export.ExportLine, "text"), most(export.ExportLine, "note")}
    [limit] = limits | {most(export.ExportTranslation, "text")}
    return limit


def latest_ms() -> int:
    """The last time that a line of an export can have."""
    [latest] = re.findall(r"le=(\d+)", str(export.ExportLine.__annotations__["start"]))
    return int(latest)


def seconds(value: float) -> str:
    return f"{value:g} s"


def of_remote() -> dict[str, str]:
    return {
        "opening a connection to the server, and its greeting": seconds(sockets.OPEN_S),
        "an answer to a ping": seconds(sockets.PONG_S),
        "sound without a word from the server": seconds(there.SILENT / SAMPLE_RATE),
        "the same while it loads a model": seconds(there.SILENT_LOADING / SAMPLE_RATE),
        "last words after a session was stopped": seconds(there.STOP_S),
        "a message of the server": f"{sockets.MOST_OF_A_MESSAGE // 1024} KiB",
        "messages that wait for the network": str(network.MOST_UNSENT),
        "messages of the server that wait for the host": str(port.MOST_NEWS),
        "how long a refused session stays here": seconds(port.REFUSED_S),
        "speech without a pause before a session returns": seconds(here.MOST_WAITED / SAMPLE_RATE),
        "time between two attempts": seconds(network.PAUSES_S[-1]),
    }


def expected() -> dict[str, str]:
    frames_a_second = 10
    unanswered = int(of_extension("background/life_signs.js", "UNANSWERED_FRAMES"))
    loading = int(of_extension("background/life_signs.js", "UNANSWERED_FRAMES_LOADING"))
    restarts = of_extension("background/host_link.js", "BACKOFF_MS").count(",") + 1
    terms, term = most(options.Options, "vocabulary"), 100
    assert f"max_length={term})" in str(options.Options.__annotations__["vocabulary"])
    return of_remote() | {
        "messages that wait in the host": str(stdio.INBOX_MESSAGES),
        "a message to the host": f"{constants.MAX_INBOUND // MIB} MiB",
        "a message to the browser": f"{constants.MAX_OUTBOUND // MIB} MiB",
        "the text of an error": f"{errors.MOST_TEXT} characters",
        "what an error quotes of a message": f"{codec._MOST_QUOTED} characters",
        "sessions open at the same time": str(connection.MOST_SESSIONS),
        "ended sessions that are remembered": str(connection.MOST_REMEMBERED),
        "the id of a session": f"{messages.MOST_OF_AN_ID} characters",
        "positions in the sound": f"{messages.LAST_POSITION} samples",
        "sessions whose voices are remembered for another start": str(known_voices._MOST),
        "voices that are remembered on request": str(voice_book.MOST),
        "time to finish when the browser leaves": seconds(serve.GRACE_S),
        "sound that the extension keeps for a new host": (
            of_extension("offscreen/feed.js", "SECONDS_KEPT") + " s"
        ),
        "sound without a word from the host": (
            of_extension("offscreen/session.js", "SILENT_SAMPLES").split(" * ")[0] + " s"
        ),
        "the shortest delay of sound and picture": (
            of_extension("offscreen/step_delay.js", "SHORTEST_SECONDS") + " s"
        ),
        "the longest delay of sound and picture": (
            of_extension("offscreen/step_delay.js", "LONGEST_SECONDS") + " s"
        ),
        "pixels of the pictures that wait": (
            of_extension("overlay/frame_queue.js", "MOST_BYTES").split(" * ")[0] + " MiB"
        ),
        "pictures that wait, however small": (
            of_extension("overlay/frame_queue.js", "MOST_FRAMES") + " pictures"
        ),
        "sound sent without an answer": seconds(unanswered / frames_a_second),
        "the same while a model is loaded": seconds(loading / frames_a_second),
        "restarts of a host in a row": str(restarts),
        "sound that waits for the live pass": seconds(Pace().backlog / SAMPLE_RATE),
        "vocabulary": f"{terms} terms",
        "a term": f"{term} characters",
        "earlier lines translated at once": f"{most(messages.Retranslate, 'earlier')} lines",
        "text in front of a resumed session": f"{most(messages.Start, 'context')} characters",
        "final lines that a translator is given at once": f"{lines._MOST} lines",
        "lines of one sentence": f"{batches._MOST_JOINED} lines",
        "a sentence": f"{ct2._LONGEST_SOURCE} tokens",
        "its translation": f"{ct2._MOST_TOKENS} tokens",
        "translators in memory": str(child._MOST_LOADED),
        "one answer of a translator": seconds(process._PATIENCE_S),
        "a word that is looked up": f"{most(words.Translate, 'text')} characters",
        "words that are looked up at the same time": str(look_ups.MOST_WAITING),
        "the wait for what a word means": seconds(look_ups.WITHIN_S),
        "a translator that hangs at a word": seconds(process._BESIDE_S),
        "lines in a message": f"{most(export.Export, 'lines')} lines",
        "lines of a file": f"{exports.MOST_LINES} lines",
        "files written at the same time": str(exports.MOST_OPEN),
        "the wait for further lines": seconds(exports.PATIENCE_S),
        "the text of a line, its translation, its note": f"{most_text()} characters",
        "the words of a line": f"{most(export.ExportLine, 'words')} words",
        "the name of a speaker": f"{most(export.ExportLine, 'speaker')} characters",
        "the title of a file": f"{most(export.Export, 'title')} characters",
        "a title in the name of a file": f"{file_names._MOST_BYTES} bytes",
        "a time in the medium": f"{(latest_ms() + 1) // 3_600_000} h",
        "the rate of raw samples": f"{raw_pcm.LEAST_RATE} to {raw_pcm.MOST_RATE}",
        "channels of raw samples": str(raw_pcm.MOST_CHANNELS),
        "failed files that the summary lists": str(batch._NAMED),
        "a microphone that brings nothing": seconds(capture.LOST_S),
        "a microphone that brings only zeros": seconds(capture.SILENT_S),
        "a live step": f"{watchdog.LEAST_STEP_S:g} s to {watchdog.MOST_STEP_S:g} s",
        "a second pass": seconds(watchdog.SECOND_PASS_S),
        "loading a model": seconds(watchdog.LOAD_S),
        "threads left alone": str(watchdog.MOST_ABANDONED),
        "a session or model that failed": seconds(failures.FIRST_HOLD_S),
        "the longest such time": seconds(failures.LONGEST_HOLD_S),
        "failures remembered": str(failures.MOST_KEPT),
        "a model that nobody uses": seconds(model_pool.RELEASE_AFTER_S),
        "connections for one file of a download": str(transfer.MOST_CONNECTIONS),
        "progress after which waits begin anew": f"{transfer._ENOUGH_BYTES // MIB} MiB",
        "a connection that brings nothing": seconds(transfer._STALLED_S),
        "a file whose size nobody publishes": (
            f"{transfer._MOST_OF_A_GUESS} times the expected size"
        ),
        "files in a package of a translator": str(archive._MOST_ENTRIES),
        "what is unpacked of it": f"{archive._MOST_BYTES // MIB} MiB",
        "content of a packed checkpoint": f"{zipped._MOST_TIMES} times its file",
        "a JSON file beside the weights": f"{json_files.MOST_BYTES // MIB} MiB",
        "adapters on top of each other": str(conversion._MOST_SOURCES - 1),
        "layers of a half of a model": str(shapes._MOST_LAYERS),
        "features of a model": str(names.MOST_WIDTH),
        "disk for a model": f"its size; for a package {entries._ROOM_FOR_AN_ARCHIVE} times that",
        "a log file": f"{logs._FILE_BYTES // 10**6} MB",
        "log files": str(1 + logs._OLD_FILES),
        "hosts whose health is kept": str(health.MOST_RUNS),
        "minutes with captions, of each": str(health.MOST_MINUTES),
        "error codes, of each": str(health.MOST_CODES),
    }


def test_every_limit_of_the_manual_is_that_of_the_code() -> None:
    assert rows() == expected()


def test_what_the_rows_say_beside_their_limits_is_true() -> None:
    text = PAGE.read_text()
    assert f"of more than {lines._MANY} the newest come first" in text
    assert f"{watchdog.STEPS} times the slowest step" in text
    assert f"exit code {stdio.HUNG_EXIT_CODE}" in text
    *first, last = (f"{delay:g}" for delay in transfer.DELAYS_S)
    assert f"{', '.join(first)} and {last} s" in text


def test_what_is_said_of_too_many_tabs_is_true() -> None:
    text = PAGE.read_text()
    pace = Pace()
    assert f"waits for more than {lateness.LATE_ABOVE // SAMPLE_RATE} s is announced" in text
    assert f"that is {pace.overload // SAMPLE_RATE} s behind or stays late" in text
    assert f"stay late, after {lateness._PATIENCE // SAMPLE_RATE} s" in text
    assert f"waits for {pace.backlog // SAMPLE_RATE} s in a tab is left out" in text
    assert f"up to {lateness._MOST // SAMPLE_RATE} s on time" in text


def test_the_watchdog_is_quicker_than_the_extension() -> None:
    frames_a_second = 10
    unanswered = int(of_extension("background/life_signs.js", "UNANSWERED_FRAMES"))
    loading = int(of_extension("background/life_signs.js", "UNANSWERED_FRAMES_LOADING"))
    # While sound comes, every message of it makes the watchdog look.
    assert unanswered / frames_a_second > watchdog.MOST_STEP_S
    assert loading / frames_a_second > watchdog.LOAD_S + watchdog.LOOK_EVERY_S


def test_the_extension_waits_for_a_word_longer_than_the_host_does() -> None:
    waits_ms = int(of_extension("translation/look_ups.js", "ANSWERED_WITHIN_MS").replace("_", ""))
    assert waits_ms > 1000 * look_ups.WITHIN_S
    assert most(words.Translate, "text") == int(
        of_extension("background/overlays.js", "LONGEST_WORD")
    )


def test_every_code_named_is_one_of_the_host() -> None:
    sources = "\n".join(file.read_text() for file in (ROOT / "host/wlk_host").rglob("*.py"))
    for code in re.findall(r"`([a-z_]+)`", PAGE.read_text()):
        assert f'"{code}"' in sources, code
