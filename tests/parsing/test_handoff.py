"""A hand-off is found wherever it stands, read as far as it can be, and held to the form that is published."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_agentcompliance.parsing import handoff
from pytest_agentcompliance.parsing.handoff import HandOff
from pytest_agentcompliance.parsing.handoff.codes import all_passed, codes
from pytest_agentcompliance.parsing.handoff.counts import claims
from pytest_agentcompliance.parsing.handoff.form import faults, schema
from pytest_agentcompliance.parsing.handoff.healing import log
from pytest_agentcompliance.parsing.handoff.sample import COVERAGE, FINAL, FIRST, OPENS, REPORT
from pytest_agentcompliance.parsing.handoff.words import came

SCHEMA = Path(__file__).parents[2] / "docs" / "schemas" / "handoff.schema.json"
DATA: dict[str, Any] = json.loads(REPORT.partition("```json\n")[2].partition("```")[0])


def one(text: str) -> HandOff:
    (found,) = handoff.read(text)
    return found


def made(**parts: Any) -> HandOff:
    return one(json.dumps({"handoff": {"agent": "Backend Developer"}, "next_agent": "QA Engineer", **parts}))


# Where it stands


def test_every_value_has_its_line() -> None:
    found = one(REPORT)
    assert (found.line, found.last, found.agent, found.status) == (OPENS, 23, "Backend Developer", "complete")
    assert found.root is not None
    assert found.root.plain == DATA
    coverage = found.part("test_coverage")
    deliverables = found.part("deliverables")
    assert coverage is None  # it is no part of its own
    assert deliverables is not None
    assert deliverables.keys["test_coverage"] == COVERAGE
    assert (found.quirks, found.twice, found.problem) == ((), (), None)


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(DATA),
        "\ufeff" + json.dumps(DATA, indent=4),
        REPORT.replace("\n", "\r\n"),
        REPORT.replace("```json", "~~~").replace("```", "~~~"),
        "I am done: " + json.dumps(DATA) + " Bye.",
        json.dumps({"result": {"output": [DATA]}}),
        "The config is `{}` and {\"a\": 1}, the code `{ return {x: 1} }`.\n" + json.dumps(DATA),
        "<!-- a note -->\n" + json.dumps(DATA),
        "<details>\n\n" + REPORT + "\n</details>\n",
    ],
)
def test_it_is_found_anywhere(text: str) -> None:
    root = one(text).root
    assert root is not None
    assert root.plain == DATA


@pytest.mark.parametrize(
    "text",
    [
        "",
        "There is no handoff: yet, and no self_healing_log.",
        '{"agent": "Backend Developer", "status": "complete"}',
        '{"tools": {"handoff": "record_handoff"}, "next_agent": 1}',
        json.dumps(schema()),
        "<!--\n" + REPORT + "-->\n",
        "<!-- " + REPORT,
        "```ts\nconst made = { handoff: { agent: name }, next_agent: next }\n```\n",
        "```python\nmade = {'handoff': {'agent': name}, 'next_agent': next}\n```\n",
        "```ts\nconst made = {\n  \"handoff\": { agent: name },\n  \"next_agent\": next,\n}\n```\n",
    ],
)
def test_what_is_none_is_none(text: str) -> None:
    assert handoff.read(text) == ()


def test_a_comment_in_a_fence_is_no_comment() -> None:
    assert one("```json\n// <!--\n" + json.dumps(DATA) + "\n```\n").agent == "Backend Developer"


def test_several_are_read_in_their_order() -> None:
    other = REPORT.replace("Backend Developer", "Frontend Developer")
    assert [found.agent for found in handoff.read(REPORT + other)] == ["Backend Developer", "Frontend Developer"]
    assert [found.line for found in handoff.read(REPORT + other)] == [6, 30]


def test_a_wrapper_of_two_gives_both() -> None:
    assert len(handoff.read(json.dumps({"first": DATA, "second": DATA}))) == 2


# What JSON does not allow


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ('"lint": 0 },', '"lint": 0, },', 13, "a comma behind the last value"),
        ('"QA Engineer"\n', '"QA Engineer",\n', 22, "a comma behind the last value"),
        ('"QA Engineer"\n', '"QA Engineer" // and who else?\n', 22, "a comment"),
        ('  "deliverables"', '  /* what\n is made */ "deliverables"', 8, "a comment"),
        ('  "deliverables"', '  # what is made\n"deliverables"', 8, "a comment"),
        ("cart\" }\n    ],", "cart\" },\n    ],", 17, "a comma behind the last value"),
    ],
)
def test_comments_and_last_commas_are_read_and_noted(old: str, new: str, line: int, said: str) -> None:
    assert old in REPORT
    found = one(REPORT.replace(old, new))
    assert found.root is not None
    assert found.root.plain == DATA
    assert [(quirk.line, quirk.text) for quirk in found.quirks] == [(line, said)]


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ('"success"\n  }', "success\n  }", 19, "a value was expected, and 'success' stands there"),
        ('"QA Engineer"\n}', '"QA Engineer"\n', 23, "a comma or '}' was expected, and '```' stands there"),
        ('"status": "complete",', '"status" 1,', 7, "a colon was expected behind 'status', and '1,' stands there"),
        ('"80%"\n', '"80%\n', 11, "a text has no closing quote on its line"),
        ('"80%"', "80%", 11, "a comma or '}' was expected, and '%' stands there"),
        ('"80%"', '"80\\q"', 11, '"80\\q" has an escape that JSON does not know'),
        ('"lint": 0', '"lint": 00', 13, "a value was expected, and '00' stands there"),
        ('"all_passed": true', '"all_passed": True', 13, "a value was expected, and 'True,' stands there"),
        ('"next_agent"', "next_agent", 22, "the name of a field, in quotes, was expected, and 'next_agent:' stands there"),
    ],
)
def test_what_cannot_be_read_is_said_where_it_stands(old: str, new: str, line: int, said: str) -> None:
    assert old in REPORT
    problem = one(REPORT.replace(old, new)).problem
    assert problem is not None
    assert (problem.line, problem.text) == (line, said)


def test_a_sketch_is_told_from_what_is_broken() -> None:
    assert one('I will answer `{"handoff": {...}, "deliverables": {...}, "next_agent": "QA"}`').sketch
    assert not one(REPORT.replace('"80%"', "80%")).sketch


def test_a_name_that_stands_twice_is_noted() -> None:
    found = one(REPORT.replace('"test": 0', '"test": 1, "test": 0'))
    assert [(note.line, note.text) for note in found.twice] == [(13, "test")]


@pytest.mark.parametrize(
    "text",
    [
        '{"handoff": ' + '{"a": ' * 60 + "1" + "}" * 60 + ', "next_agent": 1}',
        '{"handoff": {"agent": "a"}, "next_agent": ' + "[" * 100_000,
        '{"handoff": {"agent": "a"}, "next_agent": [' + "1," * 30_000 + "1]}",
        '{"a" ' * 30_000 + json.dumps(DATA),
        '{"handoff": {"agent": "a"}, "next_agent": ' + "9" * 10_000 + "}",
        '{"handoff": {"agent": "a"}, "next_agent": /* no end',
    ],
)
def test_what_is_too_much_is_broken_and_never_unseen(text: str) -> None:
    assert [found.root for found in handoff.read(text)][-1:] == [None]


_PIECES = st.sampled_from(
    ['{"', '"}', '"handoff": {"agent": "B", "status": "x"}', '"self_healing_log": {"attempts": [{"attempt": 1}]}', '"next_agent":',
     ",", "{", "}", "[", "]", "//", "/*", "*/", "\n", "```json\n", "```\n", "<!--", "-->", "#", '"', "'", "\\", "1e999",
     "-", "null", "\udc80", '"verification": {"all_passed": true, "test": 0}', '"deliverables": {"endpoints": 3}',
     "999999999999999999999", ":", " "]
)  # fmt: skip


@given(st.lists(_PIECES, max_size=30).map("".join))
def test_no_text_makes_it_fail(text: str) -> None:
    for found in handoff.read(text):
        lines = text.count("\n") + 1
        assert 1 <= found.line <= found.last <= lines
        if found.root is not None:
            assert all(1 <= fault.line <= lines for fault in faults(found))
            assert [code.came for code in codes(found)].count("") == 0
            assert all(claim.number >= 0 or claim.said for claim in claims(found))
            assert log(found) is None or log(found) is not None


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
_NAMES = (
    "handoff", "deliverables", "verification", "self_healing_log", "api", "next_agent", "agent", "attempts", "test", "endpoints",
    "database", "test_coverage", "final_status", "attempt", "status", "exit_code", "all_passed", "tables", "total",
)  # fmt: skip
_PARTS = st.recursive(_JSON, lambda inner: st.dictionaries(st.sampled_from(_NAMES), inner, max_size=6), max_leaves=10)


@given(st.dictionaries(st.sampled_from(_NAMES), _PARTS, max_size=8))
def test_every_json_is_read_as_json_reads_it(parts: dict[str, Any]) -> None:
    data = {**parts, "handoff": {"agent": "Backend Developer"}}
    root = one(json.dumps(data, indent=2)).root
    assert root is not None
    assert root.plain == data


@given(st.dictionaries(st.sampled_from(_NAMES), _PARTS, max_size=8))
def test_every_json_is_judged(parts: dict[str, Any]) -> None:
    found = one(json.dumps({**parts, "handoff": {"agent": "Backend Developer"}}))
    assert list(faults(found)) != []  # it has no status, whatever else it has
    assert all(code.name for code in codes(found))
    assert all(claim.said for claim in claims(found))
    logged = log(found)
    assert logged is None or all(loop for loop in logged.loops)


# The form


def test_published_schema_is_that_of_the_code() -> None:
    assert json.loads(SCHEMA.read_text("utf-8")) == schema(), "write form.schema() to docs/schemas/handoff.schema.json"


@pytest.mark.parametrize(
    ("path", "value", "valid"),
    [
        ("", None, True),
        ("handoff", None, False),
        ("handoff.agent", "", False),
        ("handoff.agent", None, False),
        ("handoff.status", 3, False),
        ("handoff.status", "blocked", True),
        ("handoff.phase", None, False),
        ("handoff.project", "shop", True),
        ("deliverables", {}, False),
        ("deliverables", [], False),
        ("deliverables", {"files": ["a.ts"]}, True),
        ("deliverables.endpoints", 15, True),
        ("deliverables.endpoints", ["GET /carts"], True),
        ("deliverables.endpoints", "15", False),
        ("deliverables.endpoints", -1, False),
        ("deliverables.endpoints", True, False),
        ("deliverables.database", {"tables": 5}, True),
        ("deliverables.database", {"tables": ["carts"]}, True),
        ("deliverables.database", {"tables": "5"}, False),
        ("deliverables.database", 5, False),
        ("deliverables.test_coverage", 82.5, True),
        ("deliverables.test_coverage", 182, False),
        ("deliverables.test_coverage", {"lines": 80}, True),
        ("verification", {"all_passed": True}, False),
        ("verification", {"all_passed": True, "ruff": 0, "mypy": 0, "pytest": 0, "alembic_check": 0}, True),
        ("verification.all_passed", "yes", False),
        ("verification.all_passed", None, False),
        ("verification.build", "passed", False),
        ("verification.build", True, False),
        ("verification.build", 1, True),
        ("verification.notes", "slow", True),
        ("self_healing_log", [], False),
        ("self_healing_log.attempts", [], True),
        ("self_healing_log.attempts", {}, False),
        ("self_healing_log.attempts", [{"attempt": 1, "exit_code": 0}], True),
        ("self_healing_log.attempts", [{"attempt": 1}], False),
        ("self_healing_log.attempts", [{"attempt": "1", "status": "success"}], False),
        ("self_healing_log.attempts", [{"attempt": 0, "status": "success"}], False),
        ("self_healing_log.attempts", ["success"], False),
        ("self_healing_log.final_status", None, False),
        ("api", {}, False),
        ("api", {"base_url": "/"}, True),
        ("api", "REST", False),
        ("next_agent", ["QA Engineer", "DevOps Engineer"], True),
        ("next_agent", [], False),
        ("next_agent", "", False),
        ("notes", "all well", True),
    ],
)
def test_schema_and_form_agree(path: str, value: object, valid: bool) -> None:
    data = json.loads(json.dumps(DATA))
    *way, last = path.split(".")
    inner = data
    for name in way:
        inner = inner[name]
    if last and value is None:
        del inner[last]
    elif last:
        inner[last] = value
    assert jsonschema.Draft202012Validator(schema()).is_valid(data) is valid
    read = handoff.read(json.dumps(data))
    assert bool(read and not list(faults(read[0]))) is valid


def test_what_stands_elsewhere_is_said() -> None:
    data = json.loads(json.dumps(DATA))
    data["verification"]["self_healing_log"] = data.pop("self_healing_log")
    found = one(json.dumps(data))
    assert [fault.text for fault in faults(found)] == ["self_healing_log does not stand at the top, but within another part"]
    assert log(found) is not None


# What it claims


@pytest.mark.parametrize(
    ("said", "result"),
    [
        ("success", "pass"), ("SUCCESS", "pass"), ("Passed", "pass"), ("ok", "pass"), ("fixed", "pass"), ("no errors", "pass"),
        ("0 failed", "pass"), ("failed", "fail"), ("failure", "fail"), ("escalated", "fail"), ("not fixed", "fail"),
        ("partial", "fail"), ("incomplete", "fail"), ("not run", ""), ("skipped", ""), ("", ""), ("n/a", ""),
    ],
)  # fmt: skip
def test_words(said: str, result: str) -> None:
    assert came(said) == result


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("test", 0, ("tests", "pass", 0)), ("test", 1, ("tests", "fail", 1)), ("tests", "0", ("tests", "pass", 0)),
        ("unit_tests", True, ("tests", "pass", None)), ("npm_test", {"exit_code": 2}, ("tests", "fail", 2)),
        ("npm run lint", 0, ("lint", "pass", 0)), ("lintExitCode", 1, ("lint", "fail", 1)), ("ruff", 0, ("lint", "pass", 0)),
        ("typecheck", 0, ("type check", "pass", 0)), ("typeCheck", "passed", ("type check", "pass", None)),
        ("mypy", 0, ("type check", "pass", 0)), ("build", "exit 1", ("build", "fail", 1)),
        ("build_status", {"passed": False}, ("build", "fail", None)),
        ("tests_passed", True, ("tests", "pass", None)),
    ],
)  # fmt: skip
def test_exit_codes_in_many_spellings(name: str, value: object, expected: tuple[str, str, int | None]) -> None:
    assert [(code.check, code.came, code.exit_code) for code in codes(made(verification={name: value}))] == [expected]


@pytest.mark.parametrize(
    ("name", "value"),
    [("tests_passed", 45), ("coverage", 82), ("warnings", 3), ("test", None), ("test", "not run"), ("build_output", "errors: none"),
     ("duration_ms", 12), ("all_passed", True), ("notes", "failed once")],
)  # fmt: skip
def test_what_is_no_exit_code(name: str, value: object) -> None:
    assert codes(made(verification={name: value})) == []


def test_commands_of_a_schema_are_known_by_their_line() -> None:
    found = codes(made(verification={"prisma_validate": 0, "alembic_check": 1}))
    assert [(code.check, code.globs[0], code.came) for code in found] == [
        (None, "*prisma validate*", "pass"), (None, "*alembic check*", "fail"),
    ]  # fmt: skip


def test_lists_of_commands_and_their_results() -> None:
    final = {"commands_executed": [{"command": "npm run lint", "exit_code": 1}, {"command": "ls"}, 5], "all_passed": False}
    found = made(verification={"final_verification": final, "checks": [{"name": "test", "passed": True}]})
    said = [(code.name, code.came, code.command) for code in codes(found)]
    assert said == [("npm run lint", "fail", "npm run lint"), ("test", "pass", "")]
    value = all_passed(found)
    assert value is not None
    assert value.plain is False


def test_attempts_are_read_from_status_or_exit_code() -> None:
    attempts = [{"attempt": 1, "exit_code": 1, "error_type": "type_error"}, {"attempt": 2, "status": "success", "fix_applied": "a"}]
    found = log(made(self_healing_log={"attempts": attempts, "final_status": "success"}))
    assert found is not None
    assert found.attempts is not None
    assert [(a.number, a.came, a.error, a.fix) for a in found.attempts] == [(1, "fail", True, False), (2, "pass", False, True)]
    assert found.final == "pass"


def test_attempts_have_their_lines() -> None:
    found = log(one(REPORT))
    assert found is not None
    assert found.attempts is not None
    assert ([a.line for a in found.attempts], found.final_line) == ([FIRST, FIRST + 1], FINAL)


@pytest.mark.parametrize(
    ("numbers", "sizes"),
    [([(1, "failed"), (2, "success")], [2]), ([(1, "failed"), (2, "success"), (1, "success")], [2, 1]),
     ([(1, "failed"), (1, "success")], [2]), ([(1, "failed"), (2, "success"), (3, "success")], [3]), ([], [])],
)  # fmt: skip
def test_a_loop_begins_with_1_behind_a_success(numbers: list[tuple[int, str]], sizes: list[int]) -> None:
    found = log(made(self_healing_log={"attempts": [{"attempt": n, "status": s} for n, s in numbers]}))
    assert found is not None
    assert [len(loop) for loop in found.loops] == sizes


@pytest.mark.parametrize(
    ("deliverables", "expected"),
    [
        ({"endpoints": {"total": 15, "auth": 5}}, [("endpoints", 15)]),
        ({"endpoints": {"auth": 5, "users": 4}}, [("endpoints", 9)]),
        ({"endpoints": 3}, [("endpoints", 3)]),
        ({"endpoints": ["GET /a", "GET /b"]}, [("endpoints", 2)]),
        ({"endpoints": {"auth": ["GET /a"]}}, []),
        ({"endpoints": "all"}, []),
        ({"database": {"tables": 5, "migrations": ["1_init"]}}, [("tables", 5), ("migrations", 1)]),
        ({"tables": 2, "migrations": 0}, [("tables", 2), ("migrations", 0)]),
        ({"test_coverage": "82%"}, [("coverage", 82)]),
        ({"testCoverage": "82.5 % of lines"}, [("coverage", 82.5)]),
        ({"test_coverage": 0.8}, [("coverage", 80)]),
        ({"test_coverage": 1}, [("coverage", 1)]),
        ({"test_coverage": {"lines": 81, "branches": 70}}, [("coverage", 81)]),
        ({"tests": {"total": 3, "coverage": "77%"}}, [("coverage", 77)]),
        ({"test_coverage": ">80%"}, []),
        ({"test_coverage": "high"}, []),
        ({"files": 3}, []),
    ],
)
def test_counts_in_many_shapes(deliverables: dict[str, object], expected: list[tuple[str, float]]) -> None:
    assert [(claim.kind, claim.number) for claim in claims(made(deliverables=deliverables))] == expected
