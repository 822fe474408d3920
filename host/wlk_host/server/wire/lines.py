"""The lines of a session, from its updates."""

from wlk_host.protocol.messages import CaptionDraft, CaptionLine, Captions


class Lines:
    """Keeps the newest state of each line.

    Attributes:
        draft: words that can still vanish.
    """

    def __init__(self) -> None:
        self.draft: CaptionDraft | None = None
        self._lines: dict[int, CaptionLine] = {}

    def hear(self, update: Captions) -> None:
        """Take an update."""
        self.draft = update.draft
        for line in update.lines:
            if line.text:
                self._lines[line.id] = line
            else:
                self._lines.pop(line.id, None)

    def in_order(self) -> list[CaptionLine]:
        """All of them."""
        return [self._lines[name] for name in sorted(self._lines)]

    def n_final(self) -> int:
        """How many lines at the beginning are final."""
        lines = self.in_order()
        return next((i for i, line in enumerate(lines) if line.state != "final"), len(lines))
