"""Finished caption lines as subtitles: cut into cues, laid out in rows, timed, written.

Pure: lines go in, cues come out, and `formats` makes text of them.
"""
