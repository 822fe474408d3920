"""What can be done with the captions over a page, in a real browser."""

import pytest
from conftest import OpenStage
from pages import STRICT_CSP, Site
from waiting import wait_until

SPEECH = "Nobody pulls the water up, it is stretched."


SOUND = "<video src=/overlay.wav autoplay></video>"


def test_captions_stay_where_they_were_dragged(stage: OpenStage) -> None:
    show = stage(
        "/dragged",
        f"<body style='margin:0;height:100vh'>{SOUND}"
        "<button onclick='document.documentElement.requestFullscreen()'>full</button>",
    )
    show.page.evaluate("document.querySelector('button').focus()")
    show.say(SPEECH)
    show.until(SPEECH)
    by_itself = show.box()
    show.drag("move", -150, -300)
    show.drag("right", -120, 0)
    x, y, width = show.box()
    assert (x, y) == (by_itself[0] - 210, by_itself[1] - 300)
    assert width == by_itself[2] - 120
    assert show.page.evaluate("document.activeElement.localName") == "button"
    site_positions = show.browser.stored("local")["positions"]["127.0.0.1"]
    assert site_positions["fullscreen"] is None

    show.page.reload()
    show.until(SPEECH)
    wait_until(lambda: show.box() == (x, y, width), "the captions moved")

    show.page.click("text=full")
    wait_until(lambda: show.page.evaluate("document.fullscreenElement !== null"), "no full")
    wait_until(lambda: show.box()[0] == by_itself[0], "one place for both")
    show.drag("move", 0, -200)
    full = show.box()
    show.page.evaluate("document.exitFullscreen()")
    wait_until(lambda: show.box() == (x, y, width), "the windowed place was lost")
    show.page.click("text=full")
    wait_until(lambda: show.box() == full, "the place in fullscreen was lost")
    show.page.evaluate("document.exitFullscreen()")
    wait_until(lambda: show.box() == (x, y, width), "not back in the window")

    box = show.browser.resting_box(show.page, "move")
    show.page.mouse.dblclick(box["left"] + 20, box["top"] + 10)
    wait_until(lambda: show.box() == by_itself, "no way back")


def test_captions_keep_off_the_controls_and_inside_of_the_window(stage: OpenStage) -> None:
    video = "<video src=/overlay.wav autoplay controls style='width:100vw;height:100vh'></video>"
    show = stage("/controls", f"<body style='margin:0;overflow:hidden'>{video}")
    show.say(SPEECH)
    show.until(SPEECH)
    wait_until(lambda: show.box()[1] <= 720 - 84, "the captions lie over the controls")
    show.drag("move", 2000, 500)
    wait_until(lambda: show.box()[1] <= 720 - 84, "they were dragged over the controls")
    assert show.browser.overlay_box(show.page)["right"] <= 1280


SHADOW_PLAYER = """<body style='margin:0;overflow:hidden'><div id=player></div><script>
  const root = document.getElementById('player').attachShadow({ mode: 'open' });
  root.innerHTML = '<video src=/overlay.wav autoplay controls></video>';
  root.firstChild.style = 'display:block;width:100vw;height:100vh';
  window.fill = () => root.firstChild.requestFullscreen();
  addEventListener('click', window.fill);
</script>"""


def test_a_player_in_a_shadow_root_is_kept_off_and_captioned_in_fullscreen(
    stage: OpenStage,
) -> None:
    show = stage("/shadow-player", SHADOW_PLAYER)
    show.say(SPEECH)
    show.until(SPEECH)
    wait_until(lambda: show.box()[1] <= 720 - 84, "the captions lie over the controls")
    show.page.mouse.click(600, 200)
    wait_until(lambda: show.page.evaluate("document.fullscreenElement !== null"), "no full")
    wait_until(lambda: show.browser.overlay_is_on_top(show.page), "the captions are covered")


def test_the_keyboard_moves_captions_too(stage: OpenStage) -> None:
    show = stage("/keys", f"<body>{SOUND}")
    show.say(SPEECH)
    show.until(SPEECH)
    before = show.box()
    show.browser.ask_overlay(show.page, "move", "function () { this.focus(); }")
    show.page.keyboard.press("ArrowUp")
    show.page.keyboard.press("Shift+ArrowLeft")
    assert show.box() == (before[0] - 96, before[1] - 16, before[2])
    show.page.keyboard.press("Home")
    assert show.box() == before


def test_the_look_changes_live_under_a_strict_policy(stage: OpenStage) -> None:
    show = stage("/strict-look", csp=STRICT_CSP)
    show.say(SPEECH)
    show.until(SPEECH)
    assert show.style("original", "fontSize") == "22px"
    look = {"fontSize": 34, "color": "#ffee00", "align": "center", "fontFamily": "serif"}
    show.browser.choose(appearance=look)
    wait_until(lambda: show.style("original", "fontSize") == "34px", "the size stayed")
    assert show.style("original", "color") == "rgb(255, 238, 0)"
    assert show.style("original", "textAlign") == "center"
    assert "Georgia" in show.style("original", "fontFamily")
    show.browser.command(show.page, "bigger")
    wait_until(lambda: show.style("original", "fontSize") == "38px", "it did not grow")


def test_reading_mode_shows_whole_clauses(stage: OpenStage) -> None:
    show = stage("/mode", f"<body>{SOUND}")
    line = show.say("When the moon rises, the", draft=" tide")
    show.until("the tide")
    show.browser.command(show.page, "mode")
    wait_until(lambda: show.browser.captions(show.page).endswith(", the"), "a draft stayed")
    show.until("When the moon rises, the")
    text = "When the moon rises, the tide comes"
    show.correct({"id": line, "text": text}, draft=" in")
    assert not show.browser.captions(show.page).endswith("comes")
    # Nothing ends the clause: it is shown once it has waited.
    show.until(text)
    assert "in" not in show.browser.captions(show.page).split()
    show.correct({"id": line, "text": f"{text} in."})
    show.until(f"{text} in.")
    show.browser.command(show.page, "mode")
    show.correct({"id": line, "text": text}, draft=" in.")
    show.until(f"{text} in.")


def test_captions_are_hidden_for_now(stage: OpenStage) -> None:
    show = stage("/hide", f"<body>{SOUND}")
    show.say(SPEECH)
    show.until(SPEECH)
    show.browser.command(show.page, "hide")
    wait_until(lambda: show.browser.captions(show.page) == "", "they stayed")
    show.say("Unseen.")
    show.browser.command(show.page, "hide")
    show.until("Unseen.")


def test_none_of_many_lines_passes_unseen(stage: OpenStage) -> None:
    show = stage("/burst", f"<body>{SOUND}")
    show.say("One.", "Two.", "Three.")
    show.until("Three.")
    watch = """async function (ms) {
      const seen = {};
      const end = performance.now() + ms;
      for (let last = performance.now(), now = last; now < end; last = now) {
        now = await new Promise(requestAnimationFrame);
        const { top, bottom } = this.getBoundingClientRect();
        for (const row of this.querySelectorAll('.row')) {
          const box = row.getBoundingClientRect();
          const inside = box.top >= top - 8 && box.bottom <= bottom + 8;
          if (inside) seen[row.textContent] = (seen[row.textContent] ?? 0) + now - last;
        }
      }
      return seen;
    }"""
    burst = [f"Line {n} of those that came at once." for n in range(9)]
    show.say(*burst)
    seen = show.browser.ask_overlay(show.page, "window", watch, 4000)
    assert [line for line in burst if seen.get(line, 0) < 400] == []


def test_a_translation_stands_beneath_its_line(stage: OpenStage) -> None:
    show = stage("/bilingual", f"<body>{SOUND}")
    show.browser.choose(translateTo="pt", bilingual={"show": "both", "translationSize": 0.8})
    final = {"text": "Um dois.", "language": "pt", "state": "final"}
    show.say("One two.", translation=final, state="final")
    draft = {"text": "Tr", "language": "pt", "state": "draft"}
    third = show.say("Three", translation=draft)
    show.until("Three")
    rows = show.browser.overlay_rows(show.page)
    assert [(row.text, row.translation) for row in rows] == [
        ("One two.", "Um dois."),
        ("Three", "Tr"),
    ]
    assert show.style("translation", "fontSize") == "18px"
    show.browser.choose(translateTo="pt", bilingual={"show": "translation"})
    wait_until(lambda: show.browser.captions(show.page) == "\n", "the original stayed")
    show.correct({"id": third, "text": "Three.", "translation": {**draft, "text": "Três."}})
    wait_until(
        lambda: [row.translation for row in show.browser.overlay_rows(show.page)][-1] == "Três.",
        "the translation was not corrected",
    )


def test_a_screen_reader_is_told_whole_lines_only(stage: OpenStage) -> None:
    show = stage("/spoken", f"<body>{SOUND}")
    show.browser.choose(liveRegion="polite")

    def spoken() -> str:
        text = "function () { return this.textContent; }"
        return str(show.browser.ask_overlay(show.page, "spoken", text))

    line = show.say("Nobody pulls", draft=" the")
    show.until("Nobody pulls the")
    assert spoken() == ""
    show.correct({"id": line, "text": SPEECH, "state": "final"})
    wait_until(lambda: spoken() == SPEECH, "the line was not read out")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_captions_stay_over_a_frame_in_fullscreen(stage: OpenStage, site: Site, host: str) -> None:
    site.add_page(
        "/framed",
        f"<body style='margin:0;background:#235'>{SOUND}"
        "<button onclick=\"document.querySelector('video').requestFullscreen()\">full</button>",
    )
    frame = f"<iframe src='{site.url('/framed', host)}' allow='autoplay; fullscreen'></iframe>"
    show = stage(f"/frame-{host}", f"<body>{frame}")
    show.say(SPEECH)
    show.until(SPEECH)
    show.page.frame_locator("iframe").get_by_text("full").click()
    wait_until(lambda: show.page.evaluate("document.fullscreenElement !== null"), "no full")
    wait_until(lambda: show.browser.overlay_is_on_top(show.page), "the captions lie underneath")


def test_captions_stay_over_a_dialog_in_a_shadow_root(stage: OpenStage) -> None:
    show = stage("/shadow", f"<body>{SOUND}")
    show.say(SPEECH)
    show.until(SPEECH)
    wait_until(lambda: show.browser.overlay_is_on_top(show.page), "not on top at first")
    show.page.evaluate(
        """() => {
          const root = document.body.appendChild(document.createElement('div'))
            .attachShadow({ mode: 'closed' });
          const dialog = root.appendChild(document.createElement('dialog'));
          Object.assign(dialog.style, { inset: 0, margin: 0, width: '100vw', height: '100vh',
            maxWidth: 'none', maxHeight: 'none', background: '#fed' });
          dialog.showModal();
        }"""
    )
    wait_until(lambda: show.browser.overlay_is_on_top(show.page), "the captions lie underneath")


CURIOUS = f"""<body>{SOUND}<script>
  // An element of a class that the page has defined hands its shadow root to the page.
  customElements.define('wlk-captions', class extends HTMLElement {{}});
  const root = (element) => [
    () => element.attachInternals().shadowRoot,
    () => element.shadowRoot,
    () => element.attachShadow({{ mode: 'open' }}),
  ].map((open) => {{ try {{ return open(); }} catch {{ return null; }} }});
  const texts = (element) => [
    ...root(element).map((found) => found?.textContent ?? ''),
    element.textContent,
    element.innerText ?? '',
    element.cloneNode(true).textContent,
    element.getHTML({{ serializableShadowRoots: true }}),
    ...element.getAnimations({{ subtree: true }}).map(
      ({{ effect }}) => effect.target.getRootNode().textContent,
    ),
  ];
  window.read = () => [...document.querySelectorAll('*')].flatMap(texts).join();
  window.select = () => {{
    const selection = getSelection();
    document.execCommand('selectAll');
    const all = selection.toString();
    find('Nobody');
    selection.modify('extend', 'forward', 'documentboundary');
    return all + selection.toString();
  }};
  window.names = () => [...document.querySelectorAll('*')].map(({{ localName }}) => localName);
</script>"""


def test_a_page_that_opens_every_element_reads_no_captions(stage: OpenStage) -> None:
    show = stage("/curious", CURIOUS)
    show.say(SPEECH)
    show.until(SPEECH)
    assert SPEECH not in show.page.evaluate("window.read()")
    assert SPEECH not in show.page.evaluate("window.select()")
    # Any element with a hyphen in its name can be claimed as the one above.
    assert [name for name in show.page.evaluate("window.names()") if "-" in name] == []


ODD_FORMS = """<body><script>new Audio('/overlay.wav').play();</script>
  <form><input name=shadowRoot><input name=shadowRoot></form>
  <form id=menu popover style='inset:0;width:100vw;height:100vh'><input name=matches></form>"""


def test_form_fields_that_are_named_like_parts_of_the_browser_change_nothing(
    stage: OpenStage,
) -> None:
    show = stage("/forms", ODD_FORMS)
    errors: list[str] = []
    show.page.on("pageerror", lambda error: errors.append(str(error)))
    show.say(SPEECH)
    show.until(SPEECH)
    # The overlay looks for players and media, in shadow roots where there are none outside.
    for event in ("scrollend", "play"):
        show.page.evaluate("(type) => void document.dispatchEvent(new Event(type))", event)
    show.page.evaluate("document.getElementById('menu').showPopover()")
    wait_until(lambda: show.browser.overlay_is_on_top(show.page), "the captions are covered")
    assert errors == []
