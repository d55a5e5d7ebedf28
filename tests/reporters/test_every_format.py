"""Each format of one audit: of every demo, held to its schema; of a hostile repository, harmless and without its secret."""

import json as plain_json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes

import jsonschema
import pytest

from pytest_agentcompliance.reporters import formats, json, schema, text
from pytest_agentcompliance.reporters.account import Account
from tests.faces import AWAKE, Judged, stand_in
from tests.reporters import hostile, valid
from tests.reporters.conftest import DEMOS

pytestmark = pytest.mark.skipif(os.name == "nt", reason="no file there can have such a name")


@pytest.fixture
def judged(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Judged:
    return stand_in(tmp_path, monkeypatch)


def made(name: str, account: Account) -> str:
    if name == "text":
        return "".join(f"{line}\n" for _, line in text.lines(account.audit, verbose=True))
    return json.dumps(account.audit) if name == "json" else formats.dumps(name, account)


def found(account: Account) -> int:
    return sum(len(one.findings) for one in account.audit.verdicts)


def check_text(said: str, account: Account) -> None:
    assert said.endswith(f"{text.closing(account.audit)[1]}\n")


def check_json(said: str, account: Account) -> None:
    jsonschema.Draft202012Validator(schema.schema()).validate(plain_json.loads(said))
    assert json.dumps(json.loads(said)) == said


def check_sarif(said: str, account: Account) -> None:
    runs = valid.sarif(said)["runs"]
    results = [one for run in runs for one in run["results"]]
    assert len(results) == found(account) + sum(len(one.excused) for one in account.audit.verdicts)
    assert {run["automationDetails"]["id"].split("/")[1] for run in runs} == {one.profile for one in account.audit.verdicts}


def check_gitlab(said: str, account: Account) -> None:
    assert len(valid.gitlab(said)) == found(account)


def check_rdjson(said: str, account: Account) -> None:
    assert len(valid.rdjson(said)) == found(account)


def check_github(said: str, account: Account) -> None:
    assert valid.github(said)
    assert said.endswith(f"{text.closing(account.audit)[1]}\n")


def check_markdown(said: str, account: Account) -> None:
    page = valid.markdown(said)
    assert {one.clause for one in account.audit.verdicts if one.breaks} <= set(re.findall(r"[A-Z]+\d*-\d+", page.text))


def check_summary(said: str, account: Account) -> None:
    assert valid.summary(said).text


def check_html(said: str, account: Account) -> None:
    assert said.lower().startswith("<!doctype html>")
    assert "src=\"http" not in said


def check_svr(said: str, account: Account) -> None:
    assert plain_json.loads(said)["predicateType"] == "https://in-toto.io/attestation/svr/v0.2"


CHECKS: dict[str, Callable[[str, Account], None]] = {
    "text": check_text, "json": check_json, "sarif": check_sarif, "github": check_github, "github-summary": check_summary,
    "gitlab": check_gitlab, "rdjson": check_rdjson, "markdown": check_markdown, "html": check_html, "svr": check_svr,
}  # fmt: skip


def test_every_format_is_checked() -> None:
    assert set(CHECKS) == set(formats.FORMATS)


@pytest.mark.walk
@pytest.mark.parametrize(("show", "run"), DEMOS)
def test_every_demo_in_every_format(account_of: Callable[[str, str], Account], show: str, run: str) -> None:
    account = account_of(show, run)
    assert found(account)
    for name, check in CHECKS.items():
        said = made(name, account)
        check(said, account)
        assert made(name, account) == said, f"{name}: the same account gives the same bytes"


@pytest.mark.parametrize("name", CHECKS)
def test_no_secret_is_in_any_byte(hostile_account: Account, name: str) -> None:
    assert "out/[masked: GitHub token].ts" in made("json", hostile_account)
    assert hostile.SHOWN not in made(name, hostile_account)


@pytest.mark.parametrize("name", CHECKS)
def test_hostile_repository_is_valid_in_every_format(hostile_account: Account, name: str) -> None:
    """What is put between markers of a terminal or a log is what stands there."""
    assert found(hostile_account) > 2 * len(hostile.ATTACKS)
    said = made(name, hostile_account)
    CHECKS[name](said, hostile_account)
    valid.harmless(said)
    for line in said.split("\n"):
        assert not re.match(r"\s*::(?!error |warning |notice )", line), line
        assert "##[" not in line, line
        assert "##vso[" not in line, line


def test_sarif_leads_to_the_very_file(hostile_account: Account) -> None:
    results = [one for run in valid.sarif(made("sarif", hostile_account))["runs"] for one in run["results"]]
    uris = {one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for one in results}
    paths = {unquote_to_bytes(uri) for uri in uris}
    wanted = {name.encode("utf-8", "surrogateescape") for name in hostile.names() if hostile.TOKEN not in name}
    assert wanted <= paths


def test_gitlab_and_rdjson_have_the_path_as_it_is(hostile_account: Account) -> None:
    for said in (valid.gitlab(made("gitlab", hostile_account)), valid.rdjson(made("rdjson", hostile_account))):
        paths = {one["location"]["path"] for one in said}
        assert {name for name in hostile.names() if hostile.TOKEN not in name and "\udcff" not in name} <= paths


def test_a_page_shows_hostile_names_as_they_are_escaped(hostile_account: Account) -> None:
    page = valid.summary(made("github-summary", hostile_account))
    shown = page.text.replace("\u200b", "")
    assert sum(text.shown(name) in shown for name in hostile.names()) > 15
    assert "::error::at the root" not in shown
    assert "\\x3a:error::at the root" in shown


@pytest.mark.walk
@pytest.mark.parametrize(("show", "run"), dict(reversed(DEMOS)).items())
def test_junit_of_every_demo(
    account_of: Callable[[str, str], Account], show: str, run: str, pytester: pytest.Pytester, judged: Judged
) -> None:
    check_junit(account_of(show, run), pytester, judged)


def test_junit_of_what_is_hostile(hostile_account: Account, pytester: pytest.Pytester, judged: Judged) -> None:
    said = check_junit(hostile_account, pytester, judged)
    assert hostile.SHOWN not in said
    valid.harmless(said)


def check_junit(account: Account, pytester: pytest.Pytester, judged: Judged) -> str:
    judged(account.audit)
    pytester.runpytest_inprocess(*AWAKE, "--junitxml=j.xml", "-q")
    said = (pytester.path / "j.xml").read_text("utf-8")
    cases = valid.junit(said)
    wanted: list[dict[str, Any]] = []
    for one in account.audit.verdicts:
        facts = {"clause": [one.clause], "rule": [one.rule], "severity": [one.severity], "outcome": [str(one.outcome)]}
        facts |= {"section": [text.shown(one.section)]} if one.section else {}
        prints = [each.fingerprint for each in one.findings[:50]]
        wanted.append(facts | ({"fingerprint": prints} if prints else {}))
    assert cases == wanted
    return said
