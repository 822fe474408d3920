"""How exported subtitles look in a player: burnt onto a video by ffmpeg and libass.

    python tests/bench/burn.py [FILE.srt] [--video FILE] [--ffmpeg PROGRAM]

Needs an ffmpeg with libass (`apt install ffmpeg`). Without a file, the subtitles are those of lines
that are hard to show: two languages, right to left, wide characters, what looks like markup, a word
of 90 letters. Without a video, they are burnt onto a test picture. `artifacts/burnt.mp4` is the
video, `artifacts/burnt-1.png` and so on show the middle of each of the first subtitles.
"""

import argparse
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pysubs2

from wlk_host.core.subtitles.files import TranscriptFile
from wlk_host.core.subtitles.transcript import LineTranslation, TranscriptLine

ARTIFACTS: Final = Path(__file__).resolve().parents[2] / "artifacts"
MOST_PICTURES: Final = 12
PICTURE: Final = "testsrc2=size=1280x720:rate=10"

HARD: Final = [
    TranscriptLine(0, 4000, "When it was all over, they went home by the river.", "en", "Ada"),
    TranscriptLine(
        5000, 9000, "The quick brown fox jumps.", "en", "Bob",
        LineTranslation("Der schnelle braune Fuchs springt.", "de"),
    ),
    TranscriptLine(10_000, 14_000, "Tom & Jerry: <i>no</i> --> {\\an8} \\N &amp;", "en", "Bob"),
    TranscriptLine(15_000, 19_000, "رأى التلسكوب الجديد ضوءه الأول يوم الثلاثاء.", "ar"),
    TranscriptLine(20_000, 24_000, "活版印刷の発明は、十五世紀の半ばに行われ、広まった。", "ja"),
    TranscriptLine(25_000, 29_000, "n" * 90, "en"),
    TranscriptLine(30_000, 30_000, "Yes.", "en"),
]  # fmt: skip


def written(lines: Sequence[TranscriptLine]) -> str:
    """A SubRip file of these lines."""
    file = TranscriptFile("srt", "both")
    return "".join([*file.add(lines), *file.rest()])


def burn(ffmpeg: str, subtitles: Path, video: Path | None, until_s: float) -> Path:
    """Draw the subtitles onto the video up to that second; the video."""
    target = ARTIFACTS / "burnt.mp4"
    source = ["-f", "lavfi", "-i", PICTURE] if video is None else ["-i", str(video)]
    run(
        [ffmpeg, *source, "-t", str(until_s), "-vf", f"subtitles={subtitles.name}", "-an", target],
        subtitles.parent,
    )
    return target


def run(command: Sequence[str | Path], folder: Path) -> None:
    """Run ffmpeg, which says nothing unless it fails."""
    program, *arguments = command
    subprocess.run([program, "-y", "-v", "error", *arguments], cwd=folder, check=True, timeout=300)


def main(arguments: Sequence[str] | None = None) -> int:
    """Burn them, and name the pictures with what must be on them."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("subtitles", nargs="?", type=Path, metavar="FILE.srt")
    parser.add_argument("--video", type=Path)
    parser.add_argument("--ffmpeg", default="ffmpeg")
    asked = parser.parse_args(arguments)
    ARTIFACTS.mkdir(exist_ok=True)
    # A path in a filter would need escapes, so the file lies where ffmpeg is run.
    subtitles = ARTIFACTS / "burnt.srt"
    text = written(HARD) if asked.subtitles is None else asked.subtitles.read_text("utf-8")
    subtitles.write_text(text, encoding="utf-8")
    cues = list(pysubs2.SSAFile.from_string(text, format_="srt"))
    video = asked.video and asked.video.resolve()
    burnt = burn(asked.ffmpeg, subtitles, video, cues[-1].end / 1000 + 1)
    for number, cue in enumerate(cues[:MOST_PICTURES], 1):
        picture = ARTIFACTS / f"burnt-{number}.png"
        middle_s = (cue.start + cue.end) / 2000
        run([asked.ffmpeg, "-ss", str(middle_s), "-i", burnt, "-frames:v", "1", picture], ARTIFACTS)
        print(f"{picture.name}  {middle_s:7.2f} s  {cue.plaintext!r}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
