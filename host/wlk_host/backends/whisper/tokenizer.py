"""Whisper's tokenizer, read from a model folder's `tokenizer.json`."""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Final, Literal

from wlk_host.backends.tokenizer_files import read_tokenizer
from wlk_host.core.errors import WlkError
from wlk_host.core.ports import Task, Token

_N_TIMESTAMPS: Final = 1501


class WhisperTokenizer:
    """Text, specials and prompts. English-only models have no language and task tokens."""

    def __init__(self, folder: Path) -> None:
        path = folder / "tokenizer.json"
        try:
            self._tokenizer = read_tokenizer(path)
        except ValueError as error:
            raise WlkError(
                code="model_corrupt",
                message=f"the model in {folder} cannot be loaded: {error}",
                hint="download the model again, for example: wlk-host models download base",
            ) from error
        self.end_of_text: Token = self._special("<|endoftext|>")
        self.start: Token = self._special("<|startoftranscript|>")
        self.start_of_previous: Token = self._special("<|startofprev|>")
        self.no_timestamps: Token = self._special("<|notimestamps|>")
        self.vocabulary_size: int = self.no_timestamps + 1 + _N_TIMESTAMPS
        no_speech = self._tokenizer.token_to_id("<|nospeech|>")
        self.no_speech: Token = no_speech or self._special("<|nocaptions|>")

    @cached_property
    def languages(self) -> dict[str, Token]:
        """Language codes and their tokens."""
        if not self.multilingual:
            return {}
        translate = self._special("<|translate|>")
        ids = range(self.start + 1, translate)
        return {str(self._tokenizer.id_to_token(i))[2:-2]: i for i in ids}

    @cached_property
    def multilingual(self) -> bool:
        """Whether the vocabulary is the multilingual one (51865 tokens and more)."""
        return self.end_of_text == 50257

    def require_fit(self, n_vocab: int) -> None:
        """Check that it belongs to a model with this many tokens.

        Raises:
            WlkError: `model_corrupt`.
        """
        if self.vocabulary_size != n_vocab:
            raise WlkError(
                code="model_corrupt",
                message=f"the tokenizer has {self.vocabulary_size} tokens, the model {n_vocab}",
                hint="copy the tokenizer.json that the model was trained with into its folder",
            )

    def encode(self, text: str) -> list[Token]:
        """The tokens of ordinary text."""
        ids: list[Token] = self._tokenizer.encode(text, add_special_tokens=False).ids
        return [i for i in ids if self.is_text(i)]

    def decode(self, tokens: Sequence[Token]) -> str:
        """The text; incomplete UTF-8 at its end shows as U+FFFD."""
        text: str = self._tokenizer.decode([t for t in tokens if self.is_text(t)])
        return text

    def is_text(self, token: Token) -> bool:
        """False for special and timestamp tokens."""
        return token < self.end_of_text

    def task_tokens(self, task: Task) -> list[Token]:
        """What stands before the text: start, language, task, no timestamps.

        Raises:
            WlkError: `language_unknown`, or `model_english_only`.
        """
        if not self.multilingual:
            if task.language != "en" or task.kind != "transcribe":
                raise WlkError(
                    code="model_english_only",
                    message=f"this model knows English only, got {task.language!r} to {task.kind}",
                    hint="choose a multilingual model, for example base",
                )
            return [self.start, self.no_timestamps]
        if task.language not in self.languages:
            raise WlkError(
                code="language_unknown",
                message=f"no language {task.language!r}; the model knows {sorted(self.languages)}",
                hint="choose one of these, or let it be detected",
            )
        kind: Literal["<|transcribe|>", "<|translate|>"] = f"<|{task.kind}|>"  # type: ignore[assignment]
        return [self.start, self.languages[task.language], self._special(kind), self.no_timestamps]

    def _special(self, name: str) -> Token:
        token = self._tokenizer.token_to_id(name)
        if token is None:
            raise WlkError(
                code="model_corrupt",
                message=f"the tokenizer has no {name}; it is not Whisper's",
                hint="download the model again, for example: wlk-host models download base",
            )
        return int(token)
