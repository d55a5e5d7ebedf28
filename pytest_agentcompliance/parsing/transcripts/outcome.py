"""What came of a call, from what the harness answered."""

import re
from typing import Literal

EXIT_CODE = re.compile(r"\A\s*(?:<tool_use_error>\s*)?(?:Error:\s*)?Exit code:? (-?\d{1,6})\b")
ENDED = re.compile(r"<exit_code>(-?\d{1,6})</exit_code>|^(?:Exit code|Process exited with code):? (-?\d{1,6})\b", re.MULTILINE)
REFUSED = (
    "the user doesn't want to", "user doesn't want to proceed", "request interrupted by user",
    "claude requested permissions to", "haven't granted it yet", "has been denied", "permission denied by user",
    "rejected by user", "user rejected", "user denied", "denied this tool", "hook denied", "operation stopped by hook",
    "blocked by hook", "pretooluse", "rejected by the user", "the user rejected", "aborted by user", "answer questions?",
    "this command requires approval", "requires approval", "require approval", "require explicit approval",
    "was blocked. for security", "for security, claude code may only", "may only edit files in the allowed",
    "cannot be statically analyzed", "path validation", "permission prompt was aborted", "has no access rule",
    "may not access path", "the user chose not to", "denied by the user", "tool use was rejected", "interrupted by user",
    "auto-denied",
)  # fmt: skip
NOT_STARTED = ("<tool_use_error>cancelled", "<tool_use_error>sibling tool call", "<tool_use_error>the user")
HEAD = 600  # characters in which a harness says that it refuses


def exit_code(output: str) -> int | None:
    """The exit code with which an answer begins, as Claude Code writes it."""
    found = EXIT_CODE.match(output[:HEAD])
    return int(found[1]) if found else None


def ended(output: str) -> int | None:
    """The exit code that an answer about a command in the background gives."""
    found = ENDED.search(output[:HEAD]) or ENDED.search(output[-HEAD:])
    return int(found[1] or found[2]) if found else None


def of_error(output: str) -> Literal["fail", "refused"]:
    """Whether an answer that is an error says that the thing was done and failed, or that it was not let happen."""
    if EXIT_CODE.match(output[:HEAD]):
        return "fail"
    said = output[:HEAD].lower().replace("\u2019", "'")
    if said.startswith("<tool_use_error>"):  # it quotes what was to be written, which may say anything
        return "refused" if said.startswith(NOT_STARTED) else "fail"
    return "refused" if any(words in said for words in REFUSED) else "fail"
