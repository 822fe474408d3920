"""What the extension has kept: on disk, where the user saved it, and in the browser's memory."""

from browser import Browser
from playwright.sync_api import Page
from waiting import wait_until

STORED = """async () => {
  if (!(await indexedDB.databases()).some(({ name }) => name === 'history')) return null;
  const ask = (request) => new Promise((done, fail) => {
    request.onsuccess = () => done(request.result);
    request.onerror = () => fail(request.error);
  });
  const database = await ask(indexedDB.open('history'));
  const all = await ask(database.transaction('entries').objectStore('entries').getAll());
  database.close();
  return all.map(({ entry }) => entry.corrected ?? entry.text);
}"""
"""The texts that are on disk; null: there is no database."""

REMEMBERED = """async () => Object.entries(await chrome.storage.session.get())
  .filter(([name]) => name.startsWith('kept-part '))
  .flatMap(([, entries]) => entries.map(({ corrected, text }) => corrected ?? text))"""
"""The texts that the next capture of their media finds."""


def stored(browser: Browser) -> list[str] | None:
    """Return the lines on disk; None where nothing was ever saved."""
    found: list[str] | None = browser.context.service_workers[-1].evaluate(STORED)
    return found


def remembered(browser: Browser) -> list[str]:
    """Return the lines that captures have kept in the browser's memory."""
    found: list[str] = browser.context.service_workers[-1].evaluate(REMEMBERED)
    return found


def save_in_panel(browser: Browser, page: Page) -> None:
    """Have what is said in a tab kept, as a user does."""
    browser.popup(page).click("#panel")
    panel = browser.side_panel()
    wait_until(lambda: panel.text("#lines").strip(), "no lines in the panel")
    panel.evaluate(
        "[...document.querySelectorAll('.actions button')]"
        ".find((b) => b.textContent === 'Save').click()"
    )
    wait_until(lambda: stored(browser), "nothing was saved")
