"""Reports with tables and charts, of one run or as a comparison of several."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from wlk_host.bench import pictures
from wlk_host.bench.figures import COLUMNS, Figures, Measured, figures, measure
from wlk_host.bench.logs import Setup, read_logs
from wlk_host.core.errors import WlkError


@dataclass(frozen=True, slots=True)
class Book:
    """A run of a bench: what ran, and the score of each recording."""

    name: str
    setup: Setup
    measured: tuple[Measured, ...]


def read_book(folder: Path) -> Book:
    """Score the logs in a folder.

    Raises:
        WlkError: `logs_unreadable`.
    """
    setup, logged = read_logs(folder)
    name = folder.resolve().name
    return Book(name, setup, tuple(measure(entry, setup.live) for entry in logged))


def tabulate(measured: Sequence[Measured]) -> dict[str, Figures]:
    """The rows of a run: each recording, each language if there are several, and all together."""
    rows = {m.reference.id: figures([m]) for m in measured}
    languages = sorted({m.reference.spoken for m in measured if m.reference.spoken})
    if len(languages) > 1:
        for language in languages:
            spoken = [m for m in measured if m.reference.spoken == language]
            rows[f"all {language} ({len(spoken)})"] = figures(spoken)
    rows[f"all ({len(measured)})"] = figures(measured)
    return rows


def write_report(folder: Path, book: Book) -> None:
    """Write `report.json`, `report.md` and its charts beside the logs."""
    rows = tabulate(book.measured)
    content = {
        "setup": asdict(book.setup),
        "all": figures(book.measured),
        "recordings": {m.reference.id: figures([m]) for m in book.measured},
    }
    (folder / "report.json").write_text(json.dumps(content, indent=1), "utf-8")
    shown = pictures.of_run(folder, book.measured)
    text = f"# {book.name}\n\n{about(book.setup)}\n\n{markdown(rows)}{_embedded(shown)}"
    (folder / "report.md").write_text(text, "utf-8")


def compare(books: Sequence[Book]) -> dict[str, Figures]:
    """A row for each run, over the recordings that all runs have.

    Raises:
        WlkError: `nothing_in_common`.
    """
    return {book.name: figures(book.measured) for book in in_common(books)}


def in_common(books: Sequence[Book]) -> list[Book]:
    """The runs, reduced to the recordings that all of them have.

    Raises:
        WlkError: `nothing_in_common`.
    """
    common = set.intersection(*({m.reference.id for m in book.measured} for book in books))
    if not common:
        raise WlkError(
            code="nothing_in_common",
            message=f"{', '.join(book.name for book in books)} have no recording in common",
            hint="compare runs of the same manifest",
        )
    return [
        Book(b.name, b.setup, tuple(m for m in b.measured if m.reference.id in common))
        for b in books
    ]


def write_comparison(folder: Path, books: Sequence[Book]) -> None:
    """Write `comparison.json`, `comparison.md` and its charts."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = compare(books)
    (folder / "comparison.json").write_text(json.dumps(rows, indent=1), "utf-8")
    kept = in_common(books)
    shown = pictures.of_comparison(
        folder,
        {book.name: book.measured for book in kept if book.setup.live},
        {book.name: book.measured for book in kept if not book.setup.live},
    )
    runs = "\n".join(f"- **{book.name}**: {about(book.setup)}" for book in kept)
    recordings = ", ".join(m.reference.id for m in kept[0].measured[:8])
    more = len(kept[0].measured) - 8
    recordings += f" and {more} more" if more > 0 else ""
    text = f"# On {recordings}\n\n{runs}\n\n{markdown(rows, 'run')}{_embedded(shown)}"
    (folder / "comparison.md").write_text(text, "utf-8")


def markdown(rows: Mapping[str, Figures], of: str = "recording") -> str:
    """A table with a column for each figure that is known for any row."""
    columns = [
        (key, title) for key, title in COLUMNS if any(row[key] is not None for row in rows.values())
    ]
    head = f"| {of} | " + " | ".join(title for _, title in columns) + " |\n"
    rule = "|---" * (len(columns) + 1) + "|\n"
    return (
        head
        + rule
        + "".join(
            f"| {name} | " + " | ".join(_cell(row[key]) for key, _ in columns) + " |\n"
            for name, row in rows.items()
        )
    )


def _cell(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:.0f}" if isinstance(value, int) or value >= 100 else f"{value:.2f}"


def about(setup: Setup) -> str:
    """What ran: version, model and other options, clock, machine, date."""
    chosen = "".join(f", {key} {value}" for key, value in setup.options.items())
    return f"{setup.system}{chosen}; {setup.clock} clock; {setup.machine}; {setup.at}."


def _embedded(shown: Iterable[tuple[str, str]]) -> str:
    return "".join(f"\n![{title}]({file})\n" for file, title in shown)
