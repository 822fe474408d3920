"""Which certificate a server must show."""

import hashlib
import hmac
import re
import ssl

from wlk_host.core.errors import WlkError


class WrongCertificateError(ssl.SSLError):
    """The server's certificate is not the one that was named."""


def fingerprint_of(text: str) -> bytes:
    """The SHA-256 that is meant, written with or without colons.

    Raises:
        WlkError: `remote_fingerprint_invalid`.
    """
    digits = re.sub(r"[\s:]", "", text.removeprefix("sha256:").removeprefix("SHA256:"))
    if not re.fullmatch(r"[0-9A-Fa-f]{64}", digits):
        raise WlkError(
            "remote_fingerprint_invalid",
            "got a fingerprint that is no SHA-256, expected 64 hexadecimal digits",
            "run: openssl x509 -in cert.pem -noout -fingerprint -sha256",
        )
    return bytes.fromhex(digits)


def context_for(fingerprint: str | None) -> ssl.SSLContext:
    """What checks the server's certificate before anything is said to the server.

    With a fingerprint, the certificate with that SHA-256 is taken, whoever signed it, whatever name
    and dates it has; no other one. Without, this system decides.

    Raises:
        WlkError: `remote_fingerprint_invalid`.
    """
    context = ssl.create_default_context()
    if fingerprint is None:
        return context
    wanted = fingerprint_of(fingerprint)

    class Pinned(ssl.SSLObject):
        """Ends the handshake unless the certificate is that one, before a byte is sent."""

        def do_handshake(self) -> None:
            super().do_handshake()
            shown = self.getpeercert(binary_form=True) or b""
            if not hmac.compare_digest(hashlib.sha256(shown).digest(), wanted):
                raise WrongCertificateError("another certificate")

    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.sslobject_class = Pinned
    return context
