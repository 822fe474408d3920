"""When a session's state is worth a message."""

from typing import Final

from wlk_host.core.errors import WlkError
from wlk_host.core.types import SAMPLE_RATE, Sample
from wlk_host.protocol.convert import milliseconds
from wlk_host.protocol.messages import State, Status
from wlk_host.protocol.problem import Problem
from wlk_host.runtime.host.lateness import LATE_ABOVE, ON_TIME_BELOW
from wlk_host.runtime.ports import TranslatedCaptionSession

LAG_EVERY: Final = 1 * SAMPLE_RATE
"""A lag that merely moves is reported once in that much audio."""

ALIVE_EVERY: Final = 5 * SAMPLE_RATE
"""Even when nothing changes, as in silence: otherwise the host would be taken for dead."""


class StatusReporter:
    """Report what changed: state, language, skipped audio, refinement, a problem of translation;
    lag and delay about once a second.

    While audio comes, something is reported at least once in `ALIVE_EVERY` of it.

    Attributes:
        model: in use; as asked for until it is loaded.
        device: what it runs on.
        smaller_model: to be offered, while captions stay late.
        model_problem: why it is not the model or device that was asked for.
    """

    def __init__(self, session: str, model: str | None, language: str | None) -> None:
        self.model = model
        self.device: str | None = None
        self.smaller_model: str | None = None
        self.model_problem: WlkError | None = None
        self._told = Status(
            session=session,
            state="loading",
            model=model,
            language=language,
            lag_ms=0,
            skipped_ms=0,
            refining=True,
            translation_delay_ms=None,
            translation_problem=None,
            device=None,
            smaller_model=None,
            model_problem=None,
        )
        self._told_at: Sample = 0

    @property
    def language(self) -> str | None:
        """Chosen or detected, as it was told last."""
        return self._told.language

    def loading(self) -> Status:
        """The first status of a session."""
        return self._told

    def change(self, session: TranslatedCaptionSession, received_until: Sample) -> Status | None:
        """The status where it differs enough from the last one sent, or that one is old."""
        status = self._status(session, self._state(session.lag))
        received = received_until - self._told_at
        if status == self._told and received < ALIVE_EVERY:
            return None
        only_lag = _without_delays(status) == _without_delays(self._told)
        if only_lag and 0 <= received < LAG_EVERY:
            return None
        self._told, self._told_at = status, received_until
        return status

    def anew(self, session: TranslatedCaptionSession, received_until: Sample) -> Status:
        """The status as it is, whatever was sent before."""
        self._told, self._told_at = self._status(session, self._state(session.lag)), received_until
        return self._told

    def ended(self, session: TranslatedCaptionSession) -> Status:
        """The last status of a session."""
        return self._status(session, "ended")

    def _state(self, lag: Sample) -> State:
        bound = ON_TIME_BELOW if self._told.state == "lagging" else LATE_ABOVE
        return "lagging" if lag > bound else "listening"

    def _status(self, session: TranslatedCaptionSession, state: State) -> Status:
        delay = session.translation_delay
        return Status(
            session=self._told.session,
            state=state,
            model=self.model,
            language=session.language,
            lag_ms=milliseconds(session.lag),
            skipped_ms=milliseconds(session.skipped),
            refining=session.refining and not session.is_overloaded,
            translation_delay_ms=None if delay is None else milliseconds(delay),
            translation_problem=_problem(session.translation_problem),
            device=self.device,
            smaller_model=self.smaller_model,
            model_problem=_problem(self.model_problem),
        )


def _without_delays(status: Status) -> tuple[object, ...]:
    return (
        status.state,
        status.model,
        status.language,
        status.skipped_ms,
        status.refining,
        status.translation_problem,
        status.device,
        status.smaller_model,
        status.model_problem,
    )


def _problem(error: WlkError | None) -> Problem | None:
    return None if error is None else Problem.of(error)
