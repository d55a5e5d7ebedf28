import re
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from pytest_agentcompliance.errors import Unreadable
from pytest_agentcompliance.evidence import ChunkLog, Document, Documents, Tree
from pytest_agentcompliance.parsing.defaults import AGENTS
from pytest_agentcompliance.place import Place
from pytest_agentcompliance.rule import Example, Rule
from pytest_agentcompliance.verdict import Finding, Remedy

if TYPE_CHECKING:
    from pytest_agentcompliance.parsing.decision_ids import Named
    from pytest_agentcompliance.parsing.decisions import Decision

_ONE = "decisions:\n  - id: ARCH-001\n    question: Which store?\n    decision: Postgres\n    decided_by: user\n"
_TWO = _ONE + "  - id: ARCH-002\n    question: Which port?\n    status: pending\n"
_FILE = "ARCHITECTURAL-DECISIONS.yaml"
_NUMBER = re.compile(r"(?<=line )\d+|(?<=:)\d+(?=:)")  # of a line


class Valid(Rule):
    """The register of decisions can be read, and what the work relies on was decided, and confirmed by a person.

    Why: an agent may build on a decision, not make one. A register that cannot be read, a decision without an answer,
    or one that the agent confirmed itself is a decision that nobody made.

    Blind spots: that a person really said so. Names that are not an agent's are taken for people's. The log relies on
    a decision by naming its id. What the run took out of the register or rewrote is for the rule on locked inputs.
    """

    agents: list[str] = Field(
        default=list(AGENTS),
        description="Words that make whoever confirmed a decision an agent and no person; so does a name as dev-x.",
    )
    prefixes: list[str] = Field(
        default=["ARCH"], description="What ids of this register begin with, besides those that it holds: ARCH for ARCH-001."
    )
    confirmed_within_run: Literal["style", "breach"] = Field(
        default="style", description="How to take a decision that base did not have confirmed and head has."
    )

    remedy = Remedy("ask-a-human", "Ask whoever decides. What was decided, and by whom, goes into the register once it was.")
    examples = (
        Example(
            "A register that cannot be read is reported.",
            after={_FILE: "decisions:\n  - id: ARCH-001\n    id: ARCH-002\n"},
            finds=(f"{_FILE}:3",),
        ),
        Example("A register without a list of decisions is reported.", after={_FILE: "story: SHOP-7\n"}, finds=(f"{_FILE}:1",)),
        Example(
            "A decision needs an id, an answer, and who confirmed it.",
            before={_FILE: "decisions:\n  - question: Which store?\n"},
            after={_FILE: "decisions:\n  - question: Which store?\n"},
            finds=(f"{_FILE}:2",),
        ),
        Example(
            "Two decisions of one id are reported.",
            before={_FILE: _ONE + _ONE.partition("\n")[2]},
            after={_FILE: _ONE + _ONE.partition("\n")[2]},
            finds=(f"{_FILE}:6",),
        ),
        Example(
            "A pending decision that the log relies on is reported.",
            before={_FILE: _TWO},
            after={_FILE: _TWO},
            log="## Chunk 1 — port\n- Summary of changes: port 5433, per ARCH-002\n",
            finds=(f"{_FILE}:6",),
        ),
        Example(
            "One that is still pending when the work is complete, and that nothing relies on, is a remark.",
            before={_FILE: _TWO},
            after={_FILE: _TWO},
            log="BACKEND COMPLETE\n",
            styles=(f"{_FILE}:6",),
        ),
        Example(
            "What an agent confirmed is not confirmed.",
            before={_FILE: _ONE.replace("user", "dev-implement-planner")},
            after={_FILE: _ONE.replace("user", "dev-implement-planner")},
            log="BACKEND COMPLETE\n",
            finds=(f"{_FILE}:2",),
        ),
        Example(
            "A decision that no register has is reported where the log names it.",
            before={_FILE: _ONE},
            after={_FILE: _ONE, "BACKEND-LOG.md": "## Chunk 1 — port\n- Notes / Risks: port chosen per ARCH-007\n"},
            finds=("BACKEND-LOG.md:2",),
        ),
        Example(
            "A decision that the log makes itself is reported.",
            after={"BACKEND-LOG.md": "# Log\n\n## Architectural Decisions\n\n### ARCH-001: one table\n\nAll in one.\n"},
            finds=("BACKEND-LOG.md:5",),
        ),
        Example(
            "A register whose decisions are confirmed is kept.",
            before={_FILE: _ONE},
            after={_FILE: _ONE},
            log="Port per ARCH-001.\n\nBACKEND COMPLETE\n",
        ),
        Example("No register is an empty one.", log="BACKEND COMPLETE\n"),
        Example("An empty one is kept.", after={_FILE: "decisions: []\n"}),
        Example(
            "A pending one that nothing relies on yet is a matter of style.",
            before={_FILE: _TWO},
            after={_FILE: _TWO},
            styles=(f"{_FILE}:6",),
        ),
        Example(
            "The log may say that it waits for one.",
            before={_FILE: _TWO},
            after={_FILE: _TWO},
            log="## Chunk 1 — port\n- Notes / Risks: ARCH-002 is pending\n\nBLOCKED: ARCH-002 is pending\n",
            styles=(f"{_FILE}:6",),
        ),
        Example(
            "Confirmed within the run is a matter of style.",
            before={_FILE: _TWO},
            after={_FILE: _TWO.replace("status: pending", "decision: 5433\n    decided_by: user")},
            styles=(f"{_FILE}:6",),
        ),
        Example(
            "Ids of something else are no decisions.",
            after={"BACKEND-LOG.md": "# Log\n\n- review: 2 findings (ARCH-015, ARCH-022)\n- see ADR-005 and WISH-2004\n"},
        ),
    )

    def check(self, documents: Documents, log: ChunkLog | None, tree: Tree | None) -> Generator[Finding, None, str]:
        if not documents.head("decisions") and log is None:
            return "there is no register of decisions, and no log that relies on one"
        from pytest_agentcompliance.parsing.decision_ids import Named  # start-up time: when there is a log or a register

        base, head = _Registers(documents.base("decisions")), _Registers(documents.head("decisions"))
        lines = _lines(log, tree)
        named = Named(lines, [*base.ids, *head.ids], self.prefixes)
        plan = Named(_plan(documents), [*head.ids, *(written for _, written in named.unknown.values())], ())
        complete = log is not None and log.signal.kind == "complete"
        for path, line, what, minor in head.problems:
            yield Finding(what, Place(path, line), "style" if minor else "breach", _NUMBER.sub("", what))
        for path, one in head.decisions:
            yield from self._judge(one, path, named, plan, complete)
        yield from self._within_run(base, head)
        if log is not None and not (base.broken or head.broken):
            yield from self._unknown(log, named, plan, documents, bool(head.decisions))
        count = len(head.decisions)
        return (
            f"{count} decision{'s' if count != 1 else ''} in the register"
            if documents.head("decisions")
            else "there is no register of decisions"
        )

    def _unknown(self, log: ChunkLog, named: "Named", plan: "Named", documents: Documents, has_register: bool) -> Iterator[Finding]:
        """Ids that no register has. One that the plan has was approved with it, unless the plan says that an agent decided."""
        if not named.unknown:
            return
        from pytest_agentcompliance.parsing.decision_ids import normal
        from pytest_agentcompliance.parsing.decisions import is_agent

        papers = tuple(one for one in documents.base("plan") or documents.head("plan") if one.path.endswith((".yaml", ".yml")))
        planned = {normal(one.id): one for _, one in _Registers(papers).decisions}
        where = "the register does not have it" if has_register else "there is no register of decisions that has it"
        for key, (line, written) in named.unknown.items():
            known = key in plan.relied
            more = ", the plan alone" if known else ""
            if key in planned and is_agent(planned[key].by, self.agents):
                known, more = False, f", and in the plan it was decided by {planned[key].by[:60]!r}, an agent"
            yield Finding(
                f"the log names the decision {written}; {where}{more}",
                Place(log.path, line),
                "style" if known else "breach",
                written,
            )

    def _judge(self, one: "Decision", path: str, named: "Named", plan: "Named", complete: bool) -> Iterator[Finding]:
        from pytest_agentcompliance.parsing.decision_ids import normal
        from pytest_agentcompliance.parsing.decisions import is_agent

        place, name = Place(path, one.line), one.id or "a decision"
        key = normal(one.id)
        line = named.relied.get(key)
        lacks = [] if one.id else ["has no id"]
        if one.standing == "dropped":
            if line is not None:
                yield Finding(
                    f"{name} is {one.status[:40]!r}, and line {line} of the log relies on it", place, evidence=f"{one.id} dropped"
                )
            return
        if one.standing != "pending":
            lacks += [] if one.answer else ["does not say what was decided"]
            lacks += [] if one.by else ["does not say who confirmed it"]
        if lacks:
            yield Finding(f"{name} {', and '.join(lacks)}", place, evidence=f"{one.id or one.question} {' '.join(lacks)}")
        if one.standing == "pending":
            why = f"{name} is not confirmed" + (f" ({one.status[:40]})" if one.status else "")
        elif one.by and is_agent(one.by, self.agents):
            why = f"{name} was confirmed by {one.by[:60]!r}, an agent"
        else:
            return
        reliance = f"line {line} of the log relies on it" if line is not None else ""
        if not reliance and key in plan.relied:
            reliance = "the plan relies on it"
        if not reliance and complete and one.standing != "pending":  # a question may stay open that nothing was built on
            reliance = "the log says that the work is complete"
        yield Finding(
            why + (f", and {reliance}" if reliance else ""), place, "breach" if reliance else "style", f"{one.id} unconfirmed"
        )

    def _within_run(self, base: "_Registers", head: "_Registers") -> Iterator[Finding]:
        if not (base.decisions or head.decisions):
            return
        from pytest_agentcompliance.parsing.decision_ids import normal
        from pytest_agentcompliance.parsing.decisions import is_agent

        before = {normal(one.id) for _, one in base.decisions if one.standing == "confirmed" and not is_agent(one.by, self.agents)}
        fresh = [
            (path, one) for path, one in head.decisions
            if one.id and one.standing == "confirmed" and not is_agent(one.by, self.agents) and normal(one.id) not in before
        ]  # fmt: skip
        if base.broken or not fresh:
            return
        if not base.decisions and len(fresh) > 1:
            path, first = fresh[0]
            yield Finding(
                f"the register came with the run: {len(fresh)} decisions were confirmed within it",
                Place(path, first.line), self.confirmed_within_run, "confirmed within the run",
            )  # fmt: skip
            return
        for path, one in fresh:
            yield Finding(
                f"{one.id} was confirmed within the run, by {one.by[:60]!r}",
                Place(path, one.line), self.confirmed_within_run, f"{one.id} within the run",
            )  # fmt: skip


@dataclass(slots=True)
class _Registers:
    """All registers of one end of the run."""

    documents: tuple[Document, ...]
    decisions: "list[tuple[str, Decision]]" = field(default_factory=list)
    problems: list[tuple[str, int, str, bool]] = field(default_factory=list)
    broken: bool = False

    def __post_init__(self) -> None:
        from pytest_agentcompliance.parsing import decisions  # start-up time: when there is a register

        for document in self.documents:
            try:
                register = decisions.read(document.text())
            except Unreadable:
                self.broken = True  # the ledger was told; the verdict names the file
                continue
            self.decisions += [(document.path, one) for one in register.decisions]
            self.problems += [(document.path, one.line, one.what, one.minor) for one in register.problems]
        self.broken = self.broken or any(not minor for *_, minor in self.problems)

    @property
    def ids(self) -> list[str]:
        return [one.id for _, one in self.decisions if one.id]


def _lines(log: ChunkLog | None, tree: Tree | None) -> Iterator[tuple[int, str]]:
    """The lines of the log: of the file, or of its chunks where there is none."""
    if log is None:
        return
    content = tree.head.files.get(log.path) if tree is not None else None
    if content is not None:
        try:
            yield from enumerate(content.text().split("\n"), 1)
        except Unreadable:
            pass
        else:
            return
    for chunk in log.chunks:
        yield from enumerate(chunk.text.split("\n"), chunk.at.line or 1)


def _plan(documents: Documents) -> Iterator[tuple[int, str]]:
    for document in documents.base("plan") or documents.head("plan"):
        try:
            yield from enumerate(document.text().split("\n"), 1)
        except Unreadable:
            continue
