"""Which model is taken by itself, and what is remembered of this machine."""

import json
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from itertools import count
from pathlib import Path

import pytest

from fixtures.models import model
from fixtures.sized_model import SIZES, write_sized_model
from fixtures.sized_model import Size as Dimensions
from wlk_host.backends.whisper.model import Whisper
from wlk_host.core.options import SessionOptions
from wlk_host.models import catalog
from wlk_host.models.entries import CatalogEntry
from wlk_host.runtime.files.clocks import SoundClock
from wlk_host.runtime.loading.automatic import Automatic, SpeedCache, smaller_than
from wlk_host.runtime.loading.loader import ModelLoader
from wlk_host.runtime.loading.speed import Size, StepTime, predicted, size_of, time_step

HERE = {"processor": "a", "cores": "2", "torch": "2.0"}
ENGINE = "faster-whisper/cpu"


def entries(*names: str) -> list[CatalogEntry]:
    found = [entry for entry in catalog.CATALOG if entry.name in names]
    assert len(found) == len(names)
    return found


def size(entry: CatalogEntry) -> Size:
    known = SIZES.get(entry.name) or SIZES[entry.name.removesuffix(".en")]
    return Size(known.width, known.encoder_layers, known.decoder_layers)


class Machine:
    """One on which a step of base takes so many seconds, and a larger one in proportion."""

    def __init__(self, path: Path, base_s: float, *installed: str) -> None:
        self.measured: list[str] = []
        self.really: dict[str, float] = {}
        self._base = StepTime(base_s * 0.8, base_s * 0.2)
        self.overloaded = False
        self.cache = SpeedCache(HERE, path)
        self.automatic = Automatic(self.cache, lambda: entries(*installed), size)

    def measure(self, name: str) -> StepTime:
        self.measured.append(name)
        [entry], [base] = entries(name), entries("base")
        of_base = replace(self._base, provisional=self.overloaded)
        step = predicted(of_base, size(base), size(entry))
        times = self.really.get(name, 1.0)
        return replace(step, encode_s=step.encode_s * times, decode_s=step.decode_s * times)

    def choose(self, language: str | None = None, task: str = "transcribe") -> str | None:
        options = SessionOptions(language=language, task=task)  # type: ignore[arg-type]
        return self.automatic.choose(options, ENGINE, self.measure)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "speed.json"


ALL = ("tiny", "base", "small", "medium", "large-v3-turbo", "large-v3")


@pytest.mark.parametrize(
    ("base_s", "chosen"),
    [(1.0, "tiny"), (0.14, "base"), (0.06, "small"), (0.018, "medium"), (0.002, "large-v3")],
)
def test_the_largest_that_leaves_half_of_the_time_is_taken(
    path: Path, base_s: float, chosen: str
) -> None:
    machine = Machine(path, base_s, *ALL)
    assert machine.choose() == chosen
    step = machine.cache.get(f"{ENGINE}/{chosen}")
    assert step is not None
    assert step.load < 0.5 or chosen == "tiny"


def test_two_or_three_models_are_loaded_for_it_and_none_the_next_time(path: Path) -> None:
    machine = Machine(path, 0.06, *ALL)
    machine.choose()
    assert machine.measured[0] == "tiny"
    assert machine.measured[-1] == "small"
    assert len(machine.measured) <= 3
    again = Machine(path, 0.06, *ALL)
    assert again.choose() == "small"
    assert again.measured == []


def test_what_is_slower_than_foretold_gives_way_to_the_next_smaller(path: Path) -> None:
    machine = Machine(path, 0.06, *ALL)
    machine.really["small"] = 2.0
    assert machine.choose() == "base"
    assert Machine(path, 0.06, *ALL).choose() == "base"


def test_what_is_quicker_than_foretold_is_tried(path: Path) -> None:
    machine = Machine(path, 0.085, "base", "small")
    machine.really["small"] = 0.75
    assert machine.choose() == "small"


def test_a_new_model_is_measured_without_the_others(path: Path) -> None:
    Machine(path, 0.06, "tiny", "base").choose()
    machine = Machine(path, 0.06, "tiny", "base", "small")
    assert machine.choose() == "small"
    assert machine.measured == ["small"]


@pytest.mark.parametrize(
    ("language", "task", "installed", "chosen"),
    [
        (None, "transcribe", ["base", "base.en", "small.en"], "base"),
        ("en", "transcribe", ["base", "base.en"], "base.en"),
        ("de", "transcribe", ["tiny", "base.en"], "tiny"),
        ("de", "translate", ["base", "large-v3-turbo"], "base"),
        (None, "transcribe", ["tiny.en"], "tiny.en"),
        (None, "transcribe", [], None),
    ],
)
def test_only_what_knows_the_language_is_taken(
    path: Path, language: str | None, task: str, installed: Sequence[str], chosen: str | None
) -> None:
    assert Machine(path, 0.002, *installed).choose(language, task) == chosen


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", "null", '{"machine": 1}', '{"machine": {}, "steps": {}}'],
    ids=["empty", "cut_off", "list", "null", "without_steps", "of_another_machine"],
)
def test_a_damaged_cache_is_measured_anew(path: Path, content: str) -> None:
    path.parent.mkdir()
    path.write_text(content)
    machine = Machine(path, 0.14, "tiny", "base")
    assert machine.choose() == "base"
    assert machine.measured == ["tiny", "base"]
    assert Machine(path, 0.14, "tiny", "base").cache.steps().keys() == {
        f"{ENGINE}/tiny",
        f"{ENGINE}/base",
    }


@pytest.mark.parametrize("step", ['"x"', "null", '{"encode_s": -1, "decode_s": 0}', '{"a": 1}'])
def test_a_damaged_measurement_is_made_anew(path: Path, step: str) -> None:
    path.parent.mkdir()
    steps = json.loads(f'{{"{ENGINE}/tiny": {step}}}')
    path.write_text(json.dumps({"machine": HERE, "steps": steps}))
    machine = Machine(path, 0.14, "tiny")
    assert machine.choose() == "tiny"
    assert machine.measured == ["tiny"]


def test_other_hardware_or_versions_are_measured_anew(path: Path) -> None:
    Machine(path, 0.14, "tiny").choose()
    for field in HERE:
        assert SpeedCache({**HERE, field: "other"}, path).steps() == {}
    assert SpeedCache(HERE, path).steps() != {}


def test_nothing_but_the_cache_is_left_in_its_folder(path: Path) -> None:
    Machine(path, 0.14, *ALL).choose()
    assert list(path.parent.iterdir()) == [path]


def test_a_cache_that_cannot_be_written_costs_no_captions(path: Path) -> None:
    path.parent.write_text("a file where the folder should be")
    assert Machine(path, 0.14, "tiny", "base").choose() == "base"


@pytest.mark.parametrize(
    ("name", "language", "smaller"),
    [
        ("large-v3", None, "medium"),
        ("medium", None, "base"),
        ("base", None, None),
        ("base", "en", "tiny.en"),
        ("base", "de", None),
    ],
)
def test_the_next_smaller_is_really_smaller_and_knows_the_language(
    name: str, language: str | None, smaller: str | None
) -> None:
    [entry] = entries(name)
    there = entries("tiny.en", "base", "base.en", "medium", "medium.en", "large-v3")
    options = SessionOptions(language=language)
    assert smaller_than(entry.size_bytes, options, lambda: there) == smaller


@pytest.mark.model
def test_a_real_model_is_measured_and_sized(tmp_path: Path) -> None:
    tiny = Whisper(model("tiny.en"), threads=1)
    step = time_step(tiny)
    assert 0.001 < step.encode_s < 5
    assert 0.0005 < step.decode_s < 5
    assert 0 < step.refine_decode < 5
    assert size_of(model("tiny.en")) == Size(384, 4, 4)
    assert size_of(model("base")) == Size(512, 6, 6)
    shape = Dimensions(128, 3, 2)
    folder = write_sized_model(tmp_path / "small", shape, like=model("tiny.en"))
    assert size_of(folder) == Size(128, 3, 2)


def test_what_was_measured_on_an_overloaded_machine_is_measured_again_at_the_next_start(
    path: Path,
) -> None:
    machine = Machine(path, 1.0, "tiny")
    machine.overloaded = True
    assert machine.choose() == "tiny"
    assert machine.choose() == "tiny"
    assert machine.measured == ["tiny"]
    again = Machine(path, 0.14, "tiny")
    assert again.choose() == "tiny"
    assert again.measured == ["tiny"]
    assert Machine(path, 0.14, "tiny").cache.steps().keys() == {f"{ENGINE}/tiny"}


@pytest.mark.parametrize(("refined", "chosen"), [(0.05, "base"), (1.2, "tiny")])
def test_the_second_pass_counts(path: Path, refined: float, chosen: str) -> None:
    """The live pass of base is busy for 0.23 of the time; the second one has cores of its own."""
    machine = Machine(path, 0.14, "tiny", "base")
    machine._base = StepTime(0.112, 0.028, refine_encode=refined / 2, refine_decode=refined / 2)
    assert machine.choose() == chosen


def test_passes_on_one_processor_add_up() -> None:
    step = StepTime(0.06, 0.06, 0.1, 0.1)
    assert step.load == pytest.approx(0.2)
    assert replace(step, shared=True).load == pytest.approx(0.4)


@pytest.mark.model
def test_a_machine_without_time_is_noticed() -> None:
    tiny = Whisper(model("tiny.en"), threads=1)
    for pace, noticed in ((1.2, False), (3.0, True)):
        wall, given = (
            count(0.0, pace),
            count(0.0, 1.0),
        )
        step = time_step(tiny, partial(next, wall), partial(next, given))
        assert step.provisional is noticed


@pytest.mark.model
def test_what_interrupts_a_measurement_is_left_out() -> None:
    """The wall clock jumps; the processor time tells what was really done."""
    wall, processor = iter(range(0, 10**6, 100)), iter(range(10**6))
    tiny = Whisper(model("tiny.en"), threads=1)
    step = time_step(tiny, lambda: float(next(wall)), lambda: float(next(processor)))
    assert step.encode_s == 1


@pytest.mark.model
def test_without_a_name_the_host_takes_what_was_chosen(path: Path) -> None:
    cache = SpeedCache(HERE, path)
    cache.put(f"{ENGINE}/tiny.en", StepTime(0.001, 0.001))
    cache.put(f"{ENGINE}/base", StepTime(5.0, 1.0))
    there = entries("tiny.en", "base")
    automatic = Automatic(cache, lambda: there, size)
    loader = ModelLoader(
        SoundClock(), resolve=lambda name: model(name or "base"), automatic=automatic
    )
    assert loader.load(SessionOptions(language="en")).name == "tiny.en"
    assert loader.load(SessionOptions()).name == "base"
    assert loader.load(SessionOptions(model="base", language="en")).name == "base"
