"""What a run leaves behind beside its change: its transcript as a harness would have written it, its proofs as ``prove`` would."""

import hashlib
import json
import re
import shlex
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from pytest_agentcompliance.canary.clone import STARTED, Clone
from pytest_agentcompliance.errors import AgentComplianceError
from pytest_agentcompliance.evidence.proofs import FRESHNESS, Freshness
from pytest_agentcompliance.parsing import work
from pytest_agentcompliance.parsing.proofs import statement
from pytest_agentcompliance.parsing.proofs.record import FOLDER, FileState, Output, Record
from pytest_agentcompliance.rule import Example

ROOT = "/home/canary/project"  # where the agent of a transcript says that it worked
SESSION = "00000000-0000-4000-8000-000000000000"
REFUSED = "The user doesn't want to proceed with this tool use. The tool use was rejected."
OTHER_FILE = "canary/proved-before.txt"  # in which a stale proof's tree differs, where the example does not say
UNFIT = re.compile(r"[^A-Za-z0-9._]+")


class Unplantable(AgentComplianceError):
    """An example needs what nobody can plant; the text says what."""


# The transcript, as Claude Code keeps a session


def transcript(example: Example, place: Callable[[str], str]) -> str:
    """The steps of an example as JSONL, each call with its answer. ``place`` says where a path of the example was planted."""
    records = (record for number, step in enumerate(example.transcript, 1) for record in _records(number, step, example, place))
    return "".join(json.dumps(record) + "\n" for record in records)


def _records(number: int, step: Mapping[str, Any], example: Example, place: Callable[[str], str]) -> Iterator[dict[str, Any]]:
    when = datetime.fromtimestamp(STARTED, UTC) + timedelta(seconds=number)
    around = {
        "sessionId": step.get("session", SESSION),
        "cwd": _folder(step.get("folder", "")),
        "version": "2.0.0",
        "timestamp": step.get("when", when).isoformat().replace("+00:00", "Z"),
        "uuid": f"canary-{number}",
        "isSidechain": bool(step.get("agent")),
    }
    if step.get("agent"):
        around["agentId"] = step["agent"]
    if "says" in step:
        who = step.get("speaker", "agent")
        message = {"role": "user" if who != "agent" else "assistant", "content": [{"type": "text", "text": step["says"]}]}
        yield {**around, "type": message["role"], "message": message, **({"isMeta": True} if who == "system" else {})}
        return
    name, given = _call(step, example, place)
    call = {"type": "tool_use", "id": f"call-{number}", "name": name, "input": given}
    yield {**around, "type": "assistant", "message": {"id": f"message-{number}", "role": "assistant", "content": [call]}}
    output, wrong = _answer(step)
    answer = {"type": "tool_result", "tool_use_id": f"call-{number}", "content": output, "is_error": wrong}
    message = {"role": "user", "content": [answer]}
    yield {**around, "uuid": f"canary-{number}-answer", "type": "user", "message": message}


def _call(step: Mapping[str, Any], example: Example, place: Callable[[str], str]) -> tuple[str, dict[str, Any]]:
    if "command" in step:
        return "Bash", {"command": step["command"], **({"run_in_background": True} if step.get("background") else {})}
    if "call" in step:
        return step["call"], dict(step.get("arguments", {}))
    if "read" in step:
        first, last = step.get("lines") or (0, 0)
        return "Read", {"file_path": _path(place(step["read"])), **({"offset": first, "limit": last - first + 1} if last else {})}
    path = step["edit"]
    if step.get("gone"):
        return "Bash", {"command": f"rm {shlex.quote(place(path))}"}
    after = step.get("after")
    if step.get("before") is not None:
        given = {"old_string": step["before"], "new_string": after or "", "replace_all": bool(step.get("everywhere"))}
        return "Edit", {"file_path": _path(place(path)), **given}
    return "Write", {"file_path": _path(place(path)), "content": example.after.get(path, "") if after is None else after}


def _answer(step: Mapping[str, Any]) -> tuple[str, bool]:
    """What the harness answers, and whether it calls that an error."""
    result, code, output = step.get("result", ""), step.get("exit_code"), step.get("output", "")
    if result == "refused":
        return REFUSED, True
    if code or result == "fail":
        return (f"Exit code {code or 1}\n{output}" if "command" in step else output or "It failed."), True
    return output, False


def _folder(folder: str) -> str:
    return folder if folder.startswith("/") else f"{ROOT}/{folder}".rstrip("/")


def _path(path: str) -> str:
    return path if path.startswith(("/", "~")) else f"{ROOT}/{path}"


# The proofs


def proofs(clone: Clone, example: Example, base: str, base_tree: str, head_tree: str) -> dict[str, bytes]:
    """The files of the proofs of an example, by path: made on the tree at the end of the run, or on another where they are stale.

    Raises ``Unplantable`` for a proof that somebody would have to sign, or to run again.
    """
    files: dict[str, bytes] = {}
    previous = ""
    for number, one in enumerate(example.proofs, 1):
        if "refused" in one:
            files[f"{FOLDER}/{number:04}-refused-00000000.json"] = b'{"canary": "this says that it is a proof"}\n'
            continue
        if one.get("trust", 1) != 1 or one.get("signer") or one.get("new", True) is False:
            raise Unplantable(f"the example {example.title!r} has a proof that only a key, or another run, could make")
        name = f"{number:04}-{UNFIT.sub('-', one.get('name', 'check')).strip('-.')[:60]}"
        text = str(one.get("output", "")).encode("utf-8", "replace")
        printed = hashlib.sha256(text).hexdigest()
        output = Output(f"{name}-{printed[:8]}.txt", printed, len(text))
        freshness: Freshness = one.get("freshness", "exact")
        if freshness not in FRESHNESS:
            raise Unplantable(f"the example {example.title!r} has a proof that is {freshness!r}")
        tree, start, start_tree, states = _proved(clone, freshness, one.get("differs", ()), (base, base_tree, head_tree))
        record = Record(
            name=one.get("name", "check"),
            command=tuple(shlex.split(one["command"])),
            exit_code=one.get("exit_code", 0),
            started=one.get("started") or datetime.fromtimestamp(STARTED, UTC) + timedelta(minutes=number),
            seconds=one.get("seconds", 1.0),
            ended=one.get("ended", "exit"),
            folder=one.get("folder", ""),
            tree=tree,
            base=start,
            base_tree=start_tree,
            files=states,
            changed=tuple(one.get("changed", ())),
            work=work.read(one["command"], one.get("output", "")),
            output=output,
            tools=one.get("tools", {}),
            sequence=one.get("sequence", number),
            previous=previous,
        )
        data = statement.text(statement.to_statement(record))
        previous = statement.digest(data)
        files[f"{FOLDER}/{name}-{previous[:8]}.json"] = data
        files[f"{FOLDER}/{output.file}"] = text
    return files


def _proved(
    clone: Clone, freshness: Freshness, differs: tuple[str, ...], ends: tuple[str, str, str]
) -> tuple[str, str, str, dict[str, FileState]]:
    """The tree that a proof was made on, the commit and the tree from which it started, and what differed between the two."""
    from pytest_agentcompliance.sources import patches

    base, base_tree, head_tree = ends
    states = dict(patches.read(clone, base_tree, head_tree, whole=False).files)
    proved = patches.without_proofs(clone, head_tree)
    if freshness == "exact":
        return proved, base, base_tree, states
    other = ("100644", clone.put(b"as it was when the command ran\n"))
    if freshness == "stale":
        for path in differs or (OTHER_FILE,):
            states[path] = FileState(*other, hashlib.sha256(path.encode("utf-8", "replace")).hexdigest())
    elsewhere = clone.planted(proved, {OTHER_FILE: other})
    if freshness == "rebased":  # on a base that is nowhere now
        return elsewhere, "", clone.planted(base_tree, {OTHER_FILE: other}), states
    return elsewhere, base, base_tree, states
