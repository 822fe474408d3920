"""Turns in frames that an engine tells of."""

import numpy as np

from wlk_host.core.speakers.turns import Turn, turns_in


def test_turns_begin_with_the_sound_and_have_their_places() -> None:
    speaks = np.zeros((10, 3), bool)
    speaks[:4, 0] = speaks[6:, 0] = speaks[3:7, 2] = speaks[:2, 1] = True
    found = turns_in(speaks, -40, 20)
    assert found == [Turn(0, 40, 0), Turn(80, 160, 0), Turn(20, 100, 2)]


def test_frames_may_begin_anywhere() -> None:
    speaks = np.array([[True], [False], [True]])
    assert turns_in(speaks, 7, 270) == [Turn(7, 277, 0), Turn(547, 817, 0)]


def test_without_frames_or_voices_there_are_no_turns() -> None:
    assert turns_in(np.zeros((0, 3), bool), 0, 20) == []
    assert turns_in(np.zeros((5, 0), bool), 0, 20) == []
