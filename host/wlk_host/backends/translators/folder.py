"""Any translation model in CTranslate2's format, by its folder: OPUS-MT, M2M-100, NLLB, MADLAD.

They differ in how the languages are specified, which their vocabulary shows (OpenNMT/CTranslate2
documentation, "Transformers").
"""

import re
from collections.abc import Callable, Sequence
from enum import Enum
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import ctranslate2

from wlk_host.backends.translators import nllb_codes
from wlk_host.core.errors import WlkError
from wlk_host.core.languages import base_of, same_language
from wlk_host.core.translation.clauses import by_sentence
from wlk_host.json_files import read_json

_END: Final = "</s>"
_THREADS: Final = 2
_MOST_TOKENS_PER_TOKEN: Final = 3
_MOST_TOKENS: Final = 256
"""The most tokens of a sentence's translation, at which a loop ends."""

_TARGET_VOCABULARIES: Final = ("shared_vocabulary", "target_vocabulary", "source_vocabulary")
_PAIR: Final = re.compile(r"(?:^|[-_])([a-z]{2,3})[-_]([a-z]{2,3})$")


class Family(Enum):
    """How the source and the target language of a model are specified."""

    MARIAN = "made for one pair"
    M2M = "__en__ in front of source and target"
    NLLB = "eng_Latn in front of source and target"
    MADLAD = "<2en> in front of the source"


class FolderModel:
    """A description of a model folder, read without loading the weights.

    Raises:
        WlkError: `translator_broken`.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        missing = [name for name in ("model.bin", "config.json") if not (folder / name).is_file()]
        if missing:
            raise broken(folder, f"it lacks {', '.join(missing)}")

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """All tokens of source and target."""
        tokens = set[str]()
        for stem in _TARGET_VOCABULARIES:
            if (path := self.folder / f"{stem}.json").is_file():
                tokens.update(_read_tokens(self.folder, path))
            elif (path := self.folder / f"{stem}.txt").is_file():
                tokens.update(_read(self.folder, path).splitlines())
        if not tokens:
            raise broken(self.folder, "it has no vocabulary")
        return frozenset(tokens)

    @cached_property
    def config(self) -> dict[str, Any]:
        """What the folder's `config.json` says."""
        found = _read_json(self.folder, self.folder / "config.json")
        if not isinstance(found, dict):
            raise broken(self.folder, f"config.json: got {type(found).__name__}, expected object")
        return found

    @cached_property
    def family(self) -> Family:
        """How the languages are specified."""
        signs = {"eng_Latn": Family.NLLB, "__en__": Family.M2M, "<2en>": Family.MADLAD}
        return next((f for sign, f in signs.items() if sign in self.vocabulary), Family.MARIAN)

    def supports(self, source: str | None, target: str) -> bool:
        """Whether the model knows both languages."""
        if self.family is Family.MARIAN:
            return self._is_pair(source, target)
        has_source = source is None or self.family is Family.MADLAD or self.tag(source) is not None
        return has_source and self.tag(target) is not None

    def tag(self, language: str) -> str | None:
        """The token for the language; None if there is none."""
        if self.family is Family.NLLB:
            code = nllb_codes.source_code(language)
            return code if code in self.vocabulary else None
        form = "<2{}>" if self.family is Family.MADLAD else "__{}__"
        codes = (language.replace("-", "_"), base_of(language))
        tags = (form.format({"jw": "jv", "nb": "no"}.get(code, code)) for code in codes)
        return next((tag for tag in tags if tag in self.vocabulary), None)

    def _is_pair(self, source: str | None, target: str) -> bool:
        """Whether the folder's name ("opus-mt-en-de") fits. One without languages always does."""
        found = _PAIR.search(self.folder.name)
        if found is None:
            return True
        is_source = source is None or same_language(source, found[1])
        return is_source and same_language(target, found[2])


class FolderTranslator:
    """A `core.translation.translators.Translator` with a CTranslate2 folder.

    Args:
        model: describes the folder.
        beams: the beam size of the search.

    Raises:
        WlkError: `translator_broken`.
    """

    def __init__(self, model: FolderModel, beams: int = 2) -> None:
        self._model = model
        self._beams = beams
        self._config = model.config
        self._encode, self._decode = _tokenizers(model.folder)
        self._translator = load_translator(model.folder)

    def translate(
        self,
        texts: Sequence[str],
        source: str,
        target: str,
        context: str,  # noqa: ARG002 - it translates single sentences
    ) -> list[str]:
        """One translation for each text; see `core.translation.translators.Translator`."""

        def translate(sentences: list[str]) -> list[str]:
            sources = [self._tokens(text, source, target) for text in sentences]
            prefixed = self._model.family in (Family.M2M, Family.NLLB)
            prefix = [self._model.tag(target)] if prefixed else []
            results = self._translator.translate_batch(
                sources,
                target_prefix=[prefix] * len(sources) if prefix else None,
                beam_size=self._beams,
                max_decoding_length=min(
                    _MOST_TOKENS_PER_TOKEN * max(map(len, sources)) + 20, _MOST_TOKENS
                ),
            )
            return [self._decode(found.hypotheses[0][len(prefix) :]) for found in results]

        return by_sentence(texts, translate, source)

    def _tokens(self, text: str, source: str, target: str) -> list[str]:
        tags = {
            Family.MARIAN: None,
            Family.M2M: self._model.tag(source),
            Family.NLLB: self._model.tag(source),
            Family.MADLAD: self._model.tag(target),
        }
        tag = tags[self._model.family]
        end = [] if self._config.get("add_source_eos") else [_END]
        return [*([tag] if tag else []), *self._encode(text), *end]


def load_translator(folder: Path) -> Any:
    """The weights of a CTranslate2 folder, on the processor.

    Raises:
        WlkError: `translator_broken`.
    """
    try:
        return ctranslate2.Translator(str(folder), device="cpu", intra_threads=_THREADS)
    except (RuntimeError, ValueError) as error:
        raise broken(folder, str(error)) from error


def broken(folder: Path, reason: str) -> WlkError:
    """The error for a folder that is not a usable model."""
    return WlkError(
        code="translator_broken",
        message=f"cannot use the translation model in {folder}: {reason}",
        hint="convert it again with ct2-transformers-converter, including the tokenizer's files",
    )


_Encode = Callable[[str], list[str]]
_Decode = Callable[[list[str]], str]


def _tokenizers(folder: Path) -> tuple[_Encode, _Decode]:
    """Functions from text to pieces for the source, and from pieces to text for the target."""
    names = ("sentencepiece.bpe.model", "spiece.model", "sentencepiece.model")
    shared = next((folder / name for name in names if (folder / name).is_file()), None)
    source, target = shared or folder / "source.spm", shared or folder / "target.spm"
    if source.is_file() and target.is_file():
        pieces_of, text_of = _sentencepiece(source), _sentencepiece(target)
        return (lambda text: list(pieces_of.encode(text, out_type=str))), text_of.decode
    if (folder / "tokenizer.json").is_file():
        return _fast_tokenizer(folder / "tokenizer.json")
    wanted = ", ".join((*names, "source.spm and target.spm", "tokenizer.json"))
    raise broken(folder, f"it has no tokenizer, expected one of: {wanted}")


def _sentencepiece(path: Path) -> Any:
    try:
        import sentencepiece  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise WlkError(
            code="translator_missing",
            message=f"{path.name} needs the package sentencepiece",
            hint="run: pip install sentencepiece",
        ) from error
    try:
        return sentencepiece.SentencePieceProcessor(model_file=str(path))
    except (OSError, RuntimeError) as error:
        raise broken(path.parent, f"{path.name}: {error}") from error


def _fast_tokenizer(path: Path) -> tuple[_Encode, _Decode]:
    # It imports tokenizers, which a folder with a SentencePiece model does not need.
    from wlk_host.backends.tokenizer_files import read_tokenizer  # noqa: PLC0415

    try:
        tokenizer = read_tokenizer(path)
    except ValueError as error:
        raise broken(path.parent, str(error)) from error

    def encode(text: str) -> list[str]:
        tokens: list[str] = tokenizer.encode(text, add_special_tokens=False).tokens
        return tokens

    def decode(tokens: list[str]) -> str:
        ids = [i for t in tokens if (i := tokenizer.token_to_id(t)) is not None]
        text: str = tokenizer.decode(ids)
        return text

    return encode, decode


def _read_tokens(folder: Path, path: Path) -> list[str]:
    tokens = _read_json(folder, path)
    if not isinstance(tokens, list) or not all(isinstance(token, str) for token in tokens):
        raise broken(folder, f"{path.name} is no list of tokens")
    return tokens


def _read(folder: Path, path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, ValueError) as error:
        raise broken(folder, f"{path.name}: {error}") from error


def _read_json(folder: Path, path: Path) -> Any:
    try:
        return read_json(path)
    except (OSError, ValueError) as error:
        raise broken(folder, f"{path.name}: {error}") from error
