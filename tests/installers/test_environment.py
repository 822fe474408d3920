"""What an environment is made of, asked of real interpreters."""

import sys
import venv
from pathlib import Path

import pytest

import environment
from wlk_host.setup.errors import SetupError
from wlk_host.setup.progress import Progress


@pytest.fixture
def progress(tmp_path: Path) -> Progress:
    return Progress(tmp_path / "log.txt", total=1)


def test_an_installed_version_is_read_and_an_absent_one_is_empty() -> None:
    python = Path(sys.executable)
    assert environment.installed_version(python, "pytest") == pytest.__version__
    assert environment.installed_version(python, "no-such-package") == ""


def test_a_half_made_environment_is_made_again(tmp_path: Path, progress: Progress) -> None:
    folder = tmp_path / "venv"
    venv.create(folder, with_pip=False)
    python = environment.ensure_environment(folder, progress)
    assert environment.installed_version(python, "pip")


def test_a_failing_command_shows_its_last_lines_and_raises(
    progress: Progress, capsys: pytest.CaptureFixture[str]
) -> None:
    error = SetupError("some_code", "it failed", "mend it")
    with pytest.raises(SetupError) as raised:
        progress.require([sys.executable, "-c", "print('the reason'); exit(3)"], error)
    assert raised.value is error
    assert "| the reason" in capsys.readouterr().out
    assert str(error) == "some_code: it failed (mend it)"
