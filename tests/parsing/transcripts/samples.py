"""Sessions written for the tests, one of each format, in the shapes in which the harnesses write them."""

import json
from collections.abc import Iterable
from typing import Any

CWD = "/home/ada/shop"


def jsonl(*records: object) -> bytes:
    """Records as lines."""
    return b"".join(json.dumps(one).encode() + b"\n" for one in records)


def claude(kind: str, content: object, number: int, **more: object) -> dict[str, Any]:
    """One line of a session of Claude Code."""
    message: dict[str, Any] = {"role": kind, "content": content}
    if kind == "assistant":
        message |= {"id": f"msg_{number}", "type": "message", "model": "m", "stop_reason": None}
    return {
        "parentUuid": f"u{number - 1}" if number else None,
        "isSidechain": False,
        "userType": "external",
        "cwd": CWD,
        "sessionId": "s1",
        "version": "2.1.7",
        "gitBranch": "main",
        "type": kind,
        "message": message,
        "uuid": f"u{number}",
        "timestamp": f"2026-01-15T04:{number // 60:02}:{number % 60:02}.000Z",
        **more,
    }


def use(ref: str, name: str, **given: object) -> dict[str, Any]:
    return {"type": "tool_use", "id": ref, "name": name, "input": given}


def result(ref: str, content: object, *, error: bool | None = None) -> dict[str, Any]:
    found = {"tool_use_id": ref, "type": "tool_result", "content": content}
    return found if error is None else {**found, "is_error": error}


def turn(
    number: int, name: str, answer: object, *, error: bool | None = None, details: object = None, **given: object
) -> list[Any]:
    """A call of a tool and its answer, as two lines."""
    more = {} if details is None else {"toolUseResult": details}
    return [
        claude("assistant", [use(f"t{number}", name, **given)], number),
        claude("user", [result(f"t{number}", answer, error=error)], number + 1, **more),
    ]


CLAUDE = [
    {"type": "queue-operation", "operation": "dequeue", "timestamp": "2026-01-15T04:00:00.000Z", "sessionId": "s1"},
    claude("user", "Build the cart.", 0),
    claude("assistant", [{"type": "thinking", "thinking": "hm", "signature": "x"}], 1),
    claude("assistant", [{"type": "text", "text": "I read the story first."}], 2),
    *turn(
        4,
        "Read",
        "1\tThe story",
        file_path=f"{CWD}/docs/story.md",
        details={
            "type": "text",
            "file": {"filePath": f"{CWD}/docs/story.md", "content": "The story", "numLines": 1, "startLine": 1, "totalLines": 1},
        },
    ),
    *turn(6, "Read", "10\tx", file_path=f"{CWD}/docs/plan.md", offset=10, limit=20),
    *turn(8, "Write", "File created successfully", file_path=f"{CWD}/src/cart.py", content="total = 1\nprice = 1\n"),
    *turn(
        10, "Edit", "The file has been updated.", file_path=f"{CWD}/src/cart.py", old_string="1", new_string="2", replace_all=True
    ),
    *turn(
        12,
        "Bash",
        "Exit code 1\n1 failed in 0.1s",
        error=True,
        command="pytest -q",
        description="Run",
        details="Error: Exit code 1",
    ),
    *turn(14, "Bash", "ok", command="make lint", details={"stdout": "ok", "stderr": "", "interrupted": False, "isImage": False}),
    *turn(16, "Skill", "Launching skill: pytest", skill="pytest"),
    *turn(
        18,
        "Bash",
        "The user doesn't want to proceed with this tool use. The tool use was rejected.",
        error=True,
        command="rm -rf /",
    ),
    claude("assistant", [{"type": "text", "text": "The cart is built."}], 20),
]


def stream(kind: str, content: object, **more: object) -> dict[str, Any]:
    """One line of ``--output-format stream-json``."""
    message = {"role": kind, "content": content} | ({"id": "msg_1", "type": "message"} if kind == "assistant" else {})
    return {
        "type": kind,
        "message": message,
        "parent_tool_use_id": None,
        "session_id": "s2",
        "uuid": f"{kind}{content!r}"[:60],
        **more,
    }


STREAM = [
    {"type": "system", "subtype": "init", "cwd": CWD, "session_id": "s2", "tools": ["Bash"], "model": "m", "uuid": "i1"},
    stream("assistant", [{"type": "text", "text": "I run the tests."}]),
    stream("assistant", [use("b1", "Bash", command="pytest -q")]),
    stream("user", [result("b1", "3 passed in 0.1s", error=False)], tool_use_result={"stdout": "3 passed", "interrupted": False}),
    stream("assistant", [use("b2", "Task", subagent_type="reviewer", prompt="Review it.")]),
    stream("assistant", [use("b3", "Read", file_path=f"{CWD}/src/cart.py")], parent_tool_use_id="b2"),
    stream("user", [result("b3", "1\tx")], parent_tool_use_id="b2"),
    stream("user", [result("b2", [{"type": "text", "text": "It is fine."}])]),
    {"type": "result", "subtype": "success", "is_error": False, "result": "All is done.", "session_id": "s2", "uuid": "r1"},
]


def step(action: str, observation: str, thought: str = "", folder: str = "/testbed", opened: str = "n/a") -> dict[str, Any]:
    """One step of SWE-agent."""
    state = json.dumps({"open_file": opened, "working_dir": folder})
    return {"action": action, "observation": observation, "response": thought, "thought": thought, "state": state}


SWE_AGENT = {
    "environment": "swe_main",
    "trajectory": [
        step("ls -F\n", "setup.py\nsrc/\n", "I look around.\n"),
        step(
            "open src/a.py 120\n",
            "[File: /testbed/src/a.py (300 lines total)]\n(100 more lines above)\n101:x\n(100 more lines below)",
        ),
        step(
            "edit 120:121\ny = 1\nend_of_edit",
            "File updated. Please review the changes\n[File: /testbed/src/a.py (300 lines total)]\n1:x",
        ),
        step("edit 1:1\n  bad\nend_of_edit", "Your proposed edit has introduced new syntax error(s)."),
        step("create new.py", "[File: new.py (1 lines total)]\n1:"),
        step(
            "str_replace_editor str_replace /testbed/src/b.py --old_str 'a b' --new_str 'c d'",
            "The file /testbed/src/b.py has been edited.",
        ),
        step("str_replace_editor view /testbed/src/b.py --view_range 5 9", "5\tx"),
        step("python -m pytest", "1 failed, 2 passed in 0.10s"),
        step("submit", "diff --git a/src/a.py b/src/a.py"),
    ],
    "history": [{"role": "system", "content": "You are", "agent": "primary"}],
    "info": {"exit_status": "submitted", "submission": "diff"},
}

MINI = {
    "messages": [
        {"role": "system", "content": "You are a helpful assistant."},
        {"role": "user", "content": "Fix the bug."},
        {"role": "assistant", "content": "THOUGHT: I look.\n\n```mswea_bash_command\nls -la\n```"},
        {"role": "user", "content": "<returncode>0</returncode>\n<output>\nsetup.py\n</output>"},
        {
            "role": "assistant",
            "content": "Now the tests.",
            "tool_calls": [
                {"id": "c1", "type": "function", "function": {"name": "bash", "arguments": json.dumps({"command": "make test"})}}
            ],
        },
        {
            "role": "tool",
            "tool_call_id": "c1",
            "content": "<returncode>2</returncode>\n<output>\nError 2\n</output>",
            "extra": {"raw_output": "Error 2\n", "returncode": 2, "timestamp": 1775784986.99},
        },
    ],
    "info": {"exit_status": "Submitted"},
    "trajectory_format": "mini-swe-agent-1.1",
}


def action(number: int, kind: str, source: str = "agent", **args: object) -> dict[str, Any]:
    """One action of OpenHands."""
    stamp = f"2025-04-30T16:32:{number:02}.704698"
    return {"id": number, "timestamp": stamp, "source": source, "message": "", "action": kind, "args": args}


def observed(number: int, cause: int, kind: str, content: str, **extras: object) -> dict[str, Any]:
    """One observation of OpenHands."""
    stamp = f"2025-04-30T16:32:{number:02}.704698"
    found = {"id": number, "timestamp": stamp, "source": "agent", "message": "", "cause": cause, "observation": kind}
    return {**found, "content": content, "extras": extras}


OPENHANDS = [
    action(0, "system", content="You are OpenHands agent", tools=[]),
    action(1, "message", "user", content="Fix the parser."),
    action(2, "run", command="make", thought="I build it first.", is_input=False),
    observed(3, 2, "run", "make: *** Error 2", command="make", metadata={"exit_code": 2, "working_dir": "/workspace/pony"}),
    action(4, "read", path="/workspace/pony/src/parser.c", start=0, end=-1, view_range=[650, 655]),
    observed(5, 4, "read", "Here's the result", path="/workspace/pony/src/parser.c"),
    action(6, "edit", path="/workspace/pony/src/parser.c", command="str_replace", old_str="a", new_str="b"),
    observed(7, 6, "edit", "ERROR:\nNo replacement was performed, old_str `a` did not appear verbatim.", diff=""),
    action(8, "edit", path="/workspace/pony/src/new.c", command="create", file_text="int x;\n"),
    observed(9, 8, "edit", "File created successfully", prev_exist=False),
    action(10, "write", path="/workspace/pony/notes.md", content="notes\n", start=0, end=-1),
    observed(11, 10, "write", "I wrote to the file"),
    action(12, "run", command="npm start"),
    observed(13, 12, "run", "listening", command="npm start", metadata={"exit_code": -1, "working_dir": "/workspace/pony"}),
    action(14, "finish", final_thought="The parser is fixed.", task_completed="true", outputs={}, thought="All done."),
]
OPENHANDS_RUN = {"instance_id": "pony-1", "test_result": {"git_patch": "diff"}, "metadata": {}, "history": OPENHANDS, "error": None}

PATCH = """*** Begin Patch
*** Add File: docs/new.md
+# New
*** Update File: src/app.ts
@@ function a
 const a = 1;
-const b = 2;
+const b = 3;
*** Delete File: old.ts
*** End Patch"""


def rollout(kind: str, **payload: object) -> dict[str, Any]:
    return {"timestamp": "2026-04-30T03:28:09.034Z", "type": kind, "payload": payload}


def called(ref: str, name: str, **given: object) -> dict[str, Any]:
    return rollout("response_item", type="function_call", name=name, arguments=json.dumps(given), call_id=ref)


def answered(ref: str, output: str) -> dict[str, Any]:
    return rollout("response_item", type="function_call_output", call_id=ref, output=output)


CODEX = [
    rollout("session_meta", id="019d", cwd="/Users/ada/shop", originator="codex_cli", cli_version="0.126.0"),
    rollout(
        "response_item",
        type="message",
        role="user",
        content=[{"type": "input_text", "text": "<environment_context></environment_context>"}],
    ),
    rollout("event_msg", type="user_message", message="Add the cart."),
    rollout("response_item", type="message", role="user", content=[{"type": "input_text", "text": "Add the cart."}]),
    called("c1", "shell", command=["bash", "-lc", "sed -n '1,40p' src/app.ts"], workdir="/Users/ada/shop"),
    answered("c1", json.dumps({"output": "const a = 1;\n", "metadata": {"exit_code": 0, "duration_seconds": 0.1}})),
    called("c2", "exec_command", cmd="npm test", workdir="/Users/ada/shop/web"),
    answered(
        "c2",
        "Chunk ID: 0cf52b\nWall time: 0.87 seconds\nProcess exited with code 1\nOutput:\nTests: 1 failed\n",
    ),
    rollout("response_item", type="custom_tool_call", name="apply_patch", input=PATCH, call_id="c3", status="completed"),
    rollout(
        "response_item",
        type="custom_tool_call_output",
        call_id="c3",
        output=json.dumps({"output": "Success", "metadata": {"exit_code": 0}}),
    ),
    called("c4", "shell", command=["bash", "-lc", f"cd web && apply_patch <<'EOF'\n{PATCH}\nEOF"]),
    answered("c4", "exec command rejected by user"),
    called("c5", "exec_command", cmd="npm run dev"),
    answered("c5", "Chunk ID: aa\nWall time: 10 seconds\nProcess running with session ID 77\nOutput:\nstarting\n"),
    called("c6", "write_stdin", session_id=77, chars=""),
    answered("c6", "Chunk ID: ab\nWall time: 1 seconds\nProcess exited with code 2\nOutput:\nport taken\n"),
    called("c7", "update_plan", plan=[{"step": "test", "status": "completed"}]),
    answered("c7", "Plan updated"),
    rollout("event_msg", type="agent_message", message="The cart is there."),
    rollout("response_item", type="message", role="assistant", content=[{"type": "output_text", "text": "The cart is there."}]),
]

CODEX_EXEC = [
    {"type": "thread.started", "thread_id": "019a"},
    {"type": "turn.started"},
    {"type": "item.completed", "item": {"id": "item_0", "type": "reasoning", "text": "**Plan**"}},
    {
        "type": "item.started",
        "item": {"id": "item_1", "type": "command_execution", "command": "bash -lc 'npm test'", "status": "in_progress"},
    },
    {
        "type": "item.completed",
        "item": {
            "id": "item_1",
            "type": "command_execution",
            "command": "bash -lc 'npm test'",
            "aggregated_output": "1 failing",
            "exit_code": 1,
            "status": "failed",
        },
    },
    {
        "type": "item.completed",
        "item": {
            "id": "item_2",
            "type": "file_change",
            "status": "completed",
            "changes": [{"path": "src/a.ts", "kind": "update"}, {"path": "src/old.ts", "kind": "delete"}],
        },
    },
    {"type": "item.completed", "item": {"id": "item_3", "type": "agent_message", "text": "Tests pass."}},
    {"type": "turn.completed", "usage": {"input_tokens": 1}},
]

ALL: dict[str, bytes] = {
    "claude session": jsonl(*CLAUDE),
    "claude stream-json": jsonl(*STREAM),
    "swe-agent": json.dumps(SWE_AGENT, indent=2).encode(),
    "mini-swe-agent": json.dumps(MINI, indent=2).encode(),
    "openhands": jsonl(OPENHANDS_RUN),
    "codex rollout": jsonl(*CODEX),
    "codex exec": jsonl(*CODEX_EXEC),
}
OTHERS = (jsonl(*OPENHANDS), json.dumps(OPENHANDS, indent=1).encode(), jsonl(SWE_AGENT), jsonl(MINI))


def mixed(lines: Iterable[bytes], noise: bytes) -> bytes:
    """Lines with noise before each."""
    return b"".join(noise + line + b"\n" for line in lines)
