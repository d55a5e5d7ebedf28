"""spec/schemas-imported over real commits: what is new, what the specification has, what nobody could read."""

from typing import Any

import pytest

from pytest_agentcompliance.errors import NotJudged
from pytest_agentcompliance.rulebook.spec.schemas_imported import SchemasImported
from pytest_agentcompliance.sources import ends, gather
from pytest_agentcompliance.sources.repository import Repository
from pytest_agentcompliance.sources.wanted import Wanted
from tests.conftest import GitRepo

Files = dict[str, str | bytes | None]
USER = "import { z } from 'zod'\nexport const UserSchema = z.object({\n  email: z.string(),\n  born: z.date(),\n})\n"
SPEC: Files = {"specs/schemas/user.ts": USER}


def told(repo: GitRepo, before: Files, after: Files, **given: Any) -> list[str]:
    base = repo.commit("base", before)
    repo.commit("head", after)
    with Repository(repo.root) as repository:
        run = gather.gather(repository, ends.find(repository, base, "HEAD", {}), SchemasImported.reads, Wanted())
        return [f"{one.level} {one.at}: {one.message}" for one in SchemasImported(**given).findings_in(run)]


def test_message_says_where_the_specification_has_it(repo: GitRepo) -> None:
    assert told(repo, SPEC, {"src/user.ts": USER.replace("z.date(),\n", "z.date(),\n  at: z.date(),\n")}) == [
        "breach src/user.ts:2: UserSchema is made here, and specs/schemas/user.ts:2 has UserSchema with its name and some of its "
        "fields (email, born)"
    ]


def test_schema_that_moved_or_got_a_field_is_not_new(repo: GitRepo) -> None:
    before: Files = {**SPEC, "src/a.ts": USER, "src/b.ts": USER.replace("User", "Member")}
    after: Files = {"src/a.ts": None, "src/moved/a.ts": USER, "src/b.ts": USER.replace("User", "Member").replace("born", "age")}
    assert told(repo, before, after) == []


def test_second_copy_of_a_schema_is_new(repo: GitRepo) -> None:
    after: Files = {"src/a.ts": None, "src/b.ts": USER, "src/c.ts": USER}
    assert len(told(repo, {**SPEC, "src/a.ts": USER}, after)) == 1


def test_what_the_run_itself_wrote_among_the_specification_does_not_count(repo: GitRepo) -> None:
    with pytest.raises(NotJudged, match="base has no schema"):
        told(repo, {"README.md": "a\n"}, {**SPEC, "src/user.ts": USER})


def test_change_without_schemas_is_kept_where_there_is_no_specification(repo: GitRepo) -> None:
    assert told(repo, {"README.md": "a\n"}, {"src/user.ts": "export const a = Object.keys({})\n"}) == []


def test_specification_may_lie_elsewhere(repo: GitRepo) -> None:
    before: Files = {"packages/contracts/user.py": "from pydantic import BaseModel\nclass User(BaseModel):\n    email: str\n"}
    after: Files = {"app/user.py": "from pydantic import BaseModel\nclass UserModel(BaseModel):\n    email: str\n"}
    assert [one.partition(":")[0] for one in told(repo, before, after, schemas=["packages/contracts/**"])] == ["breach app/user.py"]


def test_specification_that_moved_as_a_whole_is_another_rules_matter(repo: GitRepo) -> None:
    kept: Files = {"specs/schemas/kept.ts": "export const Kept = z.object({ a: z.string() })\n"}
    after: Files = {"specs/schemas/user.ts": None, "src/user.ts": USER.replace("z.date()", "z.string()")}
    assert told(repo, {**SPEC, **kept}, after) == []


def test_subclass_and_spread_of_the_specification_are_kept(repo: GitRepo) -> None:
    model = "from pydantic import BaseModel\nclass User(BaseModel):\n    email: str\n    age: int\n"
    before: Files = {"specs/schemas/user.py": model}
    after: Files = {
        "src/user.py": "from specs.schemas.user import User as Base\nfrom specs.schemas import user\n"
        "class User(user.User):\n    email: str\n    age: int\n"
    }
    assert told(repo, before, after) == []


def test_link_and_binary_are_read_as_nothing(repo: GitRepo) -> None:
    assert told(repo, SPEC, {"src/user.ts": b"\0\xff object( z.object({ \xfe"}) == []


def test_what_was_built_beside_its_source_is_kept(repo: GitRepo) -> None:
    source = USER.replace("UserSchema", "Base").replace("email", "mail").replace("born", "b")
    assert told(repo, {**SPEC, "src/user.ts": source}, {"src/user.js": USER, "dist2/user.js": USER}) == []


@pytest.mark.parametrize(("given", "paths"), [
    ({}, {"specs/schemas/user.ts"}), ({"schemas": ["packages/contracts/**"]}, {"packages/contracts/canary.ts"}),
    ({"schemas": ["contracts/*.py"]}, set()),
])  # fmt: skip
def test_canary_lies_where_the_specification_does(repo: GitRepo, given: dict[str, Any], paths: set[str]) -> None:
    found = SchemasImported(**given).canaries()[:1]
    assert {path for one in found for path in one.before} == paths
    for one in found:
        said = told(repo, dict(one.before), dict(one.after), **given)
        assert tuple(line.split(" ")[1].rstrip(":") for line in said) == one.finds
