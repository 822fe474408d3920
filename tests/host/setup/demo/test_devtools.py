"""The driver over its debugging pipe, against the system's browser."""

from pathlib import Path

import pytest

from wlk_host.protocol.constants import EXTENSION_ID
from wlk_host.setup import browsers
from wlk_host.setup.demo.devtools import Browser, BrowserError, Frame
from wlk_host.setup.machine import this_machine

EXTENSION = Path(__file__).resolve().parents[4] / "extension"


@pytest.fixture
def executable() -> Path:
    found = browsers.executable(browsers.named(["chromium"])[0], this_machine())
    assert found is not None, "Chromium is needed: apt-get install chromium"
    return found


@pytest.mark.browser
def test_a_browser_opens_a_page_loads_the_extension_and_leaves(
    executable: Path, tmp_path: Path
) -> None:
    with Browser(executable, tmp_path / "profile", headless=True) as browser:
        assert browser.load_extension(EXTENSION) == EXTENSION_ID
        page = browser.open("data:text/html,<p>hello</p>")
        assert page.evaluate("1 + 1") == 2
        assert page.screenshot().startswith(b"\x89PNG")
        document = Frame(browser, "data:text/html").document()
        assert document is not None
        assert document["nodeName"] == "#document"
        assert Frame(browser, "https://nowhere.test/").document() is None
        with pytest.raises(BrowserError, match=r"No\.Such"):
            browser.call("No.Such")
    assert not browser.is_running


def test_a_program_that_is_no_browser_is_an_error(tmp_path: Path) -> None:
    with (
        pytest.raises(BrowserError),
        Browser(Path("/bin/false"), tmp_path / "profile", headless=True) as browser,
    ):
        browser.load_extension(EXTENSION)
