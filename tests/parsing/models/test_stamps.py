"""When rows came and changed, which tables only join others, which only grow, and what moved."""

import pytest

from pytest_agentcompliance.parsing import models
from pytest_agentcompliance.parsing.models import Model, pairs
from pytest_agentcompliance.parsing.models.stamps import Stamps, changing, joins, prescribed, soft, stamps, words


def prisma(*lines: str, name: str = "A") -> tuple[Model, str]:
    text = f"model {name} {{\n" + "\n".join(lines) + "\n}\n"
    return models.read({"a.prisma": text}).models[0], text


def python(*lines: str) -> tuple[Model, str]:
    text = "from sqlalchemy import Column\n\n\nclass A(Base):\n    __tablename__ = 'a'\n" + "".join(f"    {one}\n" for one in lines)
    return models.read({"a.py": text}).models[0], text


@pytest.mark.parametrize(
    ("line", "created", "updated"),
    [
        ("createdAt DateTime", True, False), ("created DateTime", True, False), ("dateCreated DateTime", True, False),
        ("inserted_at DateTime", True, False), ("creation_time DateTime", True, False), ("userCreatedAt DateTime", True, False),
        ('made DateTime @map("created_at")', True, False), ("creator String", False, False), ("createdBy String", False, False),
        ("updatedAt DateTime", False, True), ("last_modified DateTime", False, True), ("modifiedOn DateTime", False, True),
        ("touched DateTime @updatedAt", False, True), ("updatedBy String", False, False), ("update String", False, True),
    ],
)  # fmt: skip
def test_a_time_is_known_by_its_name_or_by_what_fills_it(line: str, created: bool, updated: bool) -> None:
    found = stamps(*prisma("id Int @id", line))
    assert (bool(found.created), bool(found.updated)) == (created, updated)


def test_what_is_filled_with_the_time_stands_in_place_of_another() -> None:
    assert stamps(*prisma("id Int @id", "joined DateTime @default(now())")) == Stamps(instead="joined", timed=True)
    assert stamps(*python("id = Column(Integer, primary_key=True)", "seen = Column(DateTime, default=datetime.utcnow)")).instead


def test_what_a_column_says_on_several_lines_is_its_own() -> None:
    lines = ["id = Column(Integer, primary_key=True)", "x = Column(", "    DateTime,", "    a,", "    onupdate=func.now(),", ")"]
    assert stamps(*python(*lines)).updated == "x"
    found = stamps(*python(*lines, "y = Column(DateTime)"))
    assert found.updated == "x"


def test_the_decorator_of_the_next_property_is_not_that_of_the_one_above() -> None:
    text = (
        "import 'typeorm'\n@Entity()\nexport class A {\n  @Column()\n  seen: Date\n\n"
        "  @UpdateDateColumn({\n    name: 'x',\n  })\n  touched: Date\n\n  @DeleteDateColumn()\n  gone: Date\n}\n"
    )
    found = models.read({"a.ts": text}).models[0]
    assert stamps(found, text).updated == "touched"
    assert soft(found, text) == "gone"


@pytest.mark.parametrize("name", ["deletedAt", "is_deleted", "deleted", "archived_at", "removedAt"])
def test_soft_delete_is_known_by_its_name(name: str) -> None:
    assert soft(*prisma("id Int @id", f"{name} DateTime?")) == name


def test_no_other_name_is_soft_delete() -> None:
    assert not soft(*prisma("id Int @id", "deletedBy String?", "undeletable Boolean"))


TWO = ("a B @relation(fields: [aId], references: [id])", "b B @relation(fields: [bId], references: [id])")


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (("userId Int", "teamId Int", "@@id([userId, teamId])"), True),
        (("id Int @id", "user_id Int", "team_id Int", "created_at DateTime"), True),
        (("id Int @id", "user_id Int", "name String"), False),
        (("id Int @id", "user_id Int"), False),
        (("id Int @id", "vault_id Int", "tx_id Int", "amount Int"), False),
        (("userId Int", "name String", "@@id([userId, name])"), True),
        (("userId Int", "name String", "size Int", "@@id([userId, name])"), False),
    ],
)  # fmt: skip
def test_a_table_that_joins_others(lines: tuple[str, ...], expected: bool) -> None:
    assert joins(prisma(*lines)[0]) is expected


@pytest.mark.parametrize(
    ("more", "expected"),
    [("role String", True), ("hits Int\nrole String", False), ("on Boolean @default(true)", False)],
)
def test_one_more_column_is_no_matter_where_two_are_keys(more: str, expected: bool) -> None:
    text = "model B {\n  id Int @id\n}\nmodel A {\n  id Int @id\n  aId Int\n  bId Int\n" + "\n".join((*TWO, more)) + "\n}\n"
    assert joins(next(one for one in models.read({"a.prisma": text}).models if one.name == "A")) is expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("status String @default(\"new\")", True), ("status String @default(\"success\")", False), ("status String", False),
        ("attempts Int @default(0)", True), ("used Boolean @default(false)", True), ("usedAt DateTime?", True),
        ("usedAt DateTime", False), ("last_seen DateTime", True), ("name String @default(\"a\")", False),
        ("ok Boolean @default(true)", False), ("is_active Boolean @default(true)", True), ("tool_count Int @default(0)", False),
        ("changed_at DateTime?", False), ("status String @default(\"STATUS_OK\")", False),
    ],
)  # fmt: skip
def test_what_is_written_again(line: str, expected: bool) -> None:
    assert changing(prisma("id Int @id", line)[0]) is expected


def test_what_libraries_prescribe() -> None:
    assert prescribed(prisma("identifier String", "token String @id", "expires DateTime")[0])
    assert not prescribed(prisma("token String @id", "expires DateTime")[0])


def test_the_words_of_a_name() -> None:
    assert {"audit", "log", "http", "entry"} <= words(prisma("id Int @id", name="HTTPAuditLogEntries")[0])


def read(text: str, path: str = "a.prisma") -> tuple[Model, ...]:
    return models.read({path: text}).models


def test_what_moved_or_got_another_name_is_not_new() -> None:
    a = "model A {\n  id Int @id\n  name String\n  size Int\n  color String\n  b Int\n}\n"
    assert pairs.before(read(a), read(a, "b.prisma"))[0].path == "a.prisma"
    assert pairs.before(read(a), read(a.replace("model A", "model Zebra")))[0].name == "A"
    both = read(a + a.replace("model A", "model Zebra"))
    assert [both[at].name for at in pairs.before(read(a), both)] == ["A"]
    assert not pairs.before(read("model A {\n  id Int @id\n}\n"), read("model Z {\n  id Int @id\n}\n"))


def test_of_two_with_one_name_each_was_one_and_a_third_is_new() -> None:
    a = "model A {\n  id Int @id\n}\n"
    old = (*read(a, "1.prisma"), *read(a, "2.prisma"))
    found = pairs.before(old, (*read(a, "3.prisma"), *read(a, "2.prisma"), *read(a, "4.prisma")))
    assert {at: one.path for at, one in found.items()} == {0: "1.prisma", 1: "2.prisma"}


@pytest.mark.parametrize("name", ["created" + "datetime" * 5000, "updated" + "at" * 9000 + "x", "a_" * 9000, "deleted" * 3000])
def test_names_that_are_made_to_be_slow_are_not(name: str) -> None:
    stamps(*prisma("id Int @id", f"{name[:90]} DateTime", f"x DateTime @map(\"{name}\")"))
    found, text = python("id = Column(Integer, primary_key=True)", f"{name} = Column(DateTime, default='{name}')")
    changing(found)
    assert bool(stamps(found, text).created) is name.startswith("created")
    assert not soft(found, text)


def test_many_models_are_paired_and_read_once() -> None:
    many = "".join(f"model A{n}x {{\n  id Int @id\n}}\n" for n in range(3000))
    old, new = read(many), read(many.replace("model A", "model B"), "b.prisma")
    assert pairs.before(old, new) == {}
    assert len(pairs.before(old, read(many, "b.prisma"))) == 3000
