"""What a word of real captions means, told by a real translator."""

from pathlib import Path

import pytest
from conftest import Launch
from looked_up import hold, look_up
from pages import Site
from test_captions import HOST, add_video, listen, play
from waiting import wait_until

from fixtures import models, sound
from wlk_host.models import errors


@pytest.mark.model
def test_words_of_both_languages_are_told(
    start_browser: Launch, site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(errors.MODELS_VARIABLE, str(models.model("base").parent))
    browser = start_browser(HOST)
    browser.choose(language="pt", translateTo="en", bilingual={"show": "both"})
    clip = sound.write_wav(tmp_path / "clip.wav", sound.sentences("pt", "pangrama"))
    page = browser.open(add_video(site, "/palavras", clip))
    listen(browser, page)
    play(page)

    def stands() -> bool:
        rows = browser.overlay_rows(page)
        return any("raposa" in row.text and "fox" in row.translation for row in rows)

    wait_until(stands, "the line has no English beneath it", seconds=120)
    hold(browser, page)
    assert "fox" in look_up(browser, page, "raposa").split("→")[1].lower()
    browser.screenshot(page, "words-4-real.png")
    assert "raposa" in look_up(browser, page, "fox", "translation").split("→")[1].lower()
