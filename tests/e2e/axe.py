"""Accessibility faults of a page, found by axe-core."""

from collections.abc import Callable
from typing import Any

from browser import ROOT
from playwright.sync_api import Page
from popup import Popup
from waiting import wait_until

AXE = ROOT / "node_modules/axe-core/axe.min.js"
RULES = "{runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']}"


def faults_of(page: Page | Popup) -> list[str]:
    """Return one line for each fault against WCAG 2.2 AA; none when the page is good."""
    evaluate: Callable[[str], Any] = page.evaluate
    evaluate(f"(() => {{ {AXE.read_text(encoding='utf-8')} }})(); 0")
    evaluate(f"void axe.run(document, {RULES}).then((found) => window.axeFound = found)")
    # In a list: no faults are an answer, too.
    [found] = wait_until(
        lambda: evaluate("window.axeFound ? [window.axeFound.violations] : null"), "no answer"
    )
    evaluate("void delete window.axeFound")
    return [
        f"{fault['id']}: {node['html'][:200]} {node['failureSummary']}"
        for fault in found
        for node in fault["nodes"]
    ]
