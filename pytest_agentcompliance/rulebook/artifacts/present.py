from collections.abc import Generator

from pydantic import Field

from pytest_agentcompliance.errors import NotJudged, Unreadable
from pytest_agentcompliance.evidence import Document, Documents
from pytest_agentcompliance.evidence.documents import DocumentName
from pytest_agentcompliance.parsing.late import late
from pytest_agentcompliance.place import Place
from pytest_agentcompliance.rule import Example, Rule
from pytest_agentcompliance.verdict import Finding, Remedy

_CALLED: dict[DocumentName, str] = {
    "story": "story", "plan": "implementation plan", "scope": "scope document", "decisions": "register of decisions",
    "blockers": "file of blockers", "intent": "product intent",
}  # fmt: skip
_STAND_IN = late(
    r"(?i)^[\W_]*(?:tbd|tba|todo|to ?do|n/?a|none yet|empty|placeholder|coming soon|work in progress|wip|lorem ipsum|xxx|to be "
    r"(?:written|filled|done|defined|determined|completed|added)\b.{0,60}|\[[^\]]*\]|<[^>]*>|\{\{?[^}]*\}?\})[\W_]*$"
)
_ALL = {"STORY.md": "# Cart\n\nAC-1: store it\n", "IMPLEMENTATION-PLAN.md": "# Plan\n\n1. Store it\n", "SCOPE.md": "Backend: yes\n"}
_REGISTER = {"ARCHITECTURAL-DECISIONS.yaml": "decisions: []\n"}


class Present(Rule):
    """The documents that the work rests on exist: somebody wrote down what to build before it was built.

    Why: story, plan, scope and decisions are what everything else is held against. Without them an agent
    decides for itself what it was asked for. No register of decisions is not the same as an empty one: only
    the second says that somebody looked.

    Blind spots: whether a document is any good. One that the run wrote itself is kept, and the verdict says so; that the
    inputs stay as they are is a rule of its own.
    """

    required: list[DocumentName] = Field(
        default=["story", "plan", "decisions", "scope"], description="The documents that must exist, by name."
    )

    remedy = Remedy("ask-a-human", "Ask for the missing document at the place that the finding names; do not work without it.")
    examples = (
        Example(
            "Every missing document is reported.",
            finds=("STORY.md", "IMPLEMENTATION-PLAN.md", "ARCHITECTURAL-DECISIONS.yaml", "SCOPE.md"),
        ),
        Example("No register of decisions is not an empty one.", before=_ALL, after=_ALL, finds=("ARCHITECTURAL-DECISIONS.yaml",)),
        Example(
            "A document of headings alone is none.",
            given={"required": ["plan"]},
            before={"IMPLEMENTATION-PLAN.md": "# Plan\n\n## Steps\n<!-- later -->\n\n---\n"},
            finds=("IMPLEMENTATION-PLAN.md:1",),
        ),
        Example(
            "A stand-in is none.", given={"required": ["scope"]}, after={"SCOPE.md": "# Scope\n\n_TBD_\n"}, finds=("SCOPE.md:1",)
        ),
        Example(
            "A register of comments alone is none.",
            given={"required": ["decisions"]},
            before={"ARCHITECTURAL-DECISIONS.yaml": "# decisions of this story\n---\n"},
            finds=("ARCHITECTURAL-DECISIONS.yaml:1",),
        ),
        Example(
            "One that the run took away is reported.",
            before=_ALL | _REGISTER,
            after=_REGISTER | {path: text for path, text in _ALL.items() if path != "SCOPE.md"},
            finds=("SCOPE.md",),
        ),
        Example("All of them at base are kept.", before=_ALL | _REGISTER, after=_ALL | _REGISTER),
        Example("Those that the run wrote are kept; the verdict says so.", after=_ALL | _REGISTER),
        Example("Either form of the scope will do.", given={"required": ["scope"]}, after={"SCOPE.yaml": "backend: true\n"}),
        Example("Only what is asked for must be there.", given={"required": ["story", "plan", "scope"]}, before=_ALL, after=_ALL),
    )

    def check(self, documents: Documents) -> Generator[Finding, None, str]:
        notes = []
        homeless = []
        for name in dict.fromkeys(self.required):
            base, head = documents.base(name), documents.head(name)
            globs = documents.globs(name)
            if not (base or head or globs):
                homeless.append(_CALLED[name])
            if any(_unreadable(one) for one in (*base, *head)):
                continue  # the ledger was told; the verdict names the file
            given, written = any(map(_says, base)), any(map(_says, head))
            if written and not given:
                notes.append(f"the {_CALLED[name]} was written within the run: {head[0].path}")
            elif given and not written:
                yield Finding(f"the run took the {_CALLED[name]} away", Place(base[0].path), evidence=f"{name} gone")
            elif not given:
                hollow = (*head, *base)
                yield (
                    Finding(
                        f"the {_CALLED[name]} says nothing: it is empty, or only headings", Place(hollow[0].path, 1), evidence=name
                    )
                    if hollow
                    else Finding(f"there is no {_CALLED[name]}; it belongs at {' or '.join(globs)}", _place(globs), evidence=name)
                    if globs
                    else Finding(f"there is no {_CALLED[name]}", evidence=name)
                )
        if homeless:
            raise NotJudged(f"no place is named where the {', the '.join(homeless)} would lie; the profile's evidence says it")
        return "\n".join(notes)


def _place(globs: tuple[str, ...]) -> Place | None:
    return None if any(mark in globs[0] for mark in "*?[") else Place(globs[0])


def _unreadable(document: Document) -> bool:
    try:
        document.text()
    except Unreadable:
        return True
    return False


def _says(document: Document) -> bool:
    """Whether a document says anything beside its headings, comments and stand-ins."""
    text = document.text()
    if document.path.lower().endswith((".yaml", ".yml")):
        rows = (row.strip() for row in text.removeprefix("\ufeff").split("\n"))
        return any(row and not row.startswith(("#", "---", "...")) for row in rows)
    from pytest_agentcompliance.parsing import markdown  # start-up time: when there is a document

    return any(
        line.body and line.kind not in ("heading", "under", "hidden", "rule", "fence") and not _STAND_IN.match(line.body[:200])
        for line in markdown.read(text)
    )
