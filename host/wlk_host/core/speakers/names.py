"""What speakers are called: "1", or "1+2" where two speak at the same time."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Final, TypeAlias

from wlk_host.core.types import Word

_AND: Final = "+"

WhoSpeaks: TypeAlias = Callable[[Sequence[Word]], Sequence[str | None]]
"""The speaker of each word; None where that is not known. The one whose turn it is comes first."""


def nobody(words: Sequence[Word]) -> list[str | None]:
    """For sessions that do not tell voices apart."""
    return [None] * len(words)


def joined(speakers: Iterable[str]) -> str | None:
    """One speaker out of several that speak at the same time; None out of none."""
    return _AND.join(speakers) or None


def parts(speaker: str) -> list[str]:
    """Each of those who speak."""
    return speaker.split(_AND)


def takeovers(speakers: Sequence[str | None]) -> list[bool]:
    """For each word, whether somebody else's turn begins there; unknown ones do not count."""
    found, before = [], None
    for speaker in speakers:
        turn_of = speaker and parts(speaker)[0]
        found.append(turn_of is not None and before not in (None, turn_of))
        before = turn_of or before
    return found


def of_line(speakers: Iterable[str | None]) -> str | None:
    """The speaker of a line by those of its words; None where nobody is known.

    It is who has the turn in most of them, and whoever is heard besides in at least half of these.
    """
    known = [parts(speaker) for speaker in speakers if speaker is not None]
    turns = Counter(first for first, *_ in known)
    if not turns:
        return None
    speaker = max(turns, key=turns.__getitem__)
    besides = Counter(one for word in known if speaker in word for one in word if one != speaker)
    others = [one for one, n in besides.items() if 2 * n >= len(known)]
    return joined(sorted([speaker, *others], key=lambda name: (len(name), name)))


def label(speaker: str) -> str:
    """A numbered speaker as files and terminals show it: "Speaker 1 and 2"."""
    *before, last = parts(speaker)
    return f"Speaker {', '.join(before)} and {last}" if before else f"Speaker {last}"
