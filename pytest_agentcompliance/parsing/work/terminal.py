"""What stands on a terminal after a text was printed on it: progress that was printed over is gone."""

import re

_WIDEST = 4000  # characters of a row
_CODES = re.compile(
    r"\x1b\[([0-?]*)[ -/]*([@-~])|\x1b\][^\x07\x1b\n]*(?:\x07|\x1b\\)?|\x1b[()][A-Z0-9]|\x1b[=>78cDEHMNOPZ]|(\r)|(\n)|(\x08)"
)
_MOVES = re.compile(r"\x1b\[[0-9;]*[ADFGHJ]")


def lines(text: str) -> list[str]:
    """The rows of the terminal; linear in the text."""
    if "\x1b" not in text and "\x08" not in text:
        return [_row(line) for line in text.split("\n")]
    if not _MOVES.search(text):  # nothing goes back further than its own row
        return [_row(line) for line in _CODES.sub(_kept, text).split("\n")]
    return _Screen().print(text)


def _kept(found: re.Match[str]) -> str:
    return found[3] or found[4] or ""


def _row(line: str) -> str:
    """What is to be seen of a row that was printed over itself."""
    if "\r" not in line:
        return line
    parts = [part for part in line.split("\r") if part.strip()]
    return parts[-1] if parts else ""


class _Screen:
    """Rows that can be gone back to. Where the window ends is not known, so that nothing scrolls away."""

    def __init__(self) -> None:
        self.rows, self.row, self.column = [""], 0, 0

    def print(self, text: str) -> list[str]:
        at = 0
        for found in _CODES.finditer(text):
            self._write(text[at : found.start()])
            at = found.end()
            self._move(found)
        self._write(text[at:])
        return self.rows

    def _write(self, text: str) -> None:
        if text and self.column < _WIDEST:
            row = self.rows[self.row]
            text = text[: _WIDEST - self.column]
            self.rows[self.row] = row[: self.column].ljust(self.column) + text + row[self.column + len(text) :]
            self.column += len(text)

    def _move(self, found: re.Match[str]) -> None:
        code, told = found[2], found[1]
        count = min(int(told), 10_000) if told and told.isdecimal() and len(told) < 6 else 1
        if found[3] or code == "G":
            self.column = 0
        elif found[4]:
            self.row, self.column = self.row + 1, 0
            if self.row == len(self.rows):
                self.rows.append("")
        elif found[5]:
            self.column = max(0, self.column - 1)
        elif code in ("A", "F"):
            self.row = max(0, self.row - count)
            self.column = 0 if code == "F" else self.column
        elif code == "B":
            self.row = min(len(self.rows) - 1, self.row + count)
        elif code == "D":
            self.column = max(0, self.column - count)
        elif code == "K":
            self.rows[self.row] = "" if told in ("1", "2") else self.rows[self.row][: self.column]
        elif code == "J" and told in ("", "0"):
            self.rows[self.row] = self.rows[self.row][: self.column]
            del self.rows[self.row + 1 :]
        elif code in ("J", "H"):  # a new page: what stood there was seen
            self.rows.append("")
            self.row, self.column = len(self.rows) - 1, 0
