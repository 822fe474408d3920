"""What the command line chooses for the first pass."""

from pathlib import Path
from typing import Final

from wlk_host.backends.checkpoints.end_of_word import load_end_of_word
from wlk_host.core.live.alignatt_pass import LiveOptions
from wlk_host.core.live.end_of_word import EndOfWord, by_next_token, never

_RULES: Final[dict[str, EndOfWord]] = {"next": by_next_token, "never": never}


def live_options(beams: int | None, rolling: int | None, end_of_word: str | None) -> LiveOptions:
    """The options of `--beams N`, `--rolling N` and `--end-of-word next|never|FILE`.

    None is for what was not chosen: it stays as it is by default.

    Raises:
        WlkError: `end_of_word_unreadable`.
    """
    usual = LiveOptions()
    return LiveOptions(
        beams=usual.beams if beams is None else beams,
        rolling=usual.rolling if rolling is None else rolling,
        end_of_word=usual.end_of_word if end_of_word is None else _rule(end_of_word),
    )


def _rule(name: str) -> EndOfWord:
    return _RULES.get(name) or load_end_of_word(Path(name))
