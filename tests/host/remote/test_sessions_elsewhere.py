"""Where sessions are captioned, and what the extension is told; no network."""

import json

import pytest

from host.remote.scripted_link import SECOND, Desk, captions, line, status
from wlk_host.core.errors import WlkError
from wlk_host.protocol import codec, messages
from wlk_host.protocol.connection import FeedAudio, Sound
from wlk_host.protocol.messages import Error, Remember, Start, Stop
from wlk_host.protocol.options import Options
from wlk_host.protocol.words import Translated
from wlk_host.remote.here import MOST_WAITED
from wlk_host.remote.news import Pinged
from wlk_host.remote.port import REFUSED_S
from wlk_host.remote.there import SILENT, SILENT_LOADING, STOP_S


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def served(desk: Desk) -> Desk:
    """With a server that captions session a."""
    desk.choose()
    desk.open()
    desk.start()
    return desk


def test_without_a_server_all_is_done_here_and_nothing_is_said_of_servers(desk: Desk) -> None:
    desk.start()
    desk.sound(0)
    assert [type(one) for one in desk.local] == [Start, FeedAudio]
    assert (desk.heard, desk.links) == ([], [])


def test_a_session_goes_to_the_server_as_it_came(served: Desk) -> None:
    served.sound(0)
    served.say(type="cut", session="a", at=SECOND)
    served.say(type="configure", session="a", options={"language": "de"})
    served.say(type="visibility", session="a", visible=False)
    served.say(type="retranslate", session="a")
    served.say(type="stop", session="a")
    kinds = ["start", "audio", "cut", "configure", "visibility", "retranslate", "stop"]
    assert served.link.kinds() == kinds
    assert served.link.said[1] == Sound("a", 0, 0, bytes(2 * SECOND))
    assert served.local == []
    assert (served.told.state, served.told.name, served.told.round_trip_ms) == (
        "on",
        "desk.example",
        34,
    )
    assert served.told.sessions == ("a",)


def test_what_the_server_says_goes_to_the_extension(served: Desk) -> None:
    served.sound(0)
    for said in (status("loading"), status("listening"), captions(SECOND, 1, line(0))):
        served.hear(said)
        assert served.heard[-1] == said


def test_a_session_that_has_ended_is_over(served: Desk) -> None:
    served.say(type="stop", session="a")
    served.hear(status("ended"))
    assert served.told.sessions == ()
    served.start()
    assert served.link.kinds() == ["start", "stop", "start"]


def test_the_server_is_not_asked_for_what_it_does_not_offer(desk: Desk) -> None:
    desk.choose()
    desk.open(models=("base",))
    options = {"model": "base", "translator": "nllb-200", "backend": "torch", "step_down": True}
    desk.start(options={**options, "alignment_heads": "1.1", "diarizer": "sortformer"})
    desk.start("b", options={"model": "/home/ana/secret-project", "language": "de"})
    first, second = desk.link.said
    assert isinstance(first, Start)
    assert isinstance(second, Start)
    assert first.options == Options(model="base")
    assert second.options == Options(language="de")


def test_until_the_server_is_there_sessions_wait(desk: Desk) -> None:
    desk.choose()
    desk.start()
    desk.sound(0)
    assert (desk.local, desk.link.said) == ([], [])
    desk.open()
    assert desk.link.kinds() == ["start", "audio"]


def test_sessions_that_waited_begin_here_when_the_server_is_away(desk: Desk) -> None:
    desk.choose()
    desk.start()
    desk.sound(0)
    desk.lose("remote_unreachable")
    assert [type(one) for one in desk.local] == [Start, FeedAudio]
    assert desk.moved() == []
    assert (desk.told.state, desk.told.problem and desk.told.problem.code) == (
        "away",
        "remote_unreachable",
    )


def test_when_the_server_goes_its_sessions_go_on_here_and_are_told_once(served: Desk) -> None:
    served.sound(0)
    served.lose()
    assert served.moved() == ["a"]
    served.start()
    served.sound(0)
    assert [type(one) for one in served.local] == [Start, FeedAudio]
    served.lose()
    served.lose("remote_unreachable")
    assert served.moved() == ["a"]
    assert served.told.state == "away"


def test_a_session_returns_at_a_pause(served: Desk) -> None:
    served.lose()
    served.start()
    served.port.say(captions(0, 1, line(0, "committed"), draft=True))
    served.open()
    served.sound(0)
    assert served.moved() == ["a"], "somebody speaks"
    served.port.say(captions(0, 2, line(0, "committed")))
    served.sound(SECOND)
    assert served.moved() == ["a"], "a line is not final"
    served.port.say(captions(SECOND, 3, line(0)))
    served.port.turned("a", SECOND, lag=SECOND)
    served.sound(2 * SECOND)
    assert served.moved() == ["a"], "sound waits"
    served.port.turned("a", 2 * SECOND, lag=0)
    served.sound(3 * SECOND)
    assert served.moved() == ["a", "a"]
    served.start(begin=SECOND)
    assert served.link.kinds()[-1] == "start"
    assert served.told.sessions == ("a",)


def test_a_session_whose_speaker_never_pauses_returns_as_well(served: Desk) -> None:
    served.lose()
    served.start()
    served.port.say(captions(0, 1, line(0, "committed")))
    served.open()
    for second in range(MOST_WAITED // SECOND):
        assert served.moved() == ["a"]
        served.sound(second * SECOND)
    assert served.moved() == ["a", "a"]


def test_a_session_that_is_ending_stays(served: Desk) -> None:
    served.lose()
    served.start()
    served.say(type="stop", session="a")
    served.open()
    assert served.moved() == ["a"]
    assert isinstance(served.local[-1], Stop)


def test_what_the_server_refuses_stays_here_for_a_while(served: Desk) -> None:
    served.hear(Error("quota_used_up", "24 h are used up", "wait", "a"))
    assert served.moved() == ["a"]
    assert served.told.state == "on"
    assert served.told.problem is not None
    assert served.told.problem.code == "quota_used_up"
    served.start()
    served.sound(0)
    assert [type(one) for one in served.local] == [Start, FeedAudio]
    served.now += REFUSED_S + 1
    served.sound(SECOND)
    assert served.moved() == ["a", "a"]
    served.start(begin=SECOND)
    assert served.told.sessions == ("a",)
    assert served.told.problem is None


@pytest.mark.parametrize(
    "said",
    [status("ended"), captions(3600 * SECOND)],
    ids=["ends_what_nobody_stopped", "captions_what_it_was_not_sent"],
)
def test_what_cannot_be_is_not_passed_on(
    served: Desk, said: messages.Captions | messages.Status
) -> None:
    served.sound(0)
    served.hear(said)
    assert served.moved() == ["a"]
    assert said not in served.heard


def test_what_is_said_of_other_sessions_is_left_out(served: Desk) -> None:
    before = list(served.heard)
    served.hear(status("listening", "somebody else's"))
    served.hear(Error("recognition_failed", "", "", "somebody else's"))
    assert served.heard == before


def test_a_server_that_says_nothing_more_is_given_up(served: Desk) -> None:
    served.hear(status("listening"))
    for at in range(0, SILENT + 1, SECOND):
        assert served.link.dropped == []
        served.sound(at)
    assert served.link.dropped == ["remote_silent"]


def test_one_that_loads_a_model_has_longer(served: Desk) -> None:
    served.hear(status("loading"))
    for at in range(0, SILENT_LOADING + 1, SECOND):
        assert served.link.dropped == []
        served.sound(at)
    assert served.link.dropped == ["remote_silent"]


def test_last_words_that_do_not_come_are_made_here(served: Desk) -> None:
    served.say(type="stop", session="a")
    served.news(Pinged(1, 35))
    assert (served.moved(), served.told.round_trip_ms) == ([], 35)
    served.now += STOP_S + 1
    served.news(Pinged(1, 35))
    assert served.moved() == ["a"]


def test_a_server_can_be_taken_away_and_another_one_named(served: Desk) -> None:
    first = served.link
    served.choose("other.example:8443")
    assert first.is_closed
    assert served.moved() == ["a"]
    assert (served.told.state, served.told.name) == ("connecting", "other.example:8443")
    served.open()
    first.tell(Pinged(1, 9999))
    assert served.told.round_trip_ms == 34, "who was closed says nothing more"
    served.choose(None)
    assert (served.told.state, served.told.name, served.told.problem) == ("off", "", None)


def test_the_same_server_named_again_changes_nothing_and_is_told(served: Desk) -> None:
    before = len(served.heard)
    served.choose()
    assert len(served.links) == 1
    assert served.heard[before:] == [served.told]


def test_an_address_that_is_none_is_told(desk: Desk) -> None:
    desk.fault = WlkError("remote_address_invalid", "it is none", "correct it")
    desk.choose("::")
    assert desk.told.state == "away"
    desk.start()
    assert isinstance(desk.local[-1], Start)


def test_what_the_extension_gets_fits_the_protocol(served: Desk) -> None:
    served.lose("remote_unreachable")
    assert served.told.problem is not None
    for one in served.heard:
        assert codec.decode_from_host(codec.encode(one)) == one
    assert json.loads(codec.encode(served.told))["type"] == "remote"


def test_at_the_end_only_sessions_of_this_machine_are_waited_for(served: Desk) -> None:
    served.choose(None)
    served.start("b")
    served.choose()
    served.open()
    served.start("c")
    assert [stop.session for stop in served.port.end()] == ["b"]
    assert served.link.is_closed


def test_a_probe_changes_nothing(served: Desk) -> None:
    before = list(served.heard)
    server = {"address": "other.example", "token": "secret", "fingerprint": None}
    served.say(type="probe", server=server)
    assert [one.address for one in served.probes] == ["other.example"]
    assert (served.heard, len(served.links)) == (before, 1)


def test_what_only_this_machine_does_is_declined_for_a_session_elsewhere(served: Desk) -> None:
    served.say(type="remember", session="a", voices=["1"], name="Ana")
    declined = served.heard[-1]
    assert isinstance(declined, Error)
    assert (declined.code, declined.request) == ("captioned_elsewhere", "remember")
    assert declined.session is None
    word = {"request": "1", "text": "perro", "source": "es", "target": "en", "translator": None}
    served.say(type="translate", session="a", **word)
    answer = served.heard[-1]
    assert isinstance(answer, Translated)
    assert answer.problem is not None
    assert answer.problem.code == "captioned_elsewhere"
    assert served.link.kinds() == ["start"]
    served.choose(None)
    served.local.clear()
    served.start()
    served.say(type="remember", session="a", voices=["1"], name="Ana")
    assert isinstance(served.local[-1], Remember)


def test_no_server_is_asked_for_voices_that_this_machine_remembers(desk: Desk) -> None:
    desk.choose()
    desk.open()
    desk.start(known_voices=True)
    [start] = desk.link.said
    assert isinstance(start, Start)
    assert not start.known_voices
