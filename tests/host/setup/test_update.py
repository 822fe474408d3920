"""What is said of a newer version."""

from wlk_host.setup.update import Newest, report, what_is_new

LOG = """# Changelog

## [Unreleased]

- Not yet.

## [0.3.0]

- Third.

## [0.2.0]

- Second.

## [0.1.0]

- First.
"""


def test_the_news_are_those_of_all_newer_versions() -> None:
    news = what_is_new(LOG, "0.1.0")
    assert news == "## [0.3.0]\n\n- Third.\n\n## [0.2.0]\n\n- Second."


def test_a_package_without_news_says_so() -> None:
    assert "nothing" in what_is_new("", "0.1.0")


def test_the_same_version_or_an_older_one_is_no_news() -> None:
    for version in ("0.1.0", "0.0.9"):
        assert report(Newest(version, LOG), "x") == "wlk-host 0.1.0 is the newest version.\n"


def test_a_newer_one_is_told_with_its_news_and_what_to_type() -> None:
    text = report(Newest("0.3.0", LOG), "uv tool upgrade wlk-host")
    assert text.startswith("wlk-host 0.3.0 is available; you have 0.1.0.\n")
    assert "- Third.\n\n## [0.2.0]" in text
    assert "To update: uv tool upgrade wlk-host\n" in text
