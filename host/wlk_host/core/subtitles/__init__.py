"""Finished lines as files of any format (`files`).

For subtitles they are cut into cues, laid out in rows, and timed. Pure: lines go in, text comes
out.
"""
