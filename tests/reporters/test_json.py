"""The audit as JSON: it comes back as it went, is always UTF-8, and anything else is refused by the spot that is wrong."""

import base64
import json as plain_json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from pytest_agentcompliance.cli import main
from pytest_agentcompliance.cli_schema import NAMES
from pytest_agentcompliance.errors import EvidenceError
from pytest_agentcompliance.place import Place
from pytest_agentcompliance.reporters import json, schema
from pytest_agentcompliance.verdict import Audit, Finding, Meter, Outcome, PolicyFacts, Remedy, Verdict

PUBLISHED = Path(__file__).parents[2] / "docs" / "schemas" / "audit.schema.json"

TEXT = st.text()  # never has a surrogate
PATHS = st.binary(min_size=1, max_size=20).map(lambda raw: raw.decode("utf-8", "surrogateescape"))
COUNTS = st.integers(0, 10**9)
FINDINGS = st.builds(
    Finding,
    message=TEXT,
    at=st.none() | st.builds(Place, PATHS, st.none() | st.integers(1, 10**6)),
    level=st.sampled_from(["breach", "style"]),
    evidence=st.just(""),
    remedy=st.none() | st.builds(Remedy, st.sampled_from(["fix", "revert", "ask-a-human"]), TEXT),
    fingerprint=TEXT,
)
VERDICTS = st.builds(
    Verdict, TEXT, TEXT, TEXT, TEXT, st.sampled_from(["error", "warning"]), st.sampled_from(Outcome),
    st.lists(FINDINGS, max_size=3).map(tuple), TEXT, st.lists(TEXT, max_size=2).map(tuple),
    st.lists(st.builds(replace, FINDINGS, excuse=TEXT), max_size=2).map(tuple),
)  # fmt: skip
AUDITS = st.builds(
    Audit, TEXT, TEXT, TEXT, st.builds(PolicyFacts, TEXT, TEXT, st.booleans()), st.lists(VERDICTS, max_size=3).map(tuple),
    st.builds(Meter, COUNTS, COUNTS, COUNTS, COUNTS, COUNTS, COUNTS, COUNTS), st.lists(TEXT, max_size=2).map(tuple),
    st.lists(st.tuples(PATHS, TEXT), max_size=2).map(tuple),
)  # fmt: skip

ODD = "src/b\udcffr.py"
FOUND = Finding("a TODO", Place("src/é.py", 3), evidence="# TODO secret", remedy=Remedy("fix", "do it"), fingerprint="f" * 24)
ODD_ONE = Finding("said \udc80", Place(ODD, 1))
SMALL = Audit(
    "main", "1" * 40, "", PolicyFacts("agent-compliance.yaml", "ab" * 32, reviewed=False),
    (Verdict("p", "C-1", "no TODO", "content/todo", "error", Outcome.BROKEN, (FOUND, ODD_ONE), "why", (ODD,)),),
    Meter(1, 2, 3, 4, 5, 6, 7, 8, ignored_complete=False), ("a note",), ((ODD, "is gone"),),
)  # fmt: skip


@given(AUDITS)
def test_round_trip(audit: Audit) -> None:
    text = json.dumps(audit)
    assert json.loads(text) == audit
    assert json.dumps(json.loads(text)) == text


@given(AUDITS)
def test_published_schema_accepts_what_is_written(audit: Audit) -> None:
    Draft202012Validator(plain_json.loads(PUBLISHED.read_text("utf-8"))).validate(plain_json.loads(json.dumps(audit)))


def test_published_schema_is_the_code_s() -> None:
    assert PUBLISHED.read_text("utf-8") == schema.text(), "write reporters.schema.text() to docs/schemas/audit.schema.json"
    Draft202012Validator.check_schema(schema.schema())


def test_schema_refuses_another_word_and_another_key() -> None:
    validator = Draft202012Validator(schema.schema())
    document = plain_json.loads(json.dumps(SMALL))
    document["verdicts"][0]["outcome"] = "fine"
    document["extra"] = 1
    assert len(list(validator.iter_errors(document))) == 2


def test_document() -> None:
    text = json.dumps(SMALL)
    assert text.endswith("}\n")
    assert "src/é.py" in text
    document = plain_json.loads(text)
    assert list(document) == [
        "schema_version", "base", "merge_base", "head", "policy", "verdicts", "meter", "notes", "unaudited",
    ]  # fmt: skip
    assert document["schema_version"] == 1
    assert document["policy"] == {"source": "agent-compliance.yaml", "digest": "ab" * 32, "reviewed": False}
    verdict = document["verdicts"][0]
    keys = ["profile", "clause", "section", "says", "rule", "severity", "outcome", "why", "unread", "findings", "excused"]
    assert list(verdict) == keys
    assert verdict["findings"][0] == {
        "message": "a TODO", "path": "src/é.py", "line": 3, "level": "breach",
        "remedy": {"kind": "fix", "text": "do it"}, "fingerprint": "f" * 24,
    }  # fmt: skip
    assert document["meter"] == {
        "files_changed": 1, "files_read": 2, "files_unaudited": 3, "files_ignored": 4, "lines": 5, "commits": 6, "rules": 7,
        "bytes_ignored": 8, "ignored_complete": False,
    }  # fmt: skip


def test_evidence_of_a_finding_is_not_spread() -> None:
    assert "secret" not in json.dumps(SMALL)


def test_bytes_that_are_not_utf_8_are_escaped_and_kept_beside() -> None:
    text = json.dumps(SMALL)
    text.encode("utf-8")
    document = plain_json.loads(text)
    found = document["verdicts"][0]["findings"][1]
    assert found["path"] == r"src/b\xffr.py"
    assert base64.b64decode(found["path_bytes"]) == b"src/b\xffr.py"
    assert found["message"] == r"said \x80"
    assert document["verdicts"][0]["unread"] == [r"src/b\xffr.py"]
    assert document["unaudited"][0]["path_bytes"] == found["path_bytes"]
    back = json.loads(text)
    assert back.verdicts[0].findings[1].at == Place(ODD, 1)
    assert back.unaudited == SMALL.unaudited


def test_surrogate_that_no_byte_stands_behind_is_escaped() -> None:
    """It cannot come from a path; it can from an escape in a transcript."""
    text = json.dumps(replace(SMALL, notes=("\ud800",), unaudited=(("\ud800", ""),)))
    assert plain_json.loads(text)["notes"] == [r"\ud800"]
    assert plain_json.loads(text)["unaudited"] == [{"path": r"\ud800", "why": ""}]


@pytest.mark.parametrize(
    ("at", "value", "wrong"),
    [
        ((), [], "the document is not an object"),
        (("schema_version",), 2, "is of schema version 2; this one reads 1"),
        (("schema_version",), True, "schema_version is not a number"),
        (("base",), None, "base is not a text"),
        (("policy",), "x", "policy is not an object"),
        (("policy", "reviewed"), "yes", "policy.reviewed is not true or false"),
        (("verdicts",), {}, "verdicts is not a list"),
        (("verdicts", 0), 3, "verdicts[0] is not an object"),
        (("verdicts", 0, "outcome"), "fine", "verdicts[0].outcome is not one of kept, broken"),
        (("verdicts", 0, "severity"), "fatal", "verdicts[0].severity is not one of error, warning"),
        (("verdicts", 0, "unread"), [1], "verdicts[0].unread is not a list of texts"),
        (("verdicts", 0, "findings", 0, "line"), "3", "verdicts[0].findings[0].line is not a number"),
        (("verdicts", 0, "findings", 0, "remedy", "kind"), "pray", "verdicts[0].findings[0].remedy.kind is not one of"),
        (("verdicts", 0, "findings", 1, "path_bytes"), "%", "verdicts[0].findings[1].path_bytes is not base64"),
        (("meter", "lines"), 1.5, "meter.lines is not a number"),
    ],
)
def test_malformed_document_is_refused_by_its_spot(at: tuple[Any, ...], value: object, wrong: str) -> None:
    document: Any = plain_json.loads(json.dumps(SMALL))
    spot = {"": document}
    key: Any = ""
    for step in at:
        spot, key = spot[key], step
    spot[key] = value
    with pytest.raises(EvidenceError) as raised:
        json.loads(plain_json.dumps(spot[""] if not at else document))
    assert wrong in str(raised.value)


@pytest.mark.parametrize("key", ["schema_version", "base", "policy", "verdicts", "meter", "notes", "unaudited"])
def test_missing_key_is_named(key: str) -> None:
    document = plain_json.loads(json.dumps(SMALL))
    del document[key]
    with pytest.raises(EvidenceError, match=f"{key} is missing"):
        json.loads(plain_json.dumps(document))


@pytest.mark.parametrize("text", ["", "{", "nothing", "[" * 100_000, "{" + '"a":{' * 50_000])
def test_what_is_no_json_is_refused(text: str) -> None:
    with pytest.raises(EvidenceError, match="is not JSON"):
        json.loads(text)


def test_schemas_are_printed_as_they_are_published() -> None:
    assert {f"{name}.schema.json" for name in NAMES} == {file.name for file in PUBLISHED.parent.iterdir()}
    for name in NAMES:
        done = CliRunner().invoke(main, ["schema", name])
        assert done.exit_code == 0, done.output
        assert done.output == (PUBLISHED.parent / f"{name}.schema.json").read_text("utf-8")
        Draft202012Validator.check_schema(plain_json.loads(done.output))


@given(st.text(st.characters()) | st.binary().map(lambda raw: raw.decode("utf-8", "surrogateescape")))
def test_document_is_harmless_where_it_is_printed(text: str) -> None:
    """At a terminal it moves nothing; in a log no CI obeys it; and a reader of JSON has what was said."""
    attack = f"\x9b31m\u202e##[error]{text}##vso[task.complete]\x7f::error::\U000e0041"
    said = json.dumps(replace(SMALL, notes=(attack,)))
    assert all(one == "\n" or one.isprintable() for one in said)
    assert "##" not in said
    assert not any(line.lstrip().startswith("::") for line in said.split("\n"))
    if not json.SURROGATE.search(text):
        assert plain_json.loads(said)["notes"] == [attack]
