"""What the command line of `caption` and `bench` says of a session."""

import argparse
from pathlib import Path
from typing import Final

from wlk_host.backends.checkpoints.end_of_word import load_end_of_word
from wlk_host.backends.checkpoints.heads import parse
from wlk_host.backends.choice import choose
from wlk_host.backends.service.client import Endpoint, endpoint
from wlk_host.core.errors import WlkError
from wlk_host.core.live.alignatt_pass import LiveOptions
from wlk_host.core.live.end_of_word import EndOfWord, by_next_token, never
from wlk_host.core.options import SessionOptions
from wlk_host.models import store
from wlk_host.models.catalog import SPEAKERS

_SERVICE: Final = "openai-api"

_RULES: Final[dict[str, EndOfWord]] = {"next": by_next_token, "never": never}


def session_options(arguments: argparse.Namespace) -> SessionOptions:
    """What a user chose.

    Raises:
        WlkError: `backend_unavailable`, `heads_invalid`, and what `store.require` raises where
            speakers are to be told apart.
    """
    heads = arguments.alignment_heads
    if heads is not None:
        parse(heads)
        if arguments.model is None:
            raise WlkError(
                code="heads_invalid",
                message=f"got alignment heads {heads} without the model that they belong to",
                hint="name it with --model",
            )
    if arguments.speakers:
        store.require(SPEAKERS)
    return SessionOptions(
        language=arguments.language,
        task=arguments.task,
        model=arguments.model,
        policy=arguments.policy,
        translate_to=arguments.translate,
        translator=arguments.translator,
        prompt=arguments.prompt,
        backend=None if arguments.backend == _SERVICE else choose(arguments.backend),
        alignment_heads=heads,
        speakers=arguments.speakers,
    )


def service(arguments: argparse.Namespace) -> Endpoint | None:
    """Where the sound is to be sent; None where it stays here.

    Raises:
        WlkError: those of `service.client.endpoint`.
    """
    return endpoint() if arguments.backend == _SERVICE else None


def live_options(beams: int, rolling: int, end_of_word: str) -> LiveOptions:
    """The options of `--beams N`, `--rolling N` and `--end-of-word next|never|FILE`.

    Raises:
        WlkError: `end_of_word_unreadable`.
    """
    rule = _RULES.get(end_of_word) or load_end_of_word(Path(end_of_word))
    return LiveOptions(beams=beams, rolling=rolling, end_of_word=rule)
