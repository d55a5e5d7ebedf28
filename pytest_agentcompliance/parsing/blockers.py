"""BLOCKERS.md as data: each blocker with its parts, whether it is still open, and what the file says as a whole."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from pytest_agentcompliance.parsing import blocker_titles as heads
from pytest_agentcompliance.parsing import blocker_words as say
from pytest_agentcompliance.parsing.blocker_entry import Entry, RawPart
from pytest_agentcompliance.parsing.blocker_options import Option, options_in
from pytest_agentcompliance.parsing.blocker_reader import Reader
from pytest_agentcompliance.parsing.blocker_words import PartName
from pytest_agentcompliance.parsing.markdown import Line
from pytest_agentcompliance.parsing.markdown import read as read_lines

# open: a blocker stands; none: the file says that there is none; resolved: all that it lists are; empty: nothing written yet.
State = Literal["open", "none", "resolved", "empty"]

_OPTION = re.compile(r"(?i)[*_ ]{0,4}option [a-z0-9]\b")
_PLANNING = {"_pm", "pm", "planning", "elaboration"}  # folders in which a story is thought out before the run


@dataclass(frozen=True, slots=True)
class Part:
    """One labelled part of a blocker; ``dress`` says how it differs from the template, empty where it does not."""

    text: str
    label: str
    line: int
    dress: str = ""

    @property
    def filled(self) -> bool:
        return not say.is_empty(self.text, may_be_none=self.label.lower().startswith(("recommend", "blocked")))


@dataclass(frozen=True, slots=True)
class Blocker:
    """One thing that stops the work. ``decision``: a decision has to be made before it can go on."""

    title: str
    line: int
    resolved: bool
    decision: bool
    parts: Mapping[PartName, Part]
    options: tuple[Option, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Blockers:
    """A file, read. ``line`` is where it says what ``state`` says, 0 where no line does."""

    state: State
    entries: tuple[Blocker, ...] = ()
    line: int = 0

    @property
    def open(self) -> tuple[Blocker, ...]:
        return tuple(entry for entry in self.entries if not entry.resolved)


@lru_cache(maxsize=4)
def read(text: str) -> Blockers:
    """The blockers of a file. Never raises; linear in its size. Several rules ask for the same file."""
    reader = Reader()
    for line in read_lines(text):
        reader.take(line)
    return _judged(reader)


def of_the_run(paths: Iterable[str], log: str) -> list[str]:
    """Those of the paths of a BLOCKERS.md that are the run's own: the one beside its log, never one of the planning."""
    kept = [path for path in paths if not _PLANNING & set(path.lower().split("/")[:-1])]
    home = log.rpartition("/")[0]
    return [path for path in kept if path.rpartition("/")[0] == home] or kept


def _judged(reader: Reader) -> Blockers:
    """Which of the entries are blockers, and what the file comes to."""
    for entry in reader.entries:
        if entry.standing == "open" and entry.proposed and not heads.ended(entry.title):
            entry.resolved = False  # "Resolution" then tells how it could be resolved
        entry.resolved = entry.resolved or entry.standing in ("resolved", "none") or reader.said.has_closed(entry.title, entry.line)
        if entry.rank == 0 and (heads.troubled(entry.title) or entry.parts or entry.standing == "open"):
            entry.rank = 1
        if reader.said.settled and entry.standing != "open":
            entry.resolved = True
    if max((entry.rank for entry in reader.entries if not entry.resolved), default=0) == 1:
        levels = {one.level for one in reader.entries if one.rank == 1}
        for entry in reader.entries:  # beside a heading that sounds like a blocker, the others of its level are of its kind
            if entry.rank == 0 and entry.level in levels:
                entry.rank = 1
    surest = max((entry.rank for entry in reader.entries if not entry.resolved), default=0)
    least = 3 if reader.said.nothing else min(surest, 1)
    kept = [one for one in reader.entries if one.resolved or one.rank >= least or (one.rank == 2 and one.standing == "open")]
    entries = tuple(_made(one) for one in kept)
    quiet = reader.said.nothing or reader.said.partly or reader.said.settled
    quiet = quiet or bool(entries)  # what stands beside those that are resolved is no blocker
    if (
        not any(not one.resolved for one in entries)
        and (reader.said.stands or (reader.said.loose and not quiet))
        and not reader.said.nothing
    ):
        line = reader.said.stands or reader.said.loose[0].number
        told = next((one.body for one in reader.said.loose if one.body and one.kind != "fence"), "") or reader.heading
        asks = any(say.calls_for_decision(one.body) for one in reader.said.loose)
        text = "\n".join(one.text for one in reader.said.loose)
        entries += (Blocker(told[:200], line, False, asks, {}, (), text),)
    if any(not one.resolved for one in entries):
        return Blockers("open", entries, next(one.line for one in entries if not one.resolved))
    if reader.said.nothing or reader.said.partly:
        return Blockers("none", entries, reader.said.nothing or reader.said.partly)
    if entries or reader.said.settled or reader.said.past:
        return Blockers("resolved", entries, reader.said.settled or reader.said.past or entries[0].line)
    return Blockers("empty")


def _made(entry: Entry) -> Blocker:
    parts = {name: Part(_text(part), part.label, part.line, part.dress) for name, part in entry.parts.items()}
    text = "\n".join(line.text for line in entry.lines)
    options = entry.parts.get("options")
    asks = entry.asks or say.calls_for_decision(entry.title) or bool(entry.keys & say.OF_A_DECISION)
    if options is not None and not asks:
        asks = bool(re.search(r"(?i)\bwhich (?:option|approach|of these|one) |\bplease (?:decide|choose|confirm)\b", text))
    first = [Line(options.line, "text", options.first, options.first)] if options is not None else []
    found = options_in(first + options.lines) if options is not None else ()
    if options is None and asks and len(named := _named(entry)) > 1:
        found = named
        parts["options"] = Part(text, "Option " + named[0].mark, named[0].line, "no label of their own")
    return Blocker(entry.title, entry.line, entry.resolved, asks, parts, found, text)


def _named(entry: Entry) -> tuple[Option, ...]:
    """Options that the text of a blocker names, "Option A: ...", without a label above them."""
    return options_in(line for line in entry.lines if _OPTION.match(line.body))


def _text(part: RawPart) -> str:
    return "\n".join(filter(None, [part.first, *(line.text for line in part.lines)])).strip()
