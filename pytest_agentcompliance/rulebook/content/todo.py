"""content/todo: no marker of unfinished work is added."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field, field_validator

from pytest_agentcompliance.evidence import ChangeSet, Content, FileChange
from pytest_agentcompliance.evidence.changes import SUBMODULE, SYMLINK
from pytest_agentcompliance.parsing.globs import matches
from pytest_agentcompliance.parsing.late import late
from pytest_agentcompliance.place import Place
from pytest_agentcompliance.rule import Candidates, Example, Rule
from pytest_agentcompliance.verdict import Finding, Remedy

if TYPE_CHECKING:  # start-up time: the readers of code are imported when a file is a candidate
    from pytest_agentcompliance.parsing.markers import Marker

WORDS = ["TODO", "FIXME", "XXX", "HACK"]
# Bytes that may be one of the words in disguise: full-width letters; an invisible character before a letter; a Cyrillic, Greek,
# Armenian, Cherokee, Coptic or Lisu letter beside a Latin capital; three Cyrillic capitals of one look; letters in rings and boxes,
# mathematical, small and raised ones, in a word; a mark drawn over a letter; a numeric entity beside a capital or another one.
# Each begins with one byte that is rare in code, so that a search runs at memory's speed; as one pattern they are ten times slower.
MARKS = rb"(?:[\xcc\xcd\xe1\xe2\xef][\x80-\xbf]{1,2})*"  # more of them over the same letter
DISGUISES = (
    rb"\xc2\xad[A-Za-z]",
    rb"\xcc[\x80-\xbf](?<=[A-Za-z]..)" + MARKS + rb"[A-Za-z]",
    rb"\xcd[\x80-\xaf](?<=[A-Za-z]..)" + MARKS + rb"[A-Za-z]",
    rb"\xce[\x91-\xa9](?:[A-Z]|(?<=[A-Z]..))",
    rb"\xd0(?:[\x85-\xaf](?:[A-Z]|(?<=[A-Z]..))|\xa5\xd0\xa5\xd0\xa5)",
    rb"\xd4[\xb1-\xbf](?:[A-Z]|(?<=[A-Z]..))",
    rb"\xd5[\x80-\x96](?:[A-Z]|(?<=[A-Z]..))",
    rb"\xe1(?:\xb4[\x80-\xbf](?:\xe1|[A-Za-z]|(?<=[A-Z][A-Z]...))|[\x8e\x8f][\x80-\xbf](?:[A-Z]|(?<=[A-Z]...)))",
    rb"\xe2(?:\x80[\x8b-\x8f\xaa-\xae][A-Za-z]|\x81[\xa0-\xaf][A-Za-z]|\x83[\x90-\xb0](?<=[A-Za-z]...)"
    rb"|(?:\x92[\xb6-\xbf]|\x93[\x80-\xa9])(?:\xe2|[A-Za-z]|(?<=[A-Z][A-Z]...))|[\xb2\xb3][\x80-\xbf](?:[A-Z]|(?<=[A-Z]...)))",
    rb"\xea\x93[\x90-\xbf](?:[A-Z]|(?<=[A-Z]...))",
    rb"\xef(?:\xbc[\xa1-\xba]|\xbb\xbf[A-Za-z]|\xb8[\x80-\x8f][A-Za-z])",
    rb"\xf0(?:\x9d[\x90-\x9b].|\x9f(?:\x84[\xb0-\xbf]|\x85[\x80-\xbf]|\x86[\x80-\x89]))"
    rb"(?:\xf0|\xef\xb8\x8f\xf0|[A-Za-z]|(?<=[A-Z][A-Z]....))",
    rb"&#(?:[xX]?[0-9A-Fa-f]{2,9};?(?:[A-Z]|&#)|(?<=[A-Z]..))",
)
# In mark-up every entity may be a letter, or nothing that is seen; those that most pages have are neither.
ENTITIES = late(
    rb"&(?:#(?!(?:3\d|60|62|160|169|182|18[37]|82[12]\d|859\d|[xX](?:[23][0-9A-Fa-f]|[aA]0|201.));)|(?!(?:quot|[lg]t|amp|apos|nbsp|copy|para|"
    rb"[mn]dash|hellip|[lr]arr|[lr][as]?quo|[lr]dquo|times|middot|bull|reg|trade|euro|sect|deg);)[A-Za-z]{2,31};)"
)
OWN = Remedy("fix", "Do what the marker puts off, or name who will and a date that has not passed: TODO(anna, 2030-12-01): ...")
_MONTH = r"(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?"
# A day, a month or a quarter, as people write them; with a slash only where the year comes first, since else it is two days.
_DATES = (
    (late(r"(?<!\d)(?P<y>20\d\d)([-/])(?P<m>\d{1,2})(?:\2(?P<d>\d{1,2}))?(?![-/.]?\d)")),
    (late(r"(?<!\d)(?P<d>\d{1,2})\.[ ]?(?P<m>\d{1,2})\.[ ]?(?P<y>20\d\d)(?!\d)")),
    (late(rf"(?i)(?<!\w)(?:(?P<d>\d{{1,2}})(?:st|nd|rd|th)?[ .-]{{1,2}})?(?P<name>{_MONTH})[ -]{{1,2}}(?P<y>20\d\d)(?!\d)")),
    (late(rf"(?i)(?<!\w)(?P<name>{_MONTH})[ ](?P<d>\d{{1,2}})(?:st|nd|rd|th)?,?[ ](?P<y>20\d\d)(?!\d)")),
    (late(r"(?i)(?<!\w)(?P<y>20\d\d)[- /]?q(?P<q>[1-4])(?!\w)")),
    (late(r"(?i)(?<!\w)q(?P<q>[1-4])[- /]?(?P<y>20\d\d)(?!\d)")),
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_OWNER = late(
    r"(?<![\w.])@[A-Za-z][\w.\-]*|\b(?:owner|assignee|owned by|assigned to)\b\s*[:=]\s*@?[A-Za-z][\w.\-]*|"
    r"\b(?:owned by|assigned to)\s+@?[A-Za-z][\w.\-]*",
    re.IGNORECASE,
)
_GROUP = late(r"\s*(?:\(([^()]{1,120})\)|\[([^\[\]]{1,120})\]|\{([^{}]{1,120})\}|<([^<>]{1,120})>)")
_NAME = late(r"(?![A-Za-z]+-\d)(?![pv]\d+\Z)[^\W\d_][\w.'@ \-]*")
_NOBODY = frozenset([
    "tbd", "unknown", "none", "nobody", "someone", "owner", "name", "date", "later", "by", "due", "until", "n/a", "me",
    "high", "medium", "low", "urgent", "critical", "important", "minor", "major", "priority", "perf", "performance",
    "security", "refactor", "cleanup", "bug", "feature", "test", "tests", "docs", "question", "optional", "maybe", "soon",
    "someday",
])  # fmt: skip
# A program is nobody who can be asked in a year; nor are words around its name a person.
_PROGRAMS = frozenset([
    "claude", "agent", "agents", "ai", "copilot", "bot", "todo", "fixme", "cursor", "codex", "assistant", "chatgpt", "gpt", "llm",
    "gemini", "devin", "aider", "cline", "windsurf", "anthropic", "openai", "dependabot", "renovate", "robot",
])  # fmt: skip
_AROUND = frozenset(["the", "an", "a", "code", "coding", "github", "google", "next", "future", "backend", "frontend", "main"])
_DUE = r"(?:by|due(?: (?:on|by|date))?|until|till|before|no later than|deadline|expires?(?: on)?)"
_IS_DUE = late(rf"(?i)\b{_DUE}[\s:=]*\Z")
_OPENED = late(
    r"(?i)\b(?:opened|open|since|created|added|from|as of|reported|found|raised|filed|written|noted|logged|started|introduced|seen)"
    r"(?: (?:on|at|in))?[\s:=]*\Z"
)
_RANGE = late(r"(?i)\s+(?:to|until|till|through)\s+20\d\d")
# What stands before the sentence of a marker: brackets, dates (as NUL), names with an at sign, words for a due date.
_HEAD = late(
    rf"[\s:]*(?:(?:\([^()]{{0,200}}\)|\[[^\[\]]{{0,200}}\]|\{{[^{{}}]{{0,200}}\}}|<[^<>]{{0,200}}>|\0|@[\w.\-]{{1,80}}|{_DUE}\b)"
    r"[\s:,;/|.\-]*)*", re.IGNORECASE,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Placed:
    marker: "Marker"
    line: int


class Todo(Rule):
    """No TODO, FIXME, XXX or HACK is added to a comment.

    Why: a marker in the diff is a requirement that the report calls done. Who reads the report does not
    learn of it, and who finds it later does not know whether it was meant to stay.

    Only comments and docstrings are read, told from strings by the language's grammar. What counts is the head's
    markers minus those of base, first of each file and then of the whole change, so that one that was moved or
    re-indented is not new.

    Blind spots: promises in other words ("for now", "not implemented yet"), markers in Markdown, plain text and JSON,
    in strings, in the code that a template writes, and in languages that are not known; a word with letters that have an
    accent of their own (O with a diaeresis). A marker whose text was edited counts as new.
    """

    words: list[str] = Field(default=WORDS, description="The words that mark unfinished work, in capitals.")
    languages: dict[str, list[str]] = Field(default={}, description="Other words for one language, by its name.")
    mode: Literal["forbid", "owned"] = Field(
        default="forbid",
        description="forbid: none may be added. owned: one may, if it names an owner and a date that has not passed.",
    )
    allow: list[str] = Field(default=[], description="Globs of files that are left out.")

    remedy: ClassVar[Remedy] = Remedy("fix", "Do what the marker puts off. If that is not possible within the story, stop and ask.")
    examples = (
        Example(
            "An added marker is reported at its line.",
            before={"a.py": "x = 1\n"},
            after={"a.py": "x = 1\n# TODO validate\n"},
            finds=("a.py:2",),
        ),
        Example(
            "Docstrings, JSX comments, block comments and small letters with a colon count.",
            after={
                "a.py": 'def f():\n    """Add.\n\n    FIXME: overflow\n    """\n',
                "b.tsx": "const a = (\n  <p>\n    {/* TODO: label */}\n  </p>\n)\n",
                "c.sql": "select 1; /* one\n * todo: two */\n",
                "d.prisma": "model A {\n  id Int // HACK(anna) until v2\n}\n",
            },
            finds=("a.py:4", "b.tsx:3", "c.sql:2", "d.prisma:2"),
        ),
        Example(
            "A disguise does not help.",
            after={"a.ts": "// T\u200bODO: one\n// \uff34\uff2f\uff24\uff2f two\n// T\u041eDO three\n"
                           "// T\u0336O\u0336D\u0336O\u0336 four\n",
                   "b.html": "<!-- &#84;&#79;&#68;&#79;: five -->\n<!-- TO&ZeroWidthSpace;DO: six -->\n",
                   "c.go": "// \u24c9\u24c4\u24b9\u24c4: seven\n"},
            finds=("a.ts:1", "a.ts:2", "a.ts:3", "a.ts:4", "b.html:1", "b.html:2", "c.go:1"),
        ),
        Example(
            "A second one of the same text is new.",
            before={"a.go": "// TODO: x\n"},
            after={"a.go": "// TODO: x\n\n// TODO: x\n"},
            finds=("a.go:3",),
        ),
        Example(
            "Where markers may stay, one without owner or date, or whose date has passed, is reported.",
            given={"mode": "owned"},
            after={"a.py": "# TODO: x\n# TODO(anna): x\n# TODO(anna, 2020-01-31): x\n# TODO(2030-01-31): x\n"
                     "# TODO(PROJ-12) 2030-01-31 x\n"},
            finds=("a.py:1", "a.py:2", "a.py:3", "a.py:4", "a.py:5"),
        ),
        Example(
            "Where markers may stay, owner and date are enough.",
            given={"mode": "owned"},
            after={"a.py": "# TODO(anna, 2030-12-01): x\n# TODO(anna) 2030-12-01 x\n# TODO @anna by 2030-12-01\n"},
        ),
        Example(
            "However they are written, as a month or a quarter too.",
            given={"mode": "owned"},
            after={"a.go": "// TODO(anna/2030-12-01): x\n// TODO [2030-12-01 anna] x\n// TODO: 2030-12-01 (anna) x\n"
                           "// TODO(anna, 1 Dec 2030): x\n// TODO(anna, 01.12.2030): x\n// TODO(anna, Q4 2030): x\n"
                           "// TODO(anna): broken since 2020-01-01, until 2030-12\n"},
        ),
        Example(
            "A priority, a ticket, a mail address or 'me' is no owner.",
            given={"mode": "owned"},
            after={"a.go": "// TODO(high, 2030-12-01): x\n// TODO(3) 2030-12-01\n// TODO(v2, 2030-12-01): x\n"
                           "// TODO: ask a@b.org by 2030-12-01\n// TODO(me, 2030-12-01): x\n// TODO: the owner signs 2030-12-01\n"},
            finds=("a.go:1", "a.go:2", "a.go:3", "a.go:4", "a.go:5", "a.go:6"),
        ),
        Example(
            "A program is no owner, and a date that has passed counts beside one that has not.",
            given={"mode": "owned"},
            after={"a.go": "// TODO(claude, 2030-12-01): x\n// TODO(AI agent, 2030-12-01): x\n// TODO @copilot by 2030-12-01\n"
                           "// TODO(anna, 2020-01-01, 2030-12-01): x\n// TODO(anna, 2030-12-01): x, due 2020-01-01\n"},
            finds=("a.go:1", "a.go:2", "a.go:3", "a.go:4", "a.go:5"),
        ),
        Example(
            "A day on which it was opened, or of something else, is not when it is due; Claude Monet is a person.",
            given={"mode": "owned"},
            after={"a.go": "// TODO(anna, opened 2020-01-01, 2030-12-01): x\n"
                           "// TODO(claude monet, 2030-12-01, since 2020-01-01): x\n"
                           "// TODO(anna, 2030-12-01): leave version 2023-10-16 of the API\n"},
        ),
        Example(
            "One that was moved, re-indented, or carried to another file is kept.",
            before={"a.py": "# TODO: x\nx = 1\n", "b.py": "# FIXME: y\n", "old.py": "# HACK: z\n"},
            after={"a.py": "x = 1\nif x:\n    # TODO: x\n    pass\n", "b.py": "y = 1\n", "c.py": "# FIXME: y\n",
                   "new.py": "# HACK: z\nz = 1\n"},
        ),
        Example("Strings, names, identifiers of stories and placeholders are kept.", after={
            "a.ts": 'const todo = "TODO: x"\n// see EPIC-XXX and XXX-001, or xxx.xxx\nrun(`// TODO`)\n// costs $XXX, key XXXX\n',
            "b.py": "TODO = 1\nprint('# TODO')\n",
        }),
        Example("A to-do application, and sentences about markers, are kept.", after={
            "a.ts": "// renders the todo list\n// TODO list item\n// no TODO comments allowed\n"
                    "// scans for TODO markers and 'TODO'\n",
        }),
        Example("Entities, accents, letters in rings and flags are kept.", after={
            "a.html": "<!-- 5 &lt; 6 &amp; &nbsp;a TO&amp;DO list -->\n<p>&#84;&#79;&#68;&#79;: x</p>\n",
            "b.py": "# e\u0301tude TO\u0301DO\u0301 \u24b6 \U0001f1f9\U0001f1f4 \U0001f1e9\U0001f1f4 m\u00e9todo\n",
        }),
        Example("Text without comments is kept.", after={
            "README.md": "TODO: write\n", "a.json": '{"a": "// TODO"}\n', "a.bin": "TODO\0",
        }),
    )

    @field_validator("languages")
    @classmethod
    def _known(cls, value: dict[str, list[str]]) -> dict[str, list[str]]:
        if not value:
            return value
        from pytest_agentcompliance.parsing.languages import LANGUAGES

        if unknown := sorted(set(value) - set(LANGUAGES)):
            raise ValueError(f"no language is called {', '.join(unknown)}; known are {', '.join(sorted(LANGUAGES))}")
        return value

    def canaries(self) -> tuple[Example, ...]:
        words = self.languages.get("python", self.words)
        return (Example("A marker without owner or date.", after={"canary.py": f"# {words[0]}: sing\n"}),) if words else ()

    def check(self, changes: ChangeSet) -> Iterator[Finding]:
        fresh: list[tuple[FileChange, _Placed]] = []
        gone: Counter[str] = Counter()
        clean: list[FileChange] = []
        mine = (change for change in self.touched(changes) if not self._left_out(change.path))
        for change in changes.readable(change for change in mine if not self._moved(change.renamed_from, change.path)):
            if not (head := self._markers(change.after)):
                clean.append(change)
                continue
            base = Counter(one.marker.key for one in self._markers(change.before))
            for one in head:
                if base[one.marker.key]:
                    base[one.marker.key] -= 1
                else:
                    fresh.append((change, one))
            gone += base
        if fresh:  # base is read where it may decide
            gone.update(one.marker.key for change in clean for one in self._markers(change.before))
            gone += self._deleted(changes)
        for change, one in fresh:
            if gone[one.marker.key]:
                gone[one.marker.key] -= 1
            elif self.mode == "forbid":
                yield self._finding(change, one, "was added")
            elif reason := _unowned(one.marker, changes.as_of.date()):
                yield self._finding(change, one, reason)

    def touched(self, changes: ChangeSet) -> Iterator[FileChange]:
        markup = frozenset(one.position for one in changes if _is_markup(one.path))
        hit = {one.position for one in changes.containing(ENTITIES, markup)} if markup else set()
        hit |= {one.position for one in super().touched(changes)}
        return (one for one in changes if one.position in hit)

    def searched(self, path: str) -> bool:
        """Prose has no comments; what a file without an ending is, only its first line tells."""
        from pytest_agentcompliance.parsing.languages import language_of

        return "." not in path.rpartition("/")[2] or language_of(path) is not None

    def wanted(self) -> Candidates:
        """What a marker is made of in bytes."""
        words = sorted({word.upper() for each in (self.words, *self.languages.values()) for word in each})
        capitals = b"|".join(re.escape(word.encode()) for word in words) or rb"(?!)"
        # In small letters a word counts before a colon or a bracket, or after an at sign; its first letter may be a capital.
        small = [re.escape(word[1:].lower().encode()) + rb"[ \t]?[:(]" for word in words if word != "XXX"]
        tails = [(word[:1], re.escape(word[1:].lower().encode())) for word in words]
        tags = rb"@(?:" + b"|".join(b"[%s%s]%s" % (*_both(first), tail) for first, tail in tails) + rb")"
        return Candidates(contains=(capitals, *small, tags, *DISGUISES))

    def _left_out(self, path: str) -> bool:
        return bool(self.allow) and matches(path, self.allow)

    def _moved(self, old: str | None, new: str | None) -> bool:
        """Whether a file only went from one path to the other: what it lost there it has here, and need not be read."""
        if old is None or new is None or self._left_out(old) or self._left_out(new):
            return False
        from pytest_agentcompliance.parsing.languages import language_of

        language = language_of(new)
        return language is not None and language_of(old) == language

    def _deleted(self, changes: ChangeSet) -> Counter[str]:
        """The markers of the deleted files: git prints no patch of those, so that no search finds them."""
        hints = self.wanted().hints
        deleted = (
            change for change in changes
            if change.kind == "deleted" and self.searched(change.path) and not self._left_out(change.path)
            and not self._moved(change.path, change.renamed_to)
        )  # fmt: skip
        return Counter(
            one.marker.key
            for change in changes.readable(deleted)
            if change.before is not None and (_is_markup(change.path) or hints.stand_in(change.before.bytes()))
            for one in self._markers(change.before)
        )

    def _markers(self, content: Content | None) -> list[_Placed]:
        if content is None or content.mode in (SYMLINK, SUBMODULE):
            return []
        from pytest_agentcompliance.parsing.comments import comments
        from pytest_agentcompliance.parsing.languages import language_of
        from pytest_agentcompliance.parsing.markers import markers, may_hold

        # UTF-16 without its mark reads as text with a NUL after each letter.
        text = content.text().replace("\0", "")
        language = language_of(content.path, text)
        if language is None:
            return []
        words = self.languages.get(language.name, self.words)
        if not may_hold(text, words):
            return []
        return [
            _Placed(marker, comment.line + marker.offset)
            for comment in comments(text, content.path)
            for marker in markers(comment.text, words, docstring=comment.kind == "docstring")
        ]

    def _finding(self, change: FileChange, one: _Placed, reason: str) -> Finding:
        text = one.marker.key
        shown = text if len(text) <= 100 else text[:99] + "\u2026"
        remedy = None if self.mode == "forbid" else OWN
        return Finding(f"a {one.marker.word} {reason}: {shown}", Place(change.path, one.line), evidence=text, remedy=remedy)


def _is_markup(path: str) -> bool:
    from pytest_agentcompliance.parsing.languages import language_of

    language = language_of(path)
    return language is not None and language.style == "markup"


def _both(letter: str) -> tuple[bytes, bytes]:
    return re.escape(letter.upper()).encode(), re.escape(letter.lower()).encode()


def _unowned(marker: "Marker", today: date) -> str:
    """What a marker that may stay lacks; empty when it lacks nothing."""
    rest = marker.text[len(marker.word) :]
    days = list(_days(rest))
    bare = rest
    for written, _, _ in days:
        bare = bare.replace(written, " , " if rest.lstrip(" ([{<").startswith(written) else ",")
    bare = bare.lstrip(" ,:") if days and re.match(r"[\s:]*" + re.escape(days[0][0]), rest) else bare
    group = _GROUP.match(bare)
    inner = next((one for one in group.groups() if one), "") if group else ""
    names = [re.sub(r"(?i)^(?:by|due|until|before)\b[: ]*", "", part.strip()).strip(" -/") for part in re.split(r"[,;:|/]", inner)]
    owned = any(_NAME.fullmatch(name.lstrip("@")) and _is_person(name) for name in names)
    owned = owned or any(_is_person(re.split(r"[\s:=@]", one[0])[-1]) for one in _OWNER.finditer(rest))
    lacking = [] if owned else ["owner"]
    if not days:
        return f"names no {' and no '.join([*lacking, 'date'])}"
    if lacking:
        return "names no owner"
    known = [day for _, day, _ in days if day is not None]
    if not known:
        return f"names {days[0][0]}, which is no date"
    if max(known) < today:
        return f"was due on {max(known)}"
    head = _head(rest, days)
    passed = [day for written, day, at in days if day is not None and day < today and _is_due(rest, written, at, head)]
    return f"was due on {min(passed)}" if passed else ""


def _is_person(name: str) -> bool:
    words = [word for word in re.split(r"[\W_\d]+", name.lower()) if word]
    programs = any(word in _PROGRAMS for word in words) and all(word in _PROGRAMS or word in _AROUND for word in words)
    return name.lower().strip("@.") not in _NOBODY and not programs


def _is_due(text: str, written: str, at: int, head: int) -> bool:
    """Whether a date is when something is due: it says so, or stands before the sentence and does not say when that was opened.

    A date within the sentence may be anything: the version of an interface, the day of an accident.
    """
    before = text[max(0, at - 40) : at]
    if _OPENED.search(before) or _RANGE.match(text, at + len(written)):
        return False
    return at < head or _IS_DUE.search(before) is not None


def _head(text: str, days: list[tuple[str, date | None, int]]) -> int:
    """Where the sentence of a marker begins, behind brackets, names and dates."""
    parts, last = [], 0
    for written, _, start in sorted(days, key=lambda day: day[2]):
        if start >= last:
            parts += [text[last:start], "\0" * len(written)]
            last = start + len(written)
    found = _HEAD.match("".join((*parts, text[last:])))
    return found.end() if found is not None else 0


def _days(text: str) -> Iterator[tuple[str, date | None, int]]:
    """The days that a text names: how each is written, the last day that it means, where it stands; None for one in no calendar."""
    for pattern in _DATES:
        for found in pattern.finditer(text):
            parts = found.groupdict()
            year, day = int(parts["y"]), int(parts.get("d") or 0)
            month = int(parts["q"]) * 3 if parts.get("q") else 0
            month = month or (_MONTHS.index(parts["name"][:3].lower()) + 1 if parts.get("name") else int(parts["m"]))
            try:
                # Of a month, and of a quarter, the last day is the one on which it is over.
                last = date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1) if 1 <= month <= 12 else None
                yield found[0], date(year, month, day) if day or last is None else last, found.start()
            except ValueError:
                yield found[0], None, found.start()
