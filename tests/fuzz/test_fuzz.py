"""Random and mutated inputs, the same in every run; `run.py` tries as many as you like."""

import pytest

from fuzz import driver
from fuzz.target import NAMES, NEED_TORCH, load

INPUTS = {
    "frames": 30_000,
    "messages": 4_000,
    "safetensors_files": 8_000,
    "npz_files": 3_000,
    "ct2_containers": 8_000,
    "torch_files": 1_000,
    "configs": 6_000,
    "tokenizer_files": 4_000,
    "stored": 15_000,
    "subtitles": 2_000,
    "languages": 10_000,
}
"""A few seconds each."""

MOST_GROWN_BYTES = 128 << 20

EACH = [pytest.param(name, marks=pytest.mark.torch if name in NEED_TORCH else ()) for name in NAMES]


@pytest.mark.parametrize("name", EACH)
def test_inputs_of_any_kind_are_read_or_refused(name: str) -> None:
    report = driver.run(load(name), INPUTS[name])
    assert not report.findings, "\n".join(finding.trace for finding in report.findings.values())
    assert report.inputs == INPUTS[name]
    assert report.refused < report.inputs
    assert report.grown_bytes < MOST_GROWN_BYTES


@pytest.mark.parametrize("name", EACH)
def test_the_corpus_is_valid(name: str) -> None:
    target = load(name)
    with driver.alarm():
        accepted = [driver.attempt(target, data) for data in target.CORPUS]
    assert accepted.count(True) >= len(accepted) / 2


def test_every_input_that_failed_once_belongs_to_a_target() -> None:
    kept = {folder.name for folder in driver.FOUND.iterdir()}
    assert kept
    assert kept <= set(NAMES)


@pytest.mark.parametrize("name", EACH)
def test_what_failed_once_is_read_or_refused(name: str) -> None:
    with driver.alarm():
        for path in driver.found(name):
            driver.attempt(load(name), path.read_bytes())
