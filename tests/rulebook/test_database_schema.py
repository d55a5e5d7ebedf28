"""spec/database-schema over real commits: what base binds, what came and went, several contracts, what cannot be judged."""

import json
from typing import Any

import pytest

from pytest_agentcompliance.errors import NotJudged
from pytest_agentcompliance.rulebook.spec.database_schema import MOST, DatabaseSchema
from pytest_agentcompliance.sources import ends, gather
from pytest_agentcompliance.sources.repository import Repository
from pytest_agentcompliance.sources.wanted import Wanted
from pytest_agentcompliance.verdict import Finding
from tests.conftest import GitRepo

Files = dict[str, str | bytes | None]
SPEC = "specs/database-schema.json"
KEY = "primary_key=True"


def spec(**models: str) -> str:
    """A contract of models, each with the names of its fields: those are numbers, ``id`` is the key."""
    said = {
        name: {"properties": {one: {"type": "integer"} for one in fields.split()}, "required": fields.split(), "primaryKey": ["id"]}
        for name, fields in models.items()
    }
    return json.dumps({"definitions": said})


def prisma(**models: str) -> str:
    return "".join(
        f"model {name} {{\n" + "".join(f"  {one} Int{' @id' * (one == 'id')}\n" for one in fields.split()) + "}\n"
        for name, fields in models.items()
    )


def alchemy(**models: str) -> str:
    return "from sqlalchemy import Column, Integer\n" + "".join(
        f"\n\nclass {name}(Base):\n    __tablename__ = '{name.lower()}s'\n"
        + "".join(f"    {one} = Column(Integer, {KEY if one == 'id' else 'nullable=False'})\n" for one in fields.split())
        for name, fields in models.items()
    )


def judged(repo: GitRepo, before: Files, after: Files, **given: Any) -> tuple[list[Finding], str]:
    base = repo.commit("base", before or {"README.md": "base\n"})
    repo.commit("head", after)
    with Repository(repo.root) as repository:
        run = gather.gather(repository, ends.find(repository, base, "HEAD", {}), DatabaseSchema.reads, Wanted())
        found = []
        findings = DatabaseSchema(**given).findings_in(run)
        while True:
            try:
                found.append(next(findings))
            except StopIteration as end:
                return found, str(end.value)


def told(repo: GitRepo, before: Files, after: Files, **given: Any) -> list[str]:
    return [f"{one.at}: {one.message}" for one in judged(repo, before, after, **given)[0] if one.level == "breach"]


def test_only_what_the_change_did_accuses(repo: GitRepo) -> None:
    before: Files = {SPEC: spec(User="id age"), "a.prisma": prisma(User="id old")}
    after: Files = {"a.prisma": prisma(User="id old new")}
    assert told(repo, before, after) == ["a.prisma:4: User: the field new is not in the schema JSON"]


def test_with_whole_everything_does(repo: GitRepo) -> None:
    before: Files = {SPEC: spec(User="id age"), "a.prisma": prisma(User="id old")}
    assert told(repo, before, {"README.md": "a\n"}, whole=True) == [
        "a.prisma:3: User: the field old is not in the schema JSON", "a.prisma:1: User: the field age is missing"
    ]  # fmt: skip


def test_the_contract_is_that_of_base(repo: GitRepo) -> None:
    before: Files = {SPEC: spec(User="id"), "a.prisma": prisma(User="id")}
    after: Files = {SPEC: spec(User="id age"), "a.prisma": prisma(User="id age")}
    found, why = judged(repo, before, after)
    assert [one.message for one in found] == ["User: the field age is not in the schema JSON"]
    assert why == "1 models were held to specs/database-schema.json as base has it"


def test_a_contract_that_only_the_run_wrote_counts_and_is_said(repo: GitRepo) -> None:
    found, why = judged(repo, {}, {SPEC: spec(User="id age"), "a.prisma": prisma(User="id")})
    assert [one.message for one in found] == ["User: the field age is missing"]
    assert why == "1 models were held to specs/database-schema.json, which only the run itself wrote"


def test_the_first_models_have_to_be_all(repo: GitRepo) -> None:
    assert told(repo, {SPEC: spec(User="id", Post="id")}, {"app/models.py": alchemy(User="id")}) == [
        f"{SPEC}:1: the model Post is not in the code"
    ]


def test_later_ones_need_not_be(repo: GitRepo) -> None:
    before: Files = {SPEC: spec(User="id", Post="id", Tag="id"), "app/user.py": alchemy(User="id")}
    assert told(repo, before, {"app/post.py": alchemy(Post="id")}) == []


def test_a_model_that_is_taken_away_is_missing(repo: GitRepo) -> None:
    before: Files = {SPEC: spec(User="id", Post="id"), "app/user.py": alchemy(User="id"), "app/post.py": alchemy(Post="id")}
    assert told(repo, before, {"app/post.py": None}) == [f"{SPEC}:1: the model Post is not in the code"]


def test_a_model_that_goes_from_one_tool_to_another_is_kept(repo: GitRepo) -> None:
    before: Files = {SPEC: spec(User="id age"), "app/user.py": alchemy(User="id age")}
    assert told(repo, before, {"app/user.py": None, "prisma/schema.prisma": prisma(User="id age")}) == []


def test_columns_of_a_mixin_in_a_file_beside_it(repo: GitRepo) -> None:
    mixin = "from sqlalchemy import Column, Integer\n\n\nclass Aged:\n    age = Column(Integer, nullable=False)\n"
    models = alchemy(User="id").replace("(Base)", "(Aged, Base)")
    before: Files = {SPEC: spec(User="id age"), "app/mixins.py": mixin}
    assert told(repo, before, {"app/models.py": "from app.mixins import Aged\n" + models}) == []
    assert told(repo, {}, {"app/mixins.py": mixin.replace("age =", "size =")}) == [
        "app/models.py:5: User: the field size is not in the schema JSON", "app/models.py:5: User: the field age is missing"
    ]  # fmt: skip


def test_each_part_of_a_tree_has_its_own_contract(repo: GitRepo) -> None:
    before: Files = {
        SPEC: spec(User="id"), f"shop/{SPEC}": spec(Order="id"),
        "api/a.prisma": prisma(User="id"), "shop/a.prisma": prisma(Order="id"),
    }  # fmt: skip
    after: Files = {"api/a.prisma": prisma(User="id", Order="id"), "shop/a.prisma": prisma(Order="id n")}
    assert sorted(told(repo, before, after)) == [
        "api/a.prisma:4: the model Order is not in the schema JSON", "shop/a.prisma:3: Order: the field n is not in the schema JSON"
    ]  # fmt: skip


@pytest.mark.parametrize(
    "path",
    ["tests/a.prisma", "docs/a.prisma", "specs/schema.prisma", "templates/a.prisma", "examples/a.prisma"],
)
def test_models_of_no_database_are_passed_over(repo: GitRepo, path: str) -> None:
    before: Files = {SPEC: spec(User="id"), "a.prisma": prisma(User="id")}
    assert told(repo, before, {path: prisma(Other="id")}) == []


def test_a_change_without_models_is_kept(repo: GitRepo) -> None:
    before: Files = {SPEC: spec(User="id age"), "a.prisma": prisma(User="id")}
    assert judged(repo, before, {"a.py": "a = 1\n"}) == ([], "the change touches no model")
    assert judged(repo, {}, {"README.md": "more\n"}) == ([], "the change touches no file that could hold a model")


def test_without_a_contract_it_is_not_judged(repo: GitRepo) -> None:
    with pytest.raises(NotJudged, match="there is no schema JSON to hold the models to"):
        judged(repo, {}, {"a.prisma": prisma(User="id")})


def test_with_a_broken_contract_it_is_not_judged(repo: GitRepo) -> None:
    with pytest.raises(NotJudged, match="is no JSON that could be read"):
        judged(repo, {SPEC: "{"}, {"a.prisma": prisma(User="id")})


def test_the_whole_without_models_is_not_judged(repo: GitRepo) -> None:
    with pytest.raises(NotJudged, match="no model of Prisma"):
        judged(repo, {SPEC: spec(User="id")}, {"a.py": "a = 1\n"}, whole=True)


def test_a_contract_elsewhere_is_named(repo: GitRepo) -> None:
    before: Files = {"shop/db/contract.json": spec(User="id"), "a.prisma": prisma(User="id"), "shop/a.prisma": prisma(User="id")}
    after: Files = {"a.prisma": prisma(User="id n"), "shop/a.prisma": prisma(User="id m")}
    assert told(repo, before, after, documents=["**/contract.json"]) == [  # it binds what lies beside the folder that it is in
        "shop/a.prisma:3: User: the field m is not in the schema JSON"
    ]


def test_there_is_an_end_to_the_findings(repo: GitRepo) -> None:
    many = " ".join(f"n{n}" for n in range(MOST * 2))
    before: Files = {SPEC: spec(User="id"), "a.prisma": prisma(User="id")}
    assert len(told(repo, before, {"a.prisma": prisma(User=f"id {many}")})) == MOST


def test_a_finding_keeps_its_fingerprint_when_lines_move(repo: GitRepo) -> None:
    before: Files = {SPEC: spec(User="id"), "a.prisma": prisma(User="id")}
    first, _ = judged(repo, before, {"a.prisma": prisma(User="id n")})
    second, _ = judged(repo, {"a.prisma": prisma(User="id")}, {"a.prisma": "// more\n\n" + prisma(User="id n")})
    assert [one.evidence for one in first] == [one.evidence for one in second] == ["user extra field n"]
