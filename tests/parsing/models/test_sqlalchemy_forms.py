"""The many forms of SQLAlchemy's columns, table names and relations."""

import pytest

from pytest_agentcompliance.parsing import models
from pytest_agentcompliance.parsing.models import Field, Model, Reference

HEAD = """from sqlalchemy import Column

name = Annotated[str, mapped_column(String(30))]
JsonType = JSON().with_variant(JSONB, 'x')
"""


def model(body: str, above: str = "") -> Model:
    text = f"{HEAD}{above}\n\nclass A(Base):\n    __tablename__ = 'a'\n    id = Column(Integer, primary_key=True)\n"
    found = models.read({"a.py": text + "".join(f"    {line}\n" for line in body.split("\n"))})
    return next(one for one in found.models if one.name == "A")


def column(body: str, above: str = "") -> Field:
    return model(body, above).fields[-1]


@pytest.mark.parametrize(
    ("body", "kind", "nullable", "many"),
    [
        ("x: Mapped[Optional[str]]", "string", True, False),
        ("x: Mapped[typing.Union[int, None]] = mapped_column()", "integer", True, False),
        ("x: Mapped['datetime']", "datetime", False, False),
        ("x: Mapped[list[str]] = mapped_column(ARRAY(String))", "string", False, True),
        ("x: Mapped[dict[str, Any]] = mapped_column(JSONB)", "json", False, False),
        ("x: Mapped[dict]", "json", False, False),
        ("x: Mapped[Literal['a', 'b']]", "enum", False, False),
        ("x: Mapped[Any]", "", False, False),
        ("x: Mapped[name]", "string", False, False),
        ("x: Mapped[Annotated[str, mapped_column(Text, nullable=True)]]", "text", True, False),
        ("x: Mapped[Price]", "", False, False),
        ("x = Column(postgresql.UUID(as_uuid=True), nullable=False)", "uuid", False, False),
        ("x = Column(MutableDict.as_mutable(JSONB))", "json", True, False),
        ("x = Column(JsonType)", "json", True, False),
        ("x = Column(ENUM(Role, name='r'))", "enum", True, False),
        ("x = Column('y', type_=DateTime(timezone=True))", "datetime", True, False),
        ("x = deferred(Column(Text))", "text", True, False),
        ("x = sa.Column(sa.BigInteger(), sa.Identity(), nullable=False)", "bigint", False, False),
        ("x = Column(Integer, nullable=maybe())", "integer", None, False),
    ],
)
def test_a_column(body: str, kind: str, nullable: bool | None, many: bool) -> None:
    found = column(body)
    assert (found.name, found.type, found.nullable, found.list) == ("x", kind, nullable, many)


@pytest.mark.parametrize(
    "body",
    ["x = synonym('id')", "x: Mapped[str] = synonym('id')", "x = 1", "x: int = 2", "def x(self) -> int:\n    return Column()"],
)
def test_what_is_no_column(body: str) -> None:
    assert [one.name for one in model(body).fields] == ["id"]


def test_a_type_of_the_project_is_what_it_is_made_of() -> None:
    assert column("x = Column(Money)", "\nclass Money(TypeDecorator):\n    impl = Numeric(10, 2)\n").type == "decimal"


def test_constraints_of_several_columns() -> None:
    found = model(
        "b = Column(Integer)\nc = Column('sea', Integer, index=True)\n"
        "__table_args__ = (ForeignKeyConstraint(['b', 'sea'], ['o.x', 'o.y'], ondelete='CASCADE'), "
        "PrimaryKeyConstraint('id', 'b'), Index('i', c.desc(), unique=True))"
    )
    assert [one.reference for one in found.fields[1:]] == [Reference("o", ("x",), "cascade"), Reference("o", ("y",), "cascade")]
    assert found.primary == ("id", "b")
    assert sorted((one.fields, one.unique) for one in found.indexes) == [(("c",), False), (("c",), True)]


@pytest.mark.parametrize(
    ("said", "table"),
    [
        ("cls.__name__.lower()", "lineitem"), ("cls.__name__.lower() + 's'", "lineitems"),
        ("f'app_{cls.__name__.lower()}s'", "app_lineitems"), ("cls.__name__", "LineItem"), ("named(cls)", ""), ("'fixed'", "fixed"),
    ],
)  # fmt: skip
def test_tables_that_a_base_names(said: str, table: str) -> None:
    text = (
        f"from sqlalchemy import Column\n\n\nclass Base(DeclarativeBase):\n    @declared_attr\n    def __tablename__(cls):\n"
        f"        return {said}\n\n\nclass LineItem(Base):\n    id = Column(Integer, primary_key=True)\n"
    )
    assert [(one.name, one.table) for one in models.read({"a.py": text}).models] == [("LineItem", table)]


def test_a_class_over_a_table() -> None:
    text = "from sqlalchemy import Column\n\n\nclass A(Base):\n"
    text += "    __table__ = Table('as', meta, Column('id', Integer, primary_key=True))\n"
    assert [(one.table, one.primary) for one in models.read({"a.py": text}).models] == [("as", ("id",))]


@pytest.mark.parametrize(
    ("said", "way"),
    [
        ("x = relationship('B', uselist=False)", "hasOne"), ("x = relationship(lambda: B)", "hasMany"),
        ("x: Mapped[set['B']] = relationship()", "hasMany"), ("x = relationship('B', secondary=between)", "manyToMany"),
        ("b_id = Column(ForeignKey('b.id'))\nx: Mapped['B'] = relationship(foreign_keys=[b_id])", "belongsTo"),
    ],
)  # fmt: skip
def test_ways_of_relations(said: str, way: str) -> None:
    other = "\nclass B(Base):\n    __tablename__ = 'b'\n    id = Column(Integer, primary_key=True)\n"
    assert [(one.name, one.way, one.model) for one in model(said, other).relations] == [("x", way, "B")]


def test_a_file_that_only_has_such_words_holds_no_models() -> None:
    text = "from rich.table import Column\n\n\nclass A:\n    x = Column('name')\n"
    assert models.read({"a.py": text}).models == ()


def test_sqlmodel_with_a_column_of_its_own() -> None:
    text = (
        "from sqlmodel import Field, SQLModel\n\n\nclass A(SQLModel, table=True):\n    id: int = Field(primary_key=True)\n"
        "    x: str = Field(sa_column=Column(Text, nullable=True))\n    y: str = Field(sa_type=String(9))\n"
        "    z: ClassVar[int] = 1\n"
    )
    found = models.read({"a.py": text}).models[0]
    assert [(one.name, one.type, one.nullable, one.length) for one in found.fields] == [
        ("id", "integer", False, None), ("x", "text", True, None), ("y", "string", False, 9)
    ]  # fmt: skip
