"""A file's name is taken by Windows, macOS, Linux and Chrome, whatever the title is."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from wlk_host.core.subtitles.file_names import file_name

PERSIAN = "می\u200cخواهم"  # noqa: RUF001

DEVICES = ["CON", "prn", "Aux", "NUL", "COM1", "lpt9", "COM¹", "LPT³", "CONIN$"]

TITLES = st.one_of(
    st.text(max_size=300),
    st.text(st.sampled_from('.-~ <>:"/\\|?*\0\x7f\u202e\u200f\u2066\u200d\ufeffa'), max_size=40),
    st.sampled_from(DEVICES),
    st.sampled_from(["😀", "e\u0301", "漢"]).map(lambda character: character * 300),
)


@given(TITLES, st.one_of(st.none(), st.text(max_size=20), st.sampled_from(["en", "zh-TW"])))
@example("CON", None)
@example("lpt9", None)
@example("nul.txt", "en")
@example("COM1 .x", None)
@example("..", "..")
@example("\ud800", "\ud800")
def test_any_title_makes_a_valid_name(title: str, language: str | None) -> None:
    name = file_name(title, language, "srt")
    assert name.endswith(".srt")
    assert len(name.encode("utf-8")) <= 200
    assert not set(name) & set('<>:"/\\|?*~')
    assert all(c in "\u200c\u200d" or unicodedata.category(c)[0] != "C" for c in name)
    assert not unicodedata.category(name[0]).startswith("Z")
    assert name[0] not in ".-"
    stem = name.removesuffix(".srt")
    assert stem
    assert stem[-1] not in " ."
    assert name.split(".")[0].rstrip().upper() not in {device.upper() for device in DEVICES}
    assert name == unicodedata.normalize("NFC", name)


@pytest.mark.parametrize(
    ("title", "language", "name"),
    [
        ("A talk", "en", "A talk.en.srt"),
        ("A talk", None, "A talk.srt"),
        ("Q&A: why? | part 1/2", "zh-TW", "Q&A why part 1 2.zh-TW.srt"),
        ("", "de", "captions.de.srt"),
        ("...", None, "captions.srt"),
        ("con", "en", "captions con.en.srt"),
        ("aux.talk", None, "captions aux.talk.srt"),
        ("Console", None, "Console.srt"),
        ("gpj.\u202eexe", None, "gpj.exe.srt"),
        (PERSIAN, "fa", f"{PERSIAN}.fa.srt"),
        ("-rf", None, "rf.srt"),
        ("~/.ssh", None, "ssh.srt"),
        ("e\u0301", "../../en", "é.en.srt"),
    ],
)
def test_titles_stay_readable(title: str, language: str | None, name: str) -> None:
    assert file_name(title, language, "srt") == name


def test_a_long_title_is_cut_between_characters() -> None:
    assert file_name("漢" * 300, None, "csv") == "漢" * 50 + ".csv"
    name = file_name("q\u0323" * 300, None, "csv").removesuffix(".csv")
    assert name == "q\u0323" * (150 // 3)
