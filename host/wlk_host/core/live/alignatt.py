"""AlignAtt: a word is settled once the decoder no longer needs the newest sound for it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from wlk_host.core.ports import DecodeStep, Task, Token
from wlk_host.core.types import EncoderFrames
from wlk_host.core.words import UNKNOWN, Decode, begins_word, group_words, is_closing, is_whole

_LONGEST_LOOP: Final = 24
"""Tokens of the longest phrase that is recognised as repeating."""

_LOOP_FRAMES: Final[EncoderFrames] = 4
"""A repetition that moves on by less (80 ms) a token was not spoken."""

_REWIND_FRAMES: Final[EncoderFrames] = 20
"""Looking back further than this (0.4 s) is no hesitation."""

_REWOUND_TOKENS: Final = 2

_RETOLD_TOKENS: Final = 3
"""Tokens in a row, said before, with which a translation starts over on the same sound."""

_MOST_REPEATS: Final = 4
"""Times a phrase may follow itself in one step, wherever it attends."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What one step made of a window.

    Attributes:
        committed: the steps of each word that is settled.
        draft: those of each word that may still change.
        looped: the decoder repeated itself, or went back, and was stopped.
    """

    committed: list[list[DecodeStep]]
    draft: list[list[DecodeStep]]
    looped: bool


def decide(
    steps: Iterable[DecodeStep],
    history: Sequence[DecodeStep],
    n_frames: EncoderFrames,
    margin: EncoderFrames,
    budget: int,
    decode: Decode,
    task: Task,
    hold_last: bool = False,
) -> Decision:
    """Split what the decoder says into settled words and a draft.

    AlignAtt (Papi et al., 2023): a token that attends within `margin` frames of the
    end may still change, so it waits, and with it all that follow. Only whole words
    are settled; one whose next token is not known yet waits as well.

    Args:
        steps: lazy; each pull is one forward pass.
        history: the settled steps before them, for recognising repetitions.
        n_frames: of real sound, without padding.
        margin: left unread; larger is steadier and later. 0 settles everything.
        budget: tokens pulled at the most.
        decode: tokens to text.
        task: of the decoder. A translation's words come in another order than the sound.
        hold_last: have the last of the words that would be settled wait as well.
    """
    spaced, reordered = task.is_spaced, task.kind == "translate"
    taken: list[DecodeStep] = []
    n_stable: int | None = None
    n_looped = 0
    recent = history[-2 * _LONGEST_LOOP :]
    for step in steps:
        if n_stable is None and margin and n_frames - step.frame <= margin:
            n_stable = len(taken)
        taken.append(step)
        said = [*recent, *taken]
        n_rewound = retold_length(said, decode) if reordered else rewind_length(said)
        n_looped = loop_length(said, decode) or n_rewound
        if n_looped or len(taken) >= budget:
            break
    n_looped = min(n_looped, len(taken))
    is_guess = n_stable is not None
    ended = bool(n_looped) or len(taken) < budget
    taken = _complete(taken[: len(taken) - n_looped], decode)
    if n_stable is None and ended:
        n_stable = n_whole = len(taken)
    else:
        n_stable = len(taken) if n_stable is None else min(n_stable, len(taken))
        n_whole = _whole_words(taken[:n_stable], taken[n_stable:], decode, spaced)
    if hold_last and not n_looped:
        n_whole = min(n_whole, _last_word(taken[:n_stable], decode, spaced))
    return Decision(
        group_words(taken[:n_whole], decode, spaced),
        group_words(taken[n_whole:], decode, spaced),
        # A translation guesses at what it has not heard yet, and may say it twice.
        bool(n_looped) and not (reordered and is_guess),
    )


def _complete(steps: list[DecodeStep], decode: Decode) -> list[DecodeStep]:
    """The steps without the first bytes of a character at their end."""
    n = len(steps)
    while n and not is_whole(decode([step.token for step in steps[:n]])):
        n -= 1
    return steps[:n]


def _last_word(steps: list[DecodeStep], decode: Decode, spaced: bool) -> int:
    """Where the last word begins."""
    return sum(len(word) for word in group_words(steps, decode, spaced)[:-1])


def _whole_words(
    stable: list[DecodeStep], rest: list[DecodeStep], decode: Decode, spaced: bool
) -> int:
    """How many of the stable steps end with a whole word, given what follows them."""
    n = len(stable)
    following = rest[0] if rest else None
    while n:
        text = decode([step.token for step in stable[:n]])
        next_text = decode([following.token]) if following else ""
        if is_whole(text) and (begins_word(next_text, spaced) or is_closing(next_text)):
            return n
        n -= 1
        following = stable[n]
    return 0


def loop_length(steps: Sequence[DecodeStep], decode: Decode) -> int:
    """Tokens at the end that repeat those before them without having been spoken.

    Case and punctuation do not count. Words that a speaker really repeats attend to
    later sound, and take about as long as the first time.
    """
    spoken = [(i, key) for i, step in enumerate(steps) if (key := _key(step, decode)) != ""]
    keys = [key for _, key in spoken]
    for n in range(1, min(_LONGEST_LOOP, len(keys) // 2) + 1):
        if keys[-n:] != keys[-2 * n : -n]:
            continue
        again = [steps[i].frame for i, _ in spoken[-n:]]
        before = [steps[i].frame for i, _ in spoken[-2 * n : -n]]
        looked_back = n > 1 and again[0] <= before[-1]
        least = max(_LOOP_FRAMES * n, (before[-1] - before[0]) // 2)
        stood_still = again[-1] - before[-1] < least
        if looked_back or stood_still or _n_repeats(keys, n) > _MOST_REPEATS:
            return len(steps) - spoken[-n][0]
    return 0


def rewind_length(steps: Sequence[DecodeStep]) -> int:
    """Tokens at the end that look back at sound which earlier ones have settled.

    A single one can be a slip of the attention; two in a row start over on the same sound.
    """
    if len(steps) <= _REWOUND_TOKENS:
        return 0
    furthest = max(step.frame for step in steps[:-_REWOUND_TOKENS])
    rewound = all(furthest - step.frame > _REWIND_FRAMES for step in steps[-_REWOUND_TOKENS:])
    return _REWOUND_TOKENS if rewound else 0


def retold_length(steps: Sequence[DecodeStep], decode: Decode) -> int:
    """Tokens at the end that look back and say again what was said before them.

    A translation looks back and forth, since its words come in another order. It starts over
    only where it looks back for the same words.
    """
    spoken = [(step, key) for step in steps if (key := _key(step, decode)) != ""]
    n = _RETOLD_TOKENS
    before, again = spoken[:-n], spoken[-n:]
    if len(before) < n or steps[-1] is not again[-1][0]:
        return 0
    furthest = max(step.frame for step, _ in before)
    if any(furthest - step.frame <= _REWIND_FRAMES for step, _ in again):
        return 0
    keys, phrase = [key for _, key in before], [key for _, key in again]
    is_retold = any(keys[i : i + n] == phrase for i in range(len(keys) - n + 1))
    return len(steps) - steps.index(again[0][0]) if is_retold else 0


def _key(step: DecodeStep, decode: Decode) -> str | Token:
    """What makes two tokens the same; nothing where it is punctuation.

    Parts of a character look all alike as text.
    """
    text = decode([step.token])
    if UNKNOWN in text:
        return step.token
    return "" if is_closing(text) else text.strip().casefold()


def _n_repeats(keys: Sequence[str | Token], n: int) -> int:
    """How often the last `n` keys follow themselves at the end."""
    phrase = keys[-n:]
    repeats = 1
    while keys[len(keys) - (repeats + 1) * n : len(keys) - repeats * n] == phrase:
        repeats += 1
    return repeats
