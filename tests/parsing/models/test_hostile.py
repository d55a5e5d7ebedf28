"""Texts that are made to break a reader: none raises, each is read in a time that grows with its length."""

import pytest

from pytest_agentcompliance.parsing import models
from pytest_agentcompliance.parsing.models import contract
from pytest_agentcompliance.parsing.models.expressions import expression

DEEP = "(" * 5000
TEXTS = [
    "", "\0", "\ud800", DEEP, "[" * 5000, "{" * 5000, "a(" * 3000, "a<" * 5000, "'" * 5000, "`" * 4999, "\\" * 5000, "'\\" * 3000,
    "a." * 5000, "=> " * 3000, "() =>" * 3000, "a | " * 3000, "..." * 3000, "a: " * 3000, "new " * 3000, "lambda " * 3000,
    "lambda: " * 3000, "x = " * 3000, "'a' " * 3000, "as " * 3000, "{a:" * 3000, "{'a" * 3000, "@db.(" * 3000,
]  # fmt: skip


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_no_text_raises(text: str) -> None:
    node = expression(text)
    assert 0 <= node.start <= len(text) + 1
    files = {
        "a.prisma": f"model A {{\n  id Int @id {text}\n  @@index([{text}\n}}\nmodel B {{\n{text}",
        "a.py": f"class A(Base):\n    __tablename__ = 'a'\n    id = Column({text})\n    b: Mapped[{text}] = mapped_column()\n",
        "a.ts": f"import 'drizzle-orm'\nexport const a = pgTable('a', {{ id: {text}\n@Entity() class A {{ @Column({text}",
    }
    for path, said in files.items():
        models.read({path: said})
    contract.read(text, "a.json")
    contract.read('{"definitions": {"A": {"properties": {"a": ' + text, "a.json")


def test_classes_that_are_above_one_another_end() -> None:
    text = "from sqlalchemy import Column\n" + "".join(
        f"class C{n}(C{(n + 1) % 50}, C{(n + 7) % 50}):\n    __tablename__ = 't{n}'\n    c{n} = Column(Integer)\n"
        for n in range(50)
    )
    assert len(models.read({"a.py": text}).models) == 50


def test_spreads_and_aliases_of_one_another_end() -> None:
    script = "import 'drizzle-orm'\nconst a = { ...b }\nconst b = { ...a }\nexport const t = pgTable('t', { ...a })\n"
    assert [one.partial for one in models.read({"a.ts": script}).models] == [True]
    python = "from sqlalchemy import Column\nA = Annotated[B, 1]\nB = Annotated[A, 2]\n\n\n"
    python += "class C(Base):\n    __tablename__ = 'c'\n"
    assert [one.type for one in models.read({"a.py": python + "    x: Mapped[A]\n"}).models[0].fields] == [""]
