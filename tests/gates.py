"""The gates that everything must pass, and which test runs in which of them."""

import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

COUNTS_OF_PYTEST: Final = re.compile(r"(?P<count>\d+) (?P<kind>passed|failed|errors?)\b")
"""What its last line says of the tests that ran."""

COUNTS_OF_NODE: Final = re.compile(r"^\S (?P<kind>pass|fail|cancelled) (?P<count>\d+)$")
"""The same at the end of `node --test`."""

Lane = Literal["checks", "host", "models", "browser", "alone"]


@dataclass(frozen=True, slots=True)
class Gate:
    """One check.

    Attributes:
        name: for `--only`; gates may share one.
        title: for people.
        command: passes with exit code 0.
        lane: its gates run one after the other, beside those of other lanes.
        counts: the pattern its test counts are read with, None for linters.
        again: runs only the tests that failed last, None where there is no such thing.
    """

    name: str
    title: str
    command: tuple[str, ...]
    lane: Lane = "host"
    counts: re.Pattern[str] | None = None
    again: tuple[str, ...] | None = None

    @property
    def needs_torch(self) -> bool:
        """Whether its tests are those that need PyTorch."""
        return self.command[-1].endswith(" and torch")


def gates(
    python: Path, lean: Path, *, quick: bool = False, pytest: list[str] | None = None
) -> list[Gate]:
    """Every gate, a lane's quickest first.

    Args:
        python: the environment's.
        lean: of the environment without PyTorch (`lean_environment`).
        quick: leave out what needs a model or a browser.
        pytest: what to run instead of all tests, as arguments for pytest.
    """
    free = "not model and not browser"
    if pytest:
        only = ["-m", free] if quick else []
        return [*checks(python), _tests(python, "pytest", "alone", *only, *pytest)]

    def both(title: str, lane: Lane, chosen: str) -> list[Gate]:
        # What is not marked shows that it does without torch.
        return [
            _tests(lean, title, lane, "-m", f"{chosen} and not torch"),
            _tests(python, f"{title}, torch", lane, "-m", f"{chosen} and torch"),
        ]

    host = both("pytest", "host", f"{free} and not alone")
    if quick:
        alone = _tests(lean, "pytest, alone", "alone", "-m", f"{free} and alone and not torch")
        return [*checks(python), *host, alone]
    return [
        *checks(python),
        *host,
        *both("pytest with models", "models", "model and not browser and not alone"),
        _tests(
            lean, "pytest in the browser", "browser", "-m", "browser and not alone and not torch"
        ),
        _tests(lean, "pytest, alone", "alone", "-m", "alone and not torch"),
    ]


def checks(python: Path) -> list[Gate]:
    """Linters, types, and the tests in JavaScript."""
    tool = str(python)
    npm = shutil.which("npm") or "npm"
    beside: Lane = "checks"
    return [
        Gate("types", "mypy --strict", (tool, "-m", "mypy")),
        Gate(
            "format", "ruff format --check", (tool, "-m", "ruff", "format", "--check", "."), beside
        ),
        Gate("lint", "ruff check", (tool, "-m", "ruff", "check", "."), beside),
        Gate("imports", "lint-imports", (str(python.with_name("lint-imports")),), beside),
        Gate("eslint", "eslint and prettier", (npm, "run", "--silent", "lint"), beside),
        Gate("tsc", "tsc --checkJs --strict", (npm, "run", "--silent", "types"), beside),
        Gate("node", "node --test", (npm, "run", "--silent", "test"), beside, COUNTS_OF_NODE),
    ]


def _tests(python: Path, title: str, lane: Lane, *chosen: str) -> Gate:
    # A gate says the same twice; by itself Hypothesis looks for new examples each time.
    options = ("--hypothesis-profile=ci", "--durations=10")
    # Gates run beside each other; each remembers its own failures.
    cache = "cache_dir=.pytest_cache/" + title.replace(",", "").replace(" ", "-")
    command = (str(python), "-m", "pytest", *options, "-o", cache, *chosen)
    again = (*command[:3], "--last-failed", "--last-failed-no-failures=none", *command[3:])
    return Gate("pytest", title, command, lane, COUNTS_OF_PYTEST, again)
