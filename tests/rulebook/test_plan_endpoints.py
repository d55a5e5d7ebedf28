"""spec/plan-endpoints over real commits: what base binds, what came and went, bodies and errors in Python and TypeScript."""

from typing import Any

import pytest

from pytest_agentcompliance.errors import NotJudged
from pytest_agentcompliance.rulebook.spec.plan_endpoints import PlanEndpoints
from pytest_agentcompliance.sources import ends, gather
from pytest_agentcompliance.sources.repository import Repository
from pytest_agentcompliance.sources.wanted import Wanted
from pytest_agentcompliance.verdict import Finding
from tests.conftest import GitRepo

Files = dict[str, str | bytes | None]
PLAN = "docs/plans/backend-plan.md"
EXPRESS = "import express from 'express';\nimport { z } from 'zod';\nimport { find } from './service';\n\nconst app = express();\n"


def judged(repo: GitRepo, before: Files, after: Files, **given: Any) -> tuple[list[Finding], str]:
    base = repo.commit("base", before or {"README.md": "base\n"})
    repo.commit("head", after)
    with Repository(repo.root) as repository:
        wanted = Wanted(globs={"plan": (PLAN,)})
        run = gather.gather(repository, ends.find(repository, base, "HEAD", {}), PlanEndpoints.reads, wanted)
        found = []
        findings = PlanEndpoints(**given).findings_in(run)
        while True:
            try:
                found.append(next(findings))
            except StopIteration as end:
                return found, str(end.value)


def told(repo: GitRepo, before: Files, after: Files, level: str = "breach", **given: Any) -> list[str]:
    return [f"{one.at}: {one.message}" for one in judged(repo, before, after, **given)[0] if one.level == level]


def plan(*said: str) -> str:
    return "# Plan\n\n## API endpoints\n\n" + "\n\n".join(f"### {one}" for one in said) + "\n"


def route(method: str, path: str, body: str = "res.json({ id: 1 });") -> str:
    return f"app.{method}('{path}', (req, res) => {{\n  {body}\n}});\n"


def test_what_only_the_run_wrote_counts_where_base_has_none(repo: GitRepo) -> None:
    found, why = judged(repo, {}, {PLAN: plan("GET /a", "GET /b"), "app.ts": EXPRESS + route("get", "/a") + route("get", "/b")})
    assert found == []
    assert why.startswith("2 of 2 planned endpoints are there, of which the change built 2")
    assert why.endswith("; base has no plan, so that the run is held to its own")


def test_what_the_run_wrote_into_the_plan_confirms_nothing(repo: GitRepo) -> None:
    before: Files = {PLAN: plan("GET /a")}
    after: Files = {PLAN: plan("GET /a", "POST /refunds"), "app.ts": EXPRESS + route("get", "/a") + route("post", "/refunds")}
    assert told(repo, before, after) == ["app.ts:9: the code answers POST /refunds, and the plan has no such path"]


def test_bodies_of_typescript(repo: GitRepo) -> None:
    made = 'POST /a\n\nRequest: `{ "name": "x", "size": 1 }`\n\nResponse 201: `{ id, name }`'
    said = plan(made, "GET /b\n\nResponse: `{ id, total }`")
    schema = "const Made = z.object({ name: z.string(), colour: z.string(), note: z.string().optional() });\n"
    code = EXPRESS + schema + (
        "app.post('/a', (req, res) => {\n  const given = Made.parse(req.body);\n  res.status(201).json({ id: 1 });\n});\n"
        "app.get('/b', (req, res) => {\n  res.json({ ...find(), id: 1 });\n});\n"
    )
    assert told(repo, {PLAN: said}, {"app.ts": code}) == [
        f"app.ts:6: POST /a takes size in the plan ({PLAN}:7), and Made has no such field",
        f"app.ts:6: POST /a demands colour, which the plan ({PLAN}:7) does not have",
        f"app.ts:7: POST /a answers with name in the plan ({PLAN}:9), and the object there has no such field",
    ]


@pytest.mark.parametrize(
    ("service", "finds"),
    [
        ("export const find = () => 1;\n", True),
        ("export const find = () => {\n  throw new AlreadyTaken('x');\n};\n", False),
        ("// 409 is another's matter\nexport const find = () => 1;\n", True),
        ("import { Taken } from './errors';\nexport const find = () => {\n  throw new Taken('x');\n};\n", False),
        ("import { Other } from './errors';\nexport const find = () => {\n  throw new Other('x');\n};\n", True),
    ],
)
def test_an_error_may_be_raised_where_the_handler_leads_to(repo: GitRepo, service: str, finds: bool) -> None:
    errors = (
        "export class Taken extends Error {\n  statusCode = 409;\n}\n\nexport class Other extends Error {\n  statusCode = 418;\n}\n"
    )
    said = plan("GET /a\n\nErrors:\n- 409: somebody has it\n- 500: broken")
    after: Files = {"app.ts": EXPRESS + route("get", "/a", "res.json(find());"), "service.ts": service, "errors.ts": errors}
    found = told(repo, {PLAN: said}, after)
    assert (found != []) == finds
    assert all(one.startswith(f"{PLAN}:8: GET /a lists the error 409 in the plan") for one in found)


def test_what_base_already_had_otherwise_is_no_news(repo: GitRepo) -> None:
    said = plan("GET /a\n\nResponse: `{ id, name }`\n\nErrors: 404, 409", "GET /b")
    old = EXPRESS + route("get", "/a")
    assert told(repo, {PLAN: said, "app.ts": old}, {"app.ts": old + route("get", "/b")}) == []


def test_what_a_change_breaks_is(repo: GitRepo) -> None:
    said = plan("GET /a\n\nResponse: `{ id, name }`", "GET /b")
    old = EXPRESS + route("get", "/a", "res.json({ id: 1, name: 'x' });") + route("get", "/b")
    assert told(repo, {PLAN: said, "app.ts": old}, {"app.ts": old.replace(", name: 'x'", "")}) == [
        f"app.ts:6: GET /a answers with name in the plan ({PLAN}:7), and the object there has no such field"
    ]


def test_another_version_before_all_paths(repo: GitRepo) -> None:
    said = plan("GET /api/v1/a", "GET /api/v1/b")
    code = EXPRESS + route("get", "/api/a") + route("get", "/api/b")
    assert told(repo, {PLAN: said}, {"app.ts": code}) == []
    assert len(told(repo, {PLAN: said}, {"app.ts": code + "// more\n"}, "style")) == 0


def test_a_route_for_whatever_lies_below_is_a_remark(repo: GitRepo) -> None:
    code = EXPRESS + route("get", "/a") + route("get", "/b") + route("all", "/later/*", "res.status(501).end();")
    after: Files = {"app.ts": code}
    assert told(repo, {PLAN: plan("GET /a", "GET /b")}, after) == []


def test_a_stub_for_all_that_lies_below_answered_nothing(repo: GitRepo) -> None:
    said = plan("GET /a/b", "GET /a/c", "GET /a/d")
    stub = EXPRESS + route("get", "/a/d") + route("all", "/a/*", "res.status(501).end();")
    assert told(repo, {PLAN: said, "app.ts": stub}, {"app.ts": EXPRESS + route("get", "/a/d") + route("get", "/a/b")}) == []


def test_a_plan_that_leaves_most_out_is_told_so_once(repo: GitRepo) -> None:
    code = EXPRESS + "".join(route("get", f"/{name}") for name in "abcd")
    assert told(repo, {PLAN: plan("GET /a")}, {"app.ts": code}, "style") == [
        "app.ts:9: the plan leaves out most of what the change built: GET /b, GET /c and GET /d"
    ]


def test_a_plan_of_all_that_base_answers_speaks_of_one_more_too(repo: GitRepo) -> None:
    old = EXPRESS + route("get", "/a") + route("get", "/b")
    after: Files = {"app.ts": old + route("post", "/refunds")}
    assert told(repo, {PLAN: plan("GET /a", "GET /b"), "app.ts": old}, after) == [
        "app.ts:12: the code answers POST /refunds, and the plan has no such path"
    ]


NEXT = "import { NextResponse } from 'next/server'\n"
REFUSED = "export async function GET() {\n  return NextResponse.json({ error: 'Use POST' }, { status: 405 })\n}\n"


@pytest.mark.parametrize("more", ["", "  if (ready) return NextResponse.json({ id: 1 })\n"])
def test_a_handler_that_only_says_that_its_method_is_not_there(repo: GitRepo, more: str) -> None:
    files: Files = {"package.json": '{"dependencies": {"next": "15.0.0"}}\n'}
    refused = REFUSED.replace("  return", f"{more}  return")
    for name in ("a", "b/[id]"):
        files[f"app/api/{name}/route.ts"] = NEXT + "export async function POST() {\n  return NextResponse.json({})\n}\n" + refused
    found = told(repo, {PLAN: plan("POST /api/a", "POST /api/b/[id]")}, files)
    assert [one.partition(" ")[0] for one in found] == (["app/api/a/route.ts:5:", "app/api/b/[id]/route.ts:5:"] if more else [])


def test_a_path_that_the_plan_writes_without_its_method_is_a_remark(repo: GitRepo) -> None:
    old = EXPRESS + route("get", "/a/x") + route("get", "/b/x")
    said = plan("GET /a/x", "GET /b/x") + "\n| Stream | About |\n|---|---|\n| `/stream/{id}` | live |\n"
    after: Files = {"app.ts": old + route("get", "/stream/:key")}
    assert told(repo, {PLAN: said, "app.ts": old}, after) == []


def test_a_plan_of_which_a_part_cannot_be_read_accuses_no_new_endpoint(repo: GitRepo) -> None:
    old = EXPRESS + route("get", "/a") + route("get", "/b")
    said = plan("GET /a", "GET /b") + "\n## Admin endpoints\n\nAs agreed.\n"
    after: Files = {"app.ts": old + route("post", "/refunds")}
    assert told(repo, {PLAN: said, "app.ts": old}, after) == []
    assert told(repo, {PLAN: said, "app.ts": old}, {"app.ts": old + route("post", "/more")}, "style") == [
        f"app.ts:12: the code answers POST /more, and the plan has no such path; {PLAN}:9 could not be read"
    ]


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("# Plan\n\nBuild it well.\n", f"{PLAN} names no endpoint to be built that could be read"),
        (plan("GET /other"), f"{PLAN} has none of the 1 endpoints that the code has"),
    ],
)
def test_what_says_too_little_is_not_judged(repo: GitRepo, said: str, why: str) -> None:
    with pytest.raises(NotJudged, match=why):
        told(repo, {PLAN: said}, {"app.ts": EXPRESS + route("get", "/a")})


def test_no_plan_is_not_judged_and_no_endpoint_is_kept(repo: GitRepo) -> None:
    with pytest.raises(NotJudged, match=r"there is no plan at docs/plans/backend-plan\.md"):
        told(repo, {}, {"app.ts": EXPRESS + route("get", "/a")})
    assert told(repo, {"x.py": "a = 1\n"}, {"x.py": "a = 2\n"}) == []


def test_parameters_turn_parts_of_it_down(repo: GitRepo) -> None:
    said = plan("GET /a\n\nResponse: `{ id, name }`\n\nErrors: 409")
    after: Files = {"app.ts": EXPRESS + route("get", "/a") + route("get", "/b")}
    off = {"unplanned": "ignore", "bodies": "ignore", "errors": "ignore"}
    assert told(repo, {PLAN: said}, after, **off) == []
    repo.commit("again", {"app.ts": None})
    assert len(told(repo, {"y.md": "x\n"}, after)) == 3
