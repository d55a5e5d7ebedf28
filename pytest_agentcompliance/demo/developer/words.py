"""What the agents of both shows say: checkpoints and hand-offs, and the sessions in which they say it."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pytest_agentcompliance.demo.session import Said, Step, Used

REPORT = "REPORT.md"
SESSION = "sessions/ord-7.jsonl"
APPROVED = "Approved. Please go on."


@dataclass(frozen=True, slots=True)
class Gate:
    """One sub-gate: what was built by then, which files are new, and the steps that led to it."""

    number: int
    name: str
    built: str
    decision: str
    files: tuple[str, ...]
    test: str
    steps: tuple[Step, ...] = ()


def checkpoint(gate: Gate) -> str:
    """The block that asks a person whether the work may go on."""
    files = "\n".join(f"- `{path}`" for path in gate.files) or "- none"
    return (
        f"## CHECKPOINT: G5.{gate.number} {gate.name}\n\n**Project:** orders\n\n### Built\n- {gate.built}\n\n"
        f"### Key Decisions\n- {gate.decision}\n\n### Files Created\n{files}\n\n### Test It\n`{gate.test}`\n\n"
        "**Options:** A) Approve | B) Changes | C) Pause | D) Skip\n\n**DECISION:** ___\n"
    )


def asked(story: str) -> Said:
    return Said(f"Build {story}: take orders, and show one. The specs are locked.", "person")


def opened() -> Iterator[Step]:
    """The calls that come before any word and any file."""
    yield Used("mcp__gate__check_communication_compliance", {}, json.dumps({"level": "short"}))
    yield Used("mcp__gate__check_can_generate_code", {"project_path": "."}, json.dumps({"allowed": True}))


def gated(gates: Sequence[Gate], answer: str = APPROVED) -> Iterator[Step]:
    """Each gate's steps, its progress, its checkpoint, and a person who answers."""
    for gate in gates:
        yield from gate.steps
        yield Used("mcp__gate__log_progress_update", {"gate": f"G5.{gate.number}"}, json.dumps({"logged": True}))
        yield Said(checkpoint(gate))
        yield Said(answer, "person")
        yield Used("mcp__gate__validate_approval_response", {"response": answer}, json.dumps({"proceed": True}))


def handoff(
    deliverables: Mapping[str, object], verification: Mapping[str, object], attempts: Iterable[Mapping[str, object]]
) -> str:
    """The hand-off as the spec has it."""
    tried = list(attempts)
    return json.dumps({
        "handoff": {"agent": "Backend Developer", "status": "complete", "phase": "development"},
        "deliverables": deliverables,
        "verification": verification,
        "self_healing_log": {"attempts": tried, "final_status": tried[-1]["status"]},
        "api": {"base_url": "/", "auth_method": "JWT Bearer"},
        "next_agent": "QA Engineer",
    }, indent=2)  # fmt: skip


def report(story: str, block: str, said: str = "Orders are taken, and one can be asked for.") -> str:
    return f"# {story}: orders\n\n{said}\n\n```json\n{block}\n```\n"
