"""NLLB-200 with the models of `nllw`, an extra, but without its streaming.

nllw 0.1.6 drops sentences of one or two words and every sentence without spaces. It refuses a sixth
of Whisper's language codes, downloads into the current folder and prints to stdout. It keeps one
growing buffer, and a reset discards what was not translated yet. All of that is in its
`OnlineTranslation`. Lines are short and translated whole here, so only its `TranslationModel` is
used: weights from a folder, and a tokenizer for each source language.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, Literal

import nllw
import transformers

from wlk_host.backends.translators.ct2 import load_weights
from wlk_host.backends.translators.description import broken
from wlk_host.core.errors import WlkError
from wlk_host.core.translation import nllb_codes
from wlk_host.core.translation.clauses import by_sentence

Backend = Literal["ctranslate2", "transformers"]

_MOST_TOKENS_PER_TOKEN: Final = 3
_MOST_TOKENS: Final = 256
"""The most tokens of a sentence's translation, at which a loop ends."""


class NllwTranslator:
    """A `core.translation.translators.Translator` with an NLLB-200 model.

    Args:
        folder: weights and tokenizer, as `models.nllb` installs them.
        backend: the one of nllw's two backends that the weights are for.

    Raises:
        WlkError: `translator_broken`.
    """

    def __init__(self, folder: Path, backend: Backend) -> None:
        weights = load_weights(folder) if backend == "ctranslate2" else _load_weights(folder)
        self._model = nllw.TranslationModel(
            translator=weights, device="cpu", backend_type=backend, model_name=str(folder)
        )

    def translate(
        self,
        texts: Sequence[str],
        source: str,
        target: str,
        context: str,  # noqa: ARG002 - it translates single sentences
    ) -> list[str]:
        """One translation for each text; see `core.translation.translators.Translator`."""
        from_code, into_code = nllb_codes.source_code(source), nllb_codes.target_code(target)
        if from_code is None or into_code is None:
            raise WlkError(
                code="translation_unsupported",
                message=f"NLLB-200 does not translate from {source} into {target}",
                hint="choose another language",
            )
        tokenizer = self._model.get_tokenizer(from_code)
        translate = self._by_ctranslate2 if self._uses_ctranslate2 else self._by_transformers
        return by_sentence(
            texts, lambda sentences: translate(tokenizer, sentences, into_code), source
        )

    @property
    def _uses_ctranslate2(self) -> bool:
        return bool(self._model.backend_type == "ctranslate2")

    def _by_ctranslate2(self, tokenizer: Any, texts: list[str], into_code: str) -> list[str]:
        sources = [tokenizer.convert_ids_to_tokens(ids) for ids in tokenizer(texts)["input_ids"]]
        results = self._model.translator.translate_batch(
            sources,
            target_prefix=[[into_code]] * len(sources),
            beam_size=1,
            max_decoding_length=_most_tokens(sources),
        )
        ids = [tokenizer.convert_tokens_to_ids(r.hypotheses[0][1:]) for r in results]
        found: list[str] = tokenizer.batch_decode(ids, skip_special_tokens=True)
        return found

    def _by_transformers(self, tokenizer: Any, texts: list[str], into_code: str) -> list[str]:
        inputs = tokenizer(texts, return_tensors="pt", padding=True)
        outputs = self._model.translator.generate(
            **inputs,
            forced_bos_token_id=tokenizer.convert_tokens_to_ids(into_code),
            num_beams=1,
            do_sample=False,
            max_new_tokens=_most_tokens(inputs["input_ids"]),
        )
        found: list[str] = tokenizer.batch_decode(outputs, skip_special_tokens=True)
        return found


def _most_tokens(sources: Sequence[Sequence[object]]) -> int:
    return min(_MOST_TOKENS_PER_TOKEN * max(map(len, sources)) + 20, _MOST_TOKENS)


def _load_weights(folder: Path) -> Any:
    try:
        return transformers.AutoModelForSeq2SeqLM.from_pretrained(folder, local_files_only=True)
    except (OSError, ValueError, RuntimeError) as error:
        raise broken(folder, str(error)) from error
