"""What the command line chooses for the first pass."""

from pathlib import Path
from typing import Final

from wlk_host.backends.checkpoints.end_of_word import load_end_of_word
from wlk_host.core.live.alignatt_pass import LiveOptions
from wlk_host.core.live.end_of_word import EndOfWord, by_next_token, never

_RULES: Final[dict[str, EndOfWord]] = {"next": by_next_token, "never": never}


def live_options(beams: int, rolling: int, end_of_word: str) -> LiveOptions:
    """The options of `--beams N`, `--rolling N` and `--end-of-word next|never|FILE`.

    Raises:
        WlkError: `end_of_word_unreadable`.
    """
    rule = _RULES.get(end_of_word) or load_end_of_word(Path(end_of_word))
    return LiveOptions(beams=beams, rolling=rolling, end_of_word=rule)
