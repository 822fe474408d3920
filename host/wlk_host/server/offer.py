"""What clients may ask of the engine: its administrator chooses, not they."""

from dataclasses import dataclass
from typing import Final

from msgspec import structs

from wlk_host.core.errors import WlkError
from wlk_host.protocol.messages import HostHello
from wlk_host.protocol.options import Options
from wlk_host.runtime.host.greeting import host_hello

_OPENAIS: Final = ("", "whisper-1")
"""Names that programs written for OpenAI's service send; so do those that begin with gpt-."""


@dataclass(frozen=True, slots=True)
class Offer:
    """The models and translators that are served.

    A client could otherwise name a folder, have any installed model loaded, or look for files.

    Attributes:
        models: served by name, the default first; empty where the host chooses by itself.
        translators: served by name.
    """

    models: tuple[str, ...] = ()
    translators: tuple[str, ...] = ()

    def options(self, asked: Options) -> Options:
        """The options that the engine gets.

        Raises:
            WlkError: `model_not_served`, `translator_not_served`, `option_not_served`.
        """
        if asked.backend is not None or asked.alignment_heads or asked.diarizer is not None:
            raise WlkError(
                "option_not_served",
                "got a backend, a diarizer or alignment heads, which the server chooses",
                "leave these options out",
            )
        if asked.translator is not None and asked.translator not in self.translators:
            raise _not_served("translator", asked.translator, self.translators)
        return structs.replace(asked, model=self.model(asked.model), step_down=False)

    def model(self, asked: str | None) -> str | None:
        """The model that the engine gets; None where the host chooses.

        Raises:
            WlkError: `model_not_served`.
        """
        if asked is None:
            return self.models[0] if self.models else None
        if asked not in self.models:
            raise _not_served("model", asked, self.models)
        return asked

    def openai_model(self, asked: str | None) -> str | None:
        """As `model`, for clients that name one of OpenAI's models where they mean the default.

        Raises:
            WlkError: `model_not_served`.
        """
        name = asked or ""
        return None if name in _OPENAIS or name.startswith("gpt-") else self.model(name)

    def hello(self) -> HostHello:
        """The greeting: only what is offered."""
        whole = host_hello()
        models = {model.name: model for model in whole.models}
        translators = {one.name: one for one in whole.translators}
        return structs.replace(
            whole,
            models=tuple(models[name] for name in self.models if name in models),
            translators=tuple(
                translators[name] for name in self.translators if name in translators
            ),
        )


def _not_served(kind: str, asked: str, offered: tuple[str, ...]) -> WlkError:
    known = ", ".join(offered) or "none by name"
    return WlkError(
        f"{kind}_not_served",
        f"got the {kind} {asked!r}, but the server offers {known}",
        f"name one that is offered, or leave the {kind} out",
    )
