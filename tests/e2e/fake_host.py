"""A native host without recognition, to test the extension alone.

    fake_host.py FOLDER

It says `w0 w1 w2 ...`, one word for every half second of audio, ten words a line; a line becomes
final two lines later, or at a cut. So the words tell whether audio was lost or sent twice, also
across deaths.
It appends what it gets to FOLDER/messages.jsonl (without sound) and writes the sound of each
session to FOLDER/<session>.pcm at its position. FOLDER/behaviour.json may ask for misbehaviour:
    {"exit_at_start": true}       exits before the hello
    {"protocol": 99}              claims another protocol
    {"refuse": {"code": ..., "message": ..., "hint": ...}}   answers `start` with this error
    {"break_port": true}          answers `start` with an error of the port as a whole
    {"garbage": true}             prints to stdout before the hello
    {"hello_delay_s": 1.5}        takes its time
    {"pause_words": [4, 20]}      says nothing while it hears these words
    {"translators": [...]}        offers to translate, which it does not
    {"catalog": {"small": "absent"}}    knows these models; a download stands at 30 % for good
    {"downloads": true}                 unless it ends at once
    {"offers": [{...}]}                 knows these translators besides, as the protocol tells them
    {"transfers": {"argos-en-pt": ["break", "lie", "whole"]}}   what becomes of each download of it:
                                        breaks off at 40 %, is not what was expected, ends well, or
                                        (`slow`) stands at 30 %, as it does where nothing is said
    {"speakers": false}                 has no model that tells them apart until it is downloaded
    {"backends": [{...}]}               has these backends, as the protocol tells them
    {"knows_voices": true}        remembers a voice by its number, and recognises it by that
    {"fatal_word": 20}            crashes each time it hears this word
    {"language": "es"}            is told that this is spoken
    {"scripted": true}            says nothing but what is appended to FOLDER/say.jsonl: `lines` and
                                  `draft` of `captions`, with the next audio that comes; a
                                  `language` there is told to be spoken from then on

FOLDER/words.json says what words mean, or the problem that each has; it is silent about others:
    {"perro": "cão", "malo": {"code": "translator_missing", "message": ..., "hint": ...}}
"""

import base64
import contextlib
import json
import os
import signal
import struct
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

SAMPLE_RATE = 16_000
WORD = SAMPLE_RATE // 2
WORDS_A_LINE = 10
LINE = WORD * WORDS_A_LINE
DRAFT_WORDS = 2

Message = dict[str, Any]

PROBLEMS: dict[str, Message] = {
    "break": {
        "code": "download_offline",
        "message": "The connection ended at 40 %.",
        "hint": "Try again: it goes on where it stopped.",
    },
    "lie": {
        "code": "download_corrupt",
        "message": "What came is not what was expected (SHA-256).",
        "hint": "Try again: the file is fetched anew.",
    },
}
"""What becomes of downloads that do not end well."""


def send(message: Message) -> None:
    """Write one native message."""
    body = json.dumps(message).encode()
    # An ended browser closes the pipe; the end of stdin is then what ends this process.
    with contextlib.suppress(BrokenPipeError):
        sys.stdout.buffer.write(struct.pack("=I", len(body)) + body)
        sys.stdout.buffer.flush()


def receive(stream: BinaryIO) -> Message | None:
    """Return the next native message, None at the end."""
    head = stream.read(4)
    if len(head) < 4:
        return None
    (size,) = struct.unpack("=I", head)
    message: Message = json.loads(stream.read(size))
    return message


@dataclass
class Session:
    """The words of one session."""

    id: str
    start: int
    end: int
    pcm: Path
    revision: int = 0
    final_until: int = 0
    said: int = -1
    pause: range = range(0)
    cut: int = 0

    def keep(self, start: int, pcm: bytes) -> None:
        """Keep the sound."""
        with self.pcm.open("r+b" if self.pcm.exists() else "w+b") as file:
            file.seek(start * 2)
            file.write(pcm)

    def take(self, start: int, pcm: bytes) -> None:
        """Keep the sound and say what is due."""
        self.keep(start, pcm)
        if self.end == self.cut < start:
            # What is covered already was not sent: the next line begins where sound does again.
            self.start = self.final_until = self.cut = start
        self.end = start + len(pcm) // 2
        if self.end // WORD > self.said and self.end // WORD not in self.pause:
            self.said = self.end // WORD
            self.say(draft_words=DRAFT_WORDS)

    def cut_off(self, at: int) -> None:
        """All lines are final, and the next one begins there."""
        self.say(draft_words=0, whole=True)
        self.start = self.end = self.final_until = self.cut = max(at, self.end)

    def say(self, draft_words: int, *, whole: bool = False) -> None:
        """Send all lines that are not final yet, the last words as draft."""
        heard = self.end // WORD
        committed = max(heard - draft_words, self.start // WORD)
        first_line = self.final_until // LINE
        lines = []
        final_before = max(self.final_until, (heard // WORDS_A_LINE - 2) * LINE)
        if whole:
            final_before = self.end
        for number in range(first_line, committed // WORDS_A_LINE + 1):
            words = self.words(number * WORDS_A_LINE, committed, number)
            is_final = whole or (number + 1) * LINE <= final_before
            state = "final" if is_final else "committed"
            if words:
                lines.append(self.line(number, words, state))
        self.final_until = max(self.start, final_before)
        draft = self.words(committed, heard, committed // WORDS_A_LINE)
        number = committed // WORDS_A_LINE
        self.revision += 1
        send({
            "type": "captions", "session": self.id, "revision": self.revision, "lines": lines,
            "draft": {
                "line": self.begin(number), "text": "".join(f" {w}" for w in draft),
                "start": committed * WORD, "end": heard * WORD,
            } if draft else None,
            "final_until": self.final_until,
        })  # fmt: skip

    def words(self, first: int, until: int, line: int) -> list[str]:
        """Return the words from `first` to `until` that belong to a line."""
        begin = max(first, line * WORDS_A_LINE, self.start // WORD)
        return [
            f"w{n}"
            for n in range(begin, min(until, (line + 1) * WORDS_A_LINE))
            if n not in self.pause
        ]

    def begin(self, number: int) -> int:
        """Return the sample at which a line begins: none does before its session."""
        return max(number * LINE, self.start)

    def line(self, number: int, words: list[str], state: str) -> Message:
        """Return the message's form of a line."""
        return {
            "id": self.begin(number), "start": self.begin(number),
            "end": max(number * LINE, self.start // WORD * WORD) + len(words) * WORD,
            "text": " ".join(words), "state": state,
            "language": "en", "speaker": None, "translation": None,
        }  # fmt: skip


def status(session: str, state: str) -> Message:
    """Return a status without lag."""
    return {
        "type": "status", "session": session, "state": state, "model": "fake", "language": "en",
        "lag_ms": 0, "skipped_ms": 0, "refining": True,
        "translation_delay_ms": None, "translation_problem": None,
        "device": "cpu", "smaller_model": None, "model_problem": None,
    }  # fmt: skip


class Host:
    """Answers messages until the browser closes the pipe."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        behaviour = folder / "behaviour.json"
        self.behaviour: Message = json.loads(behaviour.read_text()) if behaviour.exists() else {}
        self.sessions: dict[str, Session] = {}
        self.read = 0
        self.revision = 0
        self.offers: dict[str, Message] = {one["name"]: one for one in self.offered()}
        self.installed = self.folder / "translators.json"
        if self.installed.exists():
            for name in json.loads(self.installed.read_text()):
                self.offers[name]["state"] = "installed"

    def offered(self) -> list[Message]:
        """Return the translators of its catalogue."""
        return list(self.behaviour.get("offers", []))

    def run(self) -> None:
        """Serve stdin."""
        self.note({"type": "started", "pid": os.getpid()})
        if self.behaviour.get("exit_at_start"):
            sys.exit(3)
        if self.behaviour.get("garbage"):
            sys.stdout.buffer.write(b"Loading the model, please wait\n")
            sys.stdout.buffer.flush()
        while (message := receive(sys.stdin.buffer)) is not None:
            self.note({key: value for key, value in message.items() if key != "pcm"})
            self.answer(message)
            if self.behaviour.get("knows_voices"):
                self.answer_of_voices(message)
        self.note({"type": "eof"})

    def note(self, message: Message) -> None:
        """Append to the log, with the time."""
        with (self.folder / "messages.jsonl").open("a") as log:
            log.write(json.dumps({"at": time.time(), "host": os.getpid(), **message}) + "\n")

    def answer(self, message: Message) -> None:
        """Do as a host does."""
        session: str = message.get("session", "")
        match message["type"]:
            case "hello":
                time.sleep(self.behaviour.get("hello_delay_s", 0))
                protocol = self.behaviour.get("protocol", 1)
                self.greet(protocol)
            case "models" | "download" | "cancel" | "remove" | "speech" | "health" as request:
                self.answer_page(request, message.get("model"))
            case "translate":
                self.look_up(message)
            case "start" if "refuse" in self.behaviour:
                send({"type": "error", "session": session, **self.behaviour["refuse"]})
            case "start" if self.behaviour.get("break_port"):
                error = {"code": "port_broken", "message": "It broke.", "hint": "Mend it."}
                send({"type": "error", "session": None, **error})
            case "start":
                pcm = self.folder / f"{session}.pcm"
                start = message["from"]
                self.sessions[session] = Session(
                    session, start, start, pcm, final_until=start,
                    pause=range(*self.behaviour.get("pause_words", [0])),
                )  # fmt: skip
                send(self.status(session, "loading"))
                # How it is with the default model; any other one is fine.
                default = message["options"].get("model") is None
                how = self.behaviour.get("status", {}) if default else {}
                send({**self.status(session, "listening"), **how})
                self.read_out(session, aloud=False)
            case "audio" if self.behaviour.get("scripted"):
                self.sessions[session].keep(message["start"], base64.b64decode(message["pcm"]))
                self.read_out(session)
                # A host that says nothing for long is taken for one that hangs.
                if message["seq"] % 20 == 0:
                    send(self.status(session, "listening"))
            case "audio" | "cut" | "stop" if session in self.sessions:
                self.hear(session, message)

    def hear(self, session: str, message: Message) -> None:
        """Go on with a session that runs, unless it is the end."""
        running = self.sessions[session]
        if message["type"] == "audio":
            if message["start"] // WORD == self.behaviour.get("fatal_word"):
                os.kill(os.getpid(), signal.SIGSEGV)
            running.take(message["start"], base64.b64decode(message["pcm"]))
        elif message["type"] == "cut":
            running.cut_off(message["at"])
        else:
            self.sessions.pop(session).say(draft_words=0)
            send(status(session, "ended"))

    @property
    def voices(self) -> dict[str, str]:
        """The numbers of the voices that are remembered, by name."""
        file = self.folder / "voices.json"
        known: dict[str, str] = json.loads(file.read_text()) if file.exists() else {}
        return known

    def answer_of_voices(self, message: Message) -> None:
        """Remember, forget or recognise; tell whom it knows then."""
        voices = self.voices
        match message["type"]:
            case "start" if message.get("known_voices"):
                for name, number in voices.items():
                    named = {"session": message["session"], "speaker": number, "name": name}
                    send({"type": "recognised", **named})
                return
            case "remember":
                voices[message["name"]] = message["voices"][0]
            case "forget":
                kept = voices if message["name"] is not None else {}
                voices = {name: n for name, n in kept.items() if name != message["name"]}
            case "voices":
                pass
            case _:
                return
        (self.folder / "voices.json").write_text(json.dumps(voices))
        listed = [{"name": name, "since": 1_796_000_000} for name in sorted(voices)]
        send({"type": "voices", "voices": listed})

    def look_up(self, asked: Message) -> None:
        """Tell what a word means, as far as the test has said so."""
        known = self.folder / "words.json"
        words = json.loads(known.read_text()) if known.exists() else {}
        if (told := words.get(asked["text"])) is not None:
            text, problem = (told, None) if isinstance(told, str) else (None, told)
            common = {key: asked[key] for key in ("session", "request")}
            send({"type": "translated", **common, "text": text, "problem": problem})

    def status(self, session: str, state: str) -> Message:
        """Return a status with the language that is spoken."""
        return {**status(session, state), "language": self.behaviour.get("language", "en")}

    def greet(self, protocol: int = 1) -> None:
        """Tell what is installed."""
        models = [{"name": "fake", "multilingual": True}]
        told = {"type": "hello", "protocol": protocol, "host": "0", "models": models}
        translators = [*self.behaviour.get("translators", []), *self.translators()]
        send({**told, "translators": translators, "speakers": self.behaviour.get("speakers", True)})

    def answer_page(self, request: str, model: str | None) -> None:
        """Do as asked with a model of the catalogue, and tell how all are then; speak not."""
        if request == "speech":
            send({"type": "speech", "clip": None})
            return
        if request == "health":
            send({"type": "health", "runs": self.behaviour.get("runs", [])})
            return
        catalog = self.behaviour.get("catalog", {})
        if model in self.offers:
            self.transfer(request, self.offers[model])
        elif model is not None:
            at_once = "installed" if self.behaviour.get("downloads") else "downloading"
            catalog[model] = at_once if request == "download" else "absent"
        if catalog.get("speakers") == "installed" and not self.behaviour.get("speakers", True):
            self.behaviour["speakers"] = True
            self.greet()
        translators = list(self.offers.values())
        send({"type": "models", "models": [
            {
                "name": name, "kind": "speakers" if name == "speakers" else "recogniser",
                "languages": [] if name == "speakers" else ["en", "de"],
                "translates": name != "speakers", "licence": "MIT",
                "size_bytes": 100_000_000, "state": state, "problem": None,
            }
            for name, state in catalog.items()
        ] + translators, "backends": self.behaviour.get("backends", [])})  # fmt: skip
        if request == "download":
            offer = self.offers.get(str(model), {})
            total = offer.get("size_bytes", 100_000_000)
            done = int(total * 0.4) if offer.get("problem") else int(total * 0.3)
            send({"type": "progress", "model": model, "done_bytes": done, "total_bytes": total})

    def translators(self) -> list[Message]:
        """Return the installed ones as a hello tells them."""
        return [
            {
                "name": one["name"],
                "sources": one["translation"]["from"],
                "targets": one["translation"]["into"],
            }
            for one in self.offers.values()
            if one["state"] == "installed"
        ]

    def transfer(self, request: str, offer: Message) -> None:
        """Do with a translator as asked, as well as the transfer is to go."""
        script = self.behaviour.get("transfers", {}).get(offer["name"], [])
        how = script.pop(0) if request == "download" and script else "slow"
        states = {"slow": "downloading", "break": "absent", "lie": "damaged", "whole": "installed"}
        offer["state"] = states[how] if request == "download" else "absent"
        offer["problem"] = PROBLEMS.get(how) if request == "download" else None
        known = [one["name"] for one in self.offers.values() if one["state"] == "installed"]
        self.installed.write_text(json.dumps(known))
        if how == "whole" or request == "remove":
            self.greet()

    def read_out(self, session: str, aloud: bool = True) -> None:
        """Send what was appended to say.jsonl since the last time."""
        script = self.folder / "say.jsonl"
        texts = script.read_text().splitlines() if script.exists() else []
        for text in texts[self.read :] if aloud else []:
            said = json.loads(text)
            if (language := said.pop("language", None)) is not None:
                self.behaviour["language"] = language
                send(self.status(session, "listening"))
            self.revision += 1
            common = {"type": "captions", "session": session, "revision": self.revision}
            send({**common, "final_until": 0, **said})
        self.read = len(texts)


if __name__ == "__main__":
    Host(Path(sys.argv[1])).run()
