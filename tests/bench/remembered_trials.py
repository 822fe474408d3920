"""Voices that are remembered, and voices that are heard later: who is taken for whom."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Final

import numpy as np
from numpy.typing import NDArray

from wlk_host.core.speakers.distinct import DistinctOptions, DistinctVoices, Heard
from wlk_host.core.speakers.embedded import EmbeddedOptions
from wlk_host.core.speakers.remembered import (
    AHEAD,
    LEAST_WINDOWS,
    RECOGNISED,
    RememberedVoice,
    recognised,
)
from wlk_host.core.speakers.voices import VoicePrint

Vectors = NDArray[np.float32]

HALVES: Final = ("choosing", "checking")
LIMITS: Final = (0.76, 0.78, 0.80, 0.82, 0.84, 0.86, 0.88, 0.90, 0.92)
NOISE: Final = "noise"
"""Nobody is remembered from that."""

OVERLAPPING: Final = 3
"""Windows after one that share sound with it."""

SESSION: Final = 20
"""Windows of a voice in one session: some 21 s of speech."""


@dataclass(frozen=True, slots=True)
class Recording:
    """One recording of one voice.

    Attributes:
        person: who is heard.
        kin: recordings of the same name can be of the same person, if persons differ.
        sounds: through what, or beside what.
        name: its own.
        vectors: of its windows, shape (n, d).
        narrow: whether voices are alike in that sound, shape (n,).
    """

    person: str
    kin: str
    sounds: str
    name: str
    vectors: Vectors
    narrow: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who is heard later. `prints`: what is known of the voice after each window."""

    person: str
    kin: str
    sounds: str
    names: frozenset[str]
    prints: tuple[tuple[VoicePrint, ...], ...]


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody who is remembered."""

    person: str
    kin: str
    sounds: str
    names: frozenset[str]
    print: VoicePrint


def heard(vectors: Vectors, narrow: NDArray[np.bool_]) -> tuple[tuple[VoicePrint, ...], ...]:
    """The voices that the host tells apart in these windows, after each of them."""
    voices = DistinctVoices(DistinctOptions())
    after = []
    for vector, is_narrow in zip(vectors, narrow, strict=True):
        voices.hear([Heard(vector, EmbeddedOptions().vector, bool(is_narrow))])
        after.append(tuple(one for one in voices.prints() if one.n_windows >= LEAST_WINDOWS))
    return tuple(after)


def half_of(found: Sequence[Recording], half: str) -> list[Recording]:
    """The recordings of every other kin, so that both halves have some of whom much is heard."""
    much: dict[str, int] = defaultdict(int)
    for one in found:
        much[one.kin] += len(one.vectors)
    kin = sorted(much, key=lambda name: (-much[name], name))
    return [one for one in found if kin.index(one.kin) % 2 == HALVES.index(half)]


def dealt(
    found: Sequence[Recording], *, narrow_too: bool = False
) -> tuple[list[Known], list[Session]]:
    """Whom to remember, and who is heard later.

    The first half of somebody's recordings is remembered, and all others are heard. Of a single
    recording that is the first half of its windows; a short one is remembered and heard as a whole,
    and so tells of strangers only.

    Args:
        found: the recordings.
        narrow_too: whether to remember those as well whom the host refuses, as all are alike.
    """
    known, sessions = [], []
    people: dict[tuple[str, str], list[Recording]] = defaultdict(list)
    for one in found:
        people[one.person, one.sounds].append(one)
    for (person, sounds), recordings in people.items():
        is_remembered = sounds != NOISE
        parts = halved(recordings[0]) if is_remembered and len(recordings) == 1 else recordings
        n_first = (len(parts) + 1) // 2
        names = frozenset(one.name for one in parts[:n_first])
        prints = heard(*joined(parts[:n_first]))[-1] if is_remembered else ()
        most = max(prints, key=lambda each: each.n_windows, default=None)
        if most is not None and (narrow_too or not most.is_narrow):
            known.append(Known(person, parts[0].kin, sounds, names, most))
        later = parts[n_first:] if is_remembered and len(parts) > 1 else parts
        names = frozenset(one.name for one in later)
        vectors, narrow = joined(later)
        for at in range(0, len(vectors), SESSION):
            after = heard(vectors[at : at + SESSION], narrow[at : at + SESSION])
            if after[-1]:
                sessions.append(Session(person, parts[0].kin, sounds, names, after))
    return known, sessions


def halved(recording: Recording) -> list[Recording]:
    """Its halves, which do not overlap, where each is long enough to be remembered."""
    middle = len(recording.vectors) // 2
    if middle < LEAST_WINDOWS + OVERLAPPING:
        return [recording]
    halves = (slice(middle), slice(middle + OVERLAPPING, None))
    return [
        replace(
            recording,
            name=f"{recording.name} {number}",
            vectors=recording.vectors[part],
            narrow=recording.narrow[part],
        )
        for number, part in enumerate(halves, start=1)
    ]


def joined(recordings: Sequence[Recording]) -> tuple[Vectors, NDArray[np.bool_]]:
    """All windows, one recording after the other, and which of them are narrow."""
    narrow = np.concatenate([one.narrow for one in recordings])
    return np.concatenate([one.vectors for one in recordings]), narrow


def likeness(session: Session, known: Known) -> float:
    """The highest cosine at any time: a name that was given once stays."""
    prints = {id(one): one for after in session.prints for one in after}
    return max(float(one.vector @ known.print.vector) for one in prints.values())


def is_tried(session: Session, known: Known) -> bool:
    """Whether it is known if they are the same person, and they are not the same sound."""
    if session.person == known.person:
        return not session.names & known.names
    return session.kin != known.kin


def share(part: int, whole: int) -> str:
    """The count, and what share it is."""
    return f"{part} of {whole} ({100 * part / max(1, whole):.1f} %)"


def sweep(found: Sequence[Recording], half: str) -> Iterator[str]:
    """Tables: sessions in which somebody is recognised, from which cosine on."""
    known, sessions = dealt(half_of(found, half), narrow_too=True)
    own: dict[str, list[float]] = defaultdict(list)
    strange: dict[str, list[tuple[float, str]]] = defaultdict(list)
    for session, one in product(sessions, known):
        if is_tried(session, one):
            how, cosine = f"{one.sounds} > {session.sounds}", likeness(session, one)
            if one.person == session.person:
                own[how].append(cosine)
            else:
                strange[how].append((cosine, f"{one.person} / {session.person}"))
    yield f"{len(known)} remembered, {len(sessions)} sessions\n"
    limits = [f"{limit:.2f}" for limit in LIMITS]
    yield f"| remembered > heard | whom | {' | '.join(limits)} | median | most alike |"
    yield f"|---|---|{'---|' * len(limits)}---|---|"
    for how in sorted(strange):
        own_row = own.get(how, [])
        if own_row:
            parts = [share(sum(x >= limit for x in own_row), len(own_row)) for limit in LIMITS]
            yield f"| {how} | own | {' | '.join(parts)} | {np.median(own_row):.3f} | |"
        cosines = [cosine for cosine, _ in strange[how]]
        parts = [share(sum(x >= limit for x in cosines), len(cosines)) for limit in LIMITS]
        most = ", ".join(f"{cosine:.3f} {who}" for cosine, who in sorted(strange[how])[:-4:-1])
        middle, spread = float(np.median(cosines)), float(np.std(cosines))
        yield f"| | strangers | {' | '.join(parts)} | {middle:.3f} (sd {spread:.3f}) | {most} |"


def verdict(found: Sequence[Recording], half: str) -> Iterator[str]:
    """What the rule in use says where all people of the half are remembered at once.

    Each session is heard twice: with its own person among them, and without.
    """
    known, sessions = dealt(half_of(found, half))
    counts: dict[tuple[str, str], int] = defaultdict(int)
    leads: list[float] = []
    for sounds in sorted({one.sounds for one in known}):
        for session in sessions:
            tried = [one for one in known if one.sounds == sounds and is_tried(session, one)]
            others = [one for one in tried if one.person != session.person]
            for whom, gallery in (("own", tried), ("strangers", others)):
                if whom == "own" and len(tried) == len(others):
                    continue
                name = named(session, gallery)
                said = "right" if name == session.person else "wrong" if name else "nobody"
                counts[f"{sounds} > {session.sounds}, {whom}", said] += 1
                if said == "right" and others:
                    (own,) = (one for one in tried if one not in others)
                    best = max(likeness(session, one) for one in others)
                    leads.append(likeness(session, own) - best)
    yield f"\nin use: {RECOGNISED}, {AHEAD} ahead, from {LEAST_WINDOWS} windows on"
    yield f"the right one was ahead of the others by {min(leads):.3f} at the least"
    for who in sorted({who for who, _ in counts}):
        yield f"{who}: " + ", ".join(f"{counts[who, x]} {x}" for x in ("right", "nobody", "wrong"))


def named(session: Session, gallery: Sequence[Known]) -> str | None:
    """The name that the host gives, if it gives one."""
    remembered = [RememberedVoice(one.person, "", one.print.vector) for one in gallery]
    names = (recognised(one, remembered) for after in session.prints for one in after)
    return next((name for name in names if name), None)
