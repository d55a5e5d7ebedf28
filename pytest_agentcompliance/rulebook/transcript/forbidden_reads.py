"""transcript/forbidden-reads: long documents are asked for what is needed, and not read whole."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from pydantic import Field

from pytest_agentcompliance.evidence import Content, Step, Transcript, Tree
from pytest_agentcompliance.parsing.globs import matches
from pytest_agentcompliance.rule import Example, Rule
from pytest_agentcompliance.verdict import Finding, Remedy

if TYPE_CHECKING:
    from pytest_agentcompliance.parsing.transcripts.looks import Look
    from pytest_agentcompliance.parsing.transcripts.printed import Document

LEAST = 250  # characters of an output that could be a document
COPIES = 200  # of documents that are followed
END = 1 << 30  # the last line, where nobody knows which it is
_LONG = "".join(f"{number}. The shop sells what requirement {number} says.\n" for number in range(1, 401))
_GIVEN = {"paths": ["**/PRD.md"]}
_FILES = {"docs/PRD.md": _LONG}


class ForbiddenReads(Rule):
    """Documents that are to be asked piece by piece are not read whole.

    Why: a long document fills the agent's memory with what its task does not need, and pushes out what it does. The tools that
    answer questions about it are there so that it need not be read.

    A read is one by a tool, or a command that prints the file (``cat``, ``less``, ``sed -n``), or a copy of it that a command
    made; and any output that holds nearly all of its lines, whatever command or sub-agent it is of. What one agent read of a file
    in several parts counts together. A search in it is no reading, as long as it leaves most of it out; a tool that answers
    questions may tell what it likes.

    Blind spots: a document pasted by a person, which the agent did not choose. What a program of the project's own prints of a
    part, and what no transcript keeps: of a long answer only the end is known, and counts where it is the document's. Of a file
    that neither base nor head has, a part cannot be held against the whole.
    """

    paths: list[str] = Field(
        default=["**/PRD.md", "**/ARCHITECTURE.md"], description="Globs of the documents that are not to be read whole."
    )
    lines: int = Field(default=200, ge=0, description="How many lines of one document an agent may read in all.")
    share: float = Field(
        default=0.9,
        gt=0,
        le=1,
        description="The part of its lines from which on a document counts as read whole, however short it is.",
    )

    remedy = Remedy(
        "ask-a-human",
        "What was read cannot be unread: start again without it, or let a person say that this run may stand. "
        "Ask the tools for the section that the task needs, or search the document for it.",
    )
    examples = (
        Example(
            "A document that was read whole is reported at the read.",
            _GIVEN,
            _FILES,
            _FILES,
            transcript=({"read": "docs/PRD.md"},),
            finds=("SESSION.jsonl:1",),
        ),
        Example(
            "Printed by a command it is read too, by whichever agent; short or long.",
            _GIVEN,
            {**_FILES, "PRD.md": "# One\n\nIt sells.\n"},
            {**_FILES, "PRD.md": "# One\n\nIt sells.\n"},
            transcript=(
                {"command": "cd docs && cat PRD.md"},
                {"command": "sed -n '1,9999p' docs/PRD.md", "agent": "a1"},
                {"command": "less PRD.md"},
            ),
            finds=("SESSION.jsonl:1", "SESSION.jsonl:2", "SESSION.jsonl:3"),
        ),
        Example(
            "Parts that come to more than a part are reported where they do.",
            _GIVEN,
            _FILES,
            _FILES,
            transcript=({"read": "docs/PRD.md", "lines": (1, 150)}, {"read": "docs/PRD.md", "lines": (151, 300)}),
            finds=("SESSION.jsonl:2",),
        ),
        Example(
            "A copy, a glob of the shell, and an answer that holds all of it show it too, once for each agent.",
            _GIVEN,
            _FILES,
            _FILES,
            transcript=(
                {"command": "cp docs/PRD.md /scratch/x; cat /scratch/x"},
                {"command": "cd docs; cat *.md", "agent": "a1"},
                {"command": "python show.py", "output": _LONG, "agent": "a2"},
                {"command": "grep -n '' docs/PRD.md", "agent": "a3"},
            ),
            finds=("SESSION.jsonl:1", "SESSION.jsonl:2", "SESSION.jsonl:3", "SESSION.jsonl:4"),
        ),
        Example(
            "A part of it, a search in it, and a read that was refused are kept.",
            _GIVEN,
            _FILES,
            _FILES,
            transcript=(
                {"read": "docs/PRD.md", "lines": (20, 80)},
                {"command": "grep -n 'sells' docs/PRD.md"},
                {"command": "head -40 docs/PRD.md"},
                {"read": "docs/PRD.md", "result": "refused"},
                {"command": "wc -l docs/PRD.md"},
                {"command": "cp docs/PRD.md /scratch/x && rm /scratch/x && ls docs/*.md"},
                {"call": "mcp__shop__context_query", "output": _LONG},
            ),
        ),
        Example(
            "The same part twice is one part; parts of several agents are not added up.",
            _GIVEN,
            _FILES,
            _FILES,
            transcript=(
                {"read": "docs/PRD.md", "lines": (1, 150)},
                {"read": "docs/PRD.md", "lines": (1, 150)},
                {"read": "docs/PRD.md", "lines": (151, 300), "agent": "a1"},
            ),
        ),
        Example("Other documents may be read.", _GIVEN, _FILES, _FILES, transcript=({"read": "docs/PRD-summary.md"},)),
        Example(
            "One that is written is not read, and one that a person mentions is the person's choice.",
            _GIVEN,
            {},
            _FILES,
            transcript=({"edit": "docs/PRD.md"}, {"says": "see @docs/PRD.md", "speaker": "person"}),
        ),
    )

    def canaries(self) -> tuple[Example, ...]:
        from pytest_agentcompliance.parsing.glob_paths import path_in  # start-up time: of a canary alone

        path = path_in(self.paths, ".md")
        if path is None:
            return super().canaries()
        text = "".join(f"{number}. The canary sings.\n" for number in range(self.lines + 10))
        return (
            Example(
                "A document read whole.",
                before={path: text},
                after={path: text},
                transcript=({"read": path},),
                finds=("SESSION.jsonl:1",),
            ),
        )

    def check(self, transcript: Transcript, tree: Tree) -> Iterator[Finding]:
        from pytest_agentcompliance.parsing.transcripts import looks  # start-up time: where there is a transcript

        documents = _documents(tree, self.paths)
        known = {path: _printed(content) for path, content in documents.items()}
        names = tuple({path.rpartition("/")[2] for path in documents} | {glob.rpartition("/")[2] for glob in self.paths})
        plain = not any(set(name) & set("*?[\\!") or not name for name in names)
        seen: dict[tuple[str, str, str], set[int]] = {}
        told: set[tuple[str, str, str]] = set()
        copied: dict[str, str] = {}  # where a document can be read too
        for step in transcript.of("read", "command", "call"):
            # A step in which no such name stands shows no such file; a command takes a while to be read.
            text = f"{step.path} {step.text} {step.arguments or ''}"
            wild = step.kind == "command" and bool(set("*?[") & set(step.text))
            asked = not plain or wild or any(name in text for name in names) or any(path in text for path in copied)
            for source, target in looks.copies(step) if asked and len(copied) < COPIES else ():
                for name in self._meant(looks.Look(source), documents, copied):
                    copied.setdefault(target, name)
            shown = [(name, look) for look in (looks.looks(step) if asked else ()) for name in self._meant(look, documents, copied)]
            parts = {name for name, look in shown if look.lines is not None}
            shown += [(name, looks.Look(name)) for name in _in_output(step, known, self.share) if name not in parts]
            for name, look in shown:
                key = (step.session, step.agent, name)
                if key in told or (look.part and look.lines is None):
                    continue
                total = _size(documents.get(name))
                first, last = look.lines or (1, END)
                lines = seen.setdefault(key, set())
                lines.update(range(max(first, 1), min(last, total or first + self.lines + 1) + 1))
                if look.lines is None or len(lines) > self.lines or (total and len(lines) >= total * self.share):
                    told.add(key)
                    yield self._finding(step, name, lines, total, whole=look.lines is None)

    def _meant(self, look: "Look", documents: Mapping[str, Content], copied: Mapping[str, str]) -> list[str]:
        """The documents that a look shows, by their names in the tree where they have one."""
        from pytest_agentcompliance.parsing.transcripts import looks

        if look.path in copied:
            return [copied[look.path]]
        if look.wild:
            found = [path for path in documents if looks.means(look, path)]
            return found if look.lines is None or len(found) == 1 else []  # of which of them it shows a part nobody knows
        if not matches(look.path, self.paths):
            return []
        return [max((path for path in documents if looks.means(look, path)), key=len, default=look.path)]

    def _finding(self, step: Step, path: str, lines: set[int], total: int, *, whole: bool) -> Finding:
        by = f" by the sub-agent {step.agent}" if step.agent else ""
        if whole or (total and len(lines) >= total * self.share):
            what = f"was read whole{by}" + (f", all {total:,} lines of it" if total else "")
        else:
            many = f"{len(lines):,} of {total:,}" if total else f"more than {self.lines:,}"
            what = f"was read to {many} lines{by}; {self.lines:,} may be read"
        return Finding(f"{path} {what}", step.at, evidence=f"{path} {step.agent}")


def _documents(tree: Tree, globs: list[str]) -> dict[str, Content]:
    """The documents that base or head has; base's where both do."""
    return {
        path: content for side in (tree.head, tree.base) for path, content in sorted(side.files.items()) if matches(path, globs)
    }


def _printed(content: Content) -> "Document | None":
    """A document as it can be known again in what was printed; None where it is too short for that."""
    from pytest_agentcompliance.parsing.transcripts import printed

    found = printed.document(content.text())
    return found if len(found.lines) >= printed.FEW else None


def _in_output(step: Step, known: "Mapping[str, Document | None]", share: float) -> list[str]:
    """The documents that what a step printed holds nearly all of, whatever it was that printed it."""
    from pytest_agentcompliance.parsing.transcripts import looks

    if step.result == "refused" or len(step.output) < LEAST or not looks.prints(step):
        return []
    return [path for path, document in known.items() if document is not None and document.share(step.output) >= share]


def _size(content: Content | None) -> int:
    """How many lines a document has; 0 where neither base nor head has it."""
    return content.text().count("\n") + 1 if content is not None else 0
