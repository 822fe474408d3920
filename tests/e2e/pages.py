"""Web pages for the tests, served from 127.0.0.1."""

import contextlib
import re
import threading
import wave
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

RANGE = re.compile(r"bytes=(\d+)-(\d*)")
STRICT_CSP = "default-src 'none'; media-src 'self'; require-trusted-types-for 'script'"


@dataclass(frozen=True)
class Resource:
    """What the server answers under one path."""

    body: bytes
    content_type: str
    headers: dict[str, str] = field(default_factory=dict)


class Site:
    """Pages and clips by path; a test adds what it needs."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.resources: dict[str, Resource] = {}

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        """Return the address; another host name ("localhost") makes it another site."""
        return f"http://{host}:{self.port}{path}"

    def add_clip(self, path: str, clip: "Clip | Path") -> None:
        """Serve a WAV, or a WebM file."""
        body = clip.read_bytes() if isinstance(clip, Path) else clip.wav
        is_video = isinstance(clip, Path) and clip.suffix == ".webm"
        self.resources[path] = Resource(body, "video/webm" if is_video else "audio/wav")

    def add_page(
        self,
        path: str,
        body: str,
        csp: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Serve an HTML page."""
        html = f"<!doctype html><html lang=en><title>{path}</title>{body}</html>"
        policy = {} if csp is None else {"Content-Security-Policy": csp}
        sent = {**policy, **(headers or {})}
        self.resources[path] = Resource(html.encode(), "text/html; charset=utf-8", sent)

    def add_player(
        self, path: str, clip_path: str, csp: str | None = None, style: str = ""
    ) -> None:
        """Serve a page that plays a clip at once, in a video element."""
        video = f'<video src="{clip_path}" autoplay controls width=640 height=360></video>'
        self.add_page(path, f"<body style='{style}'>{video}</body>", csp)


@dataclass(frozen=True)
class Clip:
    """Sound that can be recognised again: every half second has its own frequency.

    Attributes:
        opposite: whether it is stereo whose right channel is the inverse of the left one.
    """

    seconds: int
    first_hz: float = 400.0
    rate: int = 48_000
    opposite: bool = False

    @cached_property
    def frequencies(self) -> NDArray[np.float64]:
        """Return the frequency of each half second, each 40 Hz above the one before."""
        return self.first_hz + 40.0 * np.arange(self.seconds * 2, dtype=np.float64)

    @cached_property
    def wav(self) -> bytes:
        """Return the sound as a WAV file."""
        per_sample = np.repeat(self.frequencies, self.rate // 2)
        phase = 2 * np.pi * np.cumsum(per_sample) / self.rate
        pcm = (np.sin(phase) * 0.4 * 32767).astype("<i2")
        file = BytesIO()
        with wave.open(file, "wb") as out:
            out.setnchannels(2 if self.opposite else 1)
            out.setsampwidth(2)
            out.setframerate(self.rate)
            out.writeframes((np.stack([pcm, -pcm], 1) if self.opposite else pcm).tobytes())
        return file.getvalue()


@contextmanager
def serve() -> Iterator[Site]:
    """Run a server until the context ends."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            resource = site.resources.get(self.path.partition("?")[0])
            if resource is None:
                self.send_error(404)
                return
            asked = RANGE.fullmatch(self.headers.get("Range", ""))
            first = int(asked[1]) if asked else 0
            last = int(asked[2]) if asked and asked[2] else len(resource.body) - 1
            body = resource.body[first : last + 1]
            self.send_response(206 if asked else 200)
            self.send_header("Content-Type", resource.content_type)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Accept-Ranges", "bytes")
            if asked:
                shown = f"bytes {first}-{first + len(body) - 1}/{len(resource.body)}"
                self.send_header("Content-Range", shown)
            for name, value in resource.headers.items():
                self.send_header(name, value)
            self.end_headers()
            # A player that seeks no longer wants the rest.
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's
            """Keep the test output quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        site = Site(server.server_address[1])
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield site
        finally:
            server.shutdown()
            thread.join()
