"""Fetch one file over HTTP. A download can be resumed, is verified, and can be cancelled any time.

Built on `urllib`, which honours the proxies of the environment and of the system. The hub's own
library would fetch the same files. But it compares only their size, reports progress only to a bar
on the terminal, and cannot be cancelled.
"""

import http.client
import re
import ssl
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from threading import Event
from typing import IO, Any, Final

from wlk_host.core.errors import WlkError
from wlk_host.models.errors import DownloadCancelledError
from wlk_host.models.partial_file import PartialFile, Remote, WrongFileError
from wlk_host.models.records import Seen
from wlk_host.version import __version__

DELAYS_S: Final = (0.2, 1.0, 3.0, 9.0)
"""The waits before further attempts. Enough progress starts the sequence again."""

MOST_CONNECTIONS: Final = 40
"""For one file in one call: a server that drops again and again is not asked for hours."""

_ENOUGH_BYTES: Final = 8 << 20
"""Progress that starts the waits again, or a twentieth of a smaller file. So a server that drops
after a few bytes each time is asked ever more rarely."""

RESUMABLE: Final = "download_failed"
"""The code of the error after which another call resumes the download."""

_STALLED_S: Final = 20.0
"""A connection that brings nothing for this long is given up."""

_CHUNK_BYTES: Final = 1 << 18

_MOST_OF_A_GUESS: Final = 2
"""Times the size that was expected: no server fills the disk."""

_TRANSIENT_STATUS: Final = frozenset({408, 429, 500, 502, 503, 504})

Report = Callable[[int], None]
"""Called with the number of bytes received so far."""


class _InterruptedError(Exception):
    """The connection ended early; another attempt can get further."""


class _Redirections(urllib.request.HTTPRedirectHandler):
    """Closes the connection of a redirection to what is no address, which urllib leaves open."""

    def http_error_302(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: http.client.HTTPMessage,
    ) -> Any:
        try:
            return super().http_error_302(req, fp, code, msg, headers)
        except ValueError:
            fp.close()
            raise

    http_error_301 = http_error_303 = http_error_307 = http_error_308 = http_error_302


def fetch(
    remote: Remote,
    target: Path,
    report: Report,
    cancelled: Event,
    delays_s: Sequence[float] = DELAYS_S,
) -> Seen:
    """Download a file to `target`, after the bytes that `target` already has. Says what came.

    After a failure `target` keeps what was received, for the next call. Wrong content is deleted
    and fetched once more, because the damage can be left from an earlier call.

    Raises:
        WlkError: `download_failed` (`RESUMABLE`) if the connection keeps breaking,
            `download_refused`, `download_corrupt`.
        DownloadCancelledError: after `cancelled` was set.
        OSError: the file cannot be written.
    """
    try:
        return _attempt(remote, target, report, cancelled, delays_s)
    except WrongFileError:
        target.unlink()
        try:
            return _attempt(remote, target, report, cancelled, delays_s)
        except WrongFileError as error:
            target.unlink()
            raise WlkError(
                code="download_corrupt",
                message=f"{remote.url} sent {error}",
                hint="a proxy or a mirror may be changing the file; try again later or over "
                "another network",
            ) from error


def _attempt(
    remote: Remote, target: Path, report: Report, cancelled: Event, delays_s: Sequence[float]
) -> Seen:
    """Connect until the file is complete, then check it."""
    with PartialFile(target) as partial:
        furthest, waits, n_connections = partial.size, iter(delays_s), 0
        enough = min(_ENOUGH_BYTES, remote.size_bytes // 20)
        while not partial.is_complete(remote):
            n_connections += 1
            try:
                _receive(remote, partial, report, cancelled)
            except _InterruptedError as error:
                if partial.size - furthest >= max(1, enough):
                    furthest, waits = partial.size, iter(delays_s)
                delay_s = next(waits, None)
                if delay_s is None or n_connections == MOST_CONNECTIONS:
                    raise _failed(remote, str(error)) from error
                if cancelled.wait(delay_s):
                    raise DownloadCancelledError from error
        return partial.check(remote)


def _receive(remote: Remote, partial: PartialFile, report: Report, cancelled: Event) -> None:
    """Append what one connection delivers."""
    response, start = _connect(remote, partial.size)
    with response:
        if start != partial.size:
            partial.restart()
        whole = partial.whole = (
            remote.size_bytes if remote.is_exact else _told(remote, response, start)
        )
        report(partial.size)
        for chunk in _chunks(response):
            if cancelled.is_set():
                raise DownloadCancelledError
            partial.append(chunk)
            if partial.size > whole:
                raise WrongFileError(f"more than {whole} bytes")
            report(partial.size)
    if partial.size < whole:
        raise _InterruptedError(f"it ended after {partial.size} of {whole} bytes")


def _told(remote: Remote, response: http.client.HTTPResponse, start: int) -> int:
    """The size of the whole file, as the server tells it."""
    length = response.headers.get("Content-Length", "")
    if not re.fullmatch(r"\d{1,18}", length):
        raise _refused(remote, "the server does not say how large it is")
    whole = start + int(length)
    if whole > _MOST_OF_A_GUESS * remote.size_bytes:
        raise WrongFileError(f"{whole} bytes, expected about {remote.size_bytes}")
    return whole


def _connect(remote: Remote, start: int) -> tuple[http.client.HTTPResponse, int]:
    """An open response and the position in the file at which it begins: `start`, or 0.

    A server that cannot go on at `start`, or does so elsewhere, is asked once for the whole file.
    """
    if start:
        response = _open(remote, start)
        if response is not None and response.status != http.HTTPStatus.PARTIAL_CONTENT:
            return response, 0
        if response is not None and _begins_at(response) == start:
            return response, start
        if response is not None:
            response.close()
    response = _open(remote, 0)
    if response is None:
        raise _refused(remote, "status 416 without a range in the request")
    if response.status == http.HTTPStatus.PARTIAL_CONTENT and _begins_at(response) != 0:
        response.close()
        raise _refused(remote, "it answers with a part of the file (status 206) instead of all")
    return response, 0


def _begins_at(response: http.client.HTTPResponse) -> int | None:
    """Where the part of a file begins; None where the server does not say so."""
    range_ = re.match(r"bytes (\d{1,18})-", response.headers.get("Content-Range", ""))
    return None if range_ is None else int(range_[1])


def _open(remote: Remote, start: int) -> http.client.HTTPResponse | None:
    """The open response; None where the server has no part that begins at `start`."""
    request = urllib.request.Request(  # noqa: S310 - the catalogue's and the user's addresses
        remote.url, headers={"User-Agent": f"wlk-host/{__version__}"}
    )
    if start:
        request.add_header("Range", f"bytes={start}-")
    try:
        # A new opener reads the proxy settings as they are now.
        opener = urllib.request.build_opener(_Redirections)
        response: http.client.HTTPResponse = opener.open(request, timeout=_STALLED_S)
        return response  # noqa: TRY300 - what else happens is an error
    except urllib.error.HTTPError as error:
        error.close()
        if error.code == http.HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
            return None
        if error.code in _TRANSIENT_STATUS:
            raise _InterruptedError(f"status {error.code}") from error
        raise _refused(remote, f"status {error.code} {error.reason}") from error
    except (OSError, http.client.HTTPException) as error:
        if isinstance(getattr(error, "reason", None), ssl.SSLCertVerificationError):
            raise _untrusted(remote, str(error)) from error
        raise _InterruptedError(str(error) or type(error).__name__) from error
    except ValueError as error:  # A redirection to what is no address.
        raise _refused(remote, str(error)) from error


def _chunks(response: http.client.HTTPResponse) -> Iterator[bytes]:
    """The received chunks, until the connection ends.

    Raises:
        _InterruptedError: the connection broke.
    """
    while True:
        try:
            chunk = response.read1(_CHUNK_BYTES)
        except (OSError, http.client.HTTPException) as error:
            raise _InterruptedError(str(error) or type(error).__name__) from error
        if not chunk:
            return
        yield chunk


def _failed(remote: Remote, reason: str) -> WlkError:
    return WlkError(
        code=RESUMABLE,
        message=f"the download of {remote.url} was interrupted: {reason}",
        hint="check that this machine is online, and whether it needs a proxy (HTTPS_PROXY); "
        "download again to resume",
    )


def _refused(remote: Remote, reason: str) -> WlkError:
    return WlkError(
        code="download_refused",
        message=f"cannot download {remote.url}: {reason}",
        hint="check whether HF_ENDPOINT or a proxy (HTTPS_PROXY) redirects the download",
    )


def _untrusted(remote: Remote, reason: str) -> WlkError:
    return WlkError(
        code="download_refused",
        message=f"the certificate of {remote.url} is not trusted: {reason}",
        hint="set SSL_CERT_FILE to a file with the certificates to trust, such as your proxy's; "
        "on macOS run the 'Install Certificates.command' that came with Python",
    )
