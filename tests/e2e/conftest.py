"""Fixtures of the end-to-end tests."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pytest
from browser import Browser, launch
from counted_words import CLIP
from native_host import python_host
from numpy.typing import NDArray
from pages import Clip, Site, serve
from playwright.sync_api import Page
from stage import Stage
from waiting import wait_until

BROWSERS = {"start_browser", "shared_browser"}
"""The fixtures that start one."""
FAKE_HOST = Path(__file__).with_name("fake_host.py")
SAMPLES_A_LINE = 32_000


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that use a browser, before tests are chosen by their markers."""
    for item in items:
        if isinstance(item, pytest.Function) and BROWSERS & set(item.fixturenames):
            item.add_marker("browser")


@pytest.fixture(scope="session")
def site() -> Iterator[Site]:
    """A web server on 127.0.0.1; a test adds the pages that it needs."""
    with serve() as running:
        yield running


class Launch(Protocol):
    """Starts a browser that ends with the test; the arguments are those of `browser.launch`."""

    def __call__(self, host: list[str] | None = None, **options: Any) -> Browser: ...


@pytest.fixture
def start_browser(tmp_path: Path) -> Iterator[Launch]:
    """Start Chromium with the extension on a profile of its own, with any host or none."""
    with ExitStack() as stack:

        def start(host: list[str] | None = None, **options: Any) -> Browser:
            return stack.enter_context(launch(tmp_path / "profile", host, **options))

        yield start


@dataclass(frozen=True)
class FakeHost:
    """What the fake host was told and heard; see fake_host.py."""

    folder: Path

    @property
    def command(self) -> list[str]:
        """Return what to register as host."""
        return python_host(FAKE_HOST, str(self.folder))

    def behave(self, **behaviour: Any) -> None:
        """Ask for misbehaviour, from the next start on."""
        (self.folder / "behaviour.json").write_text(json.dumps(behaviour), encoding="utf-8")

    def say(
        self,
        *lines: dict[str, Any],
        draft: dict[str, Any] | None = None,
        spoken: str | None = None,
    ) -> None:
        """Have a scripted host say lines, of which the fields that matter are given.

        Args:
            lines: with their ids and texts.
            draft: what can still vanish.
            spoken: the language that it takes for the spoken one from then on.
        """
        common = {"state": "committed", "language": "en", "speaker": None, "translation": None}
        whole = [
            {"start": line["id"], "end": line["id"] + SAMPLES_A_LINE, **common, **line}
            for line in lines
        ]
        with (self.folder / "say.jsonl").open("a", encoding="utf-8") as script:
            language = {} if spoken is None else {"language": spoken}
            script.write(json.dumps({"lines": whole, "draft": draft, **language}) + "\n")

    def teach(self, **words: str | dict[str, str]) -> None:
        """Let it know what these words mean, or what is in the way of that."""
        (self.folder / "words.json").write_text(json.dumps(words), encoding="utf-8")

    def messages(self, *types: str) -> list[dict[str, Any]]:
        """Return the messages it got, of some types or all."""
        log = self.folder / "messages.jsonl"
        if not log.exists():
            return []
        # The last line may be half written.
        lines = log.read_text(encoding="utf-8").split("\n")[:-1]
        messages = [json.loads(line) for line in lines]
        return [m for m in messages if not types or m["type"] in types]

    def pcm(self, session: str) -> NDArray[np.int16]:
        """Return the sound of a session, from its first sample on."""
        path = self.folder / f"{session}.pcm"
        return np.fromfile(path, dtype="<i2") if path.exists() else np.zeros(0, np.int16)


@pytest.fixture
def fake_host(tmp_path: Path) -> FakeHost:
    """A host without recognition, not yet registered with a browser."""
    folder = tmp_path / "host"
    folder.mkdir()
    return FakeHost(folder)


@pytest.fixture
def player(site: Site) -> Callable[..., str]:
    """Serve a page that plays `CLIP` and return its address."""

    def serve(path: str = "/player", *, clip: Clip = CLIP, csp: str | None = None) -> str:
        site.add_clip(f"{path}.wav", clip)
        site.add_player(path, f"{path}.wav", csp)
        return site.url(path)

    return serve


class OpenStage(Protocol):
    """Opens a page that plays, in a tab that ends with the test, and switches captions on."""

    def __call__(
        self,
        path: str,
        body: str | None = None,
        csp: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Stage: ...


@pytest.fixture(scope="module")
def shared_browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Browser, FakeHost]]:
    """One browser for all tests of a module, with a host that says what it is told."""
    folder = tmp_path_factory.mktemp("host")
    host = FakeHost(folder)
    host.behave(scripted=True)
    with launch(tmp_path_factory.mktemp("overlay") / "profile", host.command) as browser:
        yield browser, host


@pytest.fixture
def stage(shared_browser: tuple[Browser, FakeHost], site: Site) -> Iterator[OpenStage]:
    """Open a page that plays, switch captions on; settings are as by default again afterwards."""
    browser, host = shared_browser
    opened: list[Page] = []

    def open_page(
        path: str,
        body: str | None = None,
        csp: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Stage:
        site.add_clip("/overlay.wav", Clip(seconds=60))
        if body is None:
            site.add_player(path, "/overlay.wav", csp)
        else:
            site.add_page(path, body, csp, headers)
        before = len(host.messages("start"))
        page = browser.open(site.url(path))
        opened.append(page)
        browser.click_action(page)
        not_on = lambda: f"captions are not on: {browser.button(page)}"  # noqa: E731
        wait_until(lambda: len(host.messages("start")) > before, not_on)
        wait_until(lambda: browser.badge(page) == "on", not_on)
        return Stage(browser, page, host)

    yield open_page
    worker = browser.context.service_workers[-1]
    worker.evaluate("() => Promise.all(['sync', 'local'].map((a) => chrome.storage[a].clear()))")
    for page in opened:
        page.bring_to_front()
        # A test may have ended them itself.
        if browser.badge(page):
            end_captions(browser, host, page)
        page.close()


def end_captions(browser: Browser, host: FakeHost, page: Page) -> None:
    """Switch the captions of a tab off and wait until the host has been told."""
    stops = len(host.messages("stop"))
    browser.command(page, "toggle")
    wait_until(lambda: len(host.messages("stop")) > stops, "captions did not end")
