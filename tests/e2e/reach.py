"""Whether a page can be used with the keyboard alone."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page
from popup import Popup

CONTROLS = """(() => {
  const kinds = 'button, select, input, textarea, a, summary, [tabindex]';
  const all = [...document.querySelectorAll(kinds)];
  const shown = all.filter((e) => e.checkVisibility() && !e.disabled && e.tabIndex >= 0);
  // Of radio buttons Tab reaches the chosen one; arrow keys do the rest.
  return shown.filter((e) => e.type !== 'radio' || e.checked).map((e) => all.indexOf(e));
})()"""

FOCUSED = """(() => {
  const kinds = 'button, select, input, textarea, a, summary, [tabindex]';
  const all = [...document.querySelectorAll(kinds)];
  const focus = document.activeElement;
  // A radio button shows it on its label.
  const shows = [focus, focus.parentElement].some((e) =>
    getComputedStyle(e).outlineStyle !== 'none' || getComputedStyle(e).boxShadow !== 'none');
  return [all.indexOf(focus), shows, focus.outerHTML.slice(0, 120)];
})()"""


def assert_keyboard_reaches_all(page: Page | Popup, press_tab: Callable[[], object]) -> None:
    """Fail unless Tab reaches every control, and shows where it is."""
    evaluate: Callable[[str], Any] = page.evaluate
    wanted = set(evaluate(CONTROLS))
    reached: set[int] = set()
    for _ in range(2 * len(wanted) + 2):
        press_tab()
        index, shows, html = evaluate(FOCUSED)
        assert shows or index < 0, f"the focus cannot be seen: {html}"
        reached.add(index)
    assert wanted <= reached, [
        evaluate(
            "document.querySelectorAll('button, select, input, textarea, a, summary, [tabindex]')"
            f"[{index}].outerHTML"
        )
        for index in wanted - reached
    ]
