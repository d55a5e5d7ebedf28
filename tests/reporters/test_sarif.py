"""SARIF: what GitHub would refuse is left out, worst kept; where findings are shown; what viewers must not take for a link."""

import gzip
import hashlib
import json
from collections import Counter
from dataclasses import replace
from typing import Any
from urllib.parse import unquote_to_bytes

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_agentcompliance.place import Place
from pytest_agentcompliance.reporters import sarif
from pytest_agentcompliance.reporters.account import FileFact
from pytest_agentcompliance.reporters.ranked import address
from pytest_agentcompliance.verdict import Finding, Outcome, Remedy
from tests.reporters import made_up, valid
from tests.reporters.golden import ACCOUNT


def many(how_many: int, said: str = "wrong", level: Any = "breach") -> list[Finding]:
    return [Finding(f"{said} {n}", Place(f"src/{n % 500}.py", n + 1), level) for n in range(how_many)]


def results(text: str, run: int = 0) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = valid.sarif(text)["runs"][run]["results"]
    return found


def notified(text: str, run: int = 0) -> list[str]:
    [invocation] = valid.sarif(text)["runs"][run]["invocations"]
    return [one["message"]["text"] for one in invocation["toolExecutionNotifications"]]


@pytest.mark.walk
def test_more_findings_than_a_run_may_have() -> None:
    """A run takes 25,000; the worst stay, and the rest is counted."""
    crowd = [
        made_up.verdict(many(8_000), "warning", clause="C-1", rule="a/warns"),
        made_up.verdict(many(2_000, level="style"), clause="C-2", rule="a/style", outcome=Outcome.KEPT),
        made_up.verdict(many(19_000), clause="C-3", rule="a/breaks"),
        made_up.verdict(many(1_000), clause="D-1", rule="a/other", profile="q"),
    ]
    text = sarif.dumps(made_up.account(*crowd))
    assert len(gzip.compress(text.encode(), mtime=0)) <= 10_000_000
    first, second = json.loads(text)["runs"]  # the schema would take a while
    levels = [one["level"] for one in first["results"]]
    assert Counter(levels) == {"error": 19_000, "warning": 6_000}
    assert levels == sorted(levels)
    assert len(second["results"]) == 1_000
    left = [run["invocations"][0]["toolExecutionNotifications"] for run in (first, second)]
    said = "4000 results are left out: the file would have been too large"
    assert left == [[{"level": "warning", "message": {"text": said}}], []]


@pytest.mark.walk
def test_too_large_is_cut_to_most_of_what_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit is lowered, so that the test is quick; nothing in what is said can be packed."""
    limit = 200_000
    monkeypatch.setattr(sarif, "GZIPPED", limit)
    noise = [Finding(hashlib.sha512(b"%d" % n).hexdigest() * 5, Place("a.py", n + 1)) for n in range(4000)]
    worse = made_up.verdict(noise[:100], clause="D-1", rule="a/other", profile="q")
    text = sarif.dumps(made_up.account(made_up.verdict(noise, "warning"), worse))
    assert 0.9 * limit < len(gzip.compress(text.encode(), mtime=0)) <= limit
    assert len(results(text, 1)) == 100  # of another run, and the worst of all
    kept = results(text)
    assert notified(text) == [f"{4000 - len(kept)} results are left out: the file would have been too large"]
    assert [one["locations"][0]["physicalLocation"]["region"]["startLine"] for one in kept] == list(range(1, len(kept) + 1))


def test_more_profiles_than_a_file_may_have_runs() -> None:
    crowd = [made_up.verdict(many(2), profile=f"p{n}") for n in range(23)]
    text = sarif.dumps(made_up.account(*crowd))
    assert len(valid.sarif(text)["runs"]) == 20
    assert notified(text, 19) == ["6 results are left out: the file would have been too large"]
    assert notified(text, 18) == []


def test_file_level_finding_stands_on_the_first_line_that_was_added() -> None:
    files = (FileFact("gone.py", "deleted"), FileFact("b.py", "modified", 3, 0, 17))
    found = [
        Finding("of the file", Place("b.py")), Finding("of the run"), Finding("at the line", Place("b.py", 3)),
        Finding("outside", Place("../log.md", 9)),
    ]  # fmt: skip
    made = results(sarif.dumps(made_up.account(made_up.verdict(found), files=files)))
    places = [one["locations"][0]["physicalLocation"] for one in made]
    assert {one["artifactLocation"]["uri"] for one in places} == {"b.py"}
    assert [one["region"]["startLine"] for one in places] == [17, 17, 3, 17]
    told = ["of the file", "of the run (of the run as a whole)", "at the line", "../log.md:9: outside"]
    assert [one["message"]["text"] for one in made] == told


def test_where_nothing_changed_the_finding_stands_at_the_policy() -> None:
    [made] = results(sarif.dumps(made_up.account(made_up.verdict([Finding("nothing was done")]))))
    assert made["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "agent-compliance.yaml"


def test_waived_finding_is_suppressed() -> None:
    [one] = [one for one in results(sarif.dumps(ACCOUNT)) if "suppressions" in one]
    assert one["level"] == "note"
    assert one["suppressions"] == [
        {"kind": "external", "status": "accepted", "justification": "waivers[0]: agreed (Ada, until 2999-01-01)"}
    ]


@pytest.mark.parametrize(
    ("story", "category"), [("WISH-1", "agent-compliance/p"), ("", "agent-compliance/p"), ("a/b/c", "agent-compliance/p")]
)
def test_category_is_the_profile_and_the_run_the_story(story: str, category: str) -> None:
    """Else the alerts of a story that is done would stay open for ever."""
    account = replace(made_up.account(made_up.verdict(many(1))), story=story)
    id = valid.sarif(sarif.dumps(account))["runs"][0]["automationDetails"]["id"]
    assert id.rpartition("/")[0] == category
    assert id.rpartition("/")[2] == story.replace("/", "%2F")


def test_one_line_twice_in_a_file_is_two_alerts() -> None:
    twice = [Finding("TODO", Place("a.py", n), evidence="# TODO") for n in (1, 5)]
    made = results(sarif.dumps(made_up.account(made_up.verdict(twice))))
    assert len({one["partialFingerprints"]["primaryLocationLineHash"] for one in made}) == 2


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("see [here](1)", "see [here] (1)"),
        ("callbacks[42](0)", "callbacks[42] (0)"),
        ("a[0] and b[1]", "a[0] and b[1]"),
        ("the route /wishes/{id}", "the route /wishes/{id}"),
        ("{0} of {1}", "{ 0} of { 1}"),
        ("${{ github.token }}", "${{ github.token }}"),
        ("back\\slash", "back\\slash"),
    ],
)
def test_nothing_is_a_link_or_a_placeholder(said: str, told: str) -> None:
    found = [Finding(said, Place("a.py", 1), remedy=Remedy("fix", "mend it"))]
    [one] = results(sarif.dumps(made_up.account(made_up.verdict(found))))
    assert one["message"] == {"text": f"{told} (fix: mend it)"}


def test_what_could_not_be_judged_is_a_notification_and_no_alert() -> None:
    crashed = replace(made_up.verdict([], outcome=Outcome.CRASHED), why="KeyError: 3")
    text = sarif.dumps(made_up.account(crashed))
    assert results(text) == []
    assert notified(text) == ["C-1 content/todo: KeyError: 3"]
    assert valid.sarif(text)["runs"][0]["invocations"][0]["executionSuccessful"] is False


def test_version_is_a_semantic_one_or_none() -> None:
    for version, wanted in (("1.2.3", {"semanticVersion": "1.2.3"}), ("1.2.dev3", {"version": "1.2.dev3"}), ("", {})):
        driver = valid.sarif(sarif.dumps(replace(ACCOUNT, version=version)))["runs"][0]["tool"]["driver"]
        assert {key: driver[key] for key in ("version", "semanticVersion") if key in driver} == wanted


@given(st.binary(min_size=1).filter(lambda raw: b"\0" not in raw))
def test_address_leads_back_to_the_bytes_of_the_path(raw: bytes) -> None:
    made = address(raw.decode("utf-8", "surrogateescape"))
    assert made.isascii()
    assert made.isprintable()
    assert ":" not in made
    assert unquote_to_bytes(made) == raw


@given(made_up.TEXT)
@settings(max_examples=40)
def test_whatever_is_said_it_is_valid_and_harmless(text: str) -> None:
    said = sarif.dumps(made_up.said_everywhere(text))
    valid.sarif(said)
    valid.harmless(said)
