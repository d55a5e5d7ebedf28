"""artifacts/task-valid: the delegated task carries what the agent needs to know, field by field."""

from collections.abc import Generator
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from pytest_agentcompliance.place import Place
from pytest_agentcompliance.rule import Example, Rule
from pytest_agentcompliance.verdict import Finding, Remedy

if TYPE_CHECKING:
    from pytest_agentcompliance.evidence import Task
    from pytest_agentcompliance.parsing.task import Assignment

FieldName = Literal["id", "description", "strategy", "gates", "non_goals", "risks"]

_CALLED: dict[FieldName, str] = {
    "id": "id", "description": "description",
    "strategy": "strategy (tdd, characterization, test-after, bug-fix, refactor or flexible)",
    "gates": "quality gates", "non_goals": "non-goals", "risks": "known risks",
}  # fmt: skip
_TASK = (
    "# Task TRD-C201: store the cart\n\n**Strategy**: tdd\n\n## Quality Gates\n\n- Unit coverage >= 80%\n"
    "- Integration coverage >= 70%\n\n## Non-Goals\n\n- NG1: the web shop\n\n## Known Risks\n\nNone\n"
)


class TaskValid(Rule):
    """The task that the agent works on has an id, a description, one of the six strategies, quality gates, non-goals and risks.

    Why: a task without non-goals has no edges, one without a strategy lets the agent choose the easiest. What was not asked for
    cannot be judged afterwards.

    The task is YAML, JSON, Markdown or a prompt with elements, found as a file, or as what a person or another agent said in the
    transcript. "None" says that there are no non-goals or risks. The form is published as docs/schemas/task.schema.json.

    Blind spots: whether the description is enough to work by. A task that a program holds and the transcript does not show.
    """

    required: list[FieldName] = Field(
        default=["id", "description", "strategy", "gates", "non_goals", "risks"], description="The fields that a task owes."
    )
    unit: float = Field(
        default=80, ge=0, le=100, description="The least coverage of unit tests that a gate may ask for, in per cent."
    )
    integration: float = Field(
        default=70, ge=0, le=100, description="The least coverage of integration tests that a gate may ask for, in per cent."
    )

    remedy = Remedy("ask-a-human", "Ask whoever gave the task for the missing field before the work begins.")
    examples = (
        Example(
            "Every field that is missing is named in one finding, a strategy that is none of the six in another.",
            task="id: TRD-C201\ndescription: Store the cart.\nstrategy: quick\n",
            finds=("TASK.md:3", "TASK.md:1"),
        ),
        Example(
            "Gates that ask for less, or for one kind of tests alone, are reported.",
            task=_TASK.replace("80%", "60%").replace("- Integration coverage >= 70%\n", "\n"),
            finds=("TASK.md:5", "TASK.md:5"),
        ),
        Example(
            "A template that nobody filled in is reported.",
            task=_TASK.replace("**Strategy**: tdd", "**Strategy**: tdd|bug-fix|refactor"),
            finds=("TASK.md:3",),
        ),
        Example("A task in Markdown that has them all is kept.", task=_TASK),
        Example(
            "So is one in YAML, however its keys are written.",
            task=(
                "task:\n  id: TRD-C201\n  description: Store the cart.\nstrategy: bug-fix\n"
                "qualityGates: {unit: 0.8, integration: 75%}\nnon_goals: [frontend]\nknown-risks: []\n"
            ),
        ),
        Example(
            "So is a prompt with elements.",
            task=(
                "<task>\n  <id>TRD-C201</id>\n  <description>Store the cart.</description>\n</task>\n<context>\n"
                "  <strategy>refactor</strategy>\n  <quality_gates>\n    <unit_coverage>80%</unit_coverage>\n"
                "    <integration_coverage>70%</integration_coverage>\n  </quality_gates>\n</context>\n<scope_boundaries>\n"
                "  <non_goals>\n- NG1: the web shop\n  </non_goals>\n</scope_boundaries>\n<known_risks>none</known_risks>\n"
            ),
        ),
    )

    def check(self, task: "Task") -> Generator[Finding, None, str]:
        from pytest_agentcompliance.parsing.task import read  # start-up time: where there is a task

        found = read(task.text)
        about = {one.field for one in found.problems}
        for one in found.problems:
            if one.field is None or one.field in self.required:
                name = f"{_CALLED[one.field].partition(' (')[0]}: " if one.field else ""
                yield Finding(f"{name}{one.message}", _at(task, one.line), evidence=f"{one.field} {one.message}")
        if "gates" in self.required and "gates" in found.lines and not found.gates and "gates" not in about:
            about.add("gates")
            message = "the quality gates name no coverage of unit and integration tests"
            yield Finding(message, _at(task, found.lines["gates"]), evidence="gates without coverage")
        missing = [_CALLED[name] for name in self.required if not self._carries(found, name) and name not in about]
        if missing:
            yield Finding(f"the task carries no {'; no '.join(missing)}", _at(task, 1), evidence=f"no {', '.join(missing)}")
        if "gates" in self.required and found.gates:
            yield from self._gates(task, found)
        where = {"file": "a file", "transcript": "what the transcript says that it was told"}[task.source]
        own = "" if task.given else "; the run wrote it itself"
        return f"the task {found.id or 'without an id'} is {where}{own}"

    def _carries(self, found: "Assignment", name: FieldName) -> bool:
        if name == "gates":
            return bool(found.gates)
        if name == "strategy":
            return bool(found.strategy)
        return name in found.lines

    def _gates(self, task: "Task", found: "Assignment") -> Generator[Finding]:
        for kind, least in (("unit", self.unit), ("integration", self.integration)):
            at = _at(task, found.lines.get("gates", 1))
            if kind not in found.gates:
                yield Finding(f"the quality gates name no coverage of {kind} tests", at, evidence=f"no {kind} gate")
            elif found.gates[kind] < least:
                asked = found.gates[kind]
                message = f"the gate for {kind} tests asks for {asked:g} % coverage; at least {least:g} % is asked of this agent"
                yield Finding(message, at, evidence=f"{kind} gate {asked:g}")


def _at(task: "Task", line: int) -> Place:
    """A line of the task; a message of a transcript stands in one line of that."""
    return Place(task.path, task.line if task.source == "transcript" else task.line + line - 1)
