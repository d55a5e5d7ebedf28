"""The lines of a BLOCKERS.md, each given to the blocker that it belongs to, or to what the file says as a whole."""

import re

from pytest_agentcompliance.parsing import blocker_rows as rows
from pytest_agentcompliance.parsing import blocker_titles as heads
from pytest_agentcompliance.parsing import blocker_words as say
from pytest_agentcompliance.parsing.blocker_entry import Entry, answered, heading_within, part_of
from pytest_agentcompliance.parsing.blocker_options import options_in
from pytest_agentcompliance.parsing.blocker_said import Said
from pytest_agentcompliance.parsing.markdown import Line

_TICKED = re.compile(r"\s*\S+\s+\[[xX✓✔]\]\s")
_STRUCK = re.compile(r"~~[^~]+~~\W*$")
_MANY = re.compile(r"(?i)\bdecisions\b")


class Reader:
    """Line after line: which blocker it belongs to, or what it says of the file."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.entry: Entry | None = None
        self.scope, self.level, self.sure, self.whole = "", 0, False, True
        self.heading, self.started = "", False
        self.said = Said()
        self.header: list[str] | None = None
        self.deciding = False  # the list is one of decisions

    def take(self, line: Line) -> None:
        if line.kind in ("blank", "hidden", "under", "rule"):
            self.header = None if line.kind != "under" else self.header
            return
        if line.kind == "heading":
            self._heading(line)
        elif self.entry is not None:
            self._within(self.entry, line)
        elif line.kind in ("code", "fence"):
            self.said.loose.append(line)
        elif line.kind in ("text", "html", "indented"):
            self._between(line)

    def _heading(self, line: Line) -> None:
        self.header = None
        found = heads.title(line.body)
        entry = self.entry
        if entry is not None:
            if found.kind == "part" and self._part(entry, say.Label(line.body, found.key, "", False), line):
                return
            listed = (
                entry.rank == 3 and not entry.parts and not entry.lines and _MANY.search(entry.title) and line.level > entry.level
            )
            if listed:  # "Decisions required", with one heading for each
                self._drop(entry)
                self.scope, self.level, self.sure = "open", entry.level, True
            elif line.level > entry.level and not (found.kind == "blocker" and found.sure):
                heading_within(entry, line)
                return
            self.entry = None
        if self.scope and line.level <= self.level:
            self._enter("", 0)
        self._opens(line, found)

    def _opens(self, line: Line, found: heads.Title) -> None:
        if heads.is_date(line.body):
            return
        first, self.started = not self.started, True
        self.heading = line.body
        ended = heads.ended(line.body)
        if self.scope == "past" or (ended and found.kind in ("blocker", "other", "container")) or heads.names_one(line.body):
            self._begin(line.body, line.number, line.level, 1, resolved=True)
        elif found.kind == "blocker" and not (first and line.level == 1 and say.plain(line.body) in ("blocker", "blocked")):
            self._begin(line.body, line.number, line.level, 3)
        elif found.kind == "none":
            self.said.state(say.says(line.body.partition(":")[2] if ":" in line.body else line.body) or "none", line)
            self._enter("aside", line.level)
        elif first and line.level == 1 and found.kind != "status":
            return  # the title of the file
        elif self.scope == "aside":
            return
        elif found.kind == "status":
            self.said.state(say.says(line.body.partition(":")[2]), line)
            self._enter("status", line.level)
        elif found.kind == "past":
            self.said.past = self.said.past or line.number
            self._enter("past", line.level)
        elif found.kind == "aside":
            self._enter("aside", line.level)
        elif found.kind == "part":
            self._headless(line, found.key)
        elif found.kind == "container":
            self._lists(line, line.level, found)
        elif self.scope != "status":
            rank = (3 if self.sure else 2) if self.scope == "open" else 0
            self._begin(line.body, line.number, line.level, rank)

    def _headless(self, line: Line, key: str) -> None:
        """A heading that names a part while no blocker has begun."""
        if say.PARTS[key] in ("recommendation", "blocked_steps"):
            self._enter("aside", line.level)
            return
        entry = self._begin(line.body, line.number, line.level - 1, 1)
        self._part(entry, say.Label(line.body, key, "", False), line)

    def _enter(self, scope: str, level: int) -> None:
        self.scope, self.level, self.sure, self.whole = scope, level, False, False
        self.deciding = False

    def _lists(self, line: Line, level: int, found: heads.Title) -> None:
        self._enter("open", level)
        self.sure, self.whole, self.deciding = found.sure or found.whole, found.whole, bool(_MANY.search(line.body))

    def _begin(self, title: str, line: int, level: int, rank: int, *, resolved: bool = False) -> Entry:
        self.entry = Entry(title[:200], line, level, rank, resolved or heads.ended(title))
        self.entry.asks = self.deciding
        self.entries.append(self.entry)
        return self.entry

    def _drop(self, entry: Entry) -> None:
        """Take back one of the last entries."""
        at = next(at for at in range(len(self.entries) - 1, -1, -1) if self.entries[at] is entry)
        del self.entries[at]

    def _between(self, line: Line) -> None:
        """Text outside the blockers."""
        body = line.body.lstrip("> ")
        if line.text.lstrip(" >").startswith("|"):
            self._row(line)
            return
        standing = say.says(body)
        label = say.label(line)
        if self.scope == "past":
            self.said.closes(body, line.number)
        elif self.scope == "aside" and say.speaks_of_all(body):
            self.said.state(standing, line)
        elif label is not None and label.key in say.STATES:
            self.said.state(say.says(label.rest), line)
        elif (
            label is not None
            and self.scope in ("", "open")
            and say.PARTS.get(label.key) in ("context", "decision_needed", "options")
        ):
            entry = self._begin(
                self.heading or label.written, line.number, self.level + 1, 3 if label.key in say.OF_A_DECISION else 1
            )
            self._within(entry, line)
        elif self.scope in ("status", "") and (
            standing in ("none", "partly-none") or (standing == "resolved" and say.is_verdict(body))
        ):
            self.said.state(standing, line)
        elif self.scope == "open":
            self._listed(line, standing)
        elif self.scope == "" and body.endswith(":") and heads.title(body).kind == "container":
            self._lists(line, self.level, heads.title(body))  # a line that leads a list in, as a heading would
        elif self.scope == "" and (standing == "open" and body[:7].upper() == "BLOCKED"):
            self._begin(body, line.number, self.level + 1, 3)
        elif self.scope == "" and body and not _STRUCK.match(body) and not say.is_placeholder(body) and not say.is_metadata(body):
            self.said.loose.append(line)

    def _listed(self, line: Line, standing: str | None) -> None:
        """Text right under a heading that holds blockers."""
        if standing in ("none", "partly-none"):
            self.said.state("none" if self.whole and standing == "none" else "partly-none", line)
            self.scope = "aside"
        elif line.marker and line.indent < 2:
            done = bool(_TICKED.match(line.text)) or bool(_STRUCK.match(line.body)) or say.was_resolved(line.body)
            self._item(line, done or standing == "resolved")
        elif not line.marker and line.body and not say.is_placeholder(line.body) and not say.is_metadata(line.body):
            self._begin(line.body, line.number, self.level + 1, 3 if self.sure else 2)

    def _item(self, line: Line, resolved: bool) -> None:
        """A line of a list that is a blocker of its own; what follows is not part of it, save what is indented."""
        entry = self._begin(line.body, line.number, self.level + 1, 3 if self.sure else 2, resolved=resolved)
        label = say.label(Line(line.number, "text", line.body, line.body))
        # "- **Impact**: ..." is one line of a blocker that the lines of the list tell together.
        if label is None or line.marker[:1].isdigit() or any(one.isdigit() for one in label.written):
            entry.standing = "listed"

    def _row(self, line: Line) -> None:
        if self.header is None:
            self.header = rows.header_of(line)
            return
        lists = self.scope == "open" or (self.scope == "" and len(self.header) > 2)
        if rows.is_rule(line) or not lists:
            return
        if none := rows.says_none(line):
            if self.scope == "open":
                self._listed(Line(line.number, "text", none, none), "none")
            else:
                self.said.state("none", line)
            return
        if found := rows.row(self.header, line, 3 if self.sure else 2):
            found.asks = found.asks or self.deciding
            self.entries.append(found)

    def _within(self, entry: Entry, line: Line) -> None:
        """Text of a blocker."""
        if entry.standing == "listed" and line.marker and line.indent < 2:
            entry.standing, self.entry = "", None
            self._between(line)
            return
        if line.body.startswith("|") and entry.rank < 3 and not entry.lines and rows.lists_blockers(rows.header_of(line)):
            self._drop(entry)  # the heading only groups the rows
            self._enter("open", entry.level)
            self.entry, self.header = None, rows.header_of(line)
            return
        if line.kind == "text":
            self.said.closes(line.body, line.number)
            entry.resolved = entry.resolved or say.resolved_then(line.body)
            entry.asks = entry.asks or say.asks(line)
        label = say.label(line) if line.kind in ("text", "html") and line.indent < 2 else None
        if label is not None and self._labelled(entry, label, line):
            entry.lines.append(line)
            return
        if entry.answer is not None:
            answered(entry, entry.answer, line.body)
            entry.answer = None
        entry.lines.append(line)
        if entry.part is not None:
            entry.part.lines.append(line)

    def _labelled(self, entry: Entry, label: say.Label, line: Line) -> bool:
        """Whether a label begins something else than the part that it stands in."""
        if label.key in say.STATES:
            entry.standing = say.says(label.rest) or entry.standing
            return True
        if label.key in say.BLOCKS and say.says(label.rest) == "none":
            entry.standing = "none"
            return True
        if say.is_answer(label.key) or (label.key == "decision" and "decision_needed" in entry.parts):
            entry.answer = label.key if not label.rest else None
            answered(entry, label.key, label.rest)
            entry.part = None
            return True
        label = label._replace(key="question" if label.key == "decision" else say.part_name(label.key))
        if label.key in say.PARTS and (label.bold or not line.marker):
            return self._part(entry, label, line)
        if entry.part is not None and entry.part.level == 0 and label.bold and not line.marker and not options_in([line]):
            entry.part = None
        return False

    def _part(self, entry: Entry, label: say.Label, line: Line) -> bool:
        """Begin a part; a second one of its name, once others have come, begins the next blocker."""
        name = say.PARTS[label.key]
        if name in entry.parts:
            if name not in ("context", "decision_needed") or len(entry.parts) < 2 or line.kind == "heading":
                return line.kind == "heading"
            entry = self._begin(entry.title, line.number, entry.level, entry.rank)
            entry.lines.append(line)
        entry.part = part_of(name, label, line)
        entry.parts[name] = entry.part
        entry.keys.add(label.key)
        return True
