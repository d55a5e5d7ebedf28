"""An intent in Markdown into its promises: headings, lists, tables, fences of YAML, and sentences such as "We promise"."""

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from pytest_agentcompliance.parsing.intent import data, ids, sections, tables
from pytest_agentcompliance.parsing.intent.record import Intent, Kind, Promise, Unread
from pytest_agentcompliance.parsing.intent.sections import Topic
from pytest_agentcompliance.parsing.markdown import Line, too_much
from pytest_agentcompliance.parsing.markdown import read as lines_of

MOST = 300  # promises of one intent
_LONGEST, _LABEL = 1_000, 80  # characters of one, and of a label
_UNDER = 7  # the level of a label, below that of all headings
_SENTENCES = 8  # of one promise, each of which it may be known by
_SENTENCE = 4  # words of a line that can promise something without being an item
_MARKS = re.compile(r"\*\*|__|`|~~")
_SIGNS = ("✅", "✓", "✔", "☑", "❌", "✗", "🚫", "•", "→")
_TEMPLATE = re.compile(r"^\W*(?:\[[^\]]{0,200}\]|<[^<>]{0,200}>|\.\.\.|…|tbd|todo|n/?a|none)?\W*$", re.IGNORECASE)
_MARKED = re.compile(
    r"\s{0,4}\[(?:inferred|uncertain|new[^\]]{0,30}|modified[^\]]{0,30}|preserved[^\]]{0,30}|(?:high|medium|low)[^\]]{0,30})\]\s{0,4}",
    re.IGNORECASE,
)
_OTHER_COLUMNS = frozenset(("id", "#", "evidence", "status", "confidence", "test", "tests", "source", "priority"))
_PROMISING = r"we (?:always |also |solemnly )?(?:promise|guarantee|commit to|pledge)\b"
_WE = re.compile(rf"^\W{{0,6}}{_PROMISING}", re.IGNORECASE)
_AND_WE = re.compile(rf"[.;!]\s{{1,4}}(?=(?:and )?{_PROMISING})", re.IGNORECASE)
_STOP = re.compile(r"(?<=[\w)][.!;])\s{1,4}(?=[A-Z])")
_NUMBERED = re.compile(r"^(?:promise|guarantee|commitment)?\s{0,2}#?\d{1,3}[.):]?\s+", re.IGNORECASE)
_PROSE = re.compile(
    r"(?i)^(?:these|the following|below|this (?:section|document)|users? can (?:rely|count) on (?:the|these)|we promise)\b"
    r".{0,200}:\s{0,9}$"
)


@lru_cache(maxsize=4)
def read(text: str) -> Intent:
    """What an intent says; never fails. What promises something and cannot be read is among ``unread``."""
    why = too_much(text)
    if why:
        return Intent(unread=(Unread(1, f"it {why}"),))
    reader = _Reader(lines_of(text))
    reader.take()
    cut = [Unread(one.line, f"it makes more than {MOST} promises") for one in reader.promises[MOST : MOST + 1]]
    promises = tuple(one for promise in reader.promises[:MOST] for one in _each(promise))[:MOST]
    return Intent(promises, tuple(reader.statements), frozenset(reader.denied), (*reader.unread, *cut))


class _Reader:
    """One pass over the lines, with the titles that they stand under."""

    def __init__(self, lines: list[Line]) -> None:
        self._lines = lines
        self._rows = {row.line: row for row in tables.rows(lines)}
        self._titles: list[tuple[int, Topic]] = []  # those that are open: their levels and what they announce
        self._indent = -1  # of the item or the title that is open; what is deeper belongs to it
        self._open = False
        self._titled = False  # the promise that is open is a title
        self._signed = False  # it is a line with a sign, and the items below it are its own
        self.promises: list[Promise] = []
        self.statements: list[tuple[int, str]] = []
        self.unread: list[Unread] = []
        self.denied: set[int] = set()
        self._denies = 0  # the level of a title below which nothing is promised, 0 for none

    def take(self) -> None:
        at = 0
        while at < len(self._lines):
            line = self._lines[at]
            if line.kind == "fence":
                at = self._fence(at)
                continue
            if line.kind == "heading":
                self._heading(line)
            elif line.number in self._rows:
                self._row(self._rows[line.number])
            elif tables.is_row(line):
                pass  # the head of a table
            elif line.kind == "text" and line.body.strip():
                self._text(line, at)
            if self._denies:
                self.denied.add(line.number)
            at += 1

    @property
    def _topic(self) -> Topic:
        return self._titles[-1][1] if self._titles else "other"

    @property
    def _kind(self) -> Kind | None:
        topic = self._topic
        return None if topic in ("other", "") else topic  # type: ignore[return-value]

    def _fence(self, at: int) -> int:
        """The promises of a fence; the number of the line behind it."""
        first = self._lines[at]
        end = at + 1
        while end < len(self._lines) and self._lines[end].kind == "code":
            end += 1
        rows = [line.text for line in self._lines[at + 1 : end]]
        language = first.info.strip().lower().partition(" ")[0]
        if language in ("yaml", "yml", "json", "json5", "") and rows:
            found = data.read("\n".join(rows), first.number)
            if found is None:
                if language and re.search(r"(?i)promise|guarantee", "\n".join(rows)[:20_000]):
                    self.unread.append(Unread(first.number, f"a fence of {language} that is not valid"))
            else:
                for one in found:
                    self._add(one)
        self.statements += [(line.number, line.text.strip()[:_LONGEST]) for line in self._lines[at + 1 : end] if line.text.strip()]
        return end + (end < len(self._lines) and self._lines[end].kind == "fence")

    def _heading(self, line: Line) -> None:
        level = line.level or 1
        while self._titles and self._titles[-1][0] >= level:
            self._titles.pop()
        title = _plain(line.body)
        self.statements.append((line.number, title[:_LONGEST]))
        if not self._denies or level <= self._denies:
            self._denies = level if sections.is_denied(title) else 0
        named = ids.opening(title)
        if named is not None:
            kind = self._kind or _of_id(named[0])
            self._titles.append((level, kind))
            self._begin(replace(_promise(named[0].written, named[1] or title, line.number), kind=kind))
            return
        bare = _NUMBERED.sub("", title)
        topic = sections.topic(bare)
        outer = self._kind
        if outer is not None and topic == "other" and not sections.is_out(bare):
            self._titles.append((level, outer))
            self._begin(replace(_promise("", bare, line.number), kind=outer))
            return
        self._open = self._titled = False
        self._titles.append((level, (outer or "other") if topic == "" else topic))

    def _row(self, row: tables.Row) -> None:
        text = row.under("promise", "promises", "guarantee", "commitment", "invariant", "statement", "never")
        if not text and self._kind is not None:
            text = next((cell for cell, head in zip(row.cells, row.head or ("",) * 9, strict=False) if _says(cell, head)), "")
        cells = [cell for cell in row.cells if cell and cell != text]
        self.statements.append((row.line, " ".join(row.cells)[:_LONGEST]))
        if not text or not (self._kind or row.under("promise", "promises", "guarantee", "commitment")):
            return
        named = ids.opening(row.cells[0]) if row.cells else None
        known = row.under("id", "#") or (named[0].written if named is not None and not named[1] else "")
        within = ids.opening(text)
        if within is not None and within[1]:
            known, text = known or within[0].written, within[1]
        self._open = False
        details = tuple(one[:_LONGEST] for one in cells if one != known)
        self._add(Promise(known[:60], text[:_LONGEST], row.line, self._kind or "promise", details))

    def _text(self, line: Line, at: int) -> None:
        plain = _plain(line.body.strip()[: sections.LONGEST])
        if plain.startswith(">") and ids.opening(quoted := plain.lstrip("> ")) is not None:
            plain = quoted  # what has an id is a promise in a quotation too
        self.statements.append((line.number, plain[:_LONGEST]))
        deeper = line.indent > self._indent
        if self._open and not self._titled and deeper and (line.marker or sections.is_field(plain)):
            self._detail(plain)
            return
        named = ids.opening(plain)
        if named is not None and named[1] and (self._kind or named[0].prefix in ids.PROMISES | ids.OTHERS):
            promise = replace(_promise(named[0].written, named[1], line.number), kind=self._kind or _of_id(named[0]))
            self._begin(promise, line.indent)
        elif self._titled and self._open:
            self._below_title(plain, line)
        elif self._kind is not None:
            self._promised(plain, line, at, self._kind)
        elif self._denies == _UNDER and _is_label(plain, line) and not sections.is_denied(plain):
            self._denies, self._open = 0, False  # another label ends what is not promised
            if self._titles and self._titles[-1][0] == _UNDER:
                self._titles.pop()
            self._text(line, at)
        elif _WE.match(plain):
            self._begin(_promise("", plain, line.number), line.indent)
        elif not deeper:
            self._open = False

    def _below_title(self, plain: str, line: Line) -> None:
        """What stands below a title that is a promise, or that turns out to sort the items below it."""
        promise = self.promises[-1]
        if _is_label(plain, line) and not sections.is_field(plain):
            self._open = self._titled = False
        elif line.marker and line.indent == 0 and not (sections.is_field(plain) or promise.id or promise.details):
            self.promises.pop()
            self._begin(replace(_promise("", plain, line.number), kind=promise.kind), line.indent)
        else:
            self._detail(plain)

    def _promised(self, plain: str, line: Line, at: int, kind: Kind) -> None:
        """A line of a part that promises."""
        if _is_label(plain, line):
            topic = sections.topic(plain.rstrip(":"))
            denied = sections.is_denied(plain)
            if topic not in ("other", "") or denied:
                self._titles.append((_UNDER, topic))
            self._denies = _UNDER if denied else self._denies % _UNDER
            self._open = False
        elif sections.is_field(plain):
            if self.promises:
                self._detail(plain)
        elif self._open and self._before(at) and not (line.marker or plain.startswith(_SIGNS)):
            self._goes_on(plain)
        elif line.marker and self._open and self._signed and line.indent >= self._indent and not plain.startswith(_SIGNS):
            self._detail(plain)
        elif line.marker or plain.startswith(_SIGNS) or _is_sentence(plain):
            self._signed = not line.marker and plain.startswith(_SIGNS)
            self._begin(replace(_promise("", plain, line.number), kind=kind), line.indent)

    def _before(self, at: int) -> bool:
        return at > 0 and self._lines[at - 1].kind == "text" and bool(self._lines[at - 1].body.strip())

    def _begin(self, promise: Promise, indent: int = -1) -> None:
        self._titled = indent < 0
        self._indent = indent
        self._open = self._add(promise)

    def _add(self, promise: Promise) -> bool:
        said = _MARKED.sub(" ", promise.text).strip()
        if _TEMPLATE.match(said) and not (promise.id and promise.details):
            return False
        kind: Kind = "retired" if sections.is_retired(promise.text) else promise.kind
        self.promises.append(replace(promise, text=said or promise.id, kind=kind))
        return True

    def _detail(self, text: str) -> None:
        last = self.promises[-1]
        if len(last.details) < 100:
            self.promises[-1] = replace(last, details=(*last.details, text[:_LONGEST]))

    def _goes_on(self, text: str) -> None:
        last = self.promises[-1]
        self.promises[-1] = replace(last, text=f"{last.text} {text}"[:_LONGEST])


def _each(promise: Promise) -> Iterator[Promise]:
    """The promises that sentences of one paragraph make; the sentences of one promise are what it is known by, too."""
    if promise.id or promise.kind == "retired":
        yield promise
        return
    for text in _AND_WE.split(promise.text):
        sentences = _STOP.split(text)
        more = tuple(sentences[:_SENTENCES]) if len(sentences) > 1 else ()
        yield replace(promise, text=text.strip(), details=(*promise.details, *more))


def _promise(name: str, text: str, line: int) -> Promise:
    return Promise(name, text[:_LONGEST].strip(), line)


def _of_id(one: ids.Id) -> Kind:
    if one.prefix.startswith("inv"):
        return "invariant"
    if one.prefix == "anti":
        return "never"
    return "contract" if one.prefix in ("bhv", "contract") else "promise"


def _is_sentence(plain: str) -> bool:
    return len(plain.split()) >= _SENTENCE and not plain.startswith(">") and not _PROSE.match(plain)


def _is_label(plain: str, line: Line) -> bool:
    return plain.endswith(":") and len(plain) < _LABEL and not line.marker


def _plain(text: str) -> str:
    return _MARKS.sub("", text).strip() if not (text.startswith("~~") and text.endswith("~~")) else text


def _says(cell: str, head: str) -> bool:
    named = ids.opening(cell)
    return bool(cell) and not (named is not None and not named[1]) and not set(head.split()) & _OTHER_COLUMNS


def prefixes(promises: Iterator[Promise] | tuple[Promise, ...]) -> frozenset[str]:
    """The prefixes of the ids that an intent uses."""
    found = (re.match(r"[A-Za-z]{1,12}", one.id) for one in promises)
    return frozenset(hit[0].lower() for hit in found if hit)
