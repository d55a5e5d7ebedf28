"""What an agent of a show did, step by step, as Claude Code writes a session down."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

HOME = "/home/agent/work"  # where the agent had its checkout


@dataclass(frozen=True, slots=True)
class Said:
    """A message of the agent, or of the person that it works for."""

    text: str
    by: str = "agent"


@dataclass(frozen=True, slots=True)
class Used:
    """A tool with its input, and what it answered. ``failed``: the harness says so."""

    tool: str
    given: Mapping[str, object] = field(default_factory=dict)
    answer: str = "done"
    failed: bool = False


Step = Said | Used


def ran(command: str, output: str = "", *, failed: bool = False) -> Used:
    return Used("Bash", {"command": command}, f"Exit code 1\n{output}" if failed else output, failed)


def wrote(path: str, text: str) -> Used:
    return Used("Write", {"file_path": f"{HOME}/{path}", "content": text})


def read(path: str) -> Used:
    return Used("Read", {"file_path": f"{HOME}/{path}"})


def transcript(steps: Iterable[Step], name: str) -> str:
    """The lines of a session's file. ``name`` tells one session from another."""
    lines = (
        json.dumps({
            "uuid": f"{name}-{at}", "parentUuid": f"{name}-{at - 1}" if at else None, "sessionId": name, "cwd": HOME,
            "isSidechain": False, "version": "2.0.0", "timestamp": f"2026-03-02T09:{at // 60:02}:{at % 60:02}.000Z", **one,
        }, ensure_ascii=False)
        for at, one in enumerate(_records(steps))
    )  # fmt: skip
    return "\n".join(lines) + "\n"


def _records(steps: Iterable[Step]) -> Iterator[dict[str, object]]:
    for number, step in enumerate(steps, 1):
        if isinstance(step, Said):
            of_person = step.by == "person"
            yield _message("user", step.text) if of_person else _message("assistant", [{"type": "text", "text": step.text}])
            continue
        call = f"toolu_{number:04}"
        yield _message("assistant", [{"type": "tool_use", "id": call, "name": step.tool, "input": dict(step.given)}])
        answer = {"type": "tool_result", "tool_use_id": call, "content": step.answer, "is_error": step.failed}
        yield _message("user", [answer])


def _message(role: str, content: object) -> dict[str, object]:
    return {"type": role, "message": {"role": role, "content": content}}
