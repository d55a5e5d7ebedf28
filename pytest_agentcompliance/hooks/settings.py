"""The hooks in a project's settings for Claude Code: added to what is there, of which nothing is lost, and never twice."""

import json
import os
import re
import stat
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pytest_agentcompliance.adoption import SPEC_NAME, SPECS
from pytest_agentcompliance.errors import UsageError
from pytest_agentcompliance.sources import survey
from pytest_agentcompliance.sources.location import locate

FILE = ".claude/settings.json"
AGENTS = ".claude/agents"
LIMIT = 4 * 1024 * 1024
TOOLS = "Edit|MultiEdit|Write|Bash|PowerShell"  # plain names: with nothing else every version compares them exactly
AFTER_TOOL, STOP = "agent-compliance hook post-tool-use", "agent-compliance hook stop"
OURS = {one: re.compile(rf"agent.?compliance\b.*\bhook\s+{one.rpartition(' ')[2]}\b") for one in (AFTER_TOOL, STOP)}
PLAIN = re.compile(r"[\w-]{1,80}")
INDENT = re.compile(r"\n([ \t]+)\"")

COMMIT = f"Commit {FILE} where agents start from (main, say): in a run that changes it, it is a finding."
PRE_PUSH = """\
A run can also be audited before it is pushed, as CI will. One of these does it (docs/guides/hooks.md has each of them whole):
  git          .git/hooks/pre-push, executable, with the two lines  #!/bin/sh  and  exec agent-compliance hook pre-push "$@"
  lefthook     a job of pre-push in lefthook.yml with  run: agent-compliance hook pre-push  and  use_stdin: true
  pre-commit   the hook  agent-compliance  of this project's repository, and  pre-commit install --hook-type pre-push"""


@dataclass(frozen=True, slots=True)
class Merged:
    """The settings with our hooks in them. ``added`` are the events that got one; ``notes`` what is to be said beside."""

    file: Path
    before: str | None
    text: str
    added: tuple[str, ...]
    notes: tuple[str, ...]


def merged(repo: Path) -> Merged:
    """The settings of the repository that ``repo`` lies in. Raises ``UsageError`` where they cannot be added to without loss."""
    root = locate(repo).root
    if root is None:
        raise UsageError(f"{repo} is a bare repository; run init in a work tree of it")
    file = root / FILE
    before = _read(file, root)
    settings = _parsed(before, file) if before is not None and before.strip() else {}
    hooks = settings.setdefault("hooks", {})
    if not isinstance(hooks, dict):
        raise _odd(file, "'hooks' is no object")
    added = [event for event, command, group in _wanted(root) if _add(hooks, event, command, group, file)]
    notes = tuple(_notes(root, settings))
    if not added:
        return Merged(file, before, before or "", (), notes)
    indent = INDENT.search(before or "")
    text = json.dumps(settings, ensure_ascii=False, indent=indent[1] if indent else 2) + "\n"
    if before is not None and "\r\n" in before:
        text = text.replace("\n", "\r\n")
    return Merged(file, before, text, tuple(added), notes)


def write(one: Merged) -> str:
    """Put the settings in their place, whole or not at all, and say what was done. Raises ``UsageError``."""
    if one.added:
        _write(one)
        done = f"{'added to' if one.before is not None else 'wrote'} {FILE}: hooks for {', '.join(one.added)}"
    else:
        done = f"{FILE} has the hooks already; nothing was changed"
    return "\n".join([done, *(f"note: {note}" for note in one.notes), *([COMMIT] if one.added else []), "", PRE_PUSH])


def _wanted(root: Path) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """The events, with the command and the group that each gets."""
    yield "PostToolUse", AFTER_TOOL, {"matcher": TOOLS, "hooks": [{"type": "command", "command": AFTER_TOOL, "timeout": 60}]}
    stop = {"type": "command", "command": STOP, "timeout": 300}
    yield "Stop", STOP, {"hooks": [stop]}
    if agents := sorted(set(_agents(root))):
        # Anchored: before 2.1.195 a hyphen made the name a pattern that matches anywhere.
        name = agents[0] if len(agents) == 1 else f"({'|'.join(agents)})"
        yield "SubagentStop", STOP, {"matcher": f"^{name}$", "hooks": [stop]}


def _agents(root: Path) -> Iterator[str]:
    """The agents of the project, by name, that have a spec of ours."""
    folder = root / AGENTS
    for file in sorted(folder.glob("*.md"))[:200] if folder.is_dir() else ():
        text = survey.head(file)
        said = SPEC_NAME.search(text[:2000]) if text.startswith("---") else None
        name = said[1] if said else file.stem
        if (name in SPECS or file.stem in SPECS) and PLAIN.fullmatch(name):
            yield name


def _add(hooks: dict[str, Any], event: str, command: str, group: Mapping[str, Any], file: Path) -> bool:
    """Whether the event had no hook of ours and got one. Whoever changed the command of ours keeps it."""
    groups = hooks.setdefault(event, [])
    if not isinstance(groups, list):
        raise _odd(file, f"'hooks.{event}' is no list")
    for one in groups:
        handlers = one.get("hooks") if isinstance(one, dict) else None
        if not isinstance(handlers, list):
            raise _odd(file, f"an entry of 'hooks.{event}' has no list of hooks")
        if any(OURS[command].search(_said(handler)) for handler in handlers):
            return False
    groups.append(dict(group))
    return True


def _said(handler: object) -> str:
    """A handler's command with its arguments, as one line."""
    if not isinstance(handler, dict):
        return ""
    arguments = handler.get("args")
    words = [handler.get("command"), *(arguments if isinstance(arguments, list) else ())]
    return " ".join(word for word in words if isinstance(word, str))


def _notes(root: Path, settings: Mapping[str, Any]) -> Iterator[str]:
    if settings.get("disableAllHooks") is True:
        yield "'disableAllHooks' is true in these settings: no hook runs until it is taken out"
    if not (root / "agent-compliance.yaml").is_file():
        yield "there is no agent-compliance.yaml yet, and without it the hooks do nothing; 'agent-compliance init' writes one"
    from shutil import which

    if which("agent-compliance") is None:
        yield "agent-compliance is not on the PATH here; where the harness does not find it either, write its path before 'hook'"


def _parsed(text: str, file: Path) -> dict[str, Any]:
    def pairs(found: list[tuple[str, Any]]) -> dict[str, Any]:
        if len({name for name, _ in found}) < len(found):
            raise ValueError("a key stands twice")
        return dict(found)

    try:
        found = json.loads(text, object_pairs_hook=pairs)
    except (ValueError, RecursionError) as wrong:
        raise _odd(file, f"it is no plain JSON ({str(wrong)[:100]})") from wrong
    if not isinstance(found, dict):
        raise _odd(file, "it is no object")
    return found


def _read(file: Path, root: Path) -> str | None:
    """The text that lies there; None where nothing does."""
    try:
        for part in (file.parent, file):
            if part.is_symlink():
                raise UsageError(f"{part.relative_to(root)} is a symbolic link, which is not followed; add the hooks by hand: "
                                 "'agent-compliance init --hooks --print' in an empty repository shows them")  # fmt: skip
        if not file.exists():
            return None
        if not file.is_file():
            raise UsageError(f"{FILE} is no regular file")
        with file.open("rb") as stream:
            data = stream.read(LIMIT + 1)
    except OSError as wrong:
        raise UsageError(f"{FILE}: {wrong.strerror}") from wrong
    if len(data) > LIMIT:
        raise _odd(file, f"it has more than {LIMIT:,} bytes")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as wrong:
        raise _odd(file, "it is not UTF-8") from wrong


def _odd(file: Path, why: str) -> UsageError:
    return UsageError(
        f"{file.parent.name}/{file.name} stays as it is: {why}. Add the hooks by hand; "
        "'agent-compliance init --hooks --print' in an empty repository shows them"
    )


def _write(one: Merged) -> None:
    name = ""
    try:
        one.file.parent.mkdir(exist_ok=True)
        if (one.file.read_bytes().decode("utf-8") if one.file.exists() else None) != one.before:
            raise UsageError(f"{FILE} was changed by another program in the meantime; run this again")
        mode = stat.S_IMODE(one.file.stat().st_mode) if one.before is not None else 0o644
        handle, name = tempfile.mkstemp(dir=one.file.parent, prefix=".settings.")
        with os.fdopen(handle, "wb") as stream:
            stream.write(one.text.encode("utf-8", "surrogatepass"))
        os.chmod(name, mode)
        os.replace(name, one.file)
    except OSError as wrong:
        if name:
            Path(name).unlink(missing_ok=True)
        raise UsageError(f"{FILE}: {wrong.strerror}; it was left as it is") from wrong
