"""What a terminal shows after what was written to it."""

import re
from typing import Final

_ESCAPE: Final = re.compile(r"\x1b\[(\d*)([AJm])")


class Terminal:
    """Knows the few sequences that the host writes, and refuses all others.

    Attributes:
        rows: of text.
        grey: the same, with a space for each character that is not grey.
    """

    def __init__(self) -> None:
        self.rows = [""]
        self.grey = [""]
        self._row = self._column = 0
        self._is_grey = False

    def write(self, text: str) -> None:
        at = 0
        while at < len(text):
            if text[at] == "\x1b":
                found = _ESCAPE.match(text, at)
                assert found, text[at : at + 10]
                self._escape(found[1], found[2])
                at = found.end()
                continue
            self._character(text[at])
            at += 1

    def _escape(self, number: str, kind: str) -> None:
        if kind == "A":
            self._row -= int(number)
            assert self._row >= 0
        elif kind == "J":
            assert not number
            del self.rows[self._row + 1 :], self.grey[self._row + 1 :]
            self.rows[self._row] = self.rows[self._row][: self._column]
            self.grey[self._row] = self.grey[self._row][: self._column]
        else:
            self._is_grey = number == "90"

    def _character(self, character: str) -> None:
        if character == "\r":
            self._column = 0
        elif character == "\n":
            self._row, self._column = self._row + 1, 0
            if self._row == len(self.rows):
                self.rows.append("")
                self.grey.append("")
        else:
            assert self._column == len(self.rows[self._row]), "written over what is there"
            self.rows[self._row] += character
            self.grey[self._row] += character if self._is_grey else " "
            self._column += 1
