"""Which models stay in memory, and for how long."""

import pytest

from host.runtime.scripted import Held, Inline, ScriptedLoader, ScriptedModel
from wlk_host.core.errors import DeviceError, WlkError
from wlk_host.core.options import SessionOptions
from wlk_host.runtime.host.failures import MOST_KEPT
from wlk_host.runtime.host.model_pool import ModelPool
from wlk_host.runtime.ports import LoadedModel

KEPT_S = 300.0


class Stage:
    """A pool whose time the test makes."""

    def __init__(self, loading: Inline | Held | None = None) -> None:
        self.now_s = 0.0
        self.loader = ScriptedLoader()
        self.pool = ModelPool(
            lambda: self.loader, loading or Inline(), KEPT_S, now=lambda: self.now_s
        )

    def load(self, name: str) -> LoadedModel:
        return self.pool.take(self.pool.load(SessionOptions(model=name)))

    @property
    def released(self) -> list[str | None]:
        return [name for call, name in self.loader.calls if call == "release"]


def test_a_model_is_freed_some_time_after_its_last_use_while_another_stays() -> None:
    stage = Stage()
    base, tiny = stage.load("base"), stage.load("tiny")
    stage.pool.note_use({base, tiny})
    assert stage.pool.patience() is None
    stage.now_s = 10
    stage.pool.note_use({tiny})
    stage.now_s = 20
    assert stage.pool.patience() == KEPT_S - 10
    stage.now_s = 10 + KEPT_S
    stage.pool.note_use({tiny})
    assert stage.released == ["base"]
    assert stage.pool.patience() is None


def test_a_model_used_again_in_time_stays() -> None:
    stage = Stage()
    base = stage.load("base")
    for at, used in [(0, set[LoadedModel]()), (299, {base}), (400, set()), (699, set())]:
        stage.now_s = at
        stage.pool.note_use(used)
    assert stage.released == []
    stage.now_s = 700
    stage.pool.note_use(set())
    assert stage.released == ["base"]


def test_nothing_is_freed_while_a_model_is_loaded_which_may_be_the_same() -> None:
    loading = Held()
    stage = Stage(loading)
    first = stage.pool.load(SessionOptions(model="base"))
    loading.do()
    stage.pool.take(first)
    stage.pool.note_use(set())
    second = stage.pool.load(SessionOptions(model="base"))
    stage.now_s = KEPT_S
    stage.pool.note_use(set())
    loading.do()
    base = stage.pool.take(second)
    stage.pool.note_use({base})
    assert stage.released == []


def test_a_model_that_nobody_waits_for_any_more_is_freed_too() -> None:
    loading = Held()
    stage = Stage(loading)
    stage.pool.abandon(stage.pool.load(SessionOptions(model="base")))
    stage.pool.note_use(set())
    assert stage.pool.is_loading
    loading.do()
    stage.pool.note_use(set())
    assert not stage.pool.is_loading
    stage.now_s = KEPT_S
    stage.pool.note_use(set())
    loading.do()
    assert stage.released == ["base"]


def test_what_keeps_a_model_from_loading_is_told_to_who_waits_for_it() -> None:
    stage = Stage()

    def fail(options: SessionOptions) -> None:
        raise WlkError("model_missing", "none", "download one")

    stage.loader.load = fail  # type: ignore[assignment]
    with pytest.raises(WlkError, match="none"):
        stage.load("base")
    assert not stage.pool.is_loading


def test_a_model_whose_device_failed_is_freed_as_soon_as_nobody_uses_it() -> None:
    stage = Stage()
    base, tiny = stage.load("base"), stage.load("tiny")
    error = DeviceError("device_out_of_memory", "full", "free some")
    replacing = stage.pool.replace(base, SessionOptions(model="base"), error)
    stage.pool.note_use({base, tiny})
    elsewhere = stage.pool.take(replacing)
    stage.pool.note_use({base, tiny})
    assert stage.released == []
    stage.pool.note_use({elsewhere})
    assert stage.released == ["base"]
    stage.pool.note_use({elsewhere})
    assert stage.released == ["base"]


class Failing(ScriptedLoader):
    """Fails as long as there is an error."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error: Exception | None = error

    def load(self, options: SessionOptions) -> ScriptedModel:
        model = super().load(options)
        if self.error is not None:
            raise self.error
        return model


def failing(error: Exception) -> tuple[Stage, Failing]:
    stage, loader = Stage(), Failing(error)
    stage.loader = loader
    return stage, loader


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (WlkError("model_corrupt", "cut", "again"), "model_corrupt"),
        (MemoryError(), "recognition_failed"),
    ],
)
def test_what_failed_is_not_tried_again_for_a_growing_time(error: Exception, code: str) -> None:
    stage, loader = failing(error)
    holds = []
    for _ in range(9):
        with pytest.raises((WlkError, MemoryError)):
            stage.load("base")
        began, n_tries = stage.now_s, len(loader.calls)
        while len(loader.calls) == n_tries:
            with pytest.raises((WlkError, MemoryError)) as caught:
                stage.load("base")
            if len(loader.calls) == n_tries:
                assert isinstance(caught.value, WlkError)
                assert caught.value.code == code
                stage.now_s += 0.5
        holds.append(stage.now_s - began)
    assert holds == [1, 2, 4, 8, 16, 32, 60, 60, 60]


def test_another_model_is_tried_at_once_and_so_is_the_same_after_a_change() -> None:
    stage, loader = failing(WlkError("model_corrupt", "cut", "again"))
    for name in ("base", "tiny"):
        with pytest.raises(WlkError):
            stage.load(name)
    assert len(loader.calls) == 2
    loader.error = None
    with pytest.raises(WlkError):
        stage.load("base")
    stage.pool.forget_failures()
    assert stage.load("base").name == "base"
    loader.error = WlkError("model_corrupt", "cut", "again")
    with pytest.raises(WlkError):
        stage.load("base")
    stage.now_s += 1
    loader.error = None
    assert stage.load("base").name == "base", "what went well begins anew"


def test_what_costs_nothing_is_always_tried() -> None:
    stage, loader = failing(WlkError("model_missing", "none", "download one"))
    with pytest.raises(WlkError):
        stage.load("base")
    loader.error = None
    assert stage.load("base").name == "base"


def test_only_so_many_failures_are_kept() -> None:
    stage, _ = failing(WlkError("model_corrupt", "cut", "again"))
    for n in range(10_000):
        with pytest.raises(WlkError):
            stage.load(f"model {n}")
    assert len(stage.pool._failures._kept) == MOST_KEPT


def test_a_failure_that_nobody_waits_for_is_no_failure_of_the_others() -> None:
    stage, _ = failing(ZeroDivisionError("a bug"))
    stage.pool.abandon(stage.pool.load(SessionOptions(model="base")))
    stage.pool.note_use(set())
    assert not stage.pool.is_loading
