"""An OpenAI-compatible transcription service over HTTP. The sound leaves the machine.

Spec: "Create transcription", platform.openai.com/docs/api-reference/audio. Other servers implement
it as well.
"""

import io
import os
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
import wave
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import IO, Final

import msgspec
import numpy as np

from wlk_host.addresses import is_loopback
from wlk_host.core.errors import WlkError
from wlk_host.core.types import SAMPLE_RATE, Pcm

URL_VARIABLE: Final = "WLK_API_URL"
KEY_VARIABLE: Final = "WLK_API_KEY"
MODEL_VARIABLE: Final = "WLK_API_MODEL"
TIMEOUT_VARIABLE: Final = "WLK_API_TIMEOUT"
"""Seconds; long enough for services on slow machines."""

_MOST_BYTES: Final = 4 * 2**20
"""The most bytes of an answer, hundreds of times what 30 s of speech need."""

_TRIES: Final = 2


@dataclass(frozen=True, slots=True)
class Endpoint:
    """The service that sound is sent to.

    Attributes:
        url: the address up to the version, for example https://api.openai.com/v1.
        key: sent as a bearer token; empty: none is sent.
        model: the service's name for its model.
        timeout_s: the most time for a whole answer.
    """

    url: str
    key: str = field(default="", repr=False)
    model: str = "whisper-1"
    timeout_s: float = 20.0


class SpokenWord(msgspec.Struct, frozen=True):
    """A word of the answer, with times in seconds."""

    word: str
    start: float
    end: float


class Segment(msgspec.Struct, frozen=True):
    """A segment of the answer, and how confident the service is."""

    start: float
    end: float
    avg_logprob: float = -0.3
    no_speech_prob: float = 0.0


class Transcription(msgspec.Struct, frozen=True):
    """An answer in the format `verbose_json`."""

    text: str
    language: str = ""
    words: list[SpokenWord] | None = None
    segments: list[Segment] | None = None


def endpoint(variables: Mapping[str, str] | None = None) -> Endpoint:
    """The service that the environment variables describe.

    Raises:
        WlkError: `api_not_configured`; `api_insecure` for another machine without TLS.
    """
    variables = os.environ if variables is None else variables
    url = variables.get(URL_VARIABLE, "").rstrip("/")
    parts = urllib.parse.urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise WlkError(
            code="api_not_configured",
            message=f"no service is configured: {URL_VARIABLE} is {url!r}, expected a URL such as "
            "https://api.openai.com/v1",
            hint=f"set {URL_VARIABLE}, {KEY_VARIABLE} and {MODEL_VARIABLE}, or choose another "
            "--backend; this one sends the sound to that service",
        )
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise WlkError(
            code="api_insecure",
            message=f"{parts.hostname} is another machine, and http would send the sound and the "
            "key unencrypted",
            hint=f"set {URL_VARIABLE} to an address that begins with https://",
        )
    timeout = variables.get(TIMEOUT_VARIABLE, "20")
    try:
        timeout_s = float(timeout)
    except ValueError:
        timeout_s = 0.0
    if not 0 < timeout_s <= 3600:
        raise WlkError(
            code="api_not_configured",
            message=f"{TIMEOUT_VARIABLE} is {timeout!r}, expected a number of seconds up to 3600",
            hint=f"set {TIMEOUT_VARIABLE} to a number such as 20, or unset it",
        )
    key, model = variables.get(KEY_VARIABLE, ""), variables.get(MODEL_VARIABLE, "whisper-1")
    return Endpoint(url, key, model, timeout_s)


class Client:
    """Sends requests to a service. Thread-safe."""

    def __init__(self, service: Endpoint) -> None:
        self._service = service
        # A redirect could send the key to another server.
        self._opener = urllib.request.build_opener(_NoRedirects)

    def transcribe(self, pcm: Pcm, route: str, fields: Mapping[str, str]) -> Transcription:
        """The service's transcription, with the times of its words.

        Args:
            pcm: the sound.
            route: "transcriptions" or "translations".
            fields: language and prompt.

        Raises:
            WlkError: `api_unreachable`, `api_timeout`, `api_refused`, `api_failed`,
                `api_answer_invalid`. Errors quote nothing of the answer, because it can contain
                what was said.
        """
        form = {
            "model": self._service.model,
            "response_format": "verbose_json",
            "timestamp_granularities[]": "word",
            **fields,
        }
        body, content_type = _multipart(form, _wav(pcm))
        for _ in range(_TRIES - 1):
            try:
                return _read(self._post(route, body, content_type))
            except WlkError as error:
                if error.code not in ("api_failed", "api_unreachable"):
                    raise
        return _read(self._post(route, body, content_type))

    def _post(self, route: str, body: bytes, content_type: str) -> bytes:
        headers = {"Content-Type": content_type, "User-Agent": "wlk-host"}
        if self._service.key:
            headers["Authorization"] = f"Bearer {self._service.key}"
        url = f"{self._service.url}/audio/{route}"
        request = urllib.request.Request(url, body, headers)  # noqa: S310 - http(s), see `endpoint`
        deadline = time.monotonic() + self._service.timeout_s
        try:
            with self._opener.open(request, timeout=self._service.timeout_s) as answer:
                return self._all_of(answer, deadline)
        except urllib.error.HTTPError as error:
            error.close()
            raise self._refusal(error.code) from error
        except TimeoutError as error:
            raise self._timeout() from error
        except (OSError, ValueError) as error:
            if isinstance(getattr(error, "reason", None), TimeoutError):
                raise self._timeout() from error
            raise self._unreachable(error) from error

    def _all_of(self, answer: IO[bytes], deadline: float) -> bytes:
        """The whole answer. A socket's own timeout would restart with each byte."""
        parts = bytearray()
        while part := answer.read1(2**16):  # type: ignore[attr-defined]
            parts += part
            if len(parts) > _MOST_BYTES:
                raise invalid(f"it has more than {_MOST_BYTES} bytes")
            if time.monotonic() > deadline:
                raise self._timeout()
        return bytes(parts)

    def _refusal(self, status: int) -> WlkError:
        host = self._host
        if status in (401, 403):
            return WlkError(
                "api_refused",
                f"{host} does not accept the key (HTTP {status})",
                f"set {KEY_VARIABLE} to a key of that service",
            )
        if status == 429 or status >= 500:
            return WlkError(
                "api_failed",
                f"{host} cannot answer now (HTTP {status})",
                "try again later, or choose a backend of this machine: --backend faster-whisper",
            )
        return WlkError(
            "api_refused",
            f"{host} refuses the request (HTTP {status}); expected a service with "
            f"/audio/transcriptions and a model {self._service.model!r}",
            f"check {URL_VARIABLE} and {MODEL_VARIABLE}",
        )

    def _timeout(self) -> WlkError:
        return WlkError(
            "api_timeout",
            f"{self._host} sent no complete answer within {self._service.timeout_s:g} s",
            "check the connection, or choose a backend of this machine: --backend faster-whisper",
        )

    def _unreachable(self, error: Exception) -> WlkError:
        return WlkError(
            "api_unreachable",
            f"cannot reach {self._host}: {getattr(error, 'reason', None) or error}",
            f"check the connection and {URL_VARIABLE}",
        )

    @property
    def _host(self) -> str:
        return urllib.parse.urlsplit(self._service.url).netloc.rpartition("@")[2]


def invalid(reason: str) -> WlkError:
    """The error for an answer that cannot be used."""
    return WlkError(
        "api_answer_invalid",
        f"the service's answer is not verbose_json with word times: {reason}",
        f"choose a model that reports them ({MODEL_VARIABLE}=whisper-1), or another service",
    )


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """Makes every redirect an error."""

    def redirect_request(self, *_: object) -> None:
        """Follow no redirect."""
        return


def _read(answer: bytes) -> Transcription:
    try:
        return msgspec.json.decode(answer, type=Transcription)
    except msgspec.ValidationError as error:
        raise invalid(str(error)) from error
    except (ValueError, RecursionError) as error:
        raise invalid(f"got {len(answer)} bytes that are not JSON") from error


def _wav(pcm: Pcm) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(SAMPLE_RATE)
        out.writeframes((np.clip(pcm, -1, 1) * 32767).astype("<i2").tobytes())
    return file.getvalue()


def _multipart(fields: Mapping[str, str], sound: bytes) -> tuple[bytes, str]:
    """A form that contains a file (RFC 7578), and its content type."""
    boundary = uuid.uuid4().hex
    begin = f"--{boundary}\r\nContent-Disposition: form-data; name="
    parts = [f'{begin}"{name}"\r\n\r\n{value}\r\n'.encode() for name, value in fields.items()]
    head = f'{begin}"file"; filename="sound.wav"\r\nContent-Type: audio/wav\r\n\r\n'
    body = b"".join([*parts, head.encode(), sound, f"\r\n--{boundary}--\r\n".encode()])
    return body, f"multipart/form-data; boundary={boundary}"
