"""The one engine for CTranslate2 models: OPUS-MT and Argos packages, M2M-100, NLLB, MADLAD."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import ctranslate2

from wlk_host.backends.translators.description import Description, Family, broken
from wlk_host.backends.translators.pieces import read_pieces
from wlk_host.core.errors import WlkError
from wlk_host.core.translation.clauses import by_sentence

_THREADS: Final = 2
_MOST_TOKENS_PER_TOKEN: Final = 3
_MOST_TOKENS: Final = 256
"""The most tokens of a sentence's translation, at which a loop ends."""

_LONGEST_SOURCE: Final = 400
"""Tokens of a sentence; the models were trained on fewer, and their positions end at 512."""

_END: Final = "</s>"


class CTranslator:
    """A `core.translation.translators.Translator` with a CTranslate2 model.

    Args:
        model: describes its folder.
        beams: the beam size of the search.

    Raises:
        WlkError: `translator_broken`.
    """

    def __init__(self, model: Description, beams: int = 2) -> None:
        self._model = model
        self._beams = beams
        # What is wrong with them is found out now.
        self._family, self._ends_source = model.family, model.ends_source
        self._pieces = read_pieces(model.folder)
        self._weights = load_weights(model.weights)

    def translate(
        self,
        texts: Sequence[str],
        source: str,
        target: str,
        context: str,  # noqa: ARG002 - it translates single sentences
    ) -> list[str]:
        """One translation for each text; see `core.translation.translators.Translator`.

        Raises:
            WlkError: `translation_unsupported`.
        """
        if not self._model.supports(source, target):
            raise WlkError(
                code="translation_unsupported",
                message=f"{self._model.folder.name} does not translate from {source} into {target}",
                hint="choose another language",
            )
        prefixed = self._family in (Family.M2M, Family.NLLB)
        tag = self._model.target_tag(target) if prefixed else None
        prefix = [] if tag is None else [tag]

        def translate(sentences: list[str]) -> list[str]:
            sources = [self._tokens(text, source, target) for text in sentences]
            results = self._weights.translate_batch(
                sources,
                target_prefix=[prefix] * len(sources) if prefix else None,
                beam_size=self._beams,
                max_input_length=0,
                max_decoding_length=_most_tokens(sources),
                replace_unknowns=not prefixed,
            )
            return [self._text(found.hypotheses[0][len(prefix) :]) for found in results]

        return by_sentence(texts, translate, source)

    def _text(self, tokens: list[str]) -> str:
        return self._pieces.decode([token for token in tokens if not self._model.is_sign(token)])

    def _tokens(self, text: str, source: str, target: str) -> list[str]:
        tags = {
            Family.PAIR: None,
            Family.M2M: self._model.source_tag(source),
            Family.NLLB: self._model.source_tag(source),
            Family.MADLAD: self._model.target_tag(target),
        }
        tag = tags[self._family]
        end = [_END] if self._ends_source else []
        return [*([tag] if tag else []), *self._pieces.encode(text)[:_LONGEST_SOURCE], *end]


def load_weights(folder: Path) -> Any:
    """The weights of a CTranslate2 folder, on the processor.

    Raises:
        WlkError: `translator_broken`.
    """
    try:
        return ctranslate2.Translator(str(folder), device="cpu", intra_threads=_THREADS)
    except (RuntimeError, ValueError) as error:
        raise broken(folder, str(error)) from error


def _most_tokens(sources: Sequence[Sequence[str]]) -> int:
    return min(_MOST_TOKENS_PER_TOKEN * max(map(len, sources)) + 20, _MOST_TOKENS)
