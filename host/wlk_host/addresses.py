"""Names and numbers of machines. Standard library only."""

import ipaddress


def is_loopback(host: str) -> bool:
    """Whether only this machine can connect to that address or name."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
