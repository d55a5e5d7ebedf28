"""What a file declares of ports, and how a text is told to be one."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

LONGEST = 4 << 20  # characters of a file that is read
LONGEST_LINE = 200_000  # characters of a command or an instruction, with the lines that a backslash joins to it
_PORT = re.compile(r"[1-9][0-9]{1,4}")
_RANGE = re.compile(r"([1-9][0-9]{1,4})(?:-([1-9][0-9]{1,4}))?")
_NUMBER = re.compile(r"(?<!\$)\b[0-9]+\b")
_NAMED = re.compile(r"\$(\w+)")
_VARIABLE = re.compile(r"\$\{(\w{1,100})(?:(:?[-=?+])([^{}]{0,200}))?\}|\$(\w{1,100})")


class Cut(Exception):
    """A reader stops at a bound: what it told before holds, and what comes after nobody has read. Says which bound."""


@dataclass(frozen=True, slots=True)
class Declared:
    """One port that a file declares.

    ``key`` says who declares it within the file, so that the same place at base and at head is found; ``owner`` is the
    service, script or section that it belongs to, ``what`` says what it is there. ``port`` is written as the file's kind
    writes it in its shortest form: ``3000``, ``3001:3000``, ``3000-3005``, ``53/udp``, ``$WEB:80``. ``client``: it is the port of
    somebody else's server. ``published``: it is opened to the outside of a container or cluster. ``refers`` names the
    constant that holds the port where the file does not say it; ``port`` is empty then. ``repeats``: it says again where a server
    listens that may be anywhere in the repository.
    """

    key: str
    port: str
    line: int
    what: str
    owner: str = ""
    client: bool = False
    published: bool = False
    refers: str = ""
    repeats: bool = False

    @property
    def numbers(self) -> frozenset[str]:
        """The ports alone, whatever is mapped to what."""
        return frozenset(_NUMBER.findall(self.port))

    @property
    def variables(self) -> frozenset[str]:
        """The variables that stand in the port where no default says what they are: ``WEB`` of ``$WEB:80``."""
        return frozenset(_NAMED.findall(self.port))


def word_set(text: str) -> frozenset[str]:
    """The words of a text, for the tables of these rooms."""
    return frozenset(text.split())


def port_of(text: str) -> str:
    """The port that a text is: digits alone, from 10 to 65535; empty for anything else."""
    text = text.strip().strip("\"'")
    return text if _PORT.fullmatch(text) and int(text) <= 65535 else ""


def range_of(text: str) -> str:
    """A port or a range of ports (``3000-3005``), in its shortest form; empty for anything else."""
    found = _RANGE.fullmatch(text.strip())
    if not found or int(found[1]) > 65535:
        return ""
    if found[2] is None or found[1] == found[2]:
        return found[1]
    return found[0] if int(found[1]) < int(found[2]) <= 65535 else ""


def at_end(address: str) -> str:
    """The port that ends an address (``0.0.0.0:8000``, ``[::]:80``, ``:3000``, ``tcp://0.0.0.0:3000``, ``3000``)."""
    return port_of(address.strip().rpartition(":")[2].partition("/")[0])


def filled(text: str, known: dict[str, str] | None = None) -> str:
    """The text with ``${NAME:-default}`` and the variables that are known written out; others stay as ``$NAME``."""

    def value(found: re.Match[str]) -> str:
        name = found[1] or found[4]
        if known and name in known:
            return known[name]
        return found[3] if found[2] and "-" in found[2] else f"${name}"

    for _ in range(3):  # one default may hold another
        text = _VARIABLE.sub(value, text[:2000])
    return text


def lines_of(text: str) -> Iterator[tuple[int, str]]:
    """Numbered logical lines: a backslash at the end joins the next one."""
    held, start = "", 0
    for number, written in enumerate(text.split("\n"), 1):
        start = start or number
        line = written.rstrip("\r")
        if line.endswith("\\") and len(held) < LONGEST_LINE:
            held += line[:-1] + " "
            continue
        yield start, held + line
        held, start = "", 0
    if held:
        yield start, held
