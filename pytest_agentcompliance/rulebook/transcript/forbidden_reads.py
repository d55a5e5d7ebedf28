"""transcript/forbidden-reads: long documents are asked for what is needed, and not read whole."""

from collections.abc import Iterator

from pydantic import Field

from pytest_agentcompliance.evidence import Content, Step, Transcript, Tree
from pytest_agentcompliance.parsing.globs import matches
from pytest_agentcompliance.rule import Example, Rule
from pytest_agentcompliance.verdict import Finding, Remedy

END = 1 << 30  # the last line, where nobody knows which it is
_LONG = "".join(f"{number}. The shop sells what requirement {number} says.\n" for number in range(1, 401))
_GIVEN = {"paths": ["**/PRD.md"]}
_FILES = {"docs/PRD.md": _LONG}


class ForbiddenReads(Rule):
    """Documents that are to be asked piece by piece are not read whole.

    Why: a long document fills the agent's memory with what its task does not need, and pushes out what it does. The tools that
    answer questions about it are there so that it need not be read.

    A read is one by a tool, or a command that prints the file (``cat``, ``less``, ``sed -n``). What one agent read of a file in
    several parts counts together. Searching in it is no reading, whatever it prints.

    Blind spots: a copy under another name, a program of the project's own that prints the file, one that was pasted by a person,
    which the agent did not choose. Of a file that neither base nor head has, a part cannot be held against the whole.
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

        endings = tuple({glob.rpartition("/")[2] for glob in self.paths})
        plain = not any(set(ending) & set("*?[\\!") or not ending for ending in endings)
        seen: dict[tuple[str, str, str], set[int]] = {}
        told: set[tuple[str, str, str]] = set()
        sizes: dict[str, int] = {}
        for step in transcript.of("read", "command", "call"):
            # A step in which the name does not stand shows no such file; a command takes a while to be read.
            if plain and not any(ending in f"{step.path} {step.text} {step.arguments or ''}" for ending in endings):
                continue
            for look in looks.looks(step):
                if (look.part and look.lines is None) or not matches(look.path, self.paths):
                    continue
                key = (step.session, step.agent, look.path)
                if key in told:
                    continue
                if look.path not in sizes:
                    sizes[look.path] = _size(tree, look.path)
                total = sizes[look.path]
                first, last = look.lines or (1, END)
                lines = seen.setdefault(key, set())
                lines.update(range(max(first, 1), min(last, total or first + self.lines + 1) + 1))
                if look.lines is None or len(lines) > self.lines or (total and len(lines) >= total * self.share):
                    told.add(key)
                    yield self._finding(step, look.path, lines, total, whole=look.lines is None)

    def _finding(self, step: Step, path: str, lines: set[int], total: int, *, whole: bool) -> Finding:
        by = f" by the sub-agent {step.agent}" if step.agent else ""
        if whole or (total and len(lines) >= total * self.share):
            what = f"was read whole{by}" + (f", all {total:,} lines of it" if total else "")
        else:
            many = f"{len(lines):,} of {total:,}" if total else f"more than {self.lines:,}"
            what = f"was read to {many} lines{by}; {self.lines:,} may be read"
        return Finding(f"{path} {what}", step.at, evidence=f"{path} {step.agent}")


def _size(tree: Tree, path: str) -> int:
    """How many lines the file has at base, or at head; 0 where neither has it."""
    parts = path.split("/")
    absolute = path.startswith(("/", "~", "../"))
    for at in range(min(len(parts) - 1, 20) + 1 if absolute else 1):  # somebody's folders in front of it
        found: Content | None = next(
            (one for side in (tree.base, tree.head) if (one := side.at("/".join(parts[at:]).strip("/") or path))), None
        )
        if found is not None:
            return found.text().count("\n") + 1
    return 0
