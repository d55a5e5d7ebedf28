from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING

from pytest_agentcompliance.errors import Unreadable
from pytest_agentcompliance.evidence import ChunkLog, Documents
from pytest_agentcompliance.place import Place
from pytest_agentcompliance.rule import Example, Rule
from pytest_agentcompliance.verdict import Finding, Remedy

if TYPE_CHECKING:
    from pytest_agentcompliance.parsing.blockers import Blocker

_TITLE = "## Architectural Decision Required\n\n"
_FULL = (
    "**Context**: the cart is stored\n**Decision Needed**: which store\n**Options Identified**:\n1. Redis\n2. Postgres\n"
    "**Recommendation**: Postgres\n**Blocked Steps**: step 3\n"
)


class Format(Rule):
    """A blocker about a decision says all that whoever decides must know, in the form that was agreed on.

    Why: the decision is made by somebody who did not do the work. What is not said has to be asked for while the
    work stands still; options without a number cannot be answered with one.

    Blind spots: whether the context is true and the options are real ones. A blocker about something else, such as
    a missing tool, needs no form; one that base had, word for word, is not judged again.
    """

    remedy = Remedy("fix", "Give the blocker what it lacks, as the template of the spec has it; invent no option.")
    examples = (
        Example(
            "What is missing and what is empty is one finding.",
            after={"BLOCKERS.md": "# Blockers\n\n" + _TITLE + "**Context**: the cart is stored\n**Recommendation**:\n"},
            finds=("BLOCKERS.md:3",),
        ),
        Example(
            "A template that was not filled in is empty.",
            after={
                "BLOCKERS.md": _TITLE
                + "**Context**: [What]\n**Decision Needed**: [Which]\n**Options Identified**:\n1. [A]\n2. [B]\n"
                "**Recommendation**: [If any]\n**Blocked Steps**: [Which]\n"
            },
            finds=("BLOCKERS.md:1",),
        ),
        Example(
            "One option is no choice.", after={"BLOCKERS.md": _TITLE + _FULL.replace("2. Postgres\n", "")}, finds=("BLOCKERS.md:1",)
        ),
        Example(
            "Options without numbers are reported.",
            after={"BLOCKERS.md": _TITLE + _FULL.replace("1. ", "- ").replace("2. ", "- ")},
            finds=("BLOCKERS.md:1",),
        ),
        Example(
            "A question between options is a decision, whatever its heading says.",
            after={
                "BLOCKERS.md": "## Blocker 1: store\n\n### Options Identified\n1. Redis\n2. Postgres\n\nWhich option shall it be?\n"
            },
            finds=("BLOCKERS.md:1",),
            styles=("BLOCKERS.md:1",),
        ),
        Example("The template, filled in, is kept.", after={"BLOCKERS.md": _TITLE + _FULL}),
        Example(
            "Headings in the place of labels are a matter of style.",
            after={
                "BLOCKERS.md": _TITLE + "### Context\nThe cart.\n\n### Decision Needed\nThe store.\n\n### Options\n"
                "**Option A**: Redis\n**Option B**: Postgres\n\n### Recommendation\nB.\n\n### Blocked Steps\n3\n"
            },
            styles=("BLOCKERS.md:1",),
        ),
        Example(
            "Options that are named without a label above them are there, in another dress.",
            after={
                "BLOCKERS.md": _TITLE
                + _FULL.replace("**Options Identified**:\n1. Redis\n2. Postgres\n", "**Option 1: Redis**\n**Option 2: Postgres**\n")
            },
            styles=("BLOCKERS.md:1",),
        ),
        Example(
            "A missing tool needs no form.",
            after={
                "BLOCKERS.md": "# Blockers\n\n## Blocker: no Docker\n\n### Resolution Options\n1. Install it\n2. Skip the tests\n"
            },
        ),
        Example("A blocker that was resolved needs none any more.", after={"BLOCKERS.md": _TITLE + "**Status**: RESOLVED\n"}),
        Example("What base had is not judged again.", before={"BLOCKERS.md": _TITLE}, after={"BLOCKERS.md": _TITLE}),
        Example(
            "A file that says that there is none is kept.", after={"BLOCKERS.md": "# Blockers\n\n## Current Blockers\n\nNone.\n"}
        ),
    )

    def check(self, documents: Documents, log: ChunkLog | None) -> Generator[Finding, None, str]:
        if not documents.head("blockers"):
            return "there is no file of blockers"
        from pytest_agentcompliance.parsing import blockers  # start-up time: when there is one

        old: set[tuple[str, str]] = set()
        for document in documents.base("blockers"):
            try:
                old.update((one.title, one.text) for one in blockers.read(document.text()).entries)
            except Unreadable:
                continue
        own = blockers.of_the_run((one.path for one in documents.head("blockers")), log.path if log is not None else "")
        judged = 0
        for document in documents.head("blockers"):
            if document.path not in own:
                continue
            try:
                entries = blockers.read(document.text()).open
            except Unreadable:
                continue  # the ledger was told; the verdict names the file
            for entry in entries:
                if entry.decision and (entry.title, entry.text) not in old:
                    judged += 1
                    yield from _judge(entry, document.path)
        return (
            f"{judged} open blocker{'s' if judged != 1 else ''} about a decision" if judged else "no new blocker about a decision"
        )


def _judge(entry: "Blocker", path: str) -> Iterator[Finding]:
    from pytest_agentcompliance.parsing.blocker_words import SPECIFIED

    missing = [SPECIFIED[name] for name in SPECIFIED if name not in entry.parts]
    empty = [
        SPECIFIED[name] for name in SPECIFIED
        if (part := entry.parts.get(name)) and not (entry.options if name == "options" else part.filled)
    ]  # fmt: skip
    wrong = [f"lacks {_listed(missing)}"] if missing else []
    wrong += [f"leaves {_listed(empty)} empty"] if empty else []
    if entry.options:
        named = [one for one in entry.options if one.kind != "unmarked"]
        if len(entry.options) < 2:
            wrong.append("lists one option; a decision has at least two")
        elif not named:
            wrong.append("does not number its options")
    place = Place(path, entry.line)
    if wrong:
        yield Finding(
            f"the blocker {entry.title[:80]!r} {', and '.join(wrong)}", place, evidence=f"{entry.title} {' '.join(wrong)}"
        )
    dresses = [f"{part.label!r} ({part.dress})" for part in entry.parts.values() if part.dress]
    marks = {one.dress or "numbered" for one in entry.options if one.kind == "numbered"} - {"numbered"}
    marks |= {"letters" for one in entry.options if one.kind == "lettered"}
    if marks:
        dresses.append(f"options ({', '.join(sorted(marks))})")
    if dresses:
        yield Finding(
            f"the blocker is written in another dress than the template: {', '.join(dresses)}",
            place,
            "style",
            f"dress {entry.title}",
        )


def _listed(names: list[str]) -> str:
    return ", ".join(repr(name) for name in names)
