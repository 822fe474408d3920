"""`wlk-host serve` as a process."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from host.server.test_access import ask
from host.server.wire_client import WITHIN_S, talk
from wlk_host import cli
from wlk_host.core.errors import WlkError

CLI = (sys.executable, "-m", "wlk_host.cli", "serve")


def test_it_says_where_it_listens_and_ends_on_ctrl_c(tmp_path: Path) -> None:
    home = {"HOME": str(tmp_path), "XDG_STATE_HOME": str(tmp_path / "state")}
    with subprocess.Popen(
        [*CLI, "--port", "0"], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env={**os.environ, **home},
    ) as server:  # fmt: skip
        try:
            assert server.stdout is not None
            found = re.search(rb"listening on http://(127\.0\.0\.1:\d+);", server.stdout.readline())
            assert found is not None
            address = found[1].decode()
            assert ask(address, "/healthz?token=secret")[0] == 200
            with talk(address) as client:
                client.greet()
                server.send_signal(signal.SIGINT)
                server.wait(WITHIN_S)
        finally:
            server.kill()
        assert server.stderr is not None
        assert b"Traceback" not in (logged := server.stderr.read())
        assert b"secret" not in logged
    written = [path.read_bytes() for path in tmp_path.rglob("*.log")]
    assert written
    assert not any(b"secret" in one for one in written)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--address", "0.0.0.0"], "serving_unsafe"),
        (["--certificate", "a.pem"], "option_invalid"),
        (["--address", "256.1.1.1"], "serving_unsafe"),
        (["--certificate", "no.pem", "--key", "no.pem"], "certificate_unreadable"),
    ],
)
def test_what_is_wrong_is_told_before_anything_listens(
    arguments: list[str], code: str, capsys: pytest.CaptureFixture[str], tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert cli.main(["serve", *arguments]) == 2
    assert capsys.readouterr().err.startswith(f"{code}: ")


def test_without_the_extra_it_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    chosen = cli.argument_parser().parse_args(["serve"])
    with pytest.raises(WlkError, match=r"installed: uvicorn .*pip install \"wlk-host\[serve\]\""):
        chosen.run(chosen)
