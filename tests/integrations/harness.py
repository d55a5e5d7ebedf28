"""A run that kept to its spec and one that did not; events of Claude Code, as its hooks reference has them, and the answers."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from pytest_agentcompliance.cli import main
from tests.conftest import GitRepo
from tests.logbook.shop import LOG

PAGE = "apps/web/page.tsx"
CHUNK = """# Log

## Chunk 1 — totals
- Objective (maps to story requirement/AC): AC-2
- Files changed:
  - `packages/backend/cart/src/totals.ts` (NEW)
- Summary of changes: the sum of a cart
- Reuse compliance:
  - Reused: nothing fits
  - New: `packages/backend/cart/src/totals.ts`
  - Why new was necessary: nothing adds up a cart
- Ports & adapters note:
  - What stayed in core: N/A, a pure function of the cart
  - What stayed in adapters: N/A
- Commands run (if any):
  - `pnpm check-types --filter @shop/cart` - PASS
- Notes / Risks: none
"""
END = "\nBACKEND COMPLETE\n\n## Worker Token Summary\n- Input: ~900 tokens (files read)\n- Output: ~160 tokens (files written)\n"
UNCHECKED = CHUNK.replace("- `pnpm check-types --filter @shop/cart` - PASS", "- none")
CODE = {"packages/backend/cart/src/totals.ts": "export const total = (cents: number[]) => cents.reduce((a, b) => a + b, 0)\n"}
KEPT = {**CODE, LOG: CHUNK + END}
BROKEN = {**KEPT, PAGE: "export const Page = () => <p>1</p>\n"}
COMMANDS = {"PostToolUse": "post-tool-use", "Stop": "stop", "SubagentStop": "stop"}


@dataclass
class Session:
    """One session of a harness in a repository. ``answers`` are those that it was given, in order."""

    repo: GitRepo
    transcript: Path
    id: str = "00893aaf-19fa-41d2-8238-13269b9b3ca0"
    answers: list[dict[str, Any] | None] = field(default_factory=list)

    def event(self, name: str, **more: Any) -> dict[str, Any]:
        """An event with the fields that all events have."""
        return {
            "session_id": self.id, "prompt_id": "550e8400-e29b-41d4-a716-446655440000", "transcript_path": str(self.transcript),
            "cwd": str(self.repo.root), "permission_mode": "acceptEdits", "effort": {"level": "high"}, "hook_event_name": name,
            **more,
        }  # fmt: skip

    def after(self, tool: str, given: dict[str, Any], response: object = None, **more: Any) -> dict[str, Any] | None:
        """What the hook answers after a tool."""
        told = {"tool_name": tool, "tool_input": given, "tool_response": response or {}, "tool_use_id": "toolu_01ABC"}
        return self.send(self.event("PostToolUse", **told, duration_ms=9, **more))

    def edit(self, path: str, text: str) -> dict[str, Any] | None:
        """A file written by the tool for that, and what the hook answers."""
        file = self.repo.write(path, text)
        return self.after("Write", {"file_path": str(file), "content": text}, {"filePath": str(file), "success": True})

    def stop(
        self, words: str = "Done.", *, again: bool = False, name: str = "Stop", options: tuple[str, ...] = (), **more: Any
    ) -> dict[str, Any] | None:
        """What the hook answers when the agent is about to stop; ``again``: it went on because of a hook."""
        told = {"stop_hook_active": again, "last_assistant_message": words, "background_tasks": [], "session_crons": [], **more}
        return self.send(self.event(name, **told), options)

    def send(self, event: dict[str, Any], options: tuple[str, ...] = ()) -> dict[str, Any] | None:
        """The answer, which is JSON that the protocol knows, or nothing at all."""
        done = call(COMMANDS[event["hook_event_name"]], json.dumps(event), *options)
        assert done.exit_code == 0, done.output
        assert done.stderr == ""
        answer = json.loads(done.stdout) if done.stdout else None
        if answer is not None:
            assert answer.keys() <= {"decision", "reason", "systemMessage"}
            assert answer.get("decision", "block") == "block"
            assert ("reason" in answer) == ("decision" in answer)
            assert len(answer.get("reason", "")) < 10_000, "the harness would put it into a file"
        self.answers.append(answer)
        return answer


def call(hook: str, stdin: str | bytes, *options: str) -> Result:
    """The hook with this on stdin."""
    return CliRunner().invoke(main, ["hook", hook, *options], input=stdin)
