"""A session's options from the command line of `caption` and `bench`."""

import argparse
from dataclasses import replace
from pathlib import Path
from typing import Final

from wlk_host.backends.checkpoints.end_of_word import load_end_of_word
from wlk_host.backends.checkpoints.heads import parse
from wlk_host.backends.choice import choose, unmeasured
from wlk_host.backends.service.client import Endpoint, endpoint
from wlk_host.core.errors import WlkError
from wlk_host.core.live.alignatt_pass import LiveOptions
from wlk_host.core.live.end_of_word import EndOfWord, by_next_token, never
from wlk_host.core.options import SessionOptions
from wlk_host.protocol import convert
from wlk_host.runtime.loading import diarizers, diart

_SERVICE: Final = "openai-api"

_RULES: Final[dict[str, EndOfWord]] = {"next": by_next_token, "never": never}


def session_options(arguments: argparse.Namespace) -> SessionOptions:
    """The options that the user chose.

    Raises:
        WlkError: `option_invalid`, `backend_unavailable`, `heads_invalid`, and those of
            `diarizers.require` if speakers are to be told apart.
    """
    heads = arguments.alignment_heads
    if heads is not None:
        parse(heads)  # It says what is wrong better than the pattern does.
        if arguments.model is None:
            raise WlkError(
                code="heads_invalid",
                message=f"got the alignment heads {heads} without the model they belong to",
                hint="name the model with --model",
            )
    options = convert.chosen_options(vars(arguments))
    if arguments.diart_models is not None:
        options = replace(options, diart_models=diart.pair(arguments.diart_models))
    if options.speakers:
        diarizers.require(options)
    backend = None if arguments.wish == _SERVICE else choose(arguments.wish or unmeasured())
    return replace(options, backend=backend, prompt=arguments.prompt)


def service(arguments: argparse.Namespace) -> Endpoint | None:
    """The service to send the sound to; None if the sound stays here.

    Raises:
        WlkError: those of `service.client.endpoint`.
    """
    return endpoint() if arguments.wish == _SERVICE else None


def live_options(beams: int | None, rolling: int | None, end_of_word: str | None) -> LiveOptions:
    """The options of `--beams N`, `--rolling N` and `--end-of-word next|never|FILE`.

    None keeps the default.

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
