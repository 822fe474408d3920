"""How exactly captions know a film's time: words in the transcript against the recording.

    python tests/bench/media_time.py [--speeds 1 1.5]

Real Chromium, the extension, and the real host; the film is the English clip of the tests, whose
words have known times. It is played from beginning to end at each speed. Printed are the errors of
starts and ends of words in media time; where the host tells no times of words, of lines. They are
those of the recogniser and of the clock together. Takes a minute a speed.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(FOLDER), str(FOLDER / "e2e"), str(FOLDER.parent / "installers")]

from browser import launch  # noqa: E402 - the tests' modules are found only now
from pages import serve  # noqa: E402
from transcripts import TranscriptReader, word_time_errors  # noqa: E402
from waiting import wait_until  # noqa: E402

from fixtures import models, sound  # noqa: E402
from fixtures.film import write_film  # noqa: E402
from wlk_host.bench.scoring import percentile  # noqa: E402
from wlk_host.models import errors  # noqa: E402

HOST: Final = [sys.executable, "-m", "wlk_host.cli"]
LAST_LINES_S: Final = 30.0


def errors_at(speed: float, folder: Path) -> list[float]:
    """Play the clip at a speed; the errors of its words, in seconds, sorted."""
    film = write_film(folder / "film.webm", sound.english())
    words = sound.english_words()
    with serve() as site, launch(folder / f"profile-{speed}", HOST) as browser:
        site.add_clip("/film.webm", film)
        site.add_page("/film", "<body><video src='/film.webm' controls width=640></video>")
        page = browser.open(site.url("/film"))
        browser.click_action(page)
        wait_until(lambda: browser.badge(page) == "on", "the host does not listen", seconds=60)
        reader = TranscriptReader(browser)
        page.bring_to_front()
        video = "document.querySelector('video')"
        page.evaluate(f"{video}.playbackRate = {speed}; {video}.play()")
        wait_until(
            lambda: page.evaluate(f"{video}.ended"),
            "the film does not end",
            seconds=words[-1][2] / speed + 30,
        )
        final = lambda: all(entry.state == "final" for entry in reader.entries)  # noqa: E731
        wait_until(final, "the last lines are not final", seconds=LAST_LINES_S)
        return word_time_errors([e for e in reader.entries if e.media], words)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print a row for each speed."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--speeds", nargs="+", type=float, default=[1.0, 1.5])
    asked = parser.parse_args(arguments)
    os.environ.setdefault(errors.MODELS_VARIABLE, str(models.model("base").parent))
    print("speed  times  median s  95 % s  most s")
    for speed in asked.speeds:
        with tempfile.TemporaryDirectory() as folder:
            found = errors_at(speed, Path(folder))
        shares = [percentile(found, share) or 0.0 for share in (0.5, 0.95, 1.0)]
        print(f"{speed:5.2f}  {len(found):5}  " + "  ".join(f"{share:7.3f}" for share in shares))
    return 0


if __name__ == "__main__":
    sys.exit(main())
