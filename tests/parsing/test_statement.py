"""Statements of proofs: a record there and back, what in-toto's own library says of them, and what is none."""

import base64
import json
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_agentcompliance.parsing.proofs import statement
from pytest_agentcompliance.parsing.proofs.record import FileState, Output, Record
from pytest_agentcompliance.parsing.work import Work
from tests.in_toto import validated

TREE, BLOB, COMMIT, SHA = "a1" * 20, "b2" * 20, "c3" * 20, "d4" * 32
RECORD = Record(
    name="tests", command=("pytest", "-q"), started=datetime(2026, 3, 1, 12, 0, 5, 250, UTC), seconds=1.5, exit_code=0, tree=TREE,
    base=COMMIT, base_tree=BLOB, patch_id="e5" * 20, files={"src/a.py": FileState("100644", BLOB, SHA)},
    work=(Work("pytest", "tests", passed=3),), output=Output("0001-tests-d4d4d4d4.txt", SHA, 120),
    tools={"python": "3.11.2"}, lockfiles={"uv.lock": SHA}, version="0.1.0",
)  # fmt: skip
LINK = replace(RECORD, work=())

BYTES = st.binary(min_size=1, max_size=12).filter(lambda one: b"\0" not in one)
PATHS = st.one_of(st.text("abé/ \\.x\n", min_size=1, max_size=9), BYTES.map(os.fsdecode))
HEX = st.sampled_from("0123456789abcdef")
IDS = st.one_of(st.text(HEX, min_size=40, max_size=40), st.text(HEX, min_size=64, max_size=64))
SHAS = st.text(HEX, min_size=64, max_size=64)
COUNTS = st.none() | st.integers(0, 10**9)
WORK = st.builds(
    Work, st.sampled_from(["pytest", "tsc", "go test"]), st.sampled_from(["tests", "type check", "lint"]), COUNTS, COUNTS, COUNTS,
    COUNTS, COUNTS, COUNTS, COUNTS, st.booleans(),
)  # fmt: skip
STATES = st.builds(FileState, st.sampled_from(["100644", "100755", "120000", "160000"]), IDS, SHAS) | st.builds(
    FileState, st.just("0"), st.just(""), SHAS
)
RECORDS = st.builds(
    Record,
    name=st.text("abc-é ", min_size=1, max_size=20),
    command=st.lists(st.text(max_size=9) | BYTES.map(os.fsdecode), min_size=1, max_size=4).map(tuple),
    started=st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)),
    seconds=st.floats(0, 1e6),
    exit_code=st.none() | st.integers(-64, 255),
    ended=st.sampled_from(["exit", "signal", "timeout", "not started"]),
    folder=st.just("") | PATHS,
    tree=IDS,
    base=IDS | st.just(""),
    base_tree=IDS | st.just(""),
    patch_id=IDS | st.just(""),
    files=st.none() | st.dictionaries(PATHS, STATES, max_size=4),
    changed=st.lists(PATHS, max_size=3).map(tuple),
    work=st.lists(WORK, max_size=3).map(tuple),
    output=st.builds(Output, st.just("0001-x-00000000.txt"), SHAS, st.integers(0, 2**40), st.integers(0, 9), st.integers(0, 9)),
    tools=st.dictionaries(st.sampled_from(["node", "git"]), st.text("0123.", max_size=9)),
    lockfiles=st.dictionaries(PATHS, SHAS, max_size=2),
    sequence=st.integers(1, 10**6),
    previous=SHAS | st.just(""),
    rerun_of=SHAS | st.just(""),
    version=st.text("0123.", max_size=6),
)


@given(RECORDS)
def test_a_record_comes_back_as_it_was_and_in_toto_reads_it(record: Record) -> None:
    data = statement.text(statement.to_statement(record))
    assert statement.from_statement(data) == record
    validated(data)


@pytest.mark.parametrize(("exit_code", "said"), [(0, {"return-value": 0}), (-9, {"return-value": -9}), (None, {})])
def test_other_tools_find_the_exit_code_where_they_look_for_it(exit_code: int | None, said: dict[str, int]) -> None:
    byproducts = statement.to_statement(replace(LINK, exit_code=exit_code))["predicate"]["byproducts"]
    assert {key: value for key, value in byproducts.items() if key == "return-value"} == said


def test_a_link_says_what_ran_and_over_what() -> None:
    link = validated(statement.text(statement.to_statement(LINK)))
    assert (link.name, list(link.command)) == ("tests", ["pytest", "-q"])
    assert [(one.name, dict(one.digest)) for one in link.materials] == [
        ("base", {"gitCommit": COMMIT, "gitTree": BLOB}), ("src/a.py", {"gitBlob": BLOB}),
    ]  # fmt: skip


@pytest.mark.parametrize(("work", "exit_code", "wanted"), [
    (Work("pytest", "tests", passed=3), 0, "PASSED"), (Work("pytest", "tests", passed=3), 1, "FAILED"),
    (Work("pytest", "tests", passed=3, failed=1), 0, "FAILED"), (Work("pytest", "tests", passed=0, skipped=3), 0, "WARNED"),
])  # fmt: skip
def test_a_test_result_says_in_one_word_what_came_of_it(work: Work, exit_code: int, wanted: str) -> None:
    data = statement.text(statement.to_statement(replace(RECORD, work=(work,), exit_code=exit_code)))
    found = validated(data)
    assert (found.result, [one.name for one in found.configuration][:4]) == (
        wanted, ["command", "byproducts", "environment", "base"],
    )  # fmt: skip


def test_the_digest_is_that_of_the_meaning() -> None:
    one = statement.to_statement(RECORD)
    spread = json.dumps(one, indent=4).replace("\n", "\r\n").encode()
    turned = json.dumps(dict(reversed(one.items()))).encode()
    assert {statement.digest(text) for text in (statement.text(one), spread, turned, one)} == {statement.digest(one)}
    assert statement.digest(statement.to_statement(replace(RECORD, seconds=1.25))) != statement.digest(one)


def test_an_envelope_is_told_from_a_bare_statement() -> None:
    bare = statement.text(statement.to_statement(RECORD))
    assert statement.payload(bare) == (bare, None)
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        envelope = {"payload": encode(bare).decode(), "payloadType": statement.PAYLOAD_TYPE, "signatures": []}
        assert statement.payload(json.dumps(envelope).encode()) == (bare, envelope)


@pytest.mark.parametrize(("envelope", "why"), [
    ({"payload": "e30=", "payloadType": "text/plain"}, "something else"),
    ({"payloadType": statement.PAYLOAD_TYPE}, "no payload"),
    ({"payload": "*", "payloadType": statement.PAYLOAD_TYPE}, "no base64"),
])  # fmt: skip
def test_a_wrong_envelope_is_named(envelope: dict[str, Any], why: str) -> None:
    with pytest.raises(statement.Malformed, match=why):
        statement.payload(json.dumps(envelope).encode())


@pytest.mark.parametrize(("data", "why"), [
    (b"", "no JSON"), (b"[]", "no JSON object"), (b"\xff\xfe{", "not UTF-8"), (b"[" * 200_000, "no JSON"),
    (b'{"a":1,"a":2}', "twice"), (b'{"a":NaN}', "number"), (b'{"a":1e999}', "number"), (b'{"a":' + b"9" * 5000 + b"}", "no JSON"),
    (b'{"a":"\\ud800"}', "not UTF-8"), (b"{}", "no in-toto statement"), (b" " * (statement.LIMIT + 1), "16 MiB"),
])  # fmt: skip
def test_what_is_no_statement_is_named(data: bytes, why: str) -> None:
    with pytest.raises(statement.Malformed, match=why):
        statement.from_statement(data)


def changed(edit: Callable[[dict[str, Any]], object], record: Record = LINK) -> bytes:
    whole = statement.to_statement(record)
    edit(whole)
    return statement.text(whole)


def test_keys_that_are_not_known_are_passed_over() -> None:
    data = changed(lambda one: [one[key].update(more=[1]) for key in ("predicate",)] and one.update(more={}))
    assert statement.from_statement(data) == LINK


@pytest.mark.parametrize(("edit", "why"), [
    (lambda one: one.update(predicateType="https://example.org/x"), "another kind"),
    (lambda one: one.update(subject=[]), "subject"),
    (lambda one: one["subject"][0]["digest"].update(gitTree="abc"), "no object id"),
    (lambda one: one["predicate"].update(command="pytest -q"), "command"),
    (lambda one: one["predicate"].update(command=[]), "command"),
    (lambda one: one["predicate"]["byproducts"].update(exit_code="0"), "exit_code"),
    (lambda one: one["predicate"]["byproducts"].update(exit_code=True), "exit_code"),
    (lambda one: one["predicate"]["byproducts"].pop("exit_code"), "exit_code"),
    (lambda one: one["predicate"]["byproducts"]["output"].update(file="../../x"), "no name of a file"),
    (lambda one: one["predicate"]["byproducts"]["output"].update(file=".x"), "no name of a file"),
    (lambda one: one["predicate"]["byproducts"]["output"].update(bytes=-1), "output.bytes"),
    (lambda one: one["predicate"]["environment"].update(started=5), "no time"),
    (lambda one: one["predicate"]["environment"].update(started="2026-03-01T12:00:00"), "timezone"),
    (lambda one: one["predicate"]["environment"].update(started="soon"), "isoformat"),
    (lambda one: one["predicate"]["environment"]["chain"].update(sequence=0), "sequence"),
    (lambda one: one["predicate"]["environment"].update(command_bytes=["eA=="]), "as many words"),
    (lambda one: one["predicate"]["environment"].update(command_bytes=["eA==", "eQ=="]), "those of another text"),
    (lambda one: one["predicate"]["environment"].update(command_bytes=["?", "?"]), "no base64"),
    (lambda one: one["predicate"]["materials"].append(one["predicate"]["materials"][1]), "a path twice"),
    (lambda one: one["predicate"]["materials"].append({"name": "x"}), "neither base"),
    (lambda one: one["predicate"]["materials"][1]["annotations"].update(mode="rw"), "mode"),
    (lambda one: one["predicate"]["byproducts"]["work"].append({"tool": "pytest", "check": "tests"}), "no test result"),
])  # fmt: skip
def test_a_link_that_is_none_is_refused_with_the_reason(edit: Callable[[dict[str, Any]], object], why: str) -> None:
    with pytest.raises(statement.Malformed, match=why):
        statement.from_statement(changed(edit))


@pytest.mark.parametrize(("edit", "why"), [
    (lambda one: one["predicate"].update(result="FAILED"), "its result is not"),
    (lambda one: one["predicate"].update(configuration={}), "no configuration"),
    (lambda one: one["predicate"].update(configuration=[{}]), "does not begin"),
    (lambda one: one["predicate"]["configuration"][0].pop("annotations"), "no command"),
    (lambda one: one["predicate"]["configuration"][1]["annotations"].update(work=[]), "without tests"),
    (lambda one: one["predicate"]["configuration"][1].update(annotations=5), "byproducts"),
])  # fmt: skip
def test_a_test_result_that_is_none_is_refused_with_the_reason(edit: Callable[[dict[str, Any]], object], why: str) -> None:
    with pytest.raises(statement.Malformed, match=why):
        statement.from_statement(changed(edit, RECORD))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda one: st.lists(one, max_size=3) | st.dictionaries(st.text(max_size=5), one, max_size=3),
    max_leaves=5,
)


@given(st.data(), st.sampled_from([LINK, RECORD]))
def test_a_statement_with_anything_in_any_place_is_read_or_refused(data: st.DataObject, record: Record) -> None:
    whole = statement.to_statement(record)
    at: Any = whole
    while isinstance(at, dict | list) and at:
        key = data.draw(st.sampled_from(sorted(at) if isinstance(at, dict) else range(len(at))))
        if data.draw(st.booleans()) or not isinstance(at[key], dict | list):
            at[key] = data.draw(JSON)
            break
        at = at[key]
    with suppress(statement.Malformed):
        found = statement.from_statement(json.dumps(whole).encode())
        validated(statement.text(statement.to_statement(found)))
