from wlk_host.core.errors import MOST_TEXT, WlkError


def test_an_error_says_no_more_than_anybody_reads() -> None:
    error = WlkError("model_corrupt", f"begins {'x' * 10_000} ends", "y" * 10_000)
    assert len(error.message) <= MOST_TEXT
    assert error.message.startswith("begins ")
    assert error.message.endswith(" ends")
    assert len(error.hint) <= MOST_TEXT


def test_a_short_error_stays_as_it_is() -> None:
    assert str(WlkError("model_missing", "no model", "install one")) == (
        "model_missing: no model (install one)"
    )
