"""`wlk-host serve`: from the arguments of the command to a server that runs."""

import argparse
import logging
import secrets
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from wlk_host import console
from wlk_host.addresses import is_loopback
from wlk_host.core.errors import WlkError
from wlk_host.runtime import logs
from wlk_host.runtime.ports import ModelLoader, Threads
from wlk_host.server.access import Access
from wlk_host.server.app import application
from wlk_host.server.client_secrets import KEY_BYTES, ClientSecrets
from wlk_host.server.engine import Engine, loader_for
from wlk_host.server.limits import Limits
from wlk_host.server.listener import Certificate, listening, server_of
from wlk_host.server.metrics import Metrics
from wlk_host.server.offer import Offer
from wlk_host.server.service import Service
from wlk_host.server.tokens import Tokens, tokens_file

_MORE_DECODERS: Final = 4
"""Threads that decode beyond one for each session: for what is about to be refused."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Settings:
    """How to serve.

    Attributes:
        address: to listen on.
        port: 0 for any that is free.
        needs_tokens: whether nobody comes in without one.
        origins: pages that may connect without a token.
        certificate: for TLS; None without.
        takes_pcm: as `Service.takes_pcm`.
    """

    address: str = "127.0.0.1"
    port: int = 0
    needs_tokens: bool = False
    origins: frozenset[str] = frozenset()
    certificate: Certificate | None = None
    offer: Offer = field(default_factory=Offer)
    limits: Limits = field(default_factory=Limits)
    takes_pcm: bool = True

    def check(self, tokens: Tokens) -> None:
        """See that nobody can listen in or come in by mistake.

        Raises:
            WlkError: `serving_unsafe`, `certificate_unreadable`, `tokens_unreadable`.
        """
        if self.certificate is not None:
            self.certificate.check()
        if is_loopback(self.address):
            return
        missing = []
        if self.certificate is None:
            missing.append("a certificate (--certificate and --key)")
        if not self.needs_tokens:
            missing.append("--tokens")
        elif not tokens.all():
            missing.append("a token (wlk-host serve token add NAME)")
        if missing:
            raise WlkError(
                "serving_unsafe",
                f"{self.address} can be reached from other machines, "
                f"where everything would be readable and anybody could come in",
                f"give {' and '.join(missing)}, or listen on 127.0.0.1",
            )


def serve(chosen: argparse.Namespace) -> int:
    """Serve until Ctrl-C, with the options of the command line; returns the exit code.

    Raises:
        WlkError: those of `Settings.check` and `listening`.
    """
    settings = settings_of(chosen)
    listener = prepare(settings)
    announce(settings, listener)
    run(settings, listener, loader_for(settings.limits.sessions))
    return 0


def prepare(settings: Settings) -> socket.socket:
    """Check everything; returns the socket to serve on.

    Raises:
        WlkError: those of `Settings.check` and `listening`.
    """
    settings.check(Tokens(tokens_file()))
    logs.configure(["serve"])
    return listening(settings.address, settings.port)


def announce(settings: Settings, listener: socket.socket) -> None:
    """Say where the server is."""
    scheme = "http" if settings.certificate is None else "https"
    host, port = listener.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    console.write(f"listening on {scheme}://{shown}:{port}; Ctrl-C ends it\n")


def run(
    settings: Settings,
    listener: socket.socket,
    make_loader: Callable[[Threads], ModelLoader],
) -> None:
    """Serve on this socket until the process is asked to end."""
    metrics = Metrics()
    engine = Engine(make_loader, settings.offer, settings.limits, metrics)
    tokens = Tokens(tokens_file()) if settings.needs_tokens else None
    most = settings.limits.sessions + _MORE_DECODERS
    with ThreadPoolExecutor(most, "decoder") as threads:
        service = Service(
            engine,
            Access(tokens, settings.origins),
            settings.limits,
            settings.offer,
            metrics,
            threads,
            ClientSecrets(secrets.token_bytes(KEY_BYTES), tokens),
            settings.takes_pcm,
        )
        server = server_of(application(service), settings.limits, metrics, settings.certificate)
        engine.start()
        try:
            server.run(sockets=[listener])
        finally:
            engine.close()


def settings_of(chosen: argparse.Namespace) -> Settings:
    """The settings of a command line.

    Raises:
        WlkError: `option_invalid`.
    """
    if (chosen.certificate is None) != (chosen.key is None):
        raise WlkError(
            "option_invalid",
            "got only one of --certificate and --key",
            "give both, or none",
        )
    certificate = None
    if chosen.certificate is not None:
        certificate = Certificate(Path(chosen.certificate), Path(chosen.key))
    return Settings(
        chosen.address,
        chosen.port,
        chosen.tokens or not is_loopback(chosen.address),
        frozenset(chosen.origin),
        certificate,
        Offer(tuple(chosen.model), tuple(chosen.translator)),
        Limits(
            sessions=chosen.sessions,
            sessions_each=chosen.sessions_each,
            hours_a_day=chosen.hours_a_day,
            connects_a_minute=chosen.connects_a_minute,
            upload_bytes=chosen.upload_mb << 20,
        ),
        not chosen.encoded,
    )
