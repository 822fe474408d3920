"""What a client of OpenAI's interface asks for, checked."""

from dataclasses import dataclass
from typing import Final

import msgspec
from starlette.datastructures import FormData, UploadFile

from wlk_host.core.errors import WlkError
from wlk_host.protocol.options import Options
from wlk_host.server.offer import Offer
from wlk_host.server.sound import Stored
from wlk_host.server.wire.openai import FORMS, Form, Task

_MOST_PROMPT: Final = 2000

_PARTS: Final = frozenset({"segment", "word"})


@dataclass(frozen=True, slots=True)
class Upload:
    """A request.

    Attributes:
        sound: to caption.
        task: what to do with it.
        options: of the session.
        prompt: what was said before.
        form: of the answer.
        parts: of verbose_json.
        is_streamed: whether the text is sent as it comes.
    """

    sound: Stored
    task: Task
    options: Options
    prompt: str
    form: Form
    parts: frozenset[str]
    is_streamed: bool


def upload_of(form: FormData, task: Task, offer: Offer) -> Upload:
    """The request in these fields.

    Raises:
        WlkError: `nothing_sent`, `format_unsupported`, `option_invalid`, `model_not_served`.
    """
    file = form.get("file")
    if not isinstance(file, UploadFile) or not file.size:
        raise WlkError("nothing_sent", "got no sound in the field file", "send a file")
    asked = _text(form, "response_format") or "json"
    if asked not in FORMS:
        raise WlkError(
            "format_unsupported",
            f"got response_format {asked!r}, expected one of {', '.join(FORMS)}",
            "choose one of these",
        )
    parts = {str(one) for one in form.getlist("timestamp_granularities[]")} or {"segment"}
    parts |= {str(one) for one in form.getlist("timestamp_granularities")}
    if parts - _PARTS:
        raise _invalid(f"timestamp_granularities {sorted(parts)}", "segment and word")
    return Upload(
        Stored(file.file),
        task,
        _options(form, task, offer),
        _text(form, "prompt")[:_MOST_PROMPT],
        FORMS[asked],
        frozenset(parts),
        _text(form, "stream").lower() in ("true", "1"),
    )


def _options(form: FormData, task: Task, offer: Offer) -> Options:
    chosen = {
        "language": _text(form, "language") or None if task == "transcribe" else None,
        "task": task,
        "model": offer.openai_model(_text(form, "model")),
    }
    try:
        return msgspec.convert(chosen, Options)
    except msgspec.ValidationError as error:
        raise _invalid(str(error), "a language such as en") from error


def _text(form: FormData, name: str) -> str:
    value = form.get(name)
    return value if isinstance(value, str) else ""


def _invalid(got: str, expected: str) -> WlkError:
    return WlkError("option_invalid", f"got {got}, expected {expected}", "see OpenAI's reference")
