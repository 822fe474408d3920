"""The formats of transcripts. Imports nothing heavy."""

from typing import Literal, TypeAlias

Format: TypeAlias = Literal["text", "srt", "vtt", "txt", "md", "json", "csv"]
"""Each but `text` is what a file of that format is named with."""
