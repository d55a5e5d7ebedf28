"""spec/openapi-endpoints over real commits: what base binds, what came and went, prefixes, parts of a tree, what cannot be read."""

from typing import Any

import pytest

from pytest_agentcompliance.errors import NotJudged
from pytest_agentcompliance.rulebook.spec.openapi_endpoints import OpenapiEndpoints
from pytest_agentcompliance.sources import ends, gather
from pytest_agentcompliance.sources.repository import Repository
from pytest_agentcompliance.sources.wanted import Wanted
from pytest_agentcompliance.verdict import Finding
from pytest_agentcompliance.workshop import run_of
from tests.conftest import GitRepo

Files = dict[str, str | bytes | None]
APP = "from fastapi import FastAPI, HTTPException\n\napp = FastAPI()\n"
SPEC = "specs/openapi.yaml"


def route(said: str, *, decorated: str = "", body: str = "return 1") -> str:
    """A route in four lines, the first of them empty: 'GET /users/{id}'."""
    method, path = said.split(" ")
    name = "".join(char if char.isalnum() else "_" for char in said.lower())
    names = ", ".join(part.partition("}")[0] for part in path.split("{")[1:])
    return f"\n@app.{method.lower()}('{path}'{decorated})\ndef {name}({names}):\n    {body}\n"


def code(*said: str) -> str:
    return APP + "".join(map(route, said))


def document(*said: str, head: str = "") -> str:
    """An OpenAPI document in which each operation has two lines, after a head of two lines."""
    return f"openapi: 3.0.3\n{head}paths:\n" + "".join(
        f"  {path}:\n    {method.lower()}: {{responses: {{'200': {{}}}}}}\n" for method, path in (one.split(" ") for one in said)
    )


def judged(repo: GitRepo, before: Files, after: Files, **given: Any) -> tuple[list[Finding], str]:
    base = repo.commit("base", before or {"README.md": "base\n"})
    repo.commit("head", after)
    with Repository(repo.root) as repository:
        run = gather.gather(repository, ends.find(repository, base, "HEAD", {}), OpenapiEndpoints.reads, Wanted())
        found = []
        findings = OpenapiEndpoints(**given).findings_in(run)
        while True:
            try:
                found.append(next(findings))
            except StopIteration as end:
                return found, str(end.value)


def told(repo: GitRepo, before: Files, after: Files, level: str = "breach", **given: Any) -> list[str]:
    return [f"{one.at}: {one.message}" for one in judged(repo, before, after, **given)[0] if one.level == level]


def test_a_new_route_that_the_document_does_not_have(repo: GitRepo) -> None:
    before: Files = {SPEC: document("GET /a", "GET /b"), "app.py": code("GET /a", "GET /b")}
    assert told(repo, before, {"app.py": code("GET /a", "GET /b", "POST /c/{id}")}) == [
        "app.py:13: the code answers POST /c/{id}, and specs/openapi.yaml has no such path"
    ]


def test_what_the_run_wrote_into_the_document_confirms_nothing(repo: GitRepo) -> None:
    before: Files = {SPEC: document("GET /a"), "app.py": code("GET /a")}
    after: Files = {SPEC: document("GET /a", "GET /b"), "app.py": code("GET /a", "GET /b")}
    assert told(repo, before, after) == [
        "app.py:9: the code answers GET /b, and specs/openapi.yaml has no such path; "
        "the run wrote it into the document itself, which confirms nothing"
    ]


def test_what_a_change_may_extend_counts(repo: GitRepo) -> None:
    before: Files = {SPEC: document("GET /a"), "app.py": code("GET /a")}
    after: Files = {SPEC: document("GET /a", "GET /b"), "app.py": code("GET /a", "GET /b")}
    assert told(repo, before, after, within_change=["specs/**"]) == []


@pytest.mark.parametrize(("may", "count"), [([], 1), (["specs/openapi-b.yaml"], 0)])
def test_a_document_that_came_with_the_change_counts_where_it_may(repo: GitRepo, may: list[str], count: int) -> None:
    before: Files = {SPEC: document("GET /a"), "app.py": code("GET /a")}
    after: Files = {"specs/openapi-b.yaml": document("GET /b"), "app.py": code("GET /a", "GET /b")}
    assert len(told(repo, before, after, within_change=may)) == count


def test_the_document_of_the_run_binds_where_base_has_none(repo: GitRepo) -> None:
    found, why = judged(repo, {}, {SPEC: document("GET /a", "GET /c"), "app.py": code("GET /a", "GET /b")})
    assert [f"{one.level} {one.at}" for one in found] == ["breach app.py:9", f"breach {SPEC}:6"]
    assert "base has no document" in why


def test_a_document_that_was_taken_away_still_binds(repo: GitRepo) -> None:
    before: Files = {SPEC: document("GET /a"), "app.py": code("GET /a")}
    assert len(told(repo, before, {SPEC: None, "app.py": code("GET /a", "GET /b")})) == 1


def test_without_a_document_nothing_is_judged(repo: GitRepo) -> None:
    with pytest.raises(NotJudged, match="no OpenAPI document"):
        judged(repo, {"app.py": code("GET /a")}, {"app.py": code("GET /a", "GET /b")})


def test_a_document_of_something_else_judges_nothing(repo: GitRepo) -> None:
    before: Files = {SPEC: document("GET /pets"), "app.py": code("GET /a", "GET /b")}
    with pytest.raises(NotJudged, match="has none of the 3 endpoints that the code has"):
        judged(repo, before, {"app.py": code("GET /a", "GET /b", "GET /c")})


def test_a_document_that_cannot_be_read_judges_nothing(repo: GitRepo) -> None:
    before: Files = {SPEC: "openapi: [", "app.py": code("GET /a")}
    with pytest.raises(NotJudged, match="neither YAML nor JSON"):
        judged(repo, before, {"app.py": code("GET /a", "GET /b")})


def test_a_change_of_something_else_asks_for_no_document(repo: GitRepo) -> None:
    assert judged(repo, {"a.py": "x = 1\n"}, {"a.py": "x = 2\n"}) == ([], "the change touches nothing that declares an endpoint")
    assert told(repo, {"tests/test_a.py": code("GET /a")}, {"tests/test_a.py": code("GET /a", "GET /b")}) == []


def test_what_base_already_had_accuses_nobody(repo: GitRepo) -> None:
    before: Files = {SPEC: document("GET /a", "GET /b"), "app.py": code("GET /a", "GET /old")}
    assert told(repo, before, {"app.py": code("GET /old", "GET /a", "GET /b")}) == []


def test_the_whole_tree_where_it_is_asked_for(repo: GitRepo) -> None:
    before: Files = {SPEC: document("GET /a", "GET /b"), "app.py": code("GET /a", "GET /old"), "x.txt": "1\n"}
    assert [line.partition(":")[0] for line in told(repo, before, {"x.txt": "2\n"}, whole=True)] == ["app.py", SPEC]


def test_a_route_that_moved_is_none_that_came(repo: GitRepo) -> None:
    old = "from fastapi import APIRouter\n\napp = APIRouter()\n" + route("GET /odd")
    main = APP + "from x import app as r\n\napp.include_router(r)\n" + route("GET /a")
    before: Files = {SPEC: document("GET /a"), "x.py": old, "main.py": main}
    assert told(repo, before, {"x.py": None, "y.py": old, "main.py": main.replace("from x", "from y")}) == []


def test_another_prefix_makes_all_endpoints_others(repo: GitRepo) -> None:
    part = "from fastapi import APIRouter\n\napp = APIRouter()\n" + route("GET /a") + route("GET /b")
    main = APP + "from x import app as r\n\napp.include_router(r, prefix='/api')\n"
    before: Files = {SPEC: document("GET /a", "GET /b"), "x.py": part, "main.py": main}
    found, why = judged(repo, before, {"main.py": main.replace("/api", "/v2")})
    assert [f"{one.level} {one.at}" for one in found] == [
        "breach x.py:5", "breach x.py:9", f"breach {SPEC}:4", f"breach {SPEC}:6",
    ]  # fmt: skip
    assert "the code puts /api before the paths of the document" in why


def test_another_method_is_told_once(repo: GitRepo) -> None:
    before: Files = {SPEC: document("GET /a", "PUT /b/{id}"), "app.py": code("GET /a", "PUT /b/{id}")}
    assert told(repo, before, {"app.py": code("GET /a", "PATCH /b/{id}")}) == [
        "app.py:9: the code answers PATCH /b/{id}, and specs/openapi.yaml has PUT there"
    ]


def test_an_endpoint_that_went_is_told_in_the_document(repo: GitRepo) -> None:
    before: Files = {SPEC: document("GET /a", "GET /b"), "app.py": code("GET /a", "GET /b")}
    assert told(repo, before, {"app.py": code("GET /a")}) == [
        f"{SPEC}:6: the document has GET /b, and the change took away what answered it"
    ]


def test_all_are_missing_only_where_the_run_wrote_the_first_routes(repo: GitRepo) -> None:
    documented = document("GET /a", "GET /b", "GET /c")
    assert told(repo, {SPEC: documented, "app.py": code("GET /a")}, {"app.py": code("GET /a", "GET /b")}) == []


def test_the_first_routes_have_to_be_all_but_those_that_are_answered_elsewhere(repo: GitRepo) -> None:
    documented = document("GET /a", "GET /b", "GET /files/{id}") + "    servers: [{url: 'https://files.example'}]\n"
    served = documented.replace("3.0.3\n", "3.0.3\nservers: [{url: 'https://api.example'}]\n")
    assert told(repo, {SPEC: served}, {"app.py": code("GET /a")}) == [
        f"{SPEC}:7: the document has GET /b, and nothing in the code answers it"
    ]


def test_what_is_answered_elsewhere_may_be_named(repo: GitRepo) -> None:
    assert told(repo, {SPEC: document("GET /a", "GET /b/c")}, {"app.py": code("GET /a")}, elsewhere=["b/**"]) == []


def test_a_first_build_may_find_an_application_that_only_answers_for_its_health(repo: GitRepo) -> None:
    documented = document("GET /health", "GET /a", "GET /b", "GET /c")
    before: Files = {SPEC: documented, "app.py": code("GET /health")}
    after: Files = {"app.py": code("GET /health", "GET /v1/a", "GET /v1/b", "GET /v1/d")}
    found, why = judged(repo, before, after)
    assert [str(one.at) for one in found] == ["app.py:17", f"{SPEC}:10"]
    assert "the code puts /v1 before" in why


def test_a_first_build_that_has_nothing_of_the_document_is_all_wrong(repo: GitRepo) -> None:
    found, _ = judged(repo, {SPEC: document("GET /a"), "app.py": code("GET /health")}, {"app.py": code("GET /health", "GET /x")})
    assert [str(one.at) for one in found] == ["app.py:9", f"{SPEC}:4"]


def test_many_that_are_missing_end_with_a_number(repo: GitRepo) -> None:
    documented = document(*(f"GET /a/{number}" for number in range(60)))
    after: Files = {"app.py": code(*(f"GET /a/{number}" for number in range(35)))}
    found, _ = judged(repo, {SPEC: documented}, after)
    assert [one.level for one in found] == ["breach"] * 20 + ["style"]
    assert "have 5 more operations" in found[-1].message


def test_a_run_that_began_is_told_what_is_left_once(repo: GitRepo) -> None:
    documented = document(*(f"GET /a/{number}" for number in range(9)))
    found, _ = judged(repo, {SPEC: documented}, {"app.py": code("GET /a/0", "GET /a/1")})
    assert [(one.level, one.message) for one in found] == [
        ("style", "the run wrote 2 of 9 endpoints of the document; nothing answers GET /a/2, GET /a/3, GET /a/4 and 4 more")
    ]


def test_what_is_missing_is_a_remark_where_declarations_cannot_be_read(repo: GitRepo) -> None:
    found, why = judged(
        repo, {SPEC: document("GET /a", "GET /b")},
        {"app.py": code("GET /a") + "\n@app.get(open('path').read())\ndef read():\n    return 1\n"},
    )  # fmt: skip
    assert [one.level for one in found] == ["style"]
    assert "1 declaration cannot be read" in why


def test_other_names_of_parameters(repo: GitRepo) -> None:
    before: Files = {SPEC: document("GET /a/{userId}", "GET /b/{userId}", "GET /c"), "app.py": code("GET /c", "GET /b/{no}")}
    after: Files = {"app.py": code("GET /c", "GET /b/{no}", "GET /a/{id}")}
    assert told(repo, before, after) == [
        f"app.py:13: GET /a/{{id}} names its parameters otherwise than the document ({SPEC}:4): {{id}} for {{userId}}"
    ]
    assert len(told(repo, before, {"app.py": code("GET /c", "GET /a/{user_id}")}, "style")) == 1


def test_another_success_and_other_failures(repo: GitRepo) -> None:
    before: Files = {SPEC: document("GET /a", "POST /a2", "POST /b"), "app.py": code("GET /a")}
    after = code("GET /a") + route("POST /a2", decorated=", status_code=201") + route("POST /b", body="raise HTTPException(409)")
    found, _ = judged(repo, before, {"app.py": after})
    assert [f"{one.level} {one.at}" for one in found] == ["breach app.py:9", "style app.py:13"]
    assert "answers with 201, and the document (specs/openapi.yaml:6) has 200" in found[0].message
    assert "answers with 409" in found[1].message


@pytest.mark.parametrize(("statuses", "level"), [("breach", "breach"), ("style", "style")])
def test_what_a_success_is_can_be_said(repo: GitRepo, statuses: str, level: str) -> None:
    before: Files = {SPEC: document("GET /a", "POST /b"), "app.py": code("GET /a")}
    after: Files = {"app.py": code("GET /a") + route("POST /b", decorated=", status_code=201")}
    assert [one.level for one in judged(repo, before, after, statuses=statuses)[0]] == [level]


def test_statuses_can_be_left_out(repo: GitRepo) -> None:
    before: Files = {SPEC: document("GET /a", "POST /b"), "app.py": code("GET /a")}
    after: Files = {"app.py": code("GET /a") + route("POST /b", decorated=", status_code=201")}
    assert judged(repo, before, after, statuses="ignore")[0] == []


def test_what_needs_no_document(repo: GitRepo) -> None:
    before: Files = {SPEC: document("GET /a", "GET /api/v1/b"), "app.py": code("GET /a")}
    free = ("GET /", "GET /api/v1/health", "GET /metrics", "HEAD /x", "OPTIONS /y")
    assert told(repo, before, {"app.py": code("GET /a", *free)}) == []
    assert len(told(repo, before, {"app.py": code("GET /a", "GET /users/{id}/metrics", "GET /reports/live")})) == 2


def test_pages_for_people_are_remarks_with_what_belongs_to_them(repo: GitRepo) -> None:
    before: Files = {SPEC: document("GET /a"), "app.py": code("GET /a")}
    router = "from fastapi import APIRouter\n\napp = APIRouter()\n"
    pages = "".join(route(f"GET /{name}", body="return templates.TemplateResponse('a')") for name in ("p", "q"))
    main = code("GET /a") + "\nfrom pages import app as pages\n\napp.include_router(pages)\n"
    after: Files = {"app.py": main, "pages.py": router + pages + route("POST /logout") + route("GET /p.js")}
    found, _ = judged(repo, before, after)
    assert [f"{one.level} {one.at}" for one in found] == ["style pages.py:5", "style pages.py:9", "style pages.py:13"]
    assert "a page for people" in found[0].message


def test_an_endpoint_beside_a_page_is_told(repo: GitRepo) -> None:
    before: Files = {SPEC: document("GET /a"), "app.py": code("GET /a")}
    after: Files = {"app.py": code("GET /a", "GET /b") + route("GET /p", body="return templates.TemplateResponse('a')")}
    assert [one.partition(": ")[0] for one in told(repo, before, after)] == ["app.py:9"]


def test_a_part_that_the_documents_do_not_speak_of_is_left_out(repo: GitRepo) -> None:
    before: Files = {
        SPEC: document("GET /a", "GET /b"), "api/pyproject.toml": "", "api/app.py": code("GET /a", "GET /b"),
        "admin/pyproject.toml": "", "admin/app.py": code("GET /x", "GET /y"),
    }  # fmt: skip
    assert told(repo, before, {"admin/app.py": code("GET /x", "GET /y", "GET /z")}) == []
    assert len(told(repo, before, {"api/app.py": code("GET /a", "GET /b", "GET /z2")})) == 1


def test_a_part_of_which_documents_leave_out_most_is_a_remark(repo: GitRepo) -> None:
    there = [f"GET /x{number}" for number in range(9)]
    before: Files = {SPEC: document("GET /a"), "app.py": code("GET /a", *there)}
    after: Files = {"app.py": code("GET /a", *there, "GET /new")}
    found, _ = judged(repo, before, after)
    assert [one.level for one in found] == ["style"]
    assert "leaves out most" in found[0].message


def test_documents_in_several_files_bind_together(repo: GitRepo) -> None:
    before: Files = {
        "specs/openapi.yaml": "openapi: 3.1.0\npaths:\n  /a: {$ref: paths/a.yaml}\n", "specs/paths/a.yaml": "get: {}\n",
        "specs/openapi-users.json": '{"openapi": "3.0.0", "servers": [{"url": "/v1"}], "paths": {"/users": {"get": {}}}}',
        "app.py": code("GET /a"),
    }  # fmt: skip
    after: Files = {"app.py": code("GET /a", "GET /v1/users", "GET /c"), "specs/paths/a.yaml": "get: {}\npost: {}\n"}
    assert told(repo, before, after) == [
        "app.py:13: the code answers GET /c, and specs/openapi-users.json and 1 more have no such path"
    ]


@pytest.mark.parametrize(
    ("documents", "count"), [(["specs/**"], 1), (["contracts/openapi.yaml"], 1), (["docs/*.json"], 0), (["a.yaml", "!a.yaml"], 0)]
)
def test_a_canary_is_found_wherever_the_documents_lie(documents: list[str], count: int) -> None:
    rule = OpenapiEndpoints(documents=documents)
    canaries = rule.canaries()
    assert len(canaries) == count
    for one in canaries:
        assert [str(found.at) for found in rule.findings_in(run_of(one))] == list(one.finds)


def test_nothing_in_the_code_silences_it(repo: GitRepo) -> None:
    before: Files = {SPEC: document("GET /a"), "app.py": code("GET /a")}
    silent = code("GET /a") + "# agent-compliance: ignore\n# noqa\n" + route("GET /b")
    assert len(told(repo, before, {"app.py": silent})) == 1
