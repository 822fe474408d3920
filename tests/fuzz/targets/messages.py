"""What comes over the port: frames, single messages, whole conversations, options, languages."""

import json
import zlib
from itertools import chain
from pathlib import Path
from typing import Final

from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from fuzz import mutations
from fuzz.target import HERE, Target, coded
from wlk_host.backends.checkpoints import heads
from wlk_host.core.language_choice import spoken_language, target_language
from wlk_host.core.language_names import NAMES
from wlk_host.protocol import codec, convert, messages
from wlk_host.protocol.connection import MOST_SESSIONS, Connection, FeedAudio, Refuse
from wlk_host.protocol.export import Export
from wlk_host.protocol.framing import FrameDecoder, encode_frame
from wlk_host.protocol.options import Options

_FIXTURES: Final = HERE.parent / "fixtures" / "protocol"
_SCHEMA: Final = json.loads(Path(codec.__file__).with_name("schema.json").read_text("utf-8"))
_TO_HOST: Final = Draft202012Validator({**_SCHEMA, "$ref": "#/$defs/ToHost"})
_ONE_IN: Final = 8
"""Of the messages that are understood, so many are held against the schema, which takes longest."""


def message_seeds() -> list[bytes]:
    """The protocol's own examples, valid and invalid."""
    return [json.dumps(json.loads(path.read_bytes())).encode() for path in _fixtures("*")]


def read_message(data: bytes) -> None:
    """Decode one message, as the schema says, and say whom it is for if it cannot be decoded."""
    kind, session = codec.addressed_to(data)
    with coded("message_invalid"):
        message = codec.decode(data)
        assert kind == type(message).__struct_config__.tag
        if zlib.crc32(data) % _ONE_IN == 0:
            assert next(_TO_HOST.iter_errors(json.loads(data)), None) is None
    assert session is None or (kind and 0 < len(session) <= messages.MOST_OF_AN_ID)
    protocol = codec.protocol_of_hello(data)
    assert protocol is None or isinstance(protocol, int)


def conversation_seeds() -> list[bytes]:
    """Messages of a port in an order that makes sense, one a line."""
    audio = {"type": "audio", "session": "a", "pcm": "AAAAAAAA"}
    spoken = [{**audio, "seq": n, "start": 3 * n} for n in range(4)]
    whole: list[dict[str, object]] = [
        {"type": "hello", "protocol": 1, "extension": "0.1.0"},
        {"type": "start", "session": "a", "options": {"language": "de"}},
        *spoken,
        {"type": "start", "session": "b", "options": {}, "from": 160_000, "context": "Before."},
        {"type": "cut", "session": "a", "at": 40},
        {"type": "configure", "session": "a", "options": {"translate_to": "pt"}},
        {"type": "visibility", "session": "b", "visible": False},
        {"type": "stop", "session": "a"},
        {"type": "speech"},
        {"type": "health"},
    ]
    hello = [b'{"type": "hello", "protocol": 1, "extension": "0.1.0"}']
    every = [json.dumps(json.loads(path.read_bytes())).encode() for path in _fixtures("valid")]
    return [b"\n".join(json.dumps(one).encode() for one in whole), b"\n".join(hello + every)]


def read_conversation(data: bytes) -> None:
    """Carry out what a port says, as the host's loop does, and hold it to its promises."""
    connection, until, open_ = Connection(), dict[str, int](), set[str]()
    for payload in data.split(b"\n"):
        command = connection.receive(payload)
        match command:
            case messages.Start():
                assert command.session not in open_
                open_.add(command.session)
                until[command.session] = command.start
                _take_options(command.options)
            case messages.Configure():
                _take_options(command.options)
            case FeedAudio():
                chunk = convert.audio_chunk(command)
                assert command.session in open_
                assert command.start >= until[command.session]
                until[command.session] = command.start + len(chunk.pcm)
                assert until[command.session] <= messages.LAST_POSITION
            case messages.Retranslate():
                convert.lines(command.earlier)
            case Export():
                assert all(map(convert.transcript_line, command.lines))
            case messages.Stop():
                if len(payload) % 2:  # It ends at once, or has words left to say.
                    connection.ended(command.session)
                    open_.discard(command.session)
            case Refuse():
                answer = messages.Error.of(command.error, command.session, command.request)
                encode_frame(codec.encode(answer))
                open_.discard(command.session or "")
        assert len(open_) <= MOST_SESSIONS
    assert {stop.session for stop in connection.end()} <= open_


def _take_options(options: Options) -> None:
    with coded("language_unknown"):
        convert.session_options(options)


def frame_seeds() -> list[bytes]:
    """Streams of a few frames."""
    payloads = message_seeds()[:4]
    return [b"".join(map(encode_frame, payloads)), encode_frame(b""), encode_frame(payloads[0])]


def read_frames(data: bytes) -> None:
    """Take a stream in pieces and as a whole: both give the same."""
    step = 1 + len(data) % 7 + len(data) // 100
    pieces = [data[at : at + step] for at in range(0, len(data), step)]
    whole = _payloads([data])
    assert _payloads(pieces) == whole
    assert data.startswith(b"".join(encode_frame(one) for one in whole if one is not None))


def _payloads(pieces: list[bytes]) -> list[bytes | None]:
    """What is in the stream; None stands where it cannot be read any further."""
    decoder, got = FrameDecoder(), list[bytes | None]()
    with coded("frame_too_large", "frame_truncated"):
        got.extend(chain.from_iterable(map(decoder.feed, pieces)))
        decoder.finish()
        return got
    return [*got, None]


def option_seeds() -> list[bytes]:
    """Options of a tab, as JSON."""
    starts = (json.loads(path.read_bytes()) for path in _fixtures("valid"))
    found = [json.dumps(one["options"]) for one in starts if one.get("options")]
    words = ("zh_Hans_CN", "deutsch", "Français", "sr-Latn-RS", "en-US-x-twain", "auto", "jw", "")
    return [
        *(text.encode() for text in found),
        *(json.dumps({"language": w}).encode() for w in words),
    ]


def read_options(data: bytes) -> None:
    """Take options as a command line has them, and each text as a language and as heads."""
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return
    options = value if isinstance(value, dict) else {"language": value}
    with coded("option_invalid", "language_unknown"):
        convert.chosen_options(options)
    for text in (text for text in options.values() if isinstance(text, str)):
        with coded("language_unknown"):
            assert spoken_language(text) is None or len(str(spoken_language(text))) < 4
        assert isinstance(target_language(text), str)
        with coded("heads_invalid"):
            heads.parse(text)


def language_seeds() -> list[bytes]:
    """What somebody calls a language, on a command line or in a message."""
    codes = ("en", "EN_us", "zh-Hans-CN", "zh-yue", "deu", "auto", "de-CH-1996", "nb", "jw")
    names = (
        "German",
        "Français",
        "中文",
        "Português do Brasil",
        "हिन्दी",
        "Haitian Creole",
        "x" * 63,
    )
    return [text.encode() for text in (*codes, *names)]


def read_language(data: bytes) -> None:
    """Take a name as the language that is spoken, and as the one that is wanted, which stays."""
    text = data.decode("utf-8", "surrogateescape")[:_LONGEST_NAME]
    target = target_language(text)
    assert isinstance(target, str)
    assert bool(target) == bool(text) or not text.strip()
    with coded("language_unknown"):
        spoken = spoken_language(text)
        assert spoken is None or spoken in NAMES


_LONGEST_NAME: Final = 200


def _fixtures(kind: str) -> list[Path]:
    return sorted(_FIXTURES.glob(f"{kind}/*.json"))


_JSON: Final = mutations.of_json

TARGETS: Final = (
    Target("frames", frame_seeds, read_frames, mutations.of_header(4, _JSON)),
    Target("message", message_seeds, read_message, _JSON),
    Target("conversation", conversation_seeds, read_conversation, mutations.of_lines(_JSON)),
    Target("options", option_seeds, read_options, _JSON),
    Target("language", language_seeds, read_language, mutations.of_bytes),
)
