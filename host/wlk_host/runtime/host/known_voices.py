"""The speakers that each session has heard, and the voices that the user had remembered."""

from typing import Final

from wlk_host.core.errors import WlkError
from wlk_host.core.speakers.remembered import LEAST_WINDOWS, RememberedVoice
from wlk_host.core.speakers.speakers import Speakers
from wlk_host.core.speakers.voices import joint
from wlk_host.protocol.messages import Forget, HostVoices, Remember, ToVoices
from wlk_host.runtime.host.voice_book import VoiceBook

_MOST: Final = 16
"""How many sessions' voices are remembered. More are rarely open at the same time."""


class KnownVoices:
    """Remembers the speakers of each session, for when it starts again with another model.

    Args:
        book: what is kept on the disk, if the user asks for it.
    """

    def __init__(self, book: VoiceBook) -> None:
        self._book = book
        self._speakers: dict[str, Speakers] = {}

    def of(self, session: str, *, recalls: bool = False) -> Speakers:
        """The speakers of the session with that id; none yet if it is new.

        Args:
            session: its id.
            recalls: whether voices may be recognised and remembered in it.
        """
        if recalls:
            self._book.look_again()
        # The session used last is forgotten last.
        speakers = self._speakers.pop(session, None) or Speakers(
            recall=self._book.recall if recalls else None
        )
        self._speakers[session] = speakers
        while len(self._speakers) > _MOST:
            del self._speakers[next(iter(self._speakers))]
        return speakers

    def obey(self, request: ToVoices) -> HostVoices:
        """Do what is asked about remembered voices; returns which there are then.

        Raises:
            WlkError: those of `VoiceBook.forget`.
        """
        if isinstance(request, Forget):
            return self._book.forget(request.name)
        return self._book.listed()

    def remember(self, wanted: Remember, speakers: Speakers) -> HostVoices:
        """Keep how voices of a session sound. Called in a turn of that session.

        Raises:
            WlkError: `voice_unknown`, `voice_too_short`, `voice_narrow`, or those of
                `VoiceBook.remember`.
        """
        heard = speakers.prints_of(wanted.voices)
        if heard is None or not heard[1]:
            raise WlkError(
                code="voice_unknown",
                message=f"no voice {', '.join(wanted.voices)} can be remembered here",
                hint="wait until that person has spoken again; only the engine embedded can do it",
            )
        model, prints = heard
        voice = joint(prints)
        if voice.n_windows < LEAST_WINDOWS:
            raise WlkError(
                code="voice_too_short",
                message=f"got {voice.n_windows} windows of that voice, expected {LEAST_WINDOWS}",
                hint="ask again when that person has spoken for ten seconds",
            )
        if voice.is_narrow:
            raise WlkError(
                code="voice_narrow",
                message="that voice is heard through a line on which all voices are alike",
                hint="have it remembered where that person is not on a telephone",
            )
        return self._book.remember(RememberedVoice(wanted.name, model, voice.vector))
