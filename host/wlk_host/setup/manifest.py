"""The native messaging manifest: its content, and every fault that makes a browser ignore it."""

import json
import os
import re
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Final

from wlk_host.folders import is_file
from wlk_host.json_files import read_json
from wlk_host.protocol.constants import HOST_NAME
from wlk_host.setup import launchers
from wlk_host.setup.errors import SetupError
from wlk_host.setup.findings import Finding, Level

FILE_NAME: Final = f"{HOST_NAME}.json"

_FIELDS: Final = ("name", "description", "path", "type", "allowed_origins")

_EXTENSION_ID: Final = re.compile(r"[a-p]{32}")
"""The first half of the public key's SHA-256, in hexadecimal with the digits a to p."""

_ORIGIN: Final = re.compile(r"chrome-extension://([a-p]{32})/")

INSTALL: Final = "run: wlk-host install"


@dataclass(frozen=True, slots=True)
class Checked:
    """The result of checking a manifest.

    Attributes:
        binary: the program that the browser would start; None if it would start none.
    """

    findings: list[Finding]
    binary: Path | None


def render(executable: PurePath, extension_ids: list[str]) -> str:
    """The manifest as JSON text.

    Raises:
        SetupError: `extension_id_invalid`.
    """
    for extension_id in extension_ids:
        if not _EXTENSION_ID.fullmatch(extension_id):
            raise SetupError(
                code="extension_id_invalid",
                message=f"got the extension ID {extension_id!r}, expected 32 letters from a to p",
                hint="copy the ID from the browser's extensions page, in developer mode",
            )
    fields = {
        "name": HOST_NAME,
        "description": "Recognises the speech of a tab on this machine",
        "path": str(executable),
        "type": "stdio",
        "allowed_origins": [f"chrome-extension://{e}/" for e in extension_ids],
    }
    return json.dumps(fields, indent=2) + "\n"


def check(path: Path, subject: str, extension_ids: list[str]) -> Checked:
    """Every fault of one manifest and of the program it points to, one finding each."""
    try:
        fields = read_json(path)
    except FileNotFoundError:
        finding = _fail("manifest_missing", subject, f"{path} is missing")
        return Checked([finding], None)
    except (OSError, UnicodeDecodeError) as error:
        finding = _fail("manifest_unreadable", subject, f"cannot read {path}: {error}")
        return Checked([finding], None)
    except ValueError as error:
        finding = _fail("manifest_not_json", subject, f"{path} is not JSON: {error}")
        return Checked([finding], None)
    if not isinstance(fields, dict):
        finding = _fail("manifest_not_json", subject, f"{path} is not a JSON object")
        return Checked([finding], None)
    return _check_fields(path, subject, fields, extension_ids)


def _check_fields(
    path: Path, subject: str, fields: dict[str, object], extension_ids: list[str]
) -> Checked:
    findings = [
        _fail("manifest_field_missing", subject, f"{path} lacks the field {field!r}")
        for field in _FIELDS
        if field not in fields
    ]
    if fields.get("name", HOST_NAME) != HOST_NAME:
        message = f"{path} has the name {fields['name']!r}, expected {HOST_NAME!r}"
        findings.append(_fail("manifest_wrong_name", subject, message))
    if fields.get("type", "stdio") != "stdio":
        message = f"{path} has the type {fields['type']!r}, expected 'stdio'"
        findings.append(_fail("manifest_wrong_type", subject, message))
    findings += _check_origins(path, subject, fields.get("allowed_origins", []), extension_ids)
    executable = fields.get("path")
    if "path" in fields:
        findings += _check_binary(path, subject, executable)
    binary = Path(executable) if isinstance(executable, str) and not findings else None
    return Checked(findings, binary)


def _check_origins(
    path: Path, subject: str, origins: object, extension_ids: list[str]
) -> list[Finding]:
    if not isinstance(origins, list) or not all(isinstance(o, str) for o in origins):
        message = f"{path}: allowed_origins is not a list of strings"
        return [_fail("manifest_field_wrong", subject, message)]
    findings = [_check_origin(path, subject, origin) for origin in origins]
    faults = [finding for finding in findings if finding]
    allowed = {match[1] for origin in origins if (match := _ORIGIN.fullmatch(origin))}
    absent = sorted(set(extension_ids) - allowed)
    if absent and not faults and origins:
        message = f"{path} does not allow the extension {', '.join(absent)}"
        remedy = "run: wlk-host install --extension-id " + " ".join(absent)
        faults.append(Finding("extension_not_allowed", Level.FAIL, subject, message, remedy))
    elif absent and not faults:
        message = f"{path} does not allow any extension"
        faults.append(_fail("extension_not_allowed", subject, message))
    return faults


def _check_origin(path: Path, subject: str, origin: str) -> Finding | None:
    if _ORIGIN.fullmatch(origin):
        return None
    if "*" in origin:
        message = (
            f"{path}: the origin {origin!r} has a wildcard, which invalidates the whole manifest"
        )
        return _fail("origin_wildcard", subject, message)
    if _ORIGIN.fullmatch(origin + "/"):
        message = f"{path}: the origin {origin!r} lacks the slash at its end"
        return _fail("origin_without_slash", subject, message)
    message = f"{path}: got the origin {origin!r}, expected chrome-extension://<id>/"
    return _fail("origin_invalid", subject, message)


def _check_binary(manifest: Path, subject: str, executable: object) -> list[Finding]:
    if not isinstance(executable, str):
        return [_fail("manifest_field_wrong", subject, f"{manifest}: path is not a string")]
    path = Path(executable)
    if not path.is_absolute():
        # Only Windows allows a path relative to the manifest. Ours is never relative.
        message = f"{manifest}: the path {executable!r} is relative, expected an absolute one"
        return [_fail("path_relative", subject, message)]
    if not is_file(path):
        removed = launchers.missing(path, subject)
        message = f"{manifest} points to {path}, which is missing"
        return [removed or _fail("binary_missing", subject, message)]
    forbidden = launchers.forbidden(path, subject)
    if forbidden is not None:
        return [forbidden]
    if not os.access(path, os.X_OK):
        remedy = f"run: chmod +x '{path}'"
        message = f"{path} is not executable"
        return [Finding("binary_not_executable", Level.FAIL, subject, message, remedy)]
    return _check_shebang(path, subject) or launchers.check(path, subject)


def _check_shebang(path: Path, subject: str) -> list[Finding]:
    if os.name == "nt":
        return []
    try:
        with path.open("rb") as file:
            start = file.read(512)
    except OSError as error:
        return [_fail("binary_unreadable", subject, f"cannot read {path}: {error}")]
    if start.startswith((b"\x7fELF", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe")):
        return []
    line = start.split(b"\n", 1)[0]
    if not line.startswith(b"#!"):
        message = f"{path} is a script without a #! line"
        return [_fail("binary_bad_shebang", subject, message)]
    words = os.fsdecode(line[2:]).split()
    if not words or not is_file(Path(words[0])):
        message = f"{path} needs the interpreter {words[0] if words else ''!r}, which is missing"
        return [_fail("binary_bad_shebang", subject, message)]
    return []


def _fail(code: str, subject: str, message: str) -> Finding:
    return Finding(code, Level.FAIL, subject, message, INSTALL)
