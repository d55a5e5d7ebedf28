"""Text into Markdown that shows it as it is: tables, code, fences that their content cannot close."""

import re
from collections.abc import Iterable, Sequence

MARKS = re.compile(r"[*<`\[\\]+|(?<![A-Za-z0-9])_+|_+(?![A-Za-z0-9])")

CODE = re.compile(r"``([^`\n]+(?:\n[^`\n]+)?)``|`([^`\n]+(?:\n[^`\n]+)?)`")


def visible(text: str) -> str:
    """Text with everything that a reader could not see, line ends and tabs apart, as an escape."""
    return "".join(char if char in "\n\t" or char.isprintable() else _escape(char) for char in text)


def code(text: str) -> str:
    """Inline code, in more backticks than the text has in a row."""
    text = visible(text).replace("\n", " ")
    ticks = "`" * (1 + max((len(run) for run in re.findall("`+", text)), default=0))
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{ticks}{pad}{text}{pad}{ticks}" if text else ""


def fence(text: str, language: str = "") -> str:
    """A block of code, in more backticks than any run in it."""
    ticks = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", text)), default=0))
    body = visible(text)
    return f"{ticks}{language}\n{body}{'' if body.endswith(chr(10)) or not body else chr(10)}{ticks}\n"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; a bar inside a cell is escaped, a line end becomes a space."""
    lines = [head, ["---"] * len(head), *rows]
    return "".join("| " + " | ".join(_cell(cell) for cell in line) + " |\n" for line in lines)


def plain(text: str) -> str:
    """Text that is no Markdown, so that its globs and underscores are seen as they stand."""
    return MARKS.sub(lambda run: "".join(f"\\{char}" for char in run[0]), visible(text))


def prose(text: str) -> str:
    """A docstring's text: its ``code`` in Markdown's own quotes, and all else as it stands."""
    parts, at = [], 0
    for span in CODE.finditer(text):
        parts += [plain(text[at : span.start()]), f"`{span[1] or span[2]}`"]
        at = span.end()
    return "".join([*parts, plain(text[at:])]).strip()


def _cell(text: str) -> str:
    return re.sub(r"\s*\n\s*", " ", visible(text)).replace("|", "\\|").strip()


def _escape(char: str) -> str:
    return char.encode("unicode_escape", "surrogatepass").decode()
