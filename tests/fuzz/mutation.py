"""Inputs that are almost valid: changes of bytes, of JSON, of lines and of archives."""

import io
import json
import lzma
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Sequence
from random import Random
from typing import Any, Final, TypeAlias

Mutator: TypeAlias = Callable[[Random, bytes, Sequence[bytes]], bytes]
"""A changed input, from the random source, the input, and the whole corpus to splice with."""

LONGEST: Final = 1 << 14
"""Bytes of an input. A longer one is cut: the time of a run then goes into many inputs."""

_DAMAGED: Final = (
    *(OSError, ValueError, RuntimeError, EOFError, struct.error),
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError),
)
"""What `zipfile` raises for damaged archives."""

_DEEP: Final = "@deep@"
_HUGE: Final = "@huge@"
_INFINITE: Final = "@infinite@"

_SCALARS: Final[tuple[Any, ...]] = (
    *(None, True, False, 0, -1, 1, 2, 0.5, -0.0, 1e308, 5e-324, _INFINITE, _HUGE, _DEEP),
    *(2**31 - 1, 2**31, 2**32, 2**53 - 1, 2**53, 2**63 - 1, 2**63, 2**64, -(2**63), 10**400),
    *("", " ", "a", "\0", "\ud800", "\U0001f600", "é" * 65, "x" * 5000, "../../etc", "__proto__"),
    *("nan", "1", "-->", "{", "<b>", "\u202e", "e\u0301", "\r\n", "٣", "%s%n", "/dev/zero", "//"),
)

_EDGES: Final = (0, 1, 2, 127, 128, 255, 256, 32767, 65535, 2**31 - 1, 2**31, 2**32 - 1)
_TOKENS: Final = (*(bytes([byte]) for byte in b'{}[]",:\0\xff\n-.|'), b"\\u")


def of_bytes(rng: Random, data: bytes, corpus: Sequence[bytes]) -> bytes:
    """One to four changes that know nothing of the format."""
    changed = bytearray(data)
    for _ in range(rng.choice((1, 1, 1, 2, 4))):
        rng.choice(_OF_BYTES)(rng, changed, corpus)
    return bytes(changed[:LONGEST])


def of_json(rng: Random, data: bytes, corpus: Sequence[bytes]) -> bytes:
    """Other values, keys and nesting; of something that is no JSON, other bytes."""
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        return of_bytes(rng, data, corpus)
    for _ in range(rng.choice((1, 1, 2, 4))):
        document = changed_document(rng, document)
    return _written(rng, document)


def of_lines(rng: Random, data: bytes, corpus: Sequence[bytes]) -> bytes:
    """Lines in another order, fewer of them or more, one of them changed as JSON."""
    lines = data.split(b"\n")
    for _ in range(rng.choice((1, 1, 2, 4))):
        at = rng.randrange(len(lines))
        match rng.randrange(5):
            case 0:
                lines.insert(at, rng.choice(lines))
            case 1 if len(lines) > 1:
                del lines[at]
            case 2:
                rng.shuffle(lines)
            case 3:
                lines.insert(at, rng.choice(rng.choice(corpus).split(b"\n")))
            case _:
                lines[at] = of_json(rng, lines[at], corpus)
    return b"\n".join(lines)[: 4 * LONGEST]


def of_archive(rng: Random, data: bytes, corpus: Sequence[bytes]) -> bytes:
    """A ZIP file whose members are changed, missing or twice there, all with valid checksums."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = [(member.filename, archive.read(member)) for member in archive.infolist()]
    except _DAMAGED:
        return of_bytes(rng, data, corpus)
    if not members:
        return of_bytes(rng, data, corpus)
    at = rng.randrange(len(members))
    name, content = members[at]
    match rng.randrange(8):
        case 0:
            del members[at]
        case 1:
            members[at] = (rng.choice(("", "a/../b", "x" * 300, "\u202e", name[:-1])), content)
        case 2:
            members[at] = (name, rng.choice(members)[1])
        case _:
            members[at] = (name, of_bytes(rng, content, corpus))
    return _archive(rng, members)


def framed(mutator: Mutator, code: str) -> Mutator:
    """Changes the part of a file that its first number, of that `struct` code, measures."""
    size = struct.calcsize(code)

    def mutate(rng: Random, data: bytes, corpus: Sequence[bytes]) -> bytes:
        if len(data) < size:
            return of_bytes(rng, data, corpus)
        end = size + struct.unpack_from(code, data)[0]
        header = mutator(rng, data[size:end], corpus)
        return struct.pack(code, len(header)) + header + data[end : end + LONGEST]

    return mutate


def named(mutator: Mutator) -> Mutator:
    """Changes what is behind the first line, which names what it is."""

    def mutate(rng: Random, data: bytes, corpus: Sequence[bytes]) -> bytes:
        name, line, content = data.partition(b"\n")
        return name + line + mutator(rng, content, corpus)

    return mutate


def changed_document(rng: Random, document: Any) -> Any:
    """The document with one change somewhere in it."""
    if isinstance(document, dict) and document and rng.random() < 0.85:
        key = rng.choice(list(document))
        match rng.randrange(8):
            case 0:
                del document[key]
            case 1:
                document[str(rng.choice(_SCALARS))] = document.pop(key)
            case 2:
                document[str(rng.choice(_SCALARS))] = _value(rng)
            case _:
                document[key] = changed_document(rng, document[key])
        return document
    if isinstance(document, list) and document and rng.random() < 0.85:
        at = rng.randrange(len(document))
        match rng.randrange(6):
            case 0:
                del document[at]
            case 1:
                document += [document[at]] * rng.choice((1, 3, 300))
            case _:
                document[at] = changed_document(rng, document[at])
        return document
    return _value(rng)


def _value(rng: Random) -> Any:
    value = rng.choice(_SCALARS)
    match rng.randrange(6):
        case 0:
            return [value] * rng.choice((0, 1, 2, 50))
        case 1:
            return {str(rng.choice(_SCALARS)): value}
        case 2:
            return rng.randint(-300, 60_000)
        case _:
            return value


def _written(rng: Random, document: Any) -> bytes:
    text = json.dumps(document, ensure_ascii=rng.random() < 0.5)
    if rng.random() < 0.1 and (keys := re.findall(r'"[^"\\]{1,40}"(?=: )', text)):
        openings = [match.end() for match in re.finditer(r"\{(?=\")", text)]
        at, again = rng.choice(openings or [0]), json.dumps(_value(rng))
        text = f"{text[:at]}{rng.choice(keys)}: {again}, {text[at:]}"
    n = rng.choice((20, 2000, 20_000))
    text = text.replace(f'"{_DEEP}"', rng.choice(("[" * n + "]" * n, '{"a":' * n + "1" + "}" * n)))
    text = text.replace(f'"{_HUGE}"', "9" * rng.choice((19, 20, 309, 5000)))
    text = text.replace(f'"{_INFINITE}"', rng.choice(("1e999", "-1e999", "NaN", "Infinity")))
    return text.encode("utf-8", "surrogatepass")


def _archive(rng: Random, members: Sequence[tuple[str, bytes]]) -> bytes:
    packed = io.BytesIO()
    method = rng.choice((zipfile.ZIP_STORED,) * 4 + (zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA))
    with zipfile.ZipFile(packed, "w", method) as archive:
        for name, content in members:
            archive.writestr(zipfile.ZipInfo(name), content, compress_type=method)
    return packed.getvalue()


def _flip(rng: Random, data: bytearray, _: Sequence[bytes]) -> None:
    if data:
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)


def _put(rng: Random, data: bytearray, _: Sequence[bytes]) -> None:
    if data:
        data[rng.randrange(len(data))] = rng.choice(_EDGES) & 255


def _number(rng: Random, data: bytearray, _: Sequence[bytes]) -> None:
    width = rng.choice((2, 4, 8))
    at = rng.randrange(len(data) + 1)
    value = rng.choice((*_EDGES, 2**63 - 1, 2**64 - 1, len(data), len(data) - 1)) % 256**width
    data[at : at + width] = value.to_bytes(width, rng.choice(("little", "big")))


def _decimal(rng: Random, data: bytearray, corpus: Sequence[bytes]) -> None:
    numbers = list(re.finditer(rb"\d+", data[:LONGEST]))
    if not numbers:
        _flip(rng, data, corpus)
        return
    found = rng.choice(numbers)
    wanted = rng.choice((b"-1", b"0", b"1e999", b"9" * 20, b"9" * 400, b"2147483648", b"0.5", b"7"))
    data[found.start() : found.end()] = wanted


def _cut(rng: Random, data: bytearray, _: Sequence[bytes]) -> None:
    at = rng.randrange(len(data) + 1)
    del data[at : at + rng.choice((1, 4, 64, LONGEST))]


def _insert(rng: Random, data: bytearray, _: Sequence[bytes]) -> None:
    at = rng.randrange(len(data) + 1)
    data[at:at] = rng.choice((rng.randbytes(rng.randint(1, 8)), rng.choice(_TOKENS)))


def _repeat(rng: Random, data: bytearray, _: Sequence[bytes]) -> None:
    at = rng.randrange(len(data) + 1)
    data[at:at] = data[at : at + rng.choice((1, 8, 64))] * rng.choice((1, 2, 500))


def _splice(rng: Random, data: bytearray, corpus: Sequence[bytes]) -> None:
    other = rng.choice(corpus)
    data[rng.randrange(len(data) + 1) :] = other[rng.randrange(len(other) + 1) :]


_OF_BYTES: Final = (_flip, _flip, _put, _number, _decimal, _cut, _insert, _repeat, _splice)
