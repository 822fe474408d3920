"""The default values of keys below HKEY_CURRENT_USER. Only Windows has them."""

import sys

from wlk_host.setup.errors import SetupError

if sys.platform == "win32":
    import winreg

    def read(key: str) -> str | None:
        """A key's default value, or None if the key or the value is absent."""
        try:
            value = winreg.QueryValue(winreg.HKEY_CURRENT_USER, key)
        except FileNotFoundError:
            return None
        return value or None

    def write(key: str, value: str) -> None:
        """Create the key if needed, and set its default value."""
        winreg.SetValue(winreg.HKEY_CURRENT_USER, key, winreg.REG_SZ, value)

    def delete(key: str) -> None:
        """Remove the key. An absent key is not an error."""
        try:
            winreg.DeleteKey(winreg.HKEY_CURRENT_USER, key)
        except FileNotFoundError:
            return

else:

    def _absent(key: str) -> SetupError:
        return SetupError(
            code="registry_absent",
            message=f"cannot reach HKCU\\{key}: this is not Windows",
            hint="use --dry-run to print a plan made for Windows",
        )

    def read(key: str) -> str | None:
        """Raise SetupError: there is no registry here."""
        raise _absent(key)

    def write(key: str, value: str) -> None:  # noqa: ARG001 - same signature as on Windows
        """Raise SetupError: there is no registry here."""
        raise _absent(key)

    def delete(key: str) -> None:
        """Raise SetupError: there is no registry here."""
        raise _absent(key)
