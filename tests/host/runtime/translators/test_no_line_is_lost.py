"""10,000 lines through the real process, which dies at times: each is translated once, in order."""

import os
import random
import sys
from collections import Counter
from pathlib import Path

import pytest

from wlk_host.core.errors import WlkError
from wlk_host.core.translation.lines import LineTranslations
from wlk_host.core.translation.translators import TranslationRequest
from wlk_host.core.types import SAMPLE_RATE, CaptionUpdate, Line, Sample
from wlk_host.runtime.translators.process import TranslatorProcess

TESTS = Path(__file__).parents[3]
N_LINES = 10_000
WORDS = ("When", "it", "rains", "we", "stay", "at", "home", "and", "read", "Yes")
DEATHS = 12


def lines(seed: int) -> list[Line]:
    """One after the other; some end a sentence and some do not."""
    chance = random.Random(seed)
    made = []
    for number in range(N_LINES):
        text = " ".join(chance.choices(WORDS, k=chance.randint(1, 12)))
        start = number * 4 * SAMPLE_RATE
        end = start + 3 * SAMPLE_RATE
        made.append(Line(start, start, end, text + chance.choice(("", ".", "?")), "final", "en"))
    return made


def test_each_is_translated_once_and_in_order_though_the_process_dies(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(TESTS), *sys.path]))
    service = TranslatorProcess((sys.executable, "-m", "host.runtime.scripted_translators"))
    chance, waiting, translations = random.Random(3), lines(4), LineTranslations("pt")
    dies_at = set(chance.sample(range(N_LINES), DEATHS))
    told: list[Sample] = []
    deaths: list[str] = []
    given = 0
    try:
        while given < N_LINES or translations.has_final_waiting:
            # They come one by one and in bursts.
            burst = waiting[given : given + chance.choice((1, 2, 5, 9))]
            given += len(burst)
            translations.take(CaptionUpdate(given, tuple(burst), None, 0), given)
            while (batch := translations.next_batch()) is not None and batch.state == "final":
                crash = not dies_at.isdisjoint(range(given - len(burst), given))
                dies_at -= set(range(given - len(burst), given))
                translator = "crashes" if crash else "upper"
                request = TranslationRequest(translator, "en", "pt", batch.texts, batch.context)
                try:
                    texts = service.translate(request)
                except WlkError as error:
                    deaths.append(error.code)
                    translations.fail(batch)
                    continue
                update = translations.deliver(batch, texts)
                for line in update.lines if update else ():
                    assert line.translation is not None
                    assert line.translation.state == "final"
                    told.append(line.id)
    finally:
        service.release()
    assert deaths == ["translator_died"] * DEATHS
    assert max(Counter(told).values()) == 1
    assert told == [line.id for line in waiting]
