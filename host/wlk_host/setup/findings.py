"""The doctor's findings, as values and as text."""

import dataclasses
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from wlk_host.setup.rows import hanging


class Level(StrEnum):
    """How bad a finding is."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check.

    Attributes:
        code: snake_case and stable.
        subject: what was checked: a browser, the host, the model, a library.
        remedy: what to do; None when nothing needs doing.
    """

    code: str
    level: Level
    subject: str
    message: str
    remedy: str | None = None


def has_failure(findings: Sequence[Finding]) -> bool:
    """Whether anything is broken."""
    return any(finding.level is Level.FAIL for finding in findings)


def to_json(findings: Sequence[Finding], history: Mapping[str, Any] | str) -> str:
    """`{"healthy": bool, "findings": [...], "history": ...}`, indented.

    Args:
        history: how the last hosts were, or why that cannot be read.
    """
    document = {
        "healthy": not has_failure(findings),
        "findings": [dataclasses.asdict(finding) for finding in findings],
        "history": history,
    }
    return json.dumps(document, indent=2, ensure_ascii=False)


def to_text(findings: Sequence[Finding], columns: int | None = None) -> str:
    """One line per finding, its remedy below it, and a summary at the end.

    Args:
        columns: of the terminal; None breaks no line.
    """
    width = max((len(finding.subject) for finding in findings), default=0)
    lines = []
    for finding in findings:
        mark = finding.level.value.upper() if finding.level is Level.FAIL else finding.level.value
        prefix = f"{mark:<4}  {finding.subject:<{width}}  "
        lines.append(hanging(prefix, finding.message, columns))
        if finding.remedy:
            lines.append(f"{'':<4}  {'':<{width}}  -> {finding.remedy}  [{finding.code}]")
    counts = {level: sum(f.level is level for f in findings) for level in Level}
    lines.append("")
    if counts[Level.FAIL]:
        lines.append(f"{counts[Level.FAIL]} broken, {counts[Level.WARN]} to know about.")
    elif counts[Level.WARN]:
        lines.append(f"Everything needed works; {counts[Level.WARN]} to know about.")
    else:
        lines.append("Everything works.")
    return "\n".join(lines)
