"""Whom a session has heard is remembered under its id."""

from wlk_host.runtime.host.known_voices import KnownVoices


def test_a_session_that_begins_anew_knows_whom_it_has_heard() -> None:
    known = KnownVoices()
    speakers = known.of("a")
    assert known.of("b") is not speakers
    assert known.of("a") is speakers


def test_the_sessions_asked_for_longest_ago_are_forgotten() -> None:
    known = KnownVoices()
    first, second = known.of("first"), known.of("second")
    for number in range(14):
        known.of(str(number))
    assert known.of("first") is first
    known.of("one more")
    assert known.of("first") is first
    assert known.of("second") is not second
