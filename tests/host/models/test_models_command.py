"""`wlk-host models …` as it is typed."""

import os
import re
import shlex
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

import wlk_host
from fixtures import hub as answers
from fixtures.hub import Hub
from wlk_host import cli
from wlk_host.models import catalog


def conditions(listing: str) -> dict[str, str]:
    """The last column of `models list` by name."""
    rows = [re.split(r" {2,}", line.strip()) for line in listing.splitlines()]
    return {row[0]: row[-1] for row in rows if len(row) > 1}


@pytest.mark.model
def test_what_is_installed_is_listed_verified_and_found(
    models: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["models", "download", "tiny.en"]) == 0
    assert capsys.readouterr().out == f"tiny.en: installed in {models / 'tiny.en'}\n"
    assert cli.main(["models", "list"]) == 0
    listing = capsys.readouterr().out
    assert conditions(listing) == {
        entry.name: "installed" if entry.name == "tiny.en" else "not installed"
        for entry in catalog.LISTED
    }
    assert str(models) in listing
    assert cli.main(["models", "verify", "tiny.en"]) == 0
    assert capsys.readouterr().out == "tiny.en: intact\n"
    assert cli.main(["models", "path", "tiny.en"]) == 0
    assert capsys.readouterr().out == f"{models / 'tiny.en'}\n"
    assert cli.main(["models", "remove", "tiny.en"]) == 0
    assert capsys.readouterr().out == "tiny.en: removed\n"
    assert cli.main(["models", "path", "tiny.en"]) == 2


@pytest.mark.model
def test_a_damaged_model_is_listed_as_such_and_mended(
    models: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cli.main(["models", "download", "tiny.en"])
    os.truncate(models / "tiny.en" / "model.bin", 1000)
    capsys.readouterr()
    cli.main(["models", "list"])
    assert conditions(capsys.readouterr().out)["tiny.en"] == "damaged"
    assert cli.main(["models", "verify", "tiny.en"]) == 2
    hint = re.search(r"run: (wlk-host .*)\)", capsys.readouterr().err)
    assert hint is not None
    assert cli.main(shlex.split(hint[1])[1:]) == 0
    assert cli.main(["models", "verify", "tiny.en"]) == 0


@pytest.mark.parametrize("action", ["download", "verify", "path", "remove"])
def test_an_unknown_name_is_a_coded_error(
    models: Path, capsys: pytest.CaptureFixture[str], action: str
) -> None:
    assert cli.main(["models", action, "enormous"]) == 2
    error = capsys.readouterr().err
    assert error.startswith("model_missing: ")
    assert all(entry.name in error for entry in catalog.LISTED)


def commands_named_in_the_code() -> set[str]:
    """Each `wlk-host WORD [WORD]` in the sources of the host."""
    root = Path(wlk_host.__file__).parent
    sources = [path.read_text(encoding="utf-8") for path in root.rglob("*.py")]
    return {
        match[1].strip()
        for source in sources
        for match in re.finditer(r": wlk-host ((?:models )?[a-z]+)", source)
    }


def test_every_command_that_a_hint_names_exists(capsys: pytest.CaptureFixture[str]) -> None:
    named = commands_named_in_the_code()
    assert "models download" in named
    for command in sorted(named):
        with pytest.raises(SystemExit) as ended:
            cli.main([*command.split(), "--help"])
        assert ended.value.code == 0, command


@pytest.mark.parametrize(
    ("sent", "exit_code"), [(signal.SIGINT, 130), (signal.SIGKILL, -signal.SIGKILL)]
)
def test_after_an_interruption_the_same_command_goes_on(
    models: Path, hub: Hub, sent: signal.Signals, exit_code: int
) -> None:
    command = [sys.executable, "-m", "wlk_host.cli", "models", "download", "tiny"]
    environment = {**os.environ, "PYTHONPATH": str(Path(wlk_host.__file__).parents[1])}
    gate, arrived = threading.Event(), [threading.Event(), threading.Event()]
    # The second request shows that the process has what the first one brought.
    hub.answers[:] = [
        answers.broken_after(512_000),
        *(answers.slow_until(gate, event) for event in arrived),
    ]
    for event in arrived:
        with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE) as process:
            assert event.wait(20)
            process.send_signal(sent)
            assert process.wait(20) == exit_code
    gate.set()
    resumed = hub.asked[2][1]
    assert resumed is not None
    assert int(resumed.removeprefix("bytes=").removesuffix("-")) > 500_000
