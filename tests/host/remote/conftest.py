"""Servers to link to: the real application around scripted sessions, and bad ones."""

from host.server.conftest import start_server, tokens

__all__ = ["start_server", "tokens"]
