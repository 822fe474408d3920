"""A short run of each target, the same each time, and all that was ever found."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from fuzz.driver import Watch, fuzz
from fuzz.target import HERE, REFUSED, Target, forget_scratch
from fuzz.targets import TARGETS

MOST_GROWN_BYTES = 128 << 20
"""By all inputs of a target after the first ones."""


def _marked(target: Target, *more: object, name: str) -> object:
    marks = [pytest.mark.torch] if target.needs_torch else []
    return pytest.param(target, *more, id=name, marks=marks)


def _found() -> Iterator[object]:
    for path in sorted((HERE / "found").glob("*/*")):
        target = TARGETS[path.parent.name]
        yield _marked(target, path, name=f"{target.name}-{path.name}")


@pytest.fixture(scope="module", autouse=True)
def _files() -> Iterator[None]:
    yield
    forget_scratch()


@pytest.mark.parametrize("target", [_marked(one, name=one.name) for one in TARGETS.values()])
def test_whatever_comes_only_documented_errors_are_raised(target: Target) -> None:
    tally = fuzz(target, inputs=target.quick)
    assert {what: (one.said, one.input[:500]) for what, one in tally.findings.items()} == {}
    assert tally.inputs == target.quick
    assert tally.grown_bytes < MOST_GROWN_BYTES


@pytest.mark.parametrize(
    "target",
    # Of "legacy", a seed with all weights would have 5 MB.
    [_marked(one, name=one.name) for one in TARGETS.values() if one.name != "legacy"],
)
def test_the_reader_comes_to_its_end_with_some_seed(target: Target) -> None:
    def is_read(seed: bytes) -> bool:
        REFUSED.clear()
        target.read(seed)
        return not REFUSED

    assert any(map(is_read, target.seeds()))


@pytest.mark.parametrize(("target", "path"), list(_found()))
def test_what_was_found_once_is_not_found_again(target: Target, path: Path) -> None:
    with Watch() as watch:
        assert watch.try_one(target, path.read_bytes()) is None


def test_what_was_found_once_is_found_on_the_disk() -> None:
    assert len(list(_found())) > 30


def test_the_watch_sees_errors_and_hangs() -> None:
    def read(data: bytes) -> None:
        if data == b"hang":
            while True:
                pass
        if data == b"error":
            raise ZeroDivisionError

    target = Target("none", lambda: [b""], read, lambda _random, data, _other: data)
    with Watch(most_s=0.1) as watch:
        found = [watch.try_one(target, data) for data in (b"error", b"hang", b"fine")]
        assert [one and one.what.split(" at ")[0] for one in found] == [
            "ZeroDivisionError", "hang", None,
        ]  # fmt: skip
