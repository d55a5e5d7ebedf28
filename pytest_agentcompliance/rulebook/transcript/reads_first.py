"""transcript/reads-first: what the work is told to rest on was read before the work began."""

from collections.abc import Generator, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from pydantic import Field

from pytest_agentcompliance.errors import NotJudged
from pytest_agentcompliance.evidence import ChangeSet, Content, Documents, Step, Transcript, Tree
from pytest_agentcompliance.evidence.documents import DocumentName
from pytest_agentcompliance.parsing.globs import matches
from pytest_agentcompliance.rule import Example, Rule
from pytest_agentcompliance.verdict import Finding, Level, Remedy

if TYPE_CHECKING:
    from pytest_agentcompliance.parsing.transcripts.looks import Look

# The documents of an example, which lie at its root.
_FILES: dict[DocumentName, str] = {
    "story": "STORY.md",
    "plan": "IMPLEMENTATION-PLAN.md",
    "scope": "SCOPE.md",
    "decisions": "ARCHITECTURAL-DECISIONS.yaml",
    "blockers": "BLOCKERS.md",
    "intent": "INTENT.md",
}
_PLAN = "# Plan\n\n" + "".join(f"{number}. The cart keeps what step {number} puts in.\n" for number in range(1, 40))
_FIELDS = "".join(f"- The cart has field {number}.\n" for number in range(1, 13))
_LONG = f"{_PLAN}\n## Cart\n\n{_FIELDS}\n## Till\n\n{_PLAN}"
_PROMISED = f"{_PLAN}\n## Promises\n\n- P1: A cart is never lost.\n- P2: A till is never open.\n\n{_PLAN}"
_FOUND = "".join(f"docs/api.md-{number}-{row}\n" for number, row in enumerate(_LONG.split("\n"), 1) if 42 < number < 57)
_GIVEN = {"paths": ["docs/plan.md"]}
_CODE = {"src/cart.ts": "export const cart = []\n"}
_SCRATCH = frozenset(("", "~", "/tmp", "/var/tmp", "/private/tmp"))  # noqa: S108  # where anything lies, and no checkout
CHECKOUTS = 40  # files outside of the repository that are asked whose they are
HALF = 0.5  # of the lines of a document that what was pasted or printed has to have
FEW = 20  # lines of a document that a look at it shows of which nobody knows what it showed
GLANCE = 5  # sentences, items and rows of a document, of which fewer say nothing of it


class _Asked(NamedTuple):
    """What is to be read: the name by which it is asked for, and the files of base that it means."""

    name: str
    files: tuple[Content, ...]


class _Edit(NamedTuple):
    """The first edit: its place among the steps, its file, and all files of the change that wait for the reading."""

    at: int
    path: str
    changed: tuple[str, ...]


class ReadsFirst(Rule):
    """The documents that the work rests on were read before the first edit.

    Why: an agent that begins to write before it knows the plan writes what it guesses, and reads the plan, if at all, to find
    that it fits. What it builds then looks right and is something else.

    A document is read by a tool, by a command that prints it (``cat``, ``sed -n``, ``head``), by a person who mentions it with an
    @ or pastes it, by the answer of any call that has most of its lines. Of a long one the parts that matter are enough: those
    that name a file which the run changed, or whose title has a telling word of its path, and of an intent its promises; a search
    shows the lines that it answers. Only what base has is asked for. An edit is one of a file that the run changed, by a tool,
    by a command, or by a program that a command holds.

    Blind spots: a read by one agent or session counts for all of the run, whether or not what it learned came to those who
    edited. Printing is not understanding. What a program of the project's own prints or writes, and what a harness puts before
    the agent by itself, is seen only where the transcript holds the text.
    """

    paths: list[str] = Field(default=[], description="Globs of what is to be read; one file that a glob names answers it.")
    documents: list[DocumentName] = Field(default=[], description="Documents of the story that are to be read, by name.")
    edits: list[str] = Field(
        default=["**", "!*.md", "!*.mdx", "!*.rst", "!*.txt", "!.*", "!**/.*/**"],
        description="Globs of files that wait for the reading; by default all but notes, documents and what begins with a dot.",
    )
    share: float = Field(
        default=0.5,
        ge=0,
        le=1,
        description="The part of its lines, or of those of its parts that matter, of which less, read before the first edit, is a"
        " remark on style.",
    )
    missed: Level = Field(
        default="style",
        description="What it is that nothing of the parts that matter was read, and less than the share of it; or that only its"
        " titles were, and a line or two.",
    )

    remedy = Remedy(
        "ask-a-human",
        "Read the document now, hold the work against it, tell a person where the two differ, and redo what was guessed.",
    )
    examples = (
        Example(
            "A plan that nobody read is reported at the first edit.",
            _GIVEN,
            {"docs/plan.md": _PLAN},
            {"docs/plan.md": _PLAN, **_CODE},
            transcript=({"says": "build the cart", "speaker": "person"}, {"edit": "src/cart.ts"}),
            finds=("SESSION.jsonl:2",),
        ),
        Example(
            "One that was read after the first edit is reported.",
            _GIVEN,
            {"docs/plan.md": _PLAN},
            {"docs/plan.md": _PLAN, **_CODE},
            transcript=({"edit": "src/cart.ts"}, {"read": "docs/plan.md"}),
            finds=("SESSION.jsonl:1",),
        ),
        Example(
            "An edit by a command of the shell is one; a read that failed is none.",
            _GIVEN,
            {"docs/plan.md": _PLAN},
            {"docs/plan.md": _PLAN, **_CODE},
            transcript=(
                {"read": "docs/plan.md", "result": "fail"},
                {"command": "cat > src/cart.ts <<'EOF'\nexport const cart = []\nEOF"},
            ),
            finds=("SESSION.jsonl:2",),
        ),
        Example(
            "A file of the same name that lies somewhere else is another one.",
            _GIVEN,
            {"docs/plan.md": _PLAN},
            {"docs/plan.md": _PLAN, **_CODE},
            transcript=({"read": "/scratch/docs/plan.md"}, {"edit": "src/cart.ts"}),
            finds=("SESSION.jsonl:2",),
        ),
        Example(
            "One that was read in another checkout is kept.",
            _GIVEN,
            {"docs/plan.md": _PLAN},
            {"docs/plan.md": _PLAN, **_CODE},
            transcript=(
                {"command": "cd /srv/shop && git worktree add ../shop-cart"},
                {"read": "/srv/shop/docs/plan.md"},
                {"edit": "src/cart.ts"},
            ),
        ),
        Example(
            "One that was read first is kept.",
            _GIVEN,
            {"docs/plan.md": _PLAN},
            {"docs/plan.md": _PLAN, **_CODE},
            transcript=(
                {"read": "docs/plan.md"},
                {"edit": "src/cart.ts"},
            ),
        ),
        Example(
            "One that a command printed, from wherever it ran, is read.",
            _GIVEN,
            {"docs/plan.md": _PLAN},
            {"docs/plan.md": _PLAN, **_CODE},
            transcript=({"command": "cat plan.md | head -100", "folder": "docs", "result": "pass"}, {"edit": "src/cart.ts"}),
        ),
        Example(
            "One that the person pasted, and one that the person mentioned, are read.",
            {"paths": ["docs/plan.md", "docs/intent.md"]},
            {"docs/plan.md": _PLAN, "docs/intent.md": _PLAN.replace("cart", "till")},
            {"docs/plan.md": _PLAN, "docs/intent.md": _PLAN.replace("cart", "till"), **_CODE},
            transcript=(
                {"says": f"Do this, and mind @docs/intent.md:\n{_PLAN}", "speaker": "person"},
                {"edit": "src/cart.ts"},
            ),
        ),
        Example(
            "Notes may be written before.",
            _GIVEN,
            {"docs/plan.md": _PLAN},
            {"docs/plan.md": _PLAN, "NOTES.md": "to do\n", **_CODE},
            transcript=({"edit": "NOTES.md"}, {"read": "docs/plan.md"}, {"edit": "src/cart.ts"}),
        ),
        Example(
            "An edit that was refused, and one of a scratch file, are none.",
            _GIVEN,
            {"docs/plan.md": _PLAN},
            {"docs/plan.md": _PLAN, **_CODE},
            transcript=(
                {"edit": "src/cart.ts", "result": "refused"},
                {"edit": "/scratch/try.ts"},
                {"command": "echo x > /scratch/try.ts"},
                {"read": "docs/plan.md"},
                {"edit": "src/cart.ts"},
            ),
        ),
        Example(
            "A small part of it is a remark; parts that make the most of it are none.",
            {"paths": ["docs/plan.md", "docs/api.md"]},
            {"docs/plan.md": _PLAN, "docs/api.md": _PLAN},
            {"docs/plan.md": _PLAN, "docs/api.md": _PLAN, **_CODE},
            transcript=(
                {"read": "docs/plan.md", "lines": (1, 5)},
                {"read": "docs/api.md", "lines": (1, 15)},
                {"command": "sed -n '12,40p' docs/api.md"},
                {"edit": "src/cart.ts"},
            ),
            styles=("SESSION.jsonl:1",),
        ),
        Example(
            "Of a long document the part that is about the change is enough, read by its range or by a search.",
            {"paths": ["docs/plan.md", "docs/api.md"]},
            {"docs/plan.md": _LONG, "docs/api.md": _LONG},
            {"docs/plan.md": _LONG, "docs/api.md": _LONG, **_CODE},
            transcript=(
                {"read": "docs/plan.md", "lines": (43, 56)},
                {"call": "Grep", "arguments": {"pattern": "Cart", "path": "docs", "-A": 12}, "output": _FOUND},
                {"edit": "src/cart.ts"},
            ),
        ),
        Example(
            "Where another part alone was read, that can be asked for.",
            {**_GIVEN, "missed": "breach"},
            {"docs/plan.md": _LONG},
            {"docs/plan.md": _LONG, **_CODE},
            transcript=({"read": "docs/plan.md", "lines": (1, 20)}, {"edit": "src/cart.ts"}),
            finds=("SESSION.jsonl:1",),
        ),
        Example(
            "So can the promises of an intent, and more of a document than its titles.",
            {"paths": ["docs/plan.md"], "documents": ["intent"], "missed": "breach"},
            {"docs/plan.md": _PLAN, "INTENT.md": _PROMISED},
            {"docs/plan.md": _PLAN, "INTENT.md": _PROMISED, **_CODE},
            transcript=(
                {"read": "docs/plan.md", "lines": (1, 4)},
                {"command": "head -5 INTENT.md"},
                {"edit": "src/cart.ts"},
            ),
            finds=("SESSION.jsonl:1", "SESSION.jsonl:2"),
        ),
        Example(
            "Of an intent its promises are enough.",
            {"documents": ["intent"], "missed": "breach"},
            {"INTENT.md": _PROMISED},
            {"INTENT.md": _PROMISED, **_CODE},
            transcript=({"read": "INTENT.md", "lines": (43, 49)}, {"edit": "src/cart.ts"}),
        ),
        Example(
            "Documents of the story may be asked for by name.",
            {"documents": ["plan", "intent"]},
            {"IMPLEMENTATION-PLAN.md": _PLAN, "INTENT.md": _PLAN},
            {"IMPLEMENTATION-PLAN.md": _PLAN, "INTENT.md": _PLAN, **_CODE},
            transcript=({"read": "IMPLEMENTATION-PLAN.md"}, {"edit": "src/cart.ts"}),
            finds=("SESSION.jsonl:2",),
        ),
        Example(
            "What base has not cannot be asked for.",
            {"paths": ["docs/plan.md", "docs/intent.md"]},
            {"docs/plan.md": _PLAN},
            {
                "docs/plan.md": _PLAN,
                **_CODE,
            },
            transcript=({"read": "docs/plan.md"}, {"edit": "src/cart.ts"}),
        ),
    )

    def canaries(self) -> tuple[Example, ...]:
        from pytest_agentcompliance.parsing.glob_paths import path_in  # start-up time: of a canary alone

        planted = [path for glob in self.paths if (path := path_in([glob], ".md")) is not None]
        planted += [_FILES[name] for name in self.documents]
        code = next(
            (path for path in ("src/canary.ts", path_in(self.edits, ".ts") or "") if path and matches(path, self.edits)), ""
        )
        before = dict.fromkeys(planted[:1], _PLAN)
        if not before or not code:
            return super().canaries()
        transcript = ({"says": "build the cart", "speaker": "person"}, {"edit": code})
        title = "An edit before anything was read."
        return (
            Example(
                title,
                before=before,
                after={**before, code: _CODE["src/cart.ts"]},
                transcript=transcript,
                finds=("SESSION.jsonl:2",),
            ),
        )

    def check(
        self, transcript: Transcript, changes: ChangeSet, tree: Tree, documents: Documents | None
    ) -> Generator[Finding, None, str]:
        asked, absent = self._asked(tree, documents)
        if not asked:
            raise NotJudged(f"base has nothing of what is to be read: {', '.join(absent) or 'nothing is named'}")
        steps = transcript.steps
        at = next((number for number, step in enumerate(steps) if self._edited(step, changes, asked)), None)
        if at is None:
            if not any(matches(path, self.edits) for path in changes.paths):
                return "the run edited nothing that is to wait for it"
            raise NotJudged(
                "the transcript shows no edit of a file that the run changed, so that nothing is known of what came before"
            )
        edited = self._edited(steps[at], changes, asked)
        edit = _Edit(at, edited, tuple(sorted(path for path in changes.paths if matches(path, self.edits))))
        elsewhere = _Elsewhere(steps)
        findings = [one for wanted in asked for one in self._judged(wanted, steps, edit, elsewhere)]
        if any(one.level == "breach" for one in findings) and (lack := _lack(transcript, at)):
            raise NotJudged(f"{lack}; what was read may stand in what is missing")
        yield from findings
        return f"the first edit is {edited}, step {steps[at].number}" + (f"; base has no {', '.join(absent)}" if absent else "")

    def _asked(self, tree: Tree, documents: Documents | None) -> tuple[list[_Asked], list[str]]:
        """What is to be read and base has, and the names of what it has not."""
        if self.documents and documents is None:
            raise NotJudged("the documents of the story are not known")
        every: list[_Asked] = []
        for glob in self.paths:
            path = glob.strip("/")
            if not set(path) & set("*?[\\"):
                found = tree.base.at(path)
                files: tuple[Content, ...] = (found,) if found is not None else ()
            else:
                files = tuple(one for path, one in sorted(tree.base.files.items()) if matches(path, [glob]))
            every.append(_Asked(path, files))
        for name in self.documents:
            assert documents is not None  # it was asked for above
            every.append(_Asked(f"the {name}", tuple(one.content for one in documents.base(name))))
        return [one for one in every if one.files], [one.name for one in every if not one.files]

    def _edited(self, step: Step, changes: ChangeSet, asked: list[_Asked]) -> str:
        """The file that a step edits, of those that are to wait; empty where it edits none."""
        from pytest_agentcompliance.parsing.transcripts import looks  # start-up time: where there is a transcript

        own = {one.path for wanted in asked for one in wanted.files}
        path = looks.edited(step, changes.paths, self.edits) or self._written(step, changes)
        return "" if path in own else path

    def _written(self, step: Step, changes: ChangeSet) -> str:
        """The file that a program within a command writes."""
        if step.kind != "command" or step.result == "refused" or "(" not in step.text:
            return ""
        from pytest_agentcompliance.parsing import claims
        from pytest_agentcompliance.parsing.transcripts import inline

        for path in inline.written(step.text):
            found = claims.known(changes.paths).find(path)
            if found.how in ("whole", "end") and matches(found.paths[0], self.edits):
                return found.paths[0]
        return ""

    def _judged(self, wanted: _Asked, steps: Sequence[Step], edit: _Edit, elsewhere: "_Elsewhere") -> Iterator[Finding]:
        at, edited = edit.at, edit.path
        seen = [(step, covered) for step in steps[:at] for covered in _looks(step, wanted, elsewhere)]
        if not seen:
            if any(_holds(step, wanted) for step in steps[:at]):
                return
            later = next((step for step in steps[at:] if any(_looks(step, wanted, elsewhere))), None)
            what = f"was read only later ({later.at})" if later is not None else "was never read"
            yield Finding(
                f"{edited} was edited before {wanted.name} was read; it {what}",
                steps[at].at,
                evidence=f"{'late' if later is not None else 'never'} {wanted.name}",
            )
            return
        shown = [(content, [look for _, (path, look) in seen if path == content.path]) for content in wanted.files]
        best = max((_share(content, told) for content, told in shown), default=1.0)
        if best < self.share and not any(_holds(step, wanted) for step in steps[:at]):
            part = f"{best:.0%} of its lines" if best else "only what was searched for"
            message = f"of {wanted.name} {part} was read before the first edit ({edited})"
            remark = Finding(message, seen[0][0].at, "style", f"part {wanted.name}")
            yield from self._in_part(remark, wanted, shown, edit)

    def _in_part(
        self, remark: Finding, wanted: _Asked, shown: "list[tuple[Content, list[_Lines]]]", edit: _Edit
    ) -> Iterator[Finding]:
        """What is to be said of a document of which only a part was read: nothing where it is the part that matters."""
        from pytest_agentcompliance.parsing.transcripts import parts

        for content, told in shown:
            matter = parts.promises(content.text()) if wanted.name == "the intent" and told else ()
            matter = matter or (parts.speaking(content.text(), edit.changed) if told else ())
            lines = {number for one in matter for number in range(one.first, one.last + 1)}
            seen = _numbers(content, told)
            if lines and len(lines & seen) >= self.share * len(lines):
                return
            if seen and lines and not lines & seen:
                where = f"{matter[0].title!r} (lines {matter[0].first} to {matter[0].last})"
                yield replace(remark, message=f"{remark.message}, and nothing of {where}", level=self.missed)
                return
            if seen and not lines and parts.sayings(content.text(), seen) < GLANCE:
                yield replace(remark, message=f"{remark.message}, little more than its titles", level=self.missed)
                return
        yield remark


def _lack(transcript: Transcript, at: int) -> str:
    """Why something may have been read before a step that the transcript does not show; empty where nothing speaks for it."""
    from pytest_agentcompliance.parsing.transcripts import looks

    return looks.gap(transcript, 0, at) or looks.lacks(transcript.steps, at)


_Lines = tuple[int, int] | None  # those that were shown: None all, (0, 0) nobody knows which
_Seen = tuple[str, _Lines]  # the path and its lines


def _looks(step: Step, wanted: _Asked, elsewhere: "_Elsewhere") -> Iterator[_Seen]:
    from pytest_agentcompliance.parsing.transcripts import looks

    told = f"{step.path} {step.text} {step.arguments or ''}"
    found = [content for content in wanted.files if content.path in told or content.path in step.output]
    if found and looks.searches(step):
        yield from ((content.path, (number, number)) for content in found for number in _answered(step, content))
    wild = step.kind == "command" and ("*" in told or "?" in told or "[" in told)
    if not wild and not any(content.path.rpartition("/")[2] in told for content in wanted.files):
        return  # most steps are of other files, and a command takes a while to be read
    for look in looks.looks(step):
        for content in wanted.files:
            if looks.means(look, content.path) and not elsewhere.is_another(look, content.path):
                yield from ((content.path, lines) for lines in _of_look(look, step, content))
    if step.kind == "message" and step.speaker != "agent":
        for content in wanted.files:
            if _mentions(step, content.path):
                yield content.path, None


def _of_look(look: "Look", step: Step, content: Content) -> Iterator[_Lines]:
    """The lines that a look shows; of one that shows what it searched for, those of the document that its output has."""
    if look.lines or not look.part:
        yield look.lines
        return
    from pytest_agentcompliance.parsing.transcripts import parts

    yield (0, 0)
    yield from ((number, number) for number in sorted(parts.shown(content.text(), step.output)))


def _answered(step: Step, content: Content) -> Iterator[int]:
    """The lines of a document that a search in it, or in a folder around it, answered."""
    from pytest_agentcompliance.parsing.transcripts import parts

    yield from sorted(parts.shown(content.text(), step.output))


class _Elsewhere:
    """Files outside of the repository: which of them are the documents in another checkout, and which only have their names.

    In another checkout a step is at something else too; a file that a step wrote is the agent's own.
    """

    def __init__(self, steps: Sequence[Step]) -> None:
        from pytest_agentcompliance.parsing.transcripts import looks

        self._steps = steps
        self._told: dict[str, bool] = {}
        self._rootless = all(not step.path or looks.is_outside(looks.tidy(step.path)) for step in steps)

    def is_another(self, look: "Look", path: str) -> bool:
        """Whether what a look shows, which has the end of a document's path, is another file."""
        from pytest_agentcompliance.parsing.transcripts import looks

        if self._rootless or look.wild or not looks.is_outside(look.path):
            return False  # of the first nobody knows where the repository lay
        if look.path not in self._told and len(self._told) < CHECKOUTS:
            self._told[look.path] = self._asked(look.path, look.path.removesuffix(f"/{path}"))
        return self._told.get(look.path, True)

    def _asked(self, file: str, folder: str) -> bool:
        from pytest_agentcompliance.parsing.transcripts import looks

        there = folder not in _SCRATCH and any(_is_at(step, folder, file) for step in self._steps)
        return not there or any(file in looks.edits(step) for step in self._steps if file in _told(step))


def _is_at(step: Step, folder: str, but: str) -> bool:
    """Whether a step is at something of a folder, beside one file."""
    told = _told(step).replace(but, " ")
    return f"{folder}/" in told or step.folder == folder or f"cd {folder}" in told


def _told(step: Step) -> str:
    return f"{step.path} {step.folder} {step.text if step.kind != 'message' else ''}"


def _mentions(step: Step, path: str) -> bool:
    """Whether a message brings a file with it: an @ before its path, or the harness's word that it was read for the person."""
    if path not in step.text:
        return False
    before = (step.text[max(0, at - 200) : at] for at in _places(step.text, path))
    return any(one.endswith(("@", "@./", "@/")) for one in before) or "Called the Read tool" in step.text


def _places(text: str, path: str) -> Iterator[int]:
    at = text.find(path)
    while at >= 0:
        yield at
        at = text.find(path, at + len(path))


def _share(content: Content, shown: list[_Lines]) -> float:
    """How much of a file its looks show in all."""
    if any(one is None for one in shown):
        return 1.0
    text = content.text()
    total = text.count("\n") + (not text.endswith("\n"))
    if total < FEW and all(one is None or one[0] < 1 for one in shown):
        return 1.0 if shown else 0.0
    return len(_numbers(content, shown)) / max(1, total)


def _numbers(content: Content, shown: list[_Lines]) -> set[int]:
    """The lines of a file that its looks show, as far as that is known."""
    total = content.text().count("\n") + 1
    lines: set[int] = set()
    for one in shown:
        if one is None or one[0] > 0:
            lines.update(range(1, total + 1) if one is None else range(one[0], min(one[1], total) + 1))
    return lines


def _holds(step: Step, wanted: _Asked) -> bool:
    """Whether what the agent was told or answered has most of the lines of a document: it was pasted, or printed by other means."""
    from pytest_agentcompliance.parsing.transcripts import printed

    text = step.text if step.kind == "message" and step.speaker != "agent" else step.output if step.result != "refused" else ""
    return bool(text) and any(printed.document(content.text()).share(text) >= HALF for content in wanted.files)
