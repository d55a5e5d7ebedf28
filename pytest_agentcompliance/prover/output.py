"""What a command printed as it is kept: text without colours, secrets masked, cut in the middle where it is long.

Lines have no blanks at their end, and the last one is ended: many a hook would make it so, and the proof would be an altered one.
Colours and the moves of a cursor are left out, a carriage return ends a line as a newline does, and what is no text stands there
with its escapes: so the file reads in a diff, and nothing that was printed over is lost.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from pytest_agentcompliance.prover import known
from pytest_agentcompliance.prover.tape import HEAD, TAIL, Tape

# CSI, OSC and the other strings, and the short ones (ECMA-48). What is not ended is left as it is, escaped.
_ESCAPE = re.compile(
    r"\x1b(?:\[[0-?]{0,64}[ -/]{0,8}[@-~]|[\]PX^_][^\x07\x1b]{0,4096}(?:\x07|\x1b\\)|[ -/]{0,4}[0-Z\\^-~])"
    r"|\x9b[0-?]{0,64}[ -/]{0,8}[@-~]"
)
_RETURN = re.compile(r"\r+\n?|\n\r")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")
CUT = "[agent-compliance: {:,} bytes left out]"


@dataclass(frozen=True, slots=True)
class Kept:
    """The text of the file, how many bytes were printed and left out, and how many secrets were masked."""

    text: str
    bytes: int
    cut: int
    masked: int


def kept(tape: Tape, environ: Mapping[str, str]) -> Kept:
    """What a tape holds, made ready to be written down; secrets that the environment of the command held are masked too."""
    head, tail = tape.kept()
    if not head:
        return Kept("", 0, 0, 0)
    from pytest_agentcompliance.parsing import secrets  # start-up time

    named = known.secrets(environ)

    def masked(data: bytes) -> tuple[str, int]:
        text, first = known.masked(plain(data), named)
        text, more = secrets.masked(text)
        return text, first + more

    if not tail:
        text, count = masked(head)
        text = _trimmed(text)
        if len(text.encode()) <= HEAD + TAIL:
            return Kept(text, tape.total, 0, count)
        tail = head  # escapes made it longer
    first, masked_first = masked(head)
    last, masked_last = masked(tail)
    first, last = _beginning(_trimmed(first)), _end(_trimmed(last))
    cut = max(tape.total - len(first.encode()) - len(last.encode()), 1)
    both = masked_first + masked_last if tail is not head else masked_first
    return Kept(f"{first}{CUT.format(cut)}\n{last}", tape.total, cut, both)


def plain(data: bytes) -> str:
    """Bytes of a terminal as text on lines."""
    text = data.decode("utf-8", "backslashreplace")
    if "\x1b" in text or "\x9b" in text:
        text = _ESCAPE.sub("", text)
    if "\r" in text:
        text = _RETURN.sub("\n", text)
    return _CONTROL.sub(_escaped, text)


def _trimmed(text: str) -> str:
    if " \n" in text or "\t\n" in text:
        text = "\n".join(line.rstrip(" \t") for line in text.split("\n"))
    text = text.rstrip(" \t\n")
    return f"{text}\n" if text else ""


def _escaped(match: re.Match[str]) -> str:
    return match[0].encode("unicode_escape").decode("ascii")


def _beginning(text: str) -> str:
    """So much of the beginning, up to a line's end where there is one near."""
    found = text.encode()[:HEAD].decode("utf-8", "ignore")
    end = found.rfind("\n", len(found) // 2) + 1
    return found[:end] if end else f"{found}\n"


def _end(text: str) -> str:
    found = text.encode()[-TAIL:].decode("utf-8", "ignore")
    start = found.find("\n", 0, len(found) // 2) + 1
    return found[start:]
