"""The sessions of a host: those whose models are loaded, those that run, those that leave."""

import gc
from collections.abc import Collection, Iterator
from itertools import chain

from wlk_host.core.ports import Promise
from wlk_host.runtime.host.model_pool import ModelPool
from wlk_host.runtime.host.running import Opening, Running
from wlk_host.runtime.loading import heap
from wlk_host.runtime.ports import LoadedModel, Threads


class Sessions:
    """Knows them by their ids.

    Attributes:
        opening: their models are being loaded.
        running: open.
        leaving: closed in the middle of a turn, which goes on.

    Args:
        models: where their models come from.
    """

    def __init__(self, models: ModelPool) -> None:
        self.opening: dict[str, Opening] = {}
        self.running: dict[str, Running] = {}
        self.leaving: dict[str, Running] = {}
        self._is_untidy = False
        self._models = models

    def of(self, session: str) -> Opening | Running:
        """The one with that id, open or on its way."""
        return self.opening.get(session) or self.running[session]

    def find(self, session: str) -> Opening | Running | None:
        """The one with that id; None where there is none."""
        return self.opening.get(session) or self.running.get(session)

    def used_models(self) -> set[LoadedModel]:
        """The models that they work with."""
        everybody = chain(self.running.values(), self.leaving.values())
        return {running.model for running in everybody}

    def places(self) -> Iterator[tuple[Threads, Running]]:
        """Where each takes its turns on this machine."""
        for running in chain(self.running.values(), self.leaving.values()):
            if running.model.device != "remote":  # A service has its own limits.
                yield running.place, running

    def waiting_for(self, loading: Collection[Promise[LoadedModel]]) -> list[str]:
        """Those that cannot work without one of these models, and no other one.

        One that runs on and waited for a better model goes on without it.
        """
        for running in self.running.values():
            if running.loading in loading:
                running.loading = None
        halted = [one.id for one in self.running.values() if one.halted and one.loading is None]
        return halted + [name for name, one in self.opening.items() if one.loading in loading]

    def close(self, session: str) -> None:
        """Forget it, once its turn is over."""
        opening = self.opening.pop(session, None)
        if opening is not None:
            self._models.abandon(opening.loading)
        running = self.running.pop(session, None)
        if running is None:
            return
        self._is_untidy = True
        if running.loading is not None:
            self._models.abandon(running.loading)
        if not running.is_idle:
            self.leaving[session] = running

    def tidy(self) -> None:
        """Return to the system what sessions held that have ended.

        Their windows lie among those of others, so nothing of it returns by itself.
        """
        if self._is_untidy and not self.leaving:
            self._is_untidy = False
            gc.collect()
            heap.give_back()

    def forget_left(self) -> None:
        """Forget those whose last turns are over."""
        self.leaving = {name: one for name, one in self.leaving.items() if not one.is_idle}
