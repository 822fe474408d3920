"""What a folder with a CTranslate2 translation model holds, read without its weights.

OPUS-MT, M2M-100, NLLB and MADLAD differ in how the languages are specified, which their vocabulary
shows (OpenNMT/CTranslate2 documentation, "Transformers").
"""

import re
from enum import Enum
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from wlk_host.core.errors import WlkError
from wlk_host.core.languages import base_of
from wlk_host.core.translation import m2m_codes, nllb_codes, supported
from wlk_host.json_files import read_json

_SIGNS: Final = frozenset(("<s>", "</s>", "<pad>", "<unk>"))
_NLLB_CODE: Final = re.compile(r"[a-z]{3}_[A-Z][a-z]{3}")

_VOCABULARIES: Final = ("shared_vocabulary", "target_vocabulary", "source_vocabulary")
_PAIR: Final = re.compile(r"(?:^|[-_])([a-z]{2,3})[-_]([a-z]{2,3}(?:-[A-Z]{2})?)$")


class Family(Enum):
    """How the source and the target language of a model are specified."""

    PAIR = "made for one pair"
    M2M = "__en__ in front of source and target"
    NLLB = "eng_Latn in front of source and target"
    MADLAD = "<2en> in front of the source"


class Description:
    """A model folder: an Argos package (its weights may lie in `model`), or any conversion.

    Raises:
        WlkError: `translator_broken`.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        inner = folder / "model"
        self.weights = inner if (inner / "model.bin").is_file() else folder
        if not (self.weights / "model.bin").is_file():
            raise broken(folder, "it lacks model.bin")

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """All tokens of source and target."""
        tokens = set[str]()
        for stem in _VOCABULARIES:
            if (path := self.weights / f"{stem}.json").is_file():
                tokens.update(_read_tokens(self.folder, path))
            elif (path := self.weights / f"{stem}.txt").is_file():
                tokens.update(_read(self.folder, path).splitlines())
        if not tokens:
            raise broken(self.folder, "it has no vocabulary")
        return frozenset(tokens)

    @cached_property
    def family(self) -> Family:
        """How the languages are specified."""
        signs = {"eng_Latn": Family.NLLB, "__en__": Family.M2M, "<2en>": Family.MADLAD}
        return next((f for sign, f in signs.items() if sign in self.vocabulary), Family.PAIR)

    @cached_property
    def ends_source(self) -> bool:
        """Whether the end of a sentence has to be added to its tokens.

        Argos packages are made for sources without one. Of all others CTranslate2 may add it.
        """
        return not self._is_package and not self._config.get("add_source_eos", False)

    def supports(self, source: str | None, target: str) -> bool:
        """Whether the model knows both languages."""
        if self.family is Family.PAIR:
            return self._is_pair(source, target)
        has_source = source is None or self.family is Family.MADLAD or self.source_tag(source)
        return bool(has_source) and self.target_tag(target) is not None

    def source_tag(self, language: str) -> str | None:
        """The token for a language that is spoken; None if there is none."""
        match self.family:
            case Family.NLLB:
                return self._known(nllb_codes.source_code(language))
            case Family.M2M:
                code = m2m_codes.source_code(language)
                return None if code is None else self._known(f"__{code}__")
        return None

    def target_tag(self, language: str) -> str | None:
        """The token for a language to translate into; None if there is none."""
        match self.family:
            case Family.NLLB:
                return self._known(nllb_codes.target_code(language))
            case Family.M2M:
                code = m2m_codes.target_code(language)
                return None if code is None else self._known(f"__{code}__")
            case Family.MADLAD:
                tags = (f"<2{code}>" for code in (language.replace("-", "_"), base_of(language)))
                return next((tag for tag in tags if tag in self.vocabulary), None)
        return None

    def is_sign(self, token: str) -> bool:
        """Whether a token stands for a language or an end instead of letters."""
        if token in _SIGNS:
            return True
        match self.family:
            case Family.NLLB:
                return _NLLB_CODE.fullmatch(token) is not None
            case Family.M2M:
                return token.startswith("__") and token.endswith("__")
            case Family.MADLAD:
                return token.startswith("<2") and token.endswith(">")
        return False

    @property
    def _is_package(self) -> bool:
        return (self.folder / "metadata.json").is_file()

    @cached_property
    def _config(self) -> dict[str, Any]:
        """What `config.json` says; models of older versions have none."""
        path = self.weights / "config.json"
        return _read_object(self.folder, path) if path.is_file() else {}

    def _known(self, token: str | None) -> str | None:
        return token if token in self.vocabulary else None

    def _is_pair(self, source: str | None, target: str) -> bool:
        """Whether the languages are those of the package, or of the folder's name. A folder
        without languages is taken for a model of any."""
        if self._is_package:
            facts = _read_object(self.folder, self.folder / "metadata.json")
            pair = (facts.get("from_code"), facts.get("to_code"))
        else:
            found = _PAIR.search(self.folder.name)
            pair = (found[1], found[2]) if found else (None, None)
        one, other = pair
        if not isinstance(one, str) or not isinstance(other, str):
            return True
        return supported.pair(_BCP.get(one, one), _BCP.get(other, other))(source, target)


_BCP: Final = {"zt": "zh-TW", "pb": "pt-BR"}
"""Codes of Argos alone."""


def broken(folder: Path, reason: str) -> WlkError:
    """The error for a folder that is not a usable model."""
    return WlkError(
        code="translator_broken",
        message=f"cannot use the translation model in {folder}: {reason}",
        hint="install it again, or convert it again with ct2-transformers-converter, including the "
        "tokenizer's files",
    )


def _read_tokens(folder: Path, path: Path) -> list[str]:
    tokens = _read_json(folder, path)
    if not isinstance(tokens, list) or not all(isinstance(token, str) for token in tokens):
        raise broken(folder, f"{path.name} is no list of tokens")
    return tokens


def _read_object(folder: Path, path: Path) -> dict[str, Any]:
    found = _read_json(folder, path)
    if not isinstance(found, dict):
        raise broken(folder, f"{path.name}: got {type(found).__name__}, expected object")
    return found


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
