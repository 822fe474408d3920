"""The options page."""

import json
from pathlib import Path

import pytest
from axe import faults_of
from conftest import FakeHost, Launch
from native_host import register_host
from playwright.sync_api import expect
from waiting import wait_until

RUNS = [
    {
        "host": "0",
        "began": 1796000000,
        "process": 7,
        "until": 1796000060,
        "state": "ended",
        "minutes": [],
        "failures": [{"code": "model_missing", "count": 2, "at": 1796000041}],
    }
]

TONE = """() => {
  const context = new AudioContext();
  const tone = new OscillatorNode(context);
  tone.connect(context.destination);
  tone.start();
}"""


def test_options_are_kept_and_can_be_taken_along(
    start_browser: Launch, fake_host: FakeHost, tmp_path: Path
) -> None:
    fake_host.behave(runs=RUNS)
    browser = start_browser(fake_host.command)
    browser.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = browser.open_own("options/options.html")
    expect(page.locator("#host-state")).to_contain_text("responding")
    browser.screenshot(page, "options.png")
    assert faults_of(page) == []

    caption = page.locator("#preview-caption")
    page.locator("[id='appearance.fontSize']").fill("30")
    expect(caption).to_have_css("font-size", "30px")
    page.locator("[id='appearance.preset']").select_option("paper")
    expect(caption).to_have_css("color", "rgb(34, 32, 28)")
    page.locator("#vocabulary").fill("Ada Lovelace\n\nBabbage\nBabbage")
    page.locator("#replace-from").fill("calm")
    page.locator("#replace-to").fill("quiet")
    page.locator("#replace-to").press("Enter")
    expect(caption).to_contain_text("as quiet as if")
    page.locator("[id='appearance.color']").scroll_into_view_if_needed()
    browser.screenshot(page, "options-appearance.png")
    wait_until(
        lambda: browser.stored().get("settings", {}).get("appearance", {}).get("fontSize") == 30,
        "the size was not kept",
    )
    assert "Ada" not in json.dumps(browser.stored())

    with page.expect_download() as download:
        page.locator("#export").click()
    exported = json.loads(Path(download.value.path()).read_text(encoding="utf-8"))
    assert exported["vocabulary"] == ["Ada Lovelace", "Babbage"]
    page.locator("#diagnose").click()
    expect(page.locator("#report")).to_contain_text('"vocabulary": 2')
    report = page.evaluate("navigator.clipboard.readText()")
    assert "Ada" not in report
    assert json.loads(report)["host"]["models"] == [{"name": "fake", "multilingual": True}]
    assert json.loads(report)["health"] == RUNS

    page.once("dialog", lambda dialog: dialog.dismiss())
    page.locator("#reset").click()
    expect(caption).to_have_css("font-size", "30px")
    page.on("dialog", lambda dialog: dialog.accept())
    page.locator("#reset").click()
    expect(caption).to_have_css("font-size", "22px")
    bad = tmp_path / "bad.json"
    bad.write_text('{"version": 1, "appearance": {"fontSize": 4}}', encoding="utf-8")
    page.locator("#import-file").set_input_files(bad)
    expect(page.locator("#import-faults")).to_contain_text("appearance.fontSize: 4 is below 12")
    good = tmp_path / "good.json"
    good.write_text(json.dumps(exported), encoding="utf-8")
    page.locator("#import-file").set_input_files(good)
    expect(caption).to_have_css("font-size", "30px")
    page.reload()
    expect(page.locator("[id='appearance.fontSize']")).to_have_value("30")

    page.locator("#erase").click()
    expect(page.locator("#vocabulary")).to_have_value("")
    assert browser.stored("local") == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_models_are_fetched_given_up_and_removed(
    start_browser: Launch, fake_host: FakeHost, scheme: str
) -> None:
    fake_host.behave(catalog={"base": "installed", "small": "absent", "tiny": "damaged"})
    browser = start_browser(fake_host.command)
    page = browser.open_own("options/options.html#model-list")
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    rows = {name: page.locator("#models li", has_text=name) for name in ("base", "small", "tiny")}
    expect(rows["small"]).to_contain_text("100 MB · 2 languages · MIT")
    rows["small"].get_by_role("button").click()
    expect(rows["small"].locator("progress")).to_have_js_property("position", 0.3)
    browser.screenshot(page, f"options-models-{scheme}.png")
    assert faults_of(page) == []
    rows["small"].get_by_role("button", name="Cancel: small").click()
    expect(rows["small"]).to_contain_text("Not installed")
    rows["base"].get_by_role("button", name="Remove: base").click()
    expect(rows["base"]).to_contain_text("Not installed")
    rows["tiny"].get_by_role("button", name="Download: tiny").click()
    expect(rows["tiny"]).to_contain_text("Downloading")
    asked = fake_host.messages("download", "cancel", "remove")
    assert [(m["type"], m["model"]) for m in asked] == [
        ("download", "small"), ("cancel", "small"), ("remove", "base"), ("download", "tiny"),
    ]  # fmt: skip


def test_a_backend_and_heads_are_chosen_and_what_keeps_another_away_is_told(
    start_browser: Launch, fake_host: FakeHost
) -> None:
    problem = {
        "code": "backend_unavailable",
        "message": "MLX needs Apple silicon (arm64), found macOS on x86_64",
        "hint": "choose --backend faster-whisper",
    }
    fake_host.behave(
        backends=[
            {"name": "torch", "usable": True, "devices": ["cuda", "cpu"], "problem": None},
            {"name": "mlx", "usable": False, "devices": ["cpu"], "problem": problem},
        ]
    )
    browser = start_browser(fake_host.command)
    page = browser.open_own("options/options.html#model-list")
    rows = page.locator("#backends li")
    expect(rows.nth(0)).to_contain_text("cuda · cpu")
    expect(rows.nth(1)).to_contain_text("found macOS on x86_64")
    expect(rows.nth(1)).to_contain_text("Unavailable")
    assert faults_of(page) == []
    expect(page.locator("#backend")).to_be_hidden()
    # With the keyboard, as every control.
    page.locator("#advanced summary").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#backend-default")).to_have_text("Default: Automatic")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.locator("#backend")).to_be_focused()
    page.locator("#backend").select_option(label="PyTorch")
    heads = page.locator("#alignmentHeads")
    heads.fill("3-1")
    heads.blur()
    assert heads.evaluate("input => input.validity.patternMismatch")
    heads.fill("3.1, 4.2")
    heads.blur()
    assert faults_of(page) == []
    wait_until(
        lambda: browser.stored("local").get("settings", {}).get("alignmentHeads") == "3.1,4.2",
        "the heads were not kept",
    )
    assert browser.stored("local")["settings"]["backend"] == "torch"
    page.locator("#advanced").scroll_into_view_if_needed()
    browser.screenshot(page, "options-advanced.png")

    page.reload()
    expect(page.locator("#backend")).to_have_value("torch")
    expect(page.locator("#backend")).to_be_visible()
    # Whoever has seen it may fold it up, and goes on with other settings.
    page.locator("#advanced summary").click()
    page.locator("#stepDown").check()
    expect(page.locator("#backend")).to_be_hidden()
    page.on("dialog", lambda dialog: dialog.accept())
    page.locator("#reset").click()
    expect(page.locator("#backup-state")).to_contain_text("were reset to their defaults")
    page.reload()
    expect(page.locator("#stepDown")).not_to_be_checked()
    expect(page.locator("#backend")).to_be_hidden()


def test_rules_for_sites_are_listed_and_taken_away(
    start_browser: Launch, fake_host: FakeHost
) -> None:
    browser = start_browser(fake_host.command)
    page = browser.open_own("options/options.html#site-rules")
    expect(page.locator("#no-sites")).to_be_visible()
    rule = "{ sites: { 'example.org': { language: 'de', appearance: { fontSize: 30 } } } }"
    page.evaluate(f"chrome.storage.local.set({{ settings: {rule} }})")
    item = page.locator("#sites li")
    expect(item).to_contain_text("example.org")
    expect(item).to_contain_text("German")
    assert faults_of(page) == []
    item.get_by_role("button", name="Remove example.org").click()
    expect(item).to_have_count(0)
    wait_until(lambda: not browser.stored("local")["settings"]["sites"], "the rule is still stored")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_first_run_waits_for_the_host_without_a_reload(
    start_browser: Launch, fake_host: FakeHost, scheme: str
) -> None:
    browser = start_browser(None, keep_welcome=True)
    page = next(page for page in browser.context.pages if "/welcome/" in page.url)
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    expect(page.locator("#engine")).to_contain_text("isn\u2019t installed")
    expect(page.locator("#commands code").first).to_have_text("python3 installers/quickstart.py")
    browser.screenshot(page, f"welcome-{scheme}.png")
    assert faults_of(page) == []
    register_host(browser.profile, fake_host.command)
    expect(page.locator("#engine")).to_contain_text("responding", timeout=10_000)
    browser.click_action(page)
    expect(page.locator("#try")).to_contain_text("Captions are listening", timeout=10_000)
    page.evaluate(TONE)
    expect(page.locator("#captions")).to_contain_text("w0 w1", timeout=10_000)
    browser.screenshot(page, f"welcome-captioned-{scheme}.png")
    assert faults_of(page) == []
