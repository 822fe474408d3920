"""Pages built like those of video meetings: tiles with names, which are marked as people speak.

What they rest on is told in `extension/overlay/meeting_names.js`. In each page, `speak(...names)`
marks exactly these people.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from browser import Browser
from conftest import FakeHost, end_captions
from stage import Stage
from waiting import wait_until

ADDRESSES = {
    "meet": "https://meet.google.com/abc-defg-hij",
    "zoom": "https://app.zoom.us/wc/123456789/join",
    "teams": "https://teams.microsoft.com/v2/",
}

PEOPLE = ("Ana Souza", "Ben O'Neill", "Çelik <b>")

MEET = """<main>
{tiles}
</main><script>
  let speaking = [];
  window.speak = (...names) => (speaking = names);
  const looks = ['IisKdb Oaajhc', 'IisKdb wEsLMd', 'IisKdb OgVli'];
  let step = 0;
  setInterval(() => {{
    step += 1;
    for (const tile of document.querySelectorAll('[data-participant-id]')) {{
      const isSpeaking = speaking.includes(tile.querySelector('span.notranslate').textContent);
      const look = isSpeaking ? looks[step % 3] : 'IisKdb gjg47c';
      tile.querySelector('[jsname="QgSmzd"]').className = look;
    }}
  }}, 180);
</script>"""
MEET_TILE = """<div class="oZRSLe" data-participant-id="spaces/x/devices/{number}">
  <i class="google-material-icons notranslate" aria-hidden="true">push_pin</i>
  <div jscontroller="ES310d" jsname="QgSmzd" class="IisKdb gjg47c"><div></div><div></div></div>
  <div class="XEazBc"><span class="notranslate">{name}</span></div>
</div>"""

TEAMS = """<div data-tid="modern-stage-wrapper">
{tiles}
<div data-cid="calling-participant-stream" data-stream-type="ScreenSharing"
  aria-label="Content shared by Ana Souza"><div data-tid="voice-level-stream-outline"
  data-is-speaking="true"></div></div>
</div><script>
  window.speak = (...names) => {{
    const tiles = document.querySelectorAll('[data-stream-type="Video"]');
    for (const tile of tiles) {{
      const isSpeaking = names.some((name) => tile.ariaLabel.startsWith(`${{name}},`));
      tile.firstElementChild.dataset.isSpeaking = isSpeaking;
    }}
  }};
</script>"""
TEAMS_TILE = """<div data-cid="calling-participant-stream" data-stream-type="Video"
  aria-label="{name}, Context menu is available"><div data-tid="voice-level-stream-outline"
  data-is-speaking="false"><video></video></div></div>"""

ZOOM = """<iframe id="webclient" style="width:100%;height:300px" srcdoc='{inner}'></iframe><script>
  window.speak = (...names) => {{
    const {{ contentDocument: page }} = document.querySelector('#webclient');
    for (const tile of page.querySelectorAll('.gallery-video-container__video-frame')) {{
      const name = tile.querySelector('.video-avatar__avatar-footer').textContent.trim();
      const mark = 'gallery-video-container__video-frame--active';
      tile.classList.toggle(mark, names.includes(name));
    }}
  }};
</script>"""
ZOOM_TILE = """<div class="gallery-video-container__video-frame react-draggable">
  <div class="video-avatar__avatar"><div class="video-avatar__avatar-footer">
  <span role="none">{name}</span></div></div></div>"""


def page_of(service: str, clip: str) -> str:
    """Return the HTML of a meeting of three people, in which nobody speaks yet."""
    frame, tile = {
        "meet": (MEET, MEET_TILE),
        "teams": (TEAMS, TEAMS_TILE),
        "zoom": (ZOOM, ZOOM_TILE),
    }[service]
    escaped = [name.replace("<", "&lt;").replace("'", "&#39;") for name in PEOPLE]
    tiles = "\n".join(tile.format(number=n, name=name) for n, name in enumerate(escaped))
    # The frame's document is an attribute of the page, and is read once more.
    inner = tiles.replace("&", "&amp;")
    return (
        "<!doctype html><title>A meeting</title><body style='margin:0;background:#202124'>"
        f"<video id=sound autoplay src='{clip}' style='width:200px'></video>"
        f"{frame.format(tiles=tiles, inner=inner)}</body>"
    )


@contextmanager
def captioned_meeting(browser: Browser, host: FakeHost, url: str, html: str) -> Iterator[Stage]:
    """Open a page in place of that of a service, with captions on."""
    answer = {"body": html, "content_type": "text/html; charset=utf-8"}
    browser.context.route(f"{url}*", lambda route: route.fulfill(**answer))
    before = len(host.messages("start"))
    page = browser.open(url)
    browser.click_action(page)
    wait_until(lambda: len(host.messages("start")) > before, "captions did not start")
    wait_until(lambda: browser.badge(page) == "on", "captions are not on")
    yield Stage(browser, page, host)
    end_captions(browser, host, page)
    page.close()
    browser.context.unroute(f"{url}*")
