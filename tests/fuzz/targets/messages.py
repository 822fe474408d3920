"""What comes over the port: frames, single messages, whole conversations, options."""

import json
from itertools import chain
from pathlib import Path
from typing import Final

from fuzz import mutations
from fuzz.target import HERE, Target, coded
from wlk_host.backends.checkpoints import heads
from wlk_host.core.language_choice import spoken_language, target_language
from wlk_host.protocol import codec, convert, messages
from wlk_host.protocol.connection import MOST_SESSIONS, Connection, FeedAudio, Refuse
from wlk_host.protocol.framing import FrameDecoder, encode_frame

_FIXTURES: Final = HERE.parent / "fixtures" / "protocol"


def message_seeds() -> list[bytes]:
    """The protocol's own examples, valid and invalid."""
    return [json.dumps(json.loads(path.read_bytes())).encode() for path in _fixtures("*")]


def read_message(data: bytes) -> None:
    """Decode one message, and say of one that cannot be decoded whom it is for."""
    with coded("message_invalid"):
        codec.decode(data)
    kind, session = codec.addressed_to(data)
    assert session is None or (kind and 0 < len(session) <= messages.MOST_OF_AN_ID)
    protocol = codec.protocol_of_hello(data)
    assert protocol is None or isinstance(protocol, int)


def conversation_seeds() -> list[bytes]:
    """Messages of a port in an order that makes sense, one a line."""
    audio = {"type": "audio", "session": "a", "pcm": "AAAAAAAA"}
    spoken = [{**audio, "seq": n, "start": 3 * n} for n in range(4)]
    whole: list[dict[str, object]] = [
        {"type": "hello", "protocol": 1, "extension": "1"},
        {"type": "start", "session": "a", "options": {"language": "de"}},
        *spoken,
        {"type": "start", "session": "b", "options": {}, "from": 160_000, "context": "Before."},
        {"type": "cut", "session": "a", "at": 40},
        {"type": "configure", "session": "a", "options": {"translate_to": "pt"}},
        {"type": "visibility", "session": "b", "visible": False},
        {"type": "stop", "session": "a"},
        {"type": "speech"},
    ]
    hello = [b'{"type": "hello", "protocol": 1, "extension": "1"}']
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
                with coded("language_unknown"):
                    convert.session_options(command.options)
            case FeedAudio():
                chunk = convert.audio_chunk(command)
                assert command.session in open_
                assert command.start >= until[command.session]
                until[command.session] = command.start + len(chunk.pcm)
                assert until[command.session] <= messages.LAST_POSITION
            case messages.Retranslate():
                convert.lines(command.earlier)
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


def frame_seeds() -> list[bytes]:
    """Streams of a few frames."""
    payloads = message_seeds()[:4]
    return [b"".join(map(encode_frame, payloads)), encode_frame(b""), encode_frame(payloads[0])]


def read_frames(data: bytes) -> None:
    """Take a stream in pieces and as a whole: both give the same."""
    step = 1 + len(data) % 7 + len(data) // 100
    pieces = [data[at : at + step] for at in range(0, len(data), step)]
    assert _payloads(pieces) == _payloads([data])


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


def _fixtures(kind: str) -> list[Path]:
    return sorted(_FIXTURES.glob(f"{kind}/*.json"))


_JSON: Final = mutations.of_json

TARGETS: Final = (
    Target("frames", frame_seeds, read_frames, mutations.of_header(4, _JSON)),
    Target("message", message_seeds, read_message, _JSON),
    Target("conversation", conversation_seeds, read_conversation, mutations.of_lines(_JSON)),
    Target("options", option_seeds, read_options, _JSON),
)
