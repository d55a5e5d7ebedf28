"""SQLAlchemy's models of 1.4 and 2.0, Flask-SQLAlchemy's and SQLModel's: types, null, keys, mixins, tables, relations."""

from pytest_agentcompliance.parsing import models
from pytest_agentcompliance.parsing.models import Field, Model, Reference

BASE = """import enum
from datetime import datetime
from typing import Annotated
from uuid import UUID as PyUUID

from sqlalchemy import String, func
from sqlalchemy.dialects.postgresql import UUID as PG_UUID
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column

intpk = Annotated[int, mapped_column(primary_key=True)]
name30 = Annotated[str, mapped_column(String(30))]


class Base(DeclarativeBase):
    pass


class Timed:
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    @declared_attr
    def made_by(cls) -> Mapped[int | None]:
        return mapped_column("maker")


class Role(str, enum.Enum):
    USER = "user"
    ADMIN = "admin"
"""
NEW = '''from app.base import Base, Role, Timed, intpk, name30
from sqlalchemy import Column, ForeignKey, Index, Integer, Table, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

joined = Table(
    "user_tags", Base.metadata, Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Column("tag_id", Integer, ForeignKey("tags.id"), primary_key=True),
)


class User(Timed, Base):
    """class Fake(Base): __tablename__ = 'fake'"""

    __tablename__ = "users"
    __table_args__ = (UniqueConstraint("name", "role"), Index("ix", "name", unique=False), {"schema": "x"})

    id: Mapped[intpk]
    name: Mapped[name30]
    nick: Mapped[str | None] = mapped_column(index=True)  # Column(String)
    role: Mapped[Role] = mapped_column(default=Role.USER)
    boss_id: Mapped["int | None"] = mapped_column(ForeignKey("users.id"))
    note: Mapped[str] = mapped_column("notes", Text, nullable=True)
    posts: Mapped[list["Post"]] = relationship(back_populates="user")
    tags: Mapped[list["Tag"]] = relationship(secondary=joined)


class Tag(Base):
    __tablename__ = "tags"
    id: Mapped[intpk]


class Post(Base):
    __tablename__ = "posts"
    id: Mapped[intpk]
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id, ondelete="SET NULL"))
    user: Mapped["User"] = relationship(back_populates="posts")
'''
OLD = """from sqlalchemy import Boolean, Column, Enum, ForeignKey, Integer, Numeric, String
from sqlalchemy.ext.declarative import declarative_base
from sqlalchemy.orm import backref, relationship

Base = declarative_base()


class Order(Base):
    __tablename__ = "orders"
    id = Column(Integer, primary_key=True)
    code = Column(String(20), nullable=False, unique=True)
    paid = Column(Boolean, default=False)
    kind = Column(Enum("a", "b", name="kinds"))
    total = Column(Numeric(10, 2))


class Line(Base):
    __tablename__ = "lines"
    id = Column(Integer, primary_key=True)
    order_id = Column(ForeignKey("orders.id"))
    order = relationship("Order", backref=backref("lines", lazy="dynamic"))


class SpecialLine(Line):
    size = Column(Integer)
"""
FLASK = """from app import db


class ShopItem(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    name = db.Column(db.String(80), nullable=False)
"""
SQLMODEL = """from sqlmodel import Field, Relationship, SQLModel


class HeroBase(SQLModel):
    name: str = Field(index=True, max_length=50)
    age: int | None = None


class Hero(HeroBase, table=True):
    id: int | None = Field(default=None, primary_key=True)
    team_id: int | None = Field(default=None, foreign_key="team.id")
    team: "Team" = Relationship(back_populates="heroes")


class HeroCreate(HeroBase):
    secret: str
"""


def read(**files: str) -> dict[str, Model]:
    found = models.read({path.replace("__", "/") + ".py": text for path, text in files.items()})
    assert found.unread == ()
    return {one.name: one for one in found.models}


def modern() -> dict[str, Model]:
    return read(app__base=BASE, app__models=NEW)


def field(model: Model, name: str) -> Field:
    return next(one for one in model.fields if one.name == name)


def test_annotations_mixins_and_annotated_types_give_columns() -> None:
    user = modern()["User"]
    assert (user.table, user.line, user.primary, user.tool) == ("users", 11, ("id",), "sqlalchemy")
    assert [(one.name, one.column, one.type, one.nullable) for one in user.fields] == [
        ("created_at", "created_at", "datetime", False), ("made_by", "maker", "integer", True), ("id", "id", "integer", False),
        ("name", "name", "string", False), ("nick", "nick", "string", True), ("role", "role", "enum", False),
        ("boss_id", "boss_id", "integer", True), ("note", "notes", "text", True),
    ]  # fmt: skip
    assert field(user, "name").line == 18
    assert field(user, "role").enum == "Role"


def test_constraints_and_indexes() -> None:
    assert [(one.fields, one.unique) for one in modern()["User"].indexes] == [
        (("name", "role"), True), (("name",), False), (("nick",), False)
    ]  # fmt: skip


def test_foreign_keys_and_relations() -> None:
    found = modern()
    assert field(found["Post"], "user_id").reference == Reference("User", ("id",), "set null")
    assert [(one.name, one.way, one.key) for one in found["Post"].relations] == [("user", "belongsTo", ("user_id",))]
    assert [(one.name, one.way, one.model) for one in found["User"].relations] == [
        ("posts", "hasMany", "Post"), ("tags", "manyToMany", "Tag")
    ]  # fmt: skip


def test_tables_that_are_no_classes() -> None:
    table = modern()["user_tags"]
    assert table.primary == ("user_id", "tag_id")
    assert field(table, "user_id").type == "integer"  # as what it points at
    assert field(table, "user_id").reference == Reference("users", ("id",), "cascade")


def test_older_style_with_back_references_and_a_guest_in_a_table() -> None:
    found = read(shop=OLD)
    assert [(one.name, one.type, one.nullable, one.unique, one.length) for one in found["Order"].fields] == [
        ("id", "integer", False, False, None), ("code", "string", False, True, 20), ("paid", "boolean", True, False, None),
        ("kind", "enum", True, False, None), ("total", "decimal", True, False, None),
    ]  # fmt: skip
    assert [(one.name, one.way) for one in found["Order"].relations] == [("lines", "hasMany")]
    assert "SpecialLine" not in found
    assert field(found["Line"], "size").nullable is True


def test_flask_names_the_tables() -> None:
    assert [(one.name, one.table, len(one.fields)) for one in read(a=FLASK).values()] == [("ShopItem", "shop_item", 2)]


def test_sqlmodel_has_tables_and_other_classes() -> None:
    found = read(a=SQLMODEL)
    assert list(found) == ["Hero"]
    assert [(one.name, one.type, one.nullable) for one in found["Hero"].fields] == [
        ("name", "string", False), ("age", "integer", True), ("id", "integer", False), ("team_id", "integer", True)
    ]  # fmt: skip
    assert found["Hero"].table == "hero"
    assert field(found["Hero"], "team_id").reference == Reference("team", ("id",))


def test_a_base_of_a_library_makes_a_model_partial() -> None:
    text = "from lib import AuditMixin\nfrom sqlalchemy import Column\n\n\nclass A(AuditMixin, Base):\n    __tablename__ = 'a'\n"
    assert read(a=text)["A"].partial


def test_docstrings_and_functions_hold_no_models() -> None:
    text = '"""class A(Base):\n    __tablename__ = \'a\'\n    id = Column(Integer)\n"""\n\n\n'
    assert read(a=text + "def f():\n    x: int = Column(1)\n    return x\n") == {}
