"""Translators for the tests: those that a fake host offers, and the browser's own as a stand-in."""

from typing import Any

from browser import Browser
from conftest import FakeHost
from playwright.sync_api import Page
from popup import Popup
from waiting import wait_until

Offer = dict[str, Any]


def offer(name: str, source: list[str], target: list[str], **changes: Any) -> Offer:
    """Return a translator of a catalogue."""
    facts = {
        "from": source,
        "into": target,
        "pivot": len(source) == 1,
        "terms": "",
        "quality": "good",
        "milliseconds": None,
    }
    return {
        "name": name,
        "kind": "translator",
        "languages": [],
        "translates": False,
        "licence": "CC-BY-4.0 AND MIT",
        "size_bytes": 87_503_191,
        "state": "absent",
        "problem": None,
        "translation": facts,
        **changes,
    }


MANY = ["de", "en", "es", "fr", "it", "ja", "pt", "zh"]
PAIR = offer("argos-es-pt", ["es"], ["pt"])
INTO_ENGLISH = offer("argos-es-en", ["es"], ["en"])
FROM_ENGLISH = offer("argos-en-de", ["en"], ["de"])
M2M100 = offer("m2m100-418M", MANY, MANY, licence="MIT", size_bytes=488_000_000)
NLLB = offer("nllb-600M", MANY, MANY, licence="CC-BY-NC-4.0", size_bytes=650_000_000)
NLLB["translation"] = {
    **NLLB["translation"],
    "quality": "best",
    "milliseconds": 420,
    "terms": "Not for commercial use.",
}
OFFERS = [PAIR, INTO_ENGLISH, FROM_ENGLISH, M2M100, NLLB]

STAND_IN = """(how) => {
  // https://webmachinelearning.github.io/translation-api/
  const told = { state: 'available', steps: [], refuse: null, hang: false, slow: 0, ...how };
  const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  globalThis.Translator = {
    told,
    asked: [],
    availability: async ({ sourceLanguage, targetLanguage }) =>
      ['es', 'en', 'fr'].includes(sourceLanguage) && ['pt', 'de', 'en'].includes(targetLanguage)
        ? told.state : 'unavailable',
    create: async ({ sourceLanguage, targetLanguage, monitor, signal }) => {
      if (told.state !== 'available' && !navigator.userActivation.isActive) {
        throw new DOMException('Requires a user gesture.', 'NotAllowedError');
      }
      const target = new EventTarget();
      monitor?.(target);
      for (const loaded of told.steps) {
        const event = new Event('downloadprogress');
        target.dispatchEvent(Object.assign(event, { loaded, total: 1 }));
        await pause(told.slow);
        signal?.throwIfAborted();
      }
      if (told.hang) await new Promise((_, reject) =>
        signal?.addEventListener('abort', () => reject(signal.reason)));
      if (told.refuse) throw new DOMException('Refused.', told.refuse);
      told.state = 'available';
      const texts = globalThis.Translator.asked;
      return {
        translate: async (text) => {
          if (told.quota && text.length > told.quota) {
            throw new DOMException('Too long.', 'QuotaExceededError');
          }
          texts.push(text);
          return `[${targetLanguage}] ${text}`;
        },
        destroy: () => {},
      };
    },
  };
}"""


def stand_in(document: Popup, **how: Any) -> None:
    """Give a document of the extension a translator, or another one than it had."""
    arguments = str(how).replace("True", "true").replace("False", "false").replace("None", "null")
    document.evaluate(f"({STAND_IN})({arguments})")


def without(document: Popup) -> None:
    """Take a document's translator away."""
    document.evaluate("void (globalThis.Translator = undefined)")


def choose_target(popup: Popup, code: str) -> None:
    """Choose a language in the list as a user does."""
    popup.click("#translate")
    offered = f"#translate-list [data-code={code!r}]"
    wait_until(
        lambda: popup.evaluate(f"document.querySelector(`{offered}`) !== null"),
        lambda: f"{code} is not offered: {popup.texts('#translate-list [role=option]')}",
    )
    popup.evaluate(f"void document.querySelector(`{offered}`).click()")


def translations(browser: Browser, page: Page) -> list[str]:
    """Return the translations over the page, oldest first."""
    return [row.translation for row in browser.overlay_rows(page) if row.translation]


def spanish(host: FakeHost, *texts: str, first: int = 0, state: str = "final") -> None:
    """Say lines in Spanish."""
    lines = [
        {"id": (first + i) * 32_000, "text": text, "language": "es", "state": state}
        for i, text in enumerate(texts)
    ]
    host.say(*lines, spoken="es")
