"""What a page does to read captions, on pages of every kind. It learns no word of them."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from conftest import FakeHost, OpenStage
from native_host import EXTENSION_ID
from pages import Clip, Site
from stage import Stage
from unwatched import run_unwatched
from waiting import wait_until

pytestmark = pytest.mark.browser

SAID = "Ježek vyprávěl o kvartálu 4711."
RARE = "ž"
"""A letter that is nowhere else in these pages."""

SOUND = "<video src=/overlay.wav autoplay style='position:fixed;opacity:0'></video>"
BODY = f"<body style='margin:0;height:100vh;background:#234'>{SOUND}<p>A page.</p>"


@dataclass(frozen=True)
class Kind:
    """A page: what it is served with."""

    csp: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    fullscreen: bool = False


KINDS = {
    "plain": Kind(),
    "strict": Kind(
        "default-src 'none'; frame-src 'none'; style-src 'none'; media-src 'self';"
        " require-trusted-types-for 'script'"
    ),
    "isolated": Kind(
        headers={
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cross-Origin-Embedder-Policy": "require-corp",
        }
    ),
    "sandboxed": Kind("sandbox allow-scripts"),
    "fullscreen": Kind(fullscreen=True),
}

LIE_IN_WAIT = """(rare) => {
  const notes = [];
  window.notes = notes;
  const note = (what) => notes.push(String(what));
  new MutationObserver((records) => {
    for (const { addedNodes, target } of records) {
      for (const node of [...addedNodes, target]) note(node.textContent);
    }
  }).observe(document, { subtree: true, childList: true, characterData: true, attributes: true });
  addEventListener('message', ({ data, source }) => {
    note(`message ${JSON.stringify(data)}`);
    window.caught = source;
  });
  for (const type of PerformanceObserver.supportedEntryTypes) {
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) {
        const nodes = [entry.element, entry.target, ...(entry.sources ?? []).map((s) => s.node)];
        note(JSON.stringify(entry));
        for (const node of nodes) note(node?.textContent ?? '');
      }
    }).observe({ type, buffered: true });
  }
  // What a policy refuses is reported, with its address.
  addEventListener('securitypolicyviolation', ({ blockedURI }) => note(blockedURI));
  new ReportingObserver((reports) => note(JSON.stringify(reports)), { buffered: true }).observe();
  // A font of the page is loaded when one of its letters is drawn.
  const families = ['Arial', 'Helvetica Neue', 'Liberation Sans', 'Noto Sans'];
  const unicodeRange = `U+${rare.codePointAt(0).toString(16)}`;
  window.fonts = families.map(
    (family) => new FontFace(family, 'url(/no-font.woff2)', { unicodeRange }),
  );
  for (const font of window.fonts) document.fonts.add(font);
}"""

READ = """({ said, rare }) => {
  const selected = () => {
    getSelection().empty();
    find(said[1]);
    document.execCommand('selectAll');
    const all = getSelection().toString();
    getSelection().modify('extend', 'forward', 'documentboundary');
    return all + getSelection().toString();
  };
  const edited = () => {
    document.designMode = 'on';
    const text = selected();
    document.designMode = 'off';
    return text;
  };
  // Letter by letter, whatever is said.
  const spelled = () => {
    const letters = new Set(said);
    let word = rare;
    for (let longer = word; longer; ) {
      longer = [...letters].map((letter) => word + letter).find((guess) => find(guess, true));
      word = longer ?? word;
      if (word.length > 60) break;
    }
    return find(word, true) ? word : '';
  };
  const under = () => {
    const texts = [];
    for (let y = 8; y < innerHeight; y += 16) {
      for (let x = 8; x < innerWidth; x += 64) {
        texts.push(document.caretRangeFromPoint(x, y)?.startContainer.textContent ?? '');
        texts.push(document.caretPositionFromPoint?.(x, y)?.offsetNode?.textContent ?? '');
        texts.push(document.elementFromPoint(x, y)?.shadowRoot?.textContent ?? '');
      }
    }
    return texts.join(' ');
  };
  const by_path = () => {
    const nodes = document.evaluate('//node()', document, null, 6, null);
    const texts = [];
    for (let i = 0; i < nodes.snapshotLength; i += 1) texts.push(nodes.snapshotItem(i).textContent);
    return texts.join(' ');
  };
  const ranged = () => {
    const range = document.createRange();
    range.selectNode(document.documentElement);
    return range.toString() + range.cloneContents().textContent;
  };
  const attacks = { selected, edited, spelled, under, by_path, ranged,
    html: () => document.documentElement.getHTML({ serializableShadowRoots: true }),
    inner: () => document.documentElement.innerText,
    fonts: () => window.fonts.some(({ status }) => status !== 'unloaded') ? `drawn ${rare}` : '',
    moving: () => document.getAnimations().map(
      ({ effect }) => effect.target.getRootNode().textContent).join(' '),
    noted: () => window.notes.join(' '),
    timed: () => performance.getEntries().map(({ name }) => name).join(' '),
  };
  return Object.fromEntries(Object.entries(attacks).map(([name, read]) => [name, read()]));
}"""

WINDOWS = "[window.length, frames[0] === undefined, window.caught === undefined]"

MEMORY = "performance.measureUserAgentSpecificMemory().then(JSON.stringify)"

EMBED = """async (address) => {
  const heard = [];
  const frame = document.body.appendChild(document.createElement('iframe'));
  const loaded = new Promise((resolve) => frame.addEventListener('load', resolve));
  frame.src = `${address}#00000000-0000-4000-8000-000000000000`;
  await loaded;
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = ({ data }) => heard.push(data);
  frame.contentWindow.postMessage(null, '*', [port2]);
  await new Promise((resolve) => setTimeout(resolve, 1000));
  frame.remove();
  return heard;
}"""


SHOWN = "document.querySelector('html > [popover]')?.matches(':popover-open') === true"


def opened(stage: OpenStage, name: str) -> Stage:
    """Return a page of a kind with captions over it, on which a page has lain in wait."""
    kind = KINDS[name]
    show = stage(f"/reader-{name}", BODY, kind.csp, kind.headers)
    if kind.fullscreen:
        show.page.evaluate("document.body.onclick = () => document.body.requestFullscreen()")
        show.page.mouse.click(10, 10)
        is_full = "document.fullscreenElement !== null"
        wait_until(lambda: show.page.evaluate(is_full), "no fullscreen")
    show.browser.choose(appearance={"fontFamily": "sans"})
    show.page.evaluate(LIE_IN_WAIT, RARE)
    show.say(SAID)
    show.until(SAID)
    wait_until(lambda: show.browser.overlay_is_on_top(show.page), "the captions are not seen")
    return show


def read_by(show: Stage) -> dict[str, str]:
    """Return what the page reads, by the way in which it does."""
    # A font is loaded with the frame that draws its letters; what is observed is told after it.
    show.page.evaluate("new Promise((r) => requestAnimationFrame(() => setTimeout(r, 200)))")
    return dict(show.page.evaluate(READ, {"said": SAID, "rare": RARE}))


def leaks(read: dict[str, str]) -> list[str]:
    """Return which ways of reading have brought a part of what was said to light."""
    words = [word for word in SAID.split() if len(word) > 1]
    pieces = [*words, RARE, "chrome-extension"]
    return [name for name, text in read.items() if any(piece in text for piece in pieces)]


@pytest.mark.parametrize("name", KINDS)
def test_a_page_reads_nothing_of_its_captions(stage: OpenStage, name: str) -> None:
    show = opened(stage, name)
    show.browser.screenshot(show.page, f"unread-{name}.png")
    read = read_by(show)
    assert leaks(read) == [], read
    assert show.page.evaluate(WINDOWS) == [0, True, True]


def test_a_page_that_measures_its_memory_learns_no_address(stage: OpenStage) -> None:
    show = opened(stage, "isolated")
    assert show.page.evaluate("crossOriginIsolated")
    session = show.browser.context.new_cdp_session(show.page)
    show.page.evaluate(f"window.measured = null; void {MEMORY}.then((m) => (window.measured = m))")

    def measured() -> str | None:
        session.send("HeapProfiler.collectGarbage")
        told: str | None = show.page.evaluate("window.measured")
        return told

    told = wait_until(measured, "the memory was not measured", seconds=60)
    assert "/reader-isolated" in told
    assert "frame.html" not in told, told


def address_of_frame(show: Stage) -> str:
    """Return the frame's address in this session of the browser, which no page is told."""
    session = show.browser.context.new_cdp_session(show.page)
    contexts: list[dict[str, Any]] = []
    session.on("Runtime.executionContextCreated", lambda event: contexts.append(event["context"]))
    session.send("Runtime.enable")
    ours = next(c for c in contexts if EXTENSION_ID in c["origin"])
    expression = "chrome.runtime.getURL('overlay/frame.html')"
    asked = {"expression": expression, "contextId": ours["id"]}
    return str(session.send("Runtime.evaluate", asked)["result"]["value"])


def test_a_page_that_embeds_the_frame_itself_is_told_nothing(stage: OpenStage) -> None:
    show = opened(stage, "plain")
    address = address_of_frame(show)
    assert EXTENSION_ID not in address, "the address can be guessed"
    fixed = f"chrome-extension://{EXTENSION_ID}/overlay/frame.html"
    assert show.page.evaluate(EMBED, fixed) == []
    heard = show.page.evaluate(EMBED, address)
    show.say("Nobody else hears this.")
    show.until("Nobody else hears this.")
    assert "Nobody" not in json.dumps(heard)
    assert {"type": "over"} in heard, "the worker has not refused it"


def test_captions_come_back_when_a_page_moves_or_removes_them(stage: OpenStage) -> None:
    show = opened(stage, "plain")
    host = "document.documentElement.lastElementChild"
    for attack in (f"document.body.append({host})", f"{host}.remove()"):
        show.page.evaluate(attack)
        show.say("And on it goes.")
        wait_until(lambda: show.browser.overlay_is_on_top(show.page), "they did not come back")
        show.until("And on it goes.")
    read = read_by(show)
    assert leaks(read) == [], read


HIDE = {
    "its attribute": "{host}.removeAttribute('popover')",
    "its kind": "{host}.popover = 'auto'",
    "its method": "{host}.hidePopover()",
    "a style": "{host}.style.cssText = 'display: none !important; opacity: 0 !important'",
    "hidden": "{host}.hidden = true",
}
HOST = "document.documentElement.lastElementChild"


@pytest.mark.parametrize("how", HIDE)
def test_captions_are_shown_again_when_a_page_hides_them(stage: OpenStage, how: str) -> None:
    show = opened(stage, "plain")
    show.page.evaluate(HIDE[how].format(host=HOST))
    wait_until(lambda: show.browser.overlay_is_on_top(show.page), "they did not come back")
    show.say("And on it goes.")
    show.until("And on it goes.")
    assert show.browser.badge(show.page) == "on"


@pytest.mark.parametrize("how", ["its attribute", "its method", "removal"])
def test_where_a_page_keeps_hiding_captions_the_side_panel_is_offered(
    stage: OpenStage, how: str
) -> None:
    show = opened(stage, "plain")
    hide = HIDE.get(how, "{host}.remove()").format(host="host")
    show.page.evaluate(
        "window.hidden = 0; window.keeps = setInterval(() => {"
        " const host = document.querySelector('html > [popover]:popover-open');"
        f" if (host) {{ window.hidden += 1; {hide}; }} }}, 5)"
    )
    offered = lambda: show.browser.badge(show.page) == "∅"  # noqa: E731
    wait_until(offered, "the side panel is not offered", seconds=40)
    assert "side panel" in show.browser.title(show.page)
    tries = show.page.evaluate("window.hidden")
    assert tries <= 12
    popup = show.browser.popup(show.page)
    assert "side panel" in popup.text("#hampered")
    popup.evaluate("window.close()")
    show.say("Not over the page.")
    assert show.page.evaluate("window.hidden") <= tries + 1, "it goes on and on"
    show.page.evaluate("clearInterval(window.keeps)")


def test_a_page_that_removes_captions_all_the_time_gets_few_frames(stage: OpenStage) -> None:
    show = opened(stage, "plain")
    removals = show.page.evaluate(
        """async () => {
          let removals = 0;
          new MutationObserver(() => {
            const host = document.querySelector('html > [popover]');
            if (host) removals += 1;
            host?.remove();
          }).observe(document.documentElement, { childList: true });
          document.querySelector('html > [popover]').remove();
          await new Promise((resolve) => setTimeout(resolve, 4000));
          return removals;
        }"""
    )
    assert removals <= 5


def test_in_a_sandbox_without_scripts_captions_are_shown_in_the_page(stage: OpenStage) -> None:
    show = stage("/scriptless", BODY, "sandbox")
    show.say(SAID)
    show.until(SAID)
    assert [frame for frame in show.page.frames if "frame.html" in frame.url] == []
    wait_until(lambda: show.browser.overlay_is_on_top(show.page), "the captions are not seen")


def test_a_page_with_captions_is_kept_for_the_way_back(
    tmp_path: Path, fake_host: FakeHost, site: Site
) -> None:
    site.add_clip("/overlay.wav", Clip(seconds=60))
    for path in ("/kept", "/next"):
        site.add_page(path, BODY)
    # Playwright's browsers keep no page.
    with run_unwatched(tmp_path / "profile", fake_host.command) as browser:
        page = browser.open(site.url("/kept"))
        plays = "document.querySelector('video')?.currentTime > 0"
        wait_until(lambda: browser.ask(page, plays), "the page does not play")
        browser.press(site.url("/kept"))
        shown = lambda: browser.ask(page, SHOWN)  # noqa: E731
        wait_until(shown, "no captions")
        browser.ask(page, "void addEventListener('pageshow', (e) => (window.kept = e.persisted))")
        browser.ask(page, "void (location.href = '/next')")
        wait_until(lambda: browser.ask(page, "location.pathname === '/next'"), "still there")
        browser.ask(page, "history.back()")
        wait_until(lambda: browser.ask(page, "window.kept !== undefined"), "not gone back")
        assert browser.ask(page, "window.kept"), "the page was loaded anew"
        wait_until(shown, "no captions on the way back")


def test_captions_stay_when_a_navigation_is_cancelled(stage: OpenStage) -> None:
    show = opened(stage, "plain")
    show.page.on("dialog", lambda dialog: dialog.dismiss())
    show.page.evaluate("addEventListener('beforeunload', (event) => event.preventDefault())")
    # Without a gesture of its user, no page may ask.
    show.page.mouse.click(10, 10)
    show.page.evaluate("void setTimeout(() => (location.href = '/elsewhere'))")
    wait_until(lambda: not show.browser.overlay_is_in(show.page), "the page was not to be left")
    show.say("Still here.")
    show.until("Still here.")
    wait_until(lambda: show.browser.overlay_is_on_top(show.page), "they did not come back")


def test_captions_are_not_printed(stage: OpenStage) -> None:
    show = opened(stage, "plain")
    show.page.emulate_media(media="print")
    assert not show.browser.overlay_is_in(show.page)
    show.page.emulate_media(media="screen")
    wait_until(lambda: show.browser.overlay_is_on_top(show.page), "they did not come back")
