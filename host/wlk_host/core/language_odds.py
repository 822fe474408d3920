"""What several sounds say about the language, taken together."""

from collections.abc import Mapping
from math import exp, log
from typing import Final, TypeAlias

from wlk_host.core.ports import LanguageOdds

Evidence: TypeAlias = Mapping[str, float]
"""Natural log of each language's probability. That of two sounds adds up."""

_LEAST: Final = 1e-6
"""Probability of whatever is less probable, so that one sound alone excludes nothing."""


def evidence_of(odds: LanguageOdds) -> Evidence:
    """What one sound says."""
    return {code: log(max(probability, _LEAST)) for code, probability in odds.items()}


def added(one: Evidence, other: Evidence) -> Evidence:
    """What two sounds say; nothing changes where one says nothing."""
    if not one or not other:
        return one or other
    least = log(_LEAST)
    codes = {**one, **other}
    return {code: one.get(code, least) + other.get(code, least) for code in codes}


def faded(evidence: Evidence, share: float) -> Evidence:
    """As if only that share of it had been heard."""
    return {code: value * share for code, value in evidence.items()}


def most_probable(evidence: Evidence) -> tuple[str, float]:
    """The language that most speaks for, and its probability among all. Of one at least."""
    best = max(evidence, key=evidence.__getitem__)
    return best, probability_of(best, evidence)


def probability_of(language: str, evidence: Evidence) -> float:
    """How probable that language is among all; 0 where nothing is said of it."""
    if language not in evidence:
        return 0.0
    return 1 / sum(exp(value - evidence[language]) for value in evidence.values())


def best_of(odds: LanguageOdds) -> tuple[str, float] | None:
    """The most probable language and its probability; None where there is none."""
    best = max(odds, key=odds.__getitem__, default=None)
    return None if best is None else (best, odds[best])
