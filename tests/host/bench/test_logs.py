"""Logs and references, written and read again."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from wlk_host.bench.delays import Delays
from wlk_host.bench.logs import Reference, Run, Setup, read_logs, write_log, write_setup
from wlk_host.core.errors import WlkError
from wlk_host.runtime.files.caption_log import Shown

REFERENCE = Reference(
    id="x",
    text="Żółw",
    language="pl",
    spoken="pl",
    words=(("Żółw", 0.5, 1.0),),
    utterance_ends_s=(1.5,),
)
RUN = Run(
    log=(Shown(1.2, "", "Żółw", ""), Shown(2.0, "Żółw", "", "Żółw.")),
    duration_s=3.0,
    cpu_s=0.5,
    rss_mb=400.0,
    running_mb=300.0,
    words=(("Żółw.", 0.4, 1.1),),
    final_until=((1.2, 0.0), (2.0, 3.0)),
    lag=((0.0, 0.4), (1.0, 0.6)),
    skipped_s=1.0,
    delays=Delays((0.5,), (0.1, 0.2), (0.3,)),
)
SETUP = Setup("wlk-host 1.0", {"model": "base"}, clock="real")


@pytest.mark.parametrize("run", [RUN, replace(RUN, rss_mb=None), Run((), 1.0, 0.1)])
def test_what_was_written_is_read(tmp_path: Path, run: Run) -> None:
    write_log(tmp_path / "out", REFERENCE, run)
    write_setup(tmp_path / "out", SETUP, ["x"])
    assert read_logs(tmp_path / "out") == (SETUP, [(REFERENCE, run)])


def test_the_log_has_the_form_that_others_score(tmp_path: Path) -> None:
    write_log(tmp_path, REFERENCE, RUN)
    log = json.loads((tmp_path / "x.json").read_text("utf-8"))
    assert (log["dur"], log["cpu"], log["rss"]) == (3.0, 0.5, 400.0)
    assert log["log"][1] == {
        "t": 2.0,
        "committed": "Żółw",
        "draft": "",
        "final": "Żółw.",
        "translation": "",
    }
    reference = json.loads((tmp_path / "x.ref.json").read_text("utf-8"))
    assert (reference["text"], reference["lang"]) == ("Żółw", "pl")
    assert reference["words"] == [["Żółw", 0.5, 1.0]]


@pytest.mark.parametrize("damaged", ["run.json", "x.json", "x.ref.json"])
def test_a_damaged_folder_is_a_coded_error(tmp_path: Path, damaged: str) -> None:
    write_log(tmp_path, REFERENCE, RUN)
    write_setup(tmp_path, SETUP, ["x"])
    (tmp_path / damaged).write_text("{}", encoding="utf-8")
    with pytest.raises(WlkError) as raised:
        read_logs(tmp_path)
    assert raised.value.code == "logs_unreadable"
