"""Differences between states of `/asr` (WhisperLiveKit 0.2.26, `diff_protocol.DiffTracker`)."""

from wlk_host.server.wire.asr_state import JsonObject


class Differences:
    """Tells each state as a change of the one before; the first one whole."""

    def __init__(self) -> None:
        self._seq = 0
        self._lines: list[JsonObject] = []

    def message(self, state: JsonObject) -> JsonObject:
        """A `snapshot`, and from then on a `diff`."""
        self._seq += 1
        before, self._lines = self._lines, list(state["lines"])
        if self._seq == 1:
            return {"type": "snapshot", "seq": self._seq, **state}
        told = {name: value for name, value in state.items() if name != "lines"}
        told = {"type": "diff", "seq": self._seq, **told, "n_lines": len(self._lines)}
        n_same = _n_same(before, self._lines)
        if n_same < len(before):
            # A line was changed after all. Clients can drop lines only from the front.
            told["lines_pruned"], n_same = len(before), 0
        if self._lines[n_same:]:
            told["new_lines"] = self._lines[n_same:]
        return told


def _n_same(before: list[JsonObject], after: list[JsonObject]) -> int:
    """How many lines both begin with."""
    n_both = min(len(before), len(after))
    return next((i for i in range(n_both) if before[i] != after[i]), n_both)
