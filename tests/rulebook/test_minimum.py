"""files/minimum on what an Example cannot say in one line."""

import pytest

from pytest_agentcompliance.errors import NotJudged
from pytest_agentcompliance.rulebook.files.minimum import Minimum
from tests.rulebook.said_of import judged

EXPRESS = '{"name": "shop", "dependencies": {"express": "^4.0.0"}}\n'
PRISMA = '{"name": "shop", "dependencies": {"express": "^4.0.0", "prisma": "^5.0.0"}}\n'
TEN = {f"src/f{n}.ts": f"export const f{n} = 1\n" for n in range(10)}


def said(before: dict[str, str], after: dict[str, str], rule: Minimum | None = None) -> list[tuple[str, str]]:
    return [(str(one.at), one.message) for one in judged(rule or Minimum(), before, after)[0] if one.level == "breach"]


def test_what_is_said() -> None:
    assert said({}, {"package.json": PRISMA, "src/a.ts": "1\n"}) == [
        ("package.json", "the application has 1 source file with text; an application has 10 at least"),
        ("package.json", "package.json names prisma, and no file describes the database"),
    ]
    assert judged(Minimum(), {}, {"package.json": EXPRESS, **TEN})[1] == "the application: node in the root"


def test_no_code_is_not_judged() -> None:
    with pytest.raises(NotJudged):
        judged(Minimum(), {}, {"README.md": "a\n", "package.json": EXPRESS})
    with pytest.raises(NotJudged):
        judged(Minimum(stack="python"), {}, {"package.json": EXPRESS, "src/a.ts": "1\n"})


def test_a_service_beside_an_application_is_a_part_of_it() -> None:
    root = {"package.json": '{"name": "all"}\n', **TEN}
    assert said(root, {"services/mock/package.json": EXPRESS, "services/mock/src/a.ts": "1\n"}) == []


def test_a_service_in_a_tree_whose_code_lies_elsewhere_is_shown() -> None:
    root = {"package.json": '{"name": "all"}\n', **{f"app/f{n}.tsx": "1\n" for n in range(40)}}
    findings, _ = judged(Minimum(), root, {"proxy/package.json": EXPRESS, "proxy/src/a.ts": "1\n"})
    assert [(one.level, str(one.at)) for one in findings] == [("style", "proxy/package.json")]


def test_tests_and_types_count_as_the_spec_counts() -> None:
    nine = dict(list(TEN.items())[:9])
    assert said({}, {"package.json": EXPRESS, **nine, "src/a.d.ts": "1\n"})
    assert said({}, {"package.json": EXPRESS, **nine, "src/f.test.ts": "1\n"}) == []


@pytest.mark.parametrize(
    ("extra", "owed"),
    [
        ({"docs/TECH_STACK.md": "- ORM: Prisma\n"}, True),
        ({"specs/database-schema.json": "{}\n"}, True),
        ({"docs/TECH_STACK.md": "- ORM: Drizzle\n"}, False),
        ({"docs/TECH_STACK.md": "Prisma\n", "packages/db/prisma/schema.prisma": "model A {}\n"}, False),
    ],
)
def test_when_a_schema_is_owed(extra: dict[str, str], owed: bool) -> None:
    assert bool(said({}, {"package.json": EXPRESS, **TEN, **extra})) is owed


def test_models_of_python_by_their_words() -> None:
    files = {f"shop/f{n}.py": "a = 1\n" for n in range(10)}
    manifest = {"requirements.txt": "fastapi\nsqlalchemy\n"}
    assert [at for at, _ in said({}, manifest | files)] == ["requirements.txt"]
    assert said({}, manifest | files | {"shop/f1.py": "class A(Base):\n    __tablename__ = 'a'\n"}) == []


def test_imports_in_texts_tests_and_fixtures_are_kept() -> None:
    text = "const shown = `\nimport { a } from './gone'\n`\n"
    after = {"src/a.ts": text, "src/a.test.ts": "import './gone'\n", "examples/b.ts": "import './gone'\n"}
    assert said(TEN, after) == []
    assert [at for at, _ in said(TEN, {"src/a.ts": "import {\n  a,\n} from './gone'\n"})] == ["src/a.ts:3"]
    assert said(TEN, {"src/a.ts": "import './gone'\n"}, Minimum(imports=False)) == []


def test_an_import_that_base_had_is_not_new() -> None:
    before = TEN | {"src/a.ts": "import './gone'\nlet b = 1\n"}
    assert said(before, {"src/a.ts": "import './gone'\nlet b = 2\n"}) == []
