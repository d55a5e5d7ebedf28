"""dependencies/pinned and dependencies/declared over real commits, and what they say."""

import json
from typing import Any

import pytest

from pytest_agentcompliance.rule import Example
from pytest_agentcompliance.rulebook.dependencies.declared import Declared
from pytest_agentcompliance.rulebook.dependencies.pinned import Pinned
from pytest_agentcompliance.sources import ends, gather
from pytest_agentcompliance.sources.repository import Repository
from pytest_agentcompliance.sources.wanted import Wanted
from tests.conftest import GitRepo
from tests.rulebook.said import messages

Files = dict[str, str | bytes | None]


def manifest(*names: str, version: str = "^1.0.0") -> str:
    return json.dumps({"dependencies": dict.fromkeys(names, version)}, indent=1)


def told(repo: GitRepo, before: Files, after: Files, level: str = "breach", **given: Any) -> list[str]:
    base = repo.commit("base", before)
    repo.commit("head", after)
    with Repository(repo.root) as repository:
        run = gather.gather(repository, ends.find(repository, base, "HEAD", {}), Pinned.reads, Wanted())
        return [f"{one.at}: {one.message}" for one in Pinned(**given).findings_in(run) if one.level == level]


def test_one_lock_file_is_one_finding_that_names_a_few(repo: GitRepo) -> None:
    before: Files = {"package.json": manifest("a"), "yarn.lock": "a@1\n"}
    assert told(repo, before, {"package.json": manifest("a", *"bcdefgh")}) == [
        "package.json:4: b, c, d, e, f, ... came in, and yarn.lock was not updated"
    ]


def test_lock_file_of_a_workspace_speaks_for_its_packages(repo: GitRepo) -> None:
    before: Files = {"package.json": '{"workspaces": ["api"]}', "package-lock.json": "{}", "api/package.json": manifest("a")}
    assert told(repo, before, {"api/package.json": manifest("a", "b")}) == [
        "api/package.json:4: b came in, and package-lock.json was not updated"
    ]


def test_lock_file_that_holds_it_already_need_not_change_where_it_names_no_asker(repo: GitRepo) -> None:
    before: Files = {"package.json": manifest("a"), "yarn.lock": "b@^1.0.0:\n"}
    assert told(repo, before, {"package.json": manifest("a", "b")}) == []


def test_package_of_the_repository_itself_needs_no_lock_file(repo: GitRepo) -> None:
    before: Files = {"package.json": manifest("a"), "ui/package.json": '{"name": "@us/ui"}'}
    assert told(repo, before, {"package.json": manifest("a", "@us/ui", version="*")}) == []


def test_package_that_is_held_but_asked_for_by_tag_is_a_remark(repo: GitRepo) -> None:
    after: Files = {"package.json": manifest("b", version="latest"), "pnpm-lock.yaml": "b@1.0.0\n"}
    assert told(repo, {}, after) == []
    assert told(repo, after, {"package.json": manifest("b", "c", version="latest"), "pnpm-lock.yaml": "b@1 c@1\n"}, "style") == [
        "package.json:4: c is asked for as 'latest': only its lock file fixes it"
    ]


def test_project_of_python_with_its_lock_file(repo: GitRepo) -> None:
    project = '[project]\nname = "a"\ndependencies = [\n  "{}",\n]\n'
    before: Files = {"pyproject.toml": project.format("httpx"), "uv.lock": 'name = "httpx"\n'}
    assert told(repo, before, {"pyproject.toml": project.format("redis>=5")}) == [
        "pyproject.toml:4: redis came in, and uv.lock was not updated"
    ]


def test_list_of_what_is_installed_needs_one_version(repo: GitRepo) -> None:
    after: Files = {"requirements.txt": "a~=1.0\nb==1.0\nc>=1,<2\n-r other.txt\n# d\n"}
    assert told(repo, {}, after) == [
        "requirements.txt:1: a is asked for as '~=1.0', and no lock file fixes it",
        "requirements.txt:3: c is asked for as '>=1,<2', and no lock file fixes it",
    ]


def test_images_and_actions_may_be_left_out(repo: GitRepo) -> None:
    after: Files = {"Dockerfile": "FROM nginx\n", ".github/workflows/a.yml": "  - uses: a/b@main\n"}
    assert len(told(repo, {}, after)) == 2
    assert told(repo, {}, {"Dockerfile": "FROM httpd\n", ".github/workflows/a.yml": "  - uses: a/c@main\n"}, images=False,
        actions=False) == []


@pytest.mark.parametrize(
    "line",
    ["FROM node:22", "FROM scratch", "FROM ${BASE}", "from app.models import Model; \\", "FROM a@sha256:00", "FROM x/y:1 AS z",
        "# FROM nginx"],
)
def test_image_is_kept(repo: GitRepo, line: str) -> None:
    assert told(repo, {}, {"Dockerfile": f"{line}\n"}) == []


@pytest.mark.parametrize("line",
    ["uses: actions/checkout@v4", "uses: ./local", "uses: a/b@0123abc", "uses: docker://alpine:3", "run: uses a/b"])
def test_action_is_kept(repo: GitRepo, line: str) -> None:
    assert told(repo, {}, {".github/workflows/a.yml": f"  - {line}\n"}) == []


@pytest.mark.parametrize("path",
    ["package.json", "pyproject.toml", "requirements.txt", "go.mod", "Dockerfile", ".github/workflows/a.yml"])
@pytest.mark.parametrize("data", [b"\0", b"\xff\xfe{", b'{"dependencies": {' * 300, b"uses: " * 3000, b"FROM " * 3000])
def test_odd_manifest_stops_nothing(repo: GitRepo, path: str, data: bytes) -> None:
    assert isinstance(told(repo, {}, {path: data}), list)


def test_report_names_a_package_in_any_spelling() -> None:
    for said in ("added `python-dateutil`", "Python-Dateutil 2.9", "python_dateutil was needed"):
        run = Example("x", after={"requirements.txt": "python-dateutil==2.9.0\n"}, report=f"# Report\n\n{said}\n")
        assert messages(Declared(), run) == []


def test_report_that_names_another_package_names_none() -> None:
    run = Example("x", after={"requirements.txt": "redis==5.0.0\n"}, report="# Report\n\nadded redis-py-cluster and predis\n")
    assert messages(Declared(), run) == ["redis is new, and the report does not name it"]


def test_without_a_report_nothing_is_declared() -> None:
    assert "report" in Declared.needs
