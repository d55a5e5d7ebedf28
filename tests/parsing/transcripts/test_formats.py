"""Each format into steps: kinds, texts, paths, results."""

import json
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_agentcompliance.evidence.transcript import Step, Transcript
from pytest_agentcompliance.parsing.transcripts import jsonl as parsing
from pytest_agentcompliance.parsing.transcripts.shell_edits import END
from pytest_agentcompliance.sources.transcript import File, read_files
from tests.parsing.transcripts import samples
from tests.parsing.transcripts.samples import claude, jsonl, result, turn, use


def read(*files: bytes, part: int = 1 << 20) -> Transcript:
    def parts(data: bytes) -> Iterator[bytes]:
        return (data[at : at + part] for at in range(0, len(data), part))

    return read_files([File(f"s{n}.jsonl", lambda data=data: parts(data)) for n, data in enumerate(files)])  # type: ignore[misc]


def told(step: Step) -> str:
    """A step on one line."""
    what = {"message": f"{step.speaker}: ", "command": "$ "}.get(step.kind, f"{step.kind} ")
    aside = f" {step.lines[0]}-{step.lines[1] if step.lines[1] < END else ''}" if step.lines else ""
    code = "" if step.exit_code is None else f" [{step.exit_code}]"
    return f"{what}{step.text}{step.path}{aside}{' gone' if step.gone else ''}{f' = {step.result}' if step.result else ''}{code}"


WANTED = {
    "claude session": """
person: Build the cart.
agent: I read the story first.
read docs/story.md = pass
read docs/plan.md 10-29 = pass
edit src/cart.py = pass
edit src/cart.py = pass
$ pytest -q = fail [1]
$ make lint = pass
call Skill = pass
$ rm -rf / = refused
agent: The cart is built.""",
    "claude stream-json": """
agent: I run the tests.
$ pytest -q = pass
call Task = pass
read src/cart.py = pass
agent: All is done.""",
    "swe-agent": """
agent: I look around.
$ ls -F
read src/a.py 101-200 = pass
edit src/a.py = pass
edit src/a.py = fail
edit new.py = pass
edit src/b.py = pass
read src/b.py 5-9 = pass
$ python -m pytest = fail
call submit = pass""",
    "mini-swe-agent": """
system: You are a helpful assistant.
person: Fix the bug.
agent: THOUGHT: I look.
$ ls -la = pass [0]
agent: Now the tests.
$ make test = fail [2]""",
    "openhands": """
system: You are OpenHands agent
person: Fix the parser.
agent: I build it first.
$ make = fail [2]
read src/parser.c 650-655 = pass
edit src/parser.c = fail
edit src/new.c = pass
edit notes.md = pass
$ npm start
agent: All done.

The parser is fixed.""",
    "codex rollout": """
system: <environment_context></environment_context>
person: Add the cart.
$ sed -n '1,40p' src/app.ts = pass [0]
$ npm test = fail [1]
edit docs/new.md = pass
edit src/app.ts = pass
edit old.ts gone = pass
edit web/docs/new.md = refused
edit web/src/app.ts = refused
edit web/old.ts gone = refused
$ npm run dev = fail [2]
call write_stdin = fail
call update_plan = pass
agent: The cart is there.""",
    "codex exec": """
$ npm test = fail [1]
edit src/a.ts = pass
edit src/old.ts gone = pass
agent: Tests pass.""",
}


@pytest.mark.parametrize("name", WANTED)
def test_a_session_is_read_into_steps(name: str) -> None:
    found = read(samples.ALL[name])
    assert "\n".join(map(told, found.steps)) == WANTED[name].removeprefix("\n")
    assert found.formats == (name,)
    assert found.complete
    assert not found.unread
    assert not found.problem
    assert [step.number for step in found.steps] == list(range(1, len(found.steps) + 1))


@pytest.mark.parametrize("data", samples.OTHERS)
def test_the_same_session_in_another_shape_has_the_same_steps(data: bytes) -> None:
    found = read(data)
    (name,) = found.formats
    assert [told(step) for step in found.steps] == [told(step) for step in read(samples.ALL[name]).steps]


@pytest.mark.parametrize("name", samples.ALL)
@pytest.mark.parametrize("part", [1, 7, 4096])
def test_the_size_of_the_parts_changes_nothing(name: str, part: int) -> None:
    assert read(samples.ALL[name], part=part) == read(samples.ALL[name])


@pytest.mark.parametrize("name", samples.ALL)
def test_what_an_edit_wrote_and_a_command_printed_is_kept(name: str) -> None:
    found = read(samples.ALL[name])
    for step in found.of("command"):
        assert step.output or step.background or step.result == "refused"
    written = [step for step in found.of("edit") if step.after]
    assert written or name in ("codex exec", "claude stream-json", "mini-swe-agent")


def test_the_text_of_edits() -> None:
    first, second = read(samples.ALL["claude session"]).of("edit")
    assert (first.before, first.after, first.everywhere) == (None, "total = 1\nprice = 1\n", False)
    assert (second.before, second.after, second.everywhere) == ("1", "2", True)
    added, updated, *_ = read(samples.ALL["codex rollout"]).of("edit")
    assert (added.before, added.after) == (None, "# New\n")
    assert (updated.before, updated.after) == ("const a = 1;\nconst b = 2;\n", "const a = 1;\nconst b = 3;\n")
    assert [step.after for step in read(samples.ALL["openhands"]).of("edit")] == ["b", "int x;\n", "notes\n"]
    assert [step.after for step in read(samples.ALL["swe-agent"]).of("edit")] == [None, None, "", "c d"]


def test_a_step_has_its_place_its_session_and_its_time() -> None:
    step = next(read(samples.ALL["claude session"]).of("read"))
    assert (str(step.at), step.session, step.agent) == ("s0.jsonl:5", "s1", "")
    assert step.when is not None
    assert step.when.isoformat() == "2026-01-15T04:00:04+00:00"
    assert str(next(read(samples.ALL["swe-agent"]).of("command")).at) == "s0.jsonl:4"


def test_a_sub_agent_is_told_from_the_main_one() -> None:
    found = read(samples.ALL["claude stream-json"])
    assert [(step.agent, step.kind) for step in found.steps if step.agent] == [("b2", "read")]
    side = [{**one, "isSidechain": True, "agentId": "a7"} for one in turn(1, "Bash", "ok", command="make")]
    prompt = claude("user", "Review it.", 0, isSidechain=True, agentId="a7")
    found = read(jsonl(*turn(50, "Bash", "ok", command="ls"), prompt, *side))
    assert [(step.agent, step.speaker) for step in found.steps] == [("", "agent"), ("a7", "system"), ("a7", "agent")]
    assert [step.agent for step in read(jsonl(prompt, *side), samples.ALL["codex exec"]).steps][-2:] == ["a7", "a7"]


def test_the_file_of_one_sub_agent_alone_is_that_of_the_main_one() -> None:
    side = {"isSidechain": True, "agentId": "a7"}
    found = read(jsonl(claude("user", "Review it.", 0, **side), claude("assistant", "It is fine.", 1, **side)))
    assert found.last_word is not None
    assert (found.last_word.text, found.last_word.agent) == ("It is fine.", "")


@pytest.mark.parametrize(
    ("command", "output", "wanted"),
    [
        ("pytest | tail -3", "no summary", ""),
        ("pytest | tail -3", "3 passed in 0.10s", "pass"),
        ("cd a && make -j2 2>&1 | tail", "cc -c a.c", ""),
        ("make check", "all well", "pass"),
        ("set -o pipefail; make check | tail", "all well", "pass"),
        ("ls -la | head", "a", "pass"),
        ("make check; echo done", "done", ""),
        ("make check && echo done", "done", "pass"),
        ("make check || true", "", ""),
        ("make check &", "", ""),
        ("python -m pytest x | tail", "/usr/bin/python: No module named pytest", "fail"),
        ("python run.py | tail -5", 'Traceback (most recent call last):\n  File "run.py"\n    x\nkit.Improper: no', "fail"),
        ("foo --check | head", "bash: foo: command not found", "fail"),
    ],
)
def test_an_exit_code_that_a_pipe_hides_tells_nothing(command: str, output: str, wanted: str) -> None:
    (step,) = read(jsonl(*turn(1, "Bash", output, command=command))).steps
    assert step.result == wanted


def test_commands_that_a_script_of_codex_runs_are_seen() -> None:
    script = 'const r = await tools.exec_command({"cmd": "cargo test", "workdir": "/w/shop"}); text(r.output);'
    patch = f"await tools.apply_patch({json.dumps(samples.PATCH)});"
    call = {"type": "custom_tool_call", "name": "exec", "status": "completed"}
    answer = {"type": "custom_tool_call_output", "output": "Script completed\nWall time 0.5 seconds\nOutput:\nhello"}
    found = read(
        jsonl(
            *(
                samples.rollout("response_item", **{**one, "call_id": ref})
                for ref, text in (("e1", script), ("e2", patch), ("e3", "1 + 1"))
                for one in ({**call, "input": text}, answer)
            )
        )
    )
    assert list(map(told, found.steps)) == [
        "$ cargo test", "edit docs/new.md = pass", "edit src/app.ts = pass", "edit old.ts gone = pass", "call exec = pass",
    ]  # fmt: skip
    assert found.complete


@pytest.mark.parametrize(
    ("output", "wanted"),
    [
        ("failed in sandbox Seatbelt with execution error: sandbox denied exec error, exit code: 1, stdout: ", "$ make = fail [1]"),
        ("Exit code: 0\nWall time: 114.7 seconds\nOutput:\nok", "$ make = pass [0]"),
        ("a warning\nExit code: 7\nmore\nChunk ID: a\nWall time: 1\nProcess exited with code 0\nOutput:\nok", "$ make = pass [0]"),
        ("aborted by user after 3s", "$ make = refused"),
        ("execution error: Io(Custom)", "$ make = fail"),
        ('{"output": 5}', "$ make = pass"),
        ('{"output', "$ make = pass"),
    ],
)
def test_each_way_in_which_codex_tells_an_end(output: str, wanted: str) -> None:
    found = read(jsonl(samples.called("c", "shell_command", command="make"), samples.answered("c", output)))
    assert list(map(told, found.steps)) == [wanted]


def test_an_export_of_another_tool_is_no_trajectory() -> None:
    export = {"info": {"id": "ses_1"}, "messages": [{"info": {"role": "user"}, "parts": []}]}
    for data in (json.dumps(export).encode(), json.dumps(export, indent=2).encode()):
        assert "no transcript of a known format" in read(data).problem


def test_work_that_a_tool_owns_up_to_beats_the_exit_code() -> None:
    found = read(jsonl(*turn(1, "Bash", "=== 1 failed, 2 passed in 0.10s ===", command="pytest | tail -3")))
    (step,) = found.steps
    assert (step.result, [one.failed for one in step.work]) == ("fail", [1])


@pytest.mark.parametrize(
    "answer",
    [
        "The user doesn't want to take this action right now. STOP what you are doing.",
        "This command requires approval",
        "Claude requested permissions to write to /x, but you haven't granted it yet.",
        "Permission to use Bash has been denied.",
        "<tool_use_error>Sibling tool call errored</tool_use_error>",
        "[Request interrupted by user for tool use]",
    ],
)
def test_what_was_not_let_happen_is_refused(answer: str) -> None:
    (step,) = read(jsonl(*turn(1, "Bash", answer, error=True, command="make"))).steps
    assert (step.result, step.exit_code) == ("refused", None)


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ("Exit code 127\nsh: make: not found", 127),
        ("<tool_use_error>String to replace not found. String: user rejected", None),
        ("boom", None),
    ],
)
def test_what_failed_is_not_refused(answer: str, code: int | None) -> None:
    (step,) = read(jsonl(*turn(1, "Bash", answer, error=True, command="make"))).steps
    assert (step.result, step.exit_code) == ("fail", code)


def test_an_interrupted_command_is_refused_and_one_that_timed_out_failed() -> None:
    cut = turn(1, "Bash", "partial", command="make", details={"stdout": "partial", "stderr": "", "interrupted": True})
    late = turn(
        3, "Bash", "Command timed out after 2m 0.0s", command="make", details={"stdout": "", "stderr": "", "interrupted": True}
    )
    assert [step.result for step in read(jsonl(*cut, *late)).steps] == ["refused", "fail"]


def test_a_command_in_the_background_gets_its_end_where_somebody_asks() -> None:
    start = turn(1, "Bash", "Command running in background with ID: bash_1", command="make test", run_in_background=True)
    (step,) = read(jsonl(*start)).steps
    assert (step.background, step.result) == (True, "")
    asked = turn(
        3, "BashOutput", "<status>completed</status>\n<exit_code>2</exit_code>\n<stdout>Error 2</stdout>", bash_id="bash_1"
    )
    first, _ = read(jsonl(*start, *asked)).steps
    assert (first.background, first.result, first.exit_code) == (False, "fail", 2)
    going = turn(3, "BashOutput", "<status>running</status>\n<stdout>exit code 3</stdout>", bash_id="bash_1")
    assert next(iter(read(jsonl(*start, *going)).steps)).background


def test_the_part_of_a_long_file_that_was_shown_is_told() -> None:
    file = {"filePath": "/x", "content": "", "numLines": 2000, "startLine": 1, "totalLines": 5000}
    (step,) = read(jsonl(*turn(1, "Read", "1\tx", file_path="/x/big.py", details={"type": "text", "file": file}))).steps
    assert step.lines == (1, 2000)


def test_each_tool_means_its_kind() -> None:
    edits = [{"old_string": "a", "new_string": "b"}, {"old_string": "", "new_string": "c"}]
    found = read(
        jsonl(
            *turn(1, "MultiEdit", "ok", file_path=f"{samples.CWD}/a.py", edits=edits),
            *turn(3, "NotebookEdit", "ok", notebook_path=f"{samples.CWD}/n.ipynb", new_source="x"),
            *turn(5, "Grep", "No files found", pattern="x"),
            *turn(7, "mcp__memory__store", "ok", key="k", nested={"a": [1, {"b": None}]}),
            *turn(9, "TodoWrite", "ok", todos=[]),
            *turn(11, "Read", "ok"),
        )
    )
    assert list(map(told, found.steps)) == [
        "edit a.py = pass", "edit a.py = pass", "edit n.ipynb = pass", "call Grep = pass", "call mcp__memory__store = pass",
        "call TodoWrite = pass", "call Read = pass",
    ]  # fmt: skip
    assert next(step for step in found.steps if step.text.startswith("mcp")).arguments == {
        "key": "k",
        "nested": {"a": [1, {"b": None}]},
    }


def test_a_message_over_several_lines_is_one() -> None:
    parts = [claude("assistant", [{"type": "text", "text": text}], 7) | {"uuid": f"x{text}"} for text in ("One.", "Two.")]
    again = {**parts[1], "uuid": "y"}
    assert [step.text for step in read(jsonl(*parts, again)).steps] == ["One.\n\nTwo."]


def test_a_resumed_session_tells_each_step_once() -> None:
    lines = samples.CLAUDE
    found = read(jsonl(*lines), jsonl(*lines, claude("assistant", [{"type": "text", "text": "More."}], 40)))
    assert [told(step) for step in found.steps] == [*map(told, read(jsonl(*lines)).steps), "agent: More."]
    assert found.complete


def test_two_sessions_in_one_file_are_told_apart_each_with_its_root() -> None:
    other = [{**one, "sessionId": "s9", "cwd": "C:\\w\\shop"} for one in turn(50, "Read", "x", file_path="C:\\w\\shop\\docs\\b.md")]
    found = read(jsonl(*turn(1, "Read", "x", file_path=f"{samples.CWD}/a.md"), *other))
    assert [(step.session, step.path) for step in found.steps] == [("s1", "a.md"), ("s9", "docs/b.md")]


def test_several_files_are_put_in_the_order_of_time() -> None:
    early, late = turn(1, "Bash", "x", command="first"), turn(9, "Bash", "x", command="last")
    between = [{**one, "isSidechain": True, "agentId": "a1"} for one in turn(5, "Bash", "x", command="between")]
    found = read(jsonl(*early, *late), jsonl(*between))
    assert [step.text for step in found.steps] == ["first", "between", "last"]


def test_what_is_missing_is_said() -> None:
    lines = jsonl(*samples.CLAUDE)
    cut = read(lines[:-40])
    assert not cut.complete
    assert cut.unread == {"a line that is broken off": 1}
    assert any("broken off" in note for note in cut.notes)
    assert cut.gaps == (len(cut.steps),)
    first = read(jsonl(*samples.CLAUDE[:3]) + lines[:60] + b"\n" + jsonl(*samples.CLAUDE[3:]))
    assert first.gaps == (1,)
    open_call = read(jsonl(claude("assistant", [use("t1", "Bash", command="make")], 1)))
    assert not open_call.complete
    assert [step.result for step in open_call.steps] == [""]
    assert open_call.gaps == (1,)
    assert not read(jsonl(*samples.STREAM[:-1])).complete
    boundary = {**claude("system", "x", 1), "subtype": "compact_boundary"}
    assert not read(jsonl(boundary, claude("assistant", [{"type": "text", "text": "On."}], 2))).complete
    assert read(jsonl(*samples.CLAUDE, boundary)).complete


def test_lines_that_are_no_record_are_counted_and_cost_nothing() -> None:
    noise = b"{\n  attributes: {\n    'event.name': 'tool',\n  },\n}\n[3P telemetry]\n" * 30
    lines = samples.ALL["claude stream-json"].splitlines()
    found = read(samples.mixed(lines, noise))
    assert list(map(told, found.steps)) == WANTED["claude stream-json"].strip().split("\n")
    assert found.unread == {"a line that is no JSON": len(lines) * 30 * 6}
    assert found.complete


@pytest.mark.parametrize(
    "line",
    [
        b"[" * 200_000,
        b'{"a":' * 100_000,
        b'{"type": "user", "n": NaN}',
        b'{"type": "user", "n": ' + b"9" * 5000 + b"}",
        b"null",
        b"7",
        b'"x"',
        b'{"type": "unheard-of", "sessionId": "s1"}',
        b"\xff\xfe\x00",
        b"{}",
        b'[1, "x", null]',
        b'{"type": "user", "sessionId": 5, "message": []}',
        b"[" + b"{}," * 200_000 + b"{}]",
        b'{"type": "assistant", "uuid": {}, "message": {"content": [{"type": "tool_use", "id": [], "name": 5, "input": "x"}]}}',
    ],
)
def test_json_of_hostile_shape_takes_nothing_with_it(line: bytes) -> None:
    lines = samples.ALL["claude session"].splitlines(keepends=True)
    found = read(b"".join([*lines[:4], line, b"\n", *lines[4:]]))
    assert list(map(told, found.steps)) == WANTED["claude session"].strip().split("\n")
    assert read(line).steps == ()


def test_halves_of_characters_and_nul_do_not_get_through() -> None:
    line = json.dumps(claude("assistant", [{"type": "text", "text": "a\ud83d b\0"}], 1)).encode()
    (step,) = read(line + b"\n").steps
    assert step.text == "a\ufffd b\ufffd"
    assert step.text.encode()


def test_what_is_no_transcript_says_so() -> None:
    for data in (b"", b"hello\n", b'{"name": "x"}\n', b"{\n}\n"):
        found = read(data)
        assert not found.steps
        assert found.problem == "s0.jsonl is no transcript of a known format"


def test_a_document_that_is_too_large_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parsing, "LINE", 1 << 20)
    steps = [samples.step(f"ls {number}", "x" * 2000) for number in range(1000)]
    found = read(json.dumps({"trajectory": steps}, indent=1).encode())
    assert not found.steps
    assert found.unread["a document of more than 1 MiB"] == 1
    assert found.problem


def test_a_file_that_is_none_beside_one_that_is_one_is_said_and_the_other_read() -> None:
    found = read(b"hello", samples.ALL["codex exec"])
    assert found.steps
    assert not found.problem
    assert any("s0.jsonl is no transcript" in note for note in found.notes)


KEYS = """
type message content role uuid sessionId isSidechain agentId cwd timestamp id name input tool_use_id is_error toolUseResult action
observation args extras cause history instance_id trajectory thought state messages payload call_id arguments output command
path item msg changes exit_code metadata subtype data result file function tool_calls extra edits view_range
""".split()  # noqa: SIM905
HOLDERS = """
message payload item args extras content state cause id history thought toolUseResult data extra tool_calls timestamp cwd
""".split()  # noqa: SIM905
RECORDS = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=20)
    | st.sampled_from(
        ["tool_use", "tool_result", "text", "assistant", "user", "agent", "run", "edit", "Bash", "shell", "apply_patch"]
    ),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(KEYS),
            inner,
            max_size=8,
        )
    ),
    max_leaves=30,
)
KINDS = [
    {"type": "assistant", "sessionId": "s"}, {"type": "user", "session_id": "s"}, {"type": "progress", "uuid": "u"},
    {"type": "result", "session_id": "s"}, {"type": "response_item", "payload": {}}, {"type": "event_msg", "payload": {}},
    {"type": "item.completed"}, {"type": "item.started"}, {"action": "run"}, {"action": "edit"}, {"observation": "run"},
    {"action": "x", "observation": "y", "state": ""}, {"role": "assistant", "content": ""}, {"history": [], "instance_id": "x"},
    {"type": "function_call", "call_id": "c"}, {"type": "tool_use", "name": "Bash"}, {"type": "message", "role": "user"},
]  # fmt: skip


@given(st.lists(st.tuples(st.sampled_from(KINDS), st.dictionaries(st.sampled_from(HOLDERS), RECORDS), st.booleans()), max_size=8))
def test_no_record_takes_the_reader_down(records: list[tuple[dict[str, object], dict[str, object], bool]]) -> None:
    made = [{**shape, **more} if first else {**more, **shape} for shape, more, first in records]
    found = read(jsonl(*made))
    assert "a record of an unknown shape" not in found.unread
    for step in found.steps:
        for text in (step.text, step.path, step.folder, step.output, step.session, step.agent, step.before or "", step.after or ""):
            assert "\0" not in text.encode().decode()
    assert read(json.dumps(made, indent=1).encode()).steps is not None


@given(st.binary(max_size=400), st.sampled_from(sorted(samples.ALL)), st.integers(0, 3000))
def test_no_bytes_take_the_reader_down(data: bytes, name: str, at: int) -> None:
    whole = samples.ALL[name]
    found = read(whole[:at] + data + whole[at:])
    assert all(step.at.line for step in found.steps)


def test_an_answer_that_comes_before_its_call_is_its_answer() -> None:
    call, answer = turn(1, "Bash", "Exit code 2\nno", error=True, command="make")
    found = read(jsonl(answer, call))
    assert list(map(told, found.steps)) == ["$ make = fail [2]"]
    assert found.complete
    assert not found.unread


def test_results_that_answer_nothing_are_counted() -> None:
    found = read(jsonl(claude("user", [result("nobody", "x")], 1)))
    assert found.unread == {"an answer to nothing": 1}
