"""GitLab's Code Quality and reviewdog's format: unique fingerprints, every finding with a place, messages that post nothing."""

from hypothesis import given, settings

from pytest_agentcompliance.place import Place
from pytest_agentcompliance.reporters import gitlab, inert, rdjson
from pytest_agentcompliance.reporters.text import shown
from pytest_agentcompliance.verdict import Finding, Remedy
from tests.reporters import made_up, valid


def test_one_finding_under_two_clauses_is_two_issues() -> None:
    """Of two that share a fingerprint GitLab shows one."""
    found = [Finding("TODO", Place("a.py", n), evidence="# TODO") for n in (1, 5)]
    verdicts = [made_up.verdict(found, clause=clause, profile=profile) for clause in ("C-1", "C-2") for profile in ("p", "q")]
    assert len(valid.gitlab(gitlab.dumps(made_up.account(*verdicts)))) == 8


def test_fingerprint_survives_a_moved_line() -> None:
    def prints(line: int) -> set[str]:
        found = [Finding("TODO", Place("a.py", line), evidence="# TODO")]
        return {one["fingerprint"] for one in valid.gitlab(gitlab.dumps(made_up.account(made_up.verdict(found))))}

    assert prints(1) == prints(70)


def test_severities() -> None:
    verdicts = [
        made_up.verdict([Finding("wrong", Place("a.py", 1)), Finding("odd", Place("a.py", 2), "style")]),
        made_up.verdict([Finding("warned", Place("a.py", 3))], "warning", clause="C-2"),
    ]
    account = made_up.account(*verdicts)
    assert [(one["severity"], one["location"]["lines"]["begin"]) for one in valid.gitlab(gitlab.dumps(account))] == [
        ("major", 1), ("minor", 3), ("info", 2),
    ]  # fmt: skip
    assert [one["severity"] for one in valid.rdjson(rdjson.dumps(account))] == ["ERROR", "WARNING", "INFO"]


def test_remedy_is_told() -> None:
    account = made_up.account(made_up.verdict([Finding("wrong", Place("a.py", 1), remedy=Remedy("revert", "take it back"))]))
    [issue], [diagnostic] = valid.gitlab(gitlab.dumps(account)), valid.rdjson(rdjson.dumps(account))
    assert issue["description"] == "C-1: wrong"
    assert issue["content"] == {"body": "says\n\nrevert: take it back"}
    assert diagnostic["message"] == "C-1: wrong (revert: take it back)"


@given(made_up.TEXT)
@settings(max_examples=50)
def test_whatever_is_said_it_is_valid_and_harmless(text: str) -> None:
    account = made_up.said_everywhere(text)
    for said in (gitlab.dumps(account), rdjson.dumps(account)):
        valid.harmless(said)
    valid.gitlab(gitlab.dumps(account))
    for one in valid.rdjson(rdjson.dumps(account)):
        page = valid.Page(valid.rendered(one["message"]))
        assert not page.seen & {"a", "img", "script"}


@given(made_up.TEXT)
def test_message_of_a_review_reads_as_it_is_and_links_nothing(text: str) -> None:
    made = inert.apart(text)
    assert made.replace(inert.APART, "") == shown(text)
    assert not valid.REFERENCES.search(made)
