"""How far each part of a session has come with its sound."""

from dataclasses import dataclass, replace
from itertools import pairwise

from wlk_host.core.sound.speech_gate import SpeechGate
from wlk_host.core.types import Sample


@dataclass(frozen=True, slots=True)
class Cursors:
    """The positions in a passage of sound. Each move returns new ones, and keeps their order.

    Somebody speaks the third utterance; the first one is final, the second one is read::

        start   final                closed               read     voiced  heard  end
          |=======|      ~~~~~~~~~~~~~~|      --------------|.........|       |     |
                         |                    |  |
                     unfinal_from   utterance_from opened

        ===  final lines                      ---  read by the live pass, and open
        ~~~  due for the second pass          ...  speech not read yet: the lag

    In the pause after it `read` and `closed` are equal, and a little past `voiced`. While much is
    said without a pause, the second pass takes the lines that are complete: then `final` is past
    `closed`. The order that always holds::

        start <= unfinal_from <= utterance_from <= opened <= voiced <= heard <= end
        start <= closed <= read <= end
        start <= final <= read

    Two more positions belong to others: where the words begin that the live pass has not settled
    (`LivePolicy.settled_until`, close to `read`), and where the sound that is kept begins
    (`RefinePass.sound_from`, before `final`).

    Attributes:
        start: of the first sample.
        final: no line before it changes any more.
        closed: where the last utterance ended that was read to its end.
        read: where the sound ends that the live pass was given last. It goes back where a window
            that closes an utterance is shorter than the one before, and to other models.
        unfinal_from: where the first utterance begins that is not final.
        utterance_from: where the last utterance begins, with some sound before the gate opened.
        opened: where the gate opened last.
        voiced: end of the last block with speech.
        heard: end of the last block that the gate has judged.
        end: the sample after the last one.

    Raises:
        ValueError: the positions are not in that order.
    """

    start: Sample
    final: Sample
    closed: Sample
    read: Sample
    unfinal_from: Sample
    utterance_from: Sample
    opened: Sample
    voiced: Sample
    heard: Sample
    end: Sample

    def __post_init__(self) -> None:
        speech = (self.unfinal_from, self.utterance_from, self.opened, self.voiced, self.heard)
        chains = (
            (self.start, *speech, self.end),
            (self.start, self.closed, self.read, self.end),
            (self.start, self.final, self.read),
        )
        if any(a > b for chain in chains for a, b in pairwise(chain)):
            raise ValueError(f"positions out of order: {self}")

    @classmethod
    def starting(cls, at: Sample) -> "Cursors":
        """Before any sound."""
        return cls(*[at] * 10)

    # -- what follows from them --------------------------------------------------

    @property
    def has_unread(self) -> bool:
        """Whether there is speech after the last utterance that was read to its end."""
        return self.voiced > self.closed

    @property
    def unread_from(self) -> Sample:
        """Where the speech begins that was not read; the silence before it is no lag."""
        return max(self.read, self.utterance_from)

    @property
    def lag(self) -> Sample:
        """Speech that was not read."""
        return max(0, self.voiced - self.unread_from)

    @property
    def refine_from(self) -> Sample:
        """Where the speech begins that is not final."""
        return max(self.final, self.unfinal_from)

    @property
    def silence(self) -> Sample:
        """How long nobody has spoken."""
        return self.heard - self.voiced

    # -- moves -------------------------------------------------------------------

    def fed_to(self, end: Sample) -> "Cursors":
        """The sound goes up to there now."""
        return replace(self, end=end)

    def judged_by(self, gate: SpeechGate, pad: Sample) -> "Cursors":
        """The gate has heard more.

        Args:
            gate: of this passage.
            pad: sound that an utterance is given before the gate opened.
        """
        now = replace(self, opened=gate.opened_at, voiced=gate.voiced_until, heard=gate.heard_until)
        if self.has_unread or not now.has_unread:
            return now
        begun = max(now.opened - pad, self.utterance_from)
        all_final = self.closed <= self.final
        return replace(
            now, utterance_from=begun, unfinal_from=begun if all_final else self.unfinal_from
        )

    def read_to(self, end: Sample) -> "Cursors":
        """The live pass has read a window that ends there."""
        return replace(self, read=max(end, self.final))

    def closed_at(self, end: Sample) -> "Cursors":
        """The utterance that ends there was read to its end."""
        return replace(self, closed=end)

    def finalised(self, until: Sample) -> "Cursors":
        """Lines before that are final. Up to there nothing is read again."""
        return replace(self, final=until, read=max(self.read, until))

    def resumed(self, settled: Sample) -> "Cursors":
        """Other models read again what was not settled."""
        return replace(self, read=min(self.read, max(settled, self.closed, self.final)))

    def skipped_to(self, at: Sample) -> "Cursors":
        """What was not read before is left out."""
        return replace(self, read=at, closed=at)
