"""Input that is nearly valid: changed bytes, changed JSON, and containers around either."""

import io
import json
import zipfile
from collections.abc import Callable
from random import Random
from typing import Any, Final

from fuzz.target import Mutate

_NUMBERS: Final = (0, 1, 2, 3, 7, 8, 16, 64, 127, 128, 255, 256, 1024, 0x7FFF, 0x8000, 0xFFFF)
_LARGE: Final = (2**31 - 1, 2**31, 2**32 - 1, 2**53, 2**63 - 1, 2**63, 2**64 - 1)

_TOKENS: Final = (
    b"", b"\0", b"\n", b'"', b"\\", b"{", b"}", b"[", b"]", b",", b":", b"-", b"1e999", b"NaN",
    b"-Infinity", b"9" * 400, b"9" * 5000, b"[" * 200, b"[" * 100_000, b'{"a":' * 2000, b"(" * 200,
    b"null", b"true", b'""', b"\xff\xfe", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\\ud800", b"\xf0",
    b"__proto__", b"/", b"..", b"-->", b"A" * 70, b"\x80" * 9, b"\x00" * 8, b"\xff" * 8,
)  # fmt: skip

_SCALARS: Final[tuple[Any, ...]] = (
    None, True, False, 0, -1, 1, 2, 3, 4, 5, 8, 63, 64, 65, 80, 100, 2**31, 2**32, 2**53 - 1, 2**53,
    2**63, 2**64, -(2**63), 10**30, 10**400, 0.5, -0.0, 1e-320, 1e308, float("inf"), float("-inf"),
    float("nan"), "", " ", "\0", "a", "en", "\ud800", "\u202e", "é" * 70, "x" * 5000, "1", "true",
    "../..", "/", "~nobody/x", "a\0b", [], {}, [[]], [{}], [None], {"": None}, [1, 2], "3.1,4.2",
)  # fmt: skip

_MOST_BYTES: Final = 1 << 20


def of_bytes(random: Random, data: bytes, other: bytes) -> bytes:
    """One to four changes of bytes, wherever they are."""
    changed = bytearray(data)
    for _ in range(random.choice((1, 1, 1, 2, 4))):
        random.choice(_CHANGES)(random, changed, other)
    return bytes(changed[:_MOST_BYTES])


def of_json(random: Random, data: bytes, other: bytes) -> bytes:
    """JSON with changed values, now and then with changed bytes."""
    if random.random() < 0.1:
        return of_bytes(random, data, other)
    try:
        value, donor = json.loads(data), json.loads(other)
    except (ValueError, RecursionError):
        return of_bytes(random, data, other)
    for _ in range(random.choice((1, 1, 2, 3))):
        value = _changed(random, value, donor, 0.02)
    return json.dumps(value, ensure_ascii=random.random() < 0.7).encode("utf-8", "surrogatepass")


def of_lines(inner: Mutate) -> Mutate:
    """A sequence of lines, some of them changed, repeated, left out or moved."""

    def mutate(random: Random, data: bytes, other: bytes) -> bytes:
        lines, donor = data.split(b"\n"), other.split(b"\n")
        for _ in range(random.choice((1, 2, 3, 5))):
            at = random.randrange(len(lines))
            match random.randrange(5):
                case 0:
                    lines.insert(at, random.choice(donor))
                case 1:
                    lines.insert(random.randrange(len(lines) + 1), lines[at])
                case 2 if len(lines) > 1:
                    del lines[at]
                case _:
                    lines[at] = inner(random, lines[at], random.choice(donor))
        return b"\n".join(lines[:400])

    return mutate


def of_zip(inner: Mutate) -> Mutate:
    """An archive with a changed member and sound checksums, now and then with changed bytes."""

    def mutate(random: Random, data: bytes, other: bytes) -> bytes:
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                members = {name: archive.read(name) for name in archive.namelist()}
        except Exception:  # noqa: BLE001 - it was damaged before; as bytes it will do
            return of_bytes(random, data, other)
        if not members or random.random() < 0.2:
            return of_bytes(random, data, other)
        name = random.choice(list(members))
        members[name] = inner(random, members[name], random.choice(list(members.values())))
        how = random.choice((zipfile.ZIP_STORED, zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w", how) as archive:
            for member, content in members.items():
                archive.writestr(member, content)
        return made.getvalue()

    return mutate


def of_header(n_bytes: int, inner: Mutate) -> Mutate:
    """Content behind a header of changed bytes or of JSON, whose size stands in front of it."""

    def mutate(random: Random, data: bytes, other: bytes) -> bytes:
        size = int.from_bytes(data[:n_bytes], "little")
        if random.random() < 0.2 or n_bytes + size > len(data):
            return of_bytes(random, data, other)
        end = n_bytes + size
        donor = other[n_bytes : n_bytes + int.from_bytes(other[:n_bytes], "little")]
        header = inner(random, data[n_bytes:end], donor)
        told = len(header) if random.random() < 0.9 else random.choice(_NUMBERS)
        return told.to_bytes(n_bytes, "little") + header + data[end:]

    return mutate


def _flip(random: Random, data: bytearray, _: bytes) -> None:
    if data:
        data[random.randrange(len(data))] ^= 1 << random.randrange(8)


def _set(random: Random, data: bytearray, _: bytes) -> None:
    if data:
        data[random.randrange(len(data))] = random.randrange(256)


def _number(random: Random, data: bytearray, _: bytes) -> None:
    size = random.choice((1, 2, 4, 8))
    number = random.choice(_NUMBERS + _LARGE) % (1 << 8 * size)
    at = random.randrange(len(data) + 1)
    data[at : at + size] = number.to_bytes(size, random.choice(("little", "big")))


def _token(random: Random, data: bytearray, _: bytes) -> None:
    at = random.randrange(len(data) + 1)
    data[at : at + random.choice((0, 0, 1, 4))] = random.choice(_TOKENS)


def _remove(random: Random, data: bytearray, _: bytes) -> None:
    at = random.randrange(len(data) + 1)
    del data[at : at + random.choice((1, 2, 8, 64, len(data)))]


def _repeat(random: Random, data: bytearray, _: bytes) -> None:
    at = random.randrange(len(data) + 1)
    piece = data[at : at + random.choice((1, 4, 16, 100))]
    data[at:at] = piece * random.choice((1, 1, 2, 50))


def _splice(random: Random, data: bytearray, other: bytes) -> None:
    begin = random.randrange(len(other) + 1)
    at = random.randrange(len(data) + 1)
    piece = other[begin : begin + random.choice((4, 16, 64, len(other)))]
    data[at : at + random.choice((0, len(piece)))] = piece


_Change = Callable[[Random, bytearray, bytes], None]

_CHANGES: Final[tuple[_Change, ...]] = (
    _flip, _flip, _set, _number, _number, _token, _remove, _repeat, _splice,
)  # fmt: skip


def _changed(random: Random, value: Any, donor: Any, whole: float = 0.15) -> Any:
    """The value with one change somewhere in it. The original stays as it is.

    Args:
        random: decides what.
        value: to be changed.
        donor: what parts can be taken from.
        whole: how probable it is that all of it is replaced.
    """
    inner = list(value.items()) if isinstance(value, dict) else None
    if isinstance(value, list):
        inner = list(enumerate(value))
    if not inner or random.random() < whole:
        return _replaced(random, value, donor)
    key, item = random.choice(inner)
    copy = value.copy()
    if random.random() < 0.8:
        copy[key] = _changed(random, item, donor)
    elif isinstance(copy, list):
        copy[key : key + random.choice((0, 1))] = [item] * random.choice((0, 2, 30))
    elif random.random() < 0.5:
        del copy[key]
    else:
        copy[random.choice((random.choice(inner)[0], "", "__proto__", f"{key}x"))] = item
    return copy


def _replaced(random: Random, value: Any, donor: Any) -> Any:
    match random.randrange(8):
        case 0:
            return _part(random, donor)
        case 1:
            return [value]
        case 2 if type(value) is int:
            return value + random.choice((-1, 1, 2, 100, 10**6))
        case 2 if isinstance(value, str):
            at = random.randrange(len(value) + 1)
            return value[:at] + random.choice(("", "\0", "\ud800", "é", "/", "a" * 99)) + value[at:]
    return random.choice(_SCALARS)


def _part(random: Random, value: Any) -> Any:
    while isinstance(value, dict | list) and value and random.random() < 0.8:
        value = random.choice(list(value.values()) if isinstance(value, dict) else value)
    return value
