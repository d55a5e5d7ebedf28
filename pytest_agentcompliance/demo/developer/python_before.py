"""The repository of the Python show as the agents found it: the same shop, in FastAPI and SQLAlchemy."""

from pytest_agentcompliance.demo.developer.node_before import ARCHITECTURE, DATABASE, OPENAPI, PAGE, PRD

MANIFEST = """\
[project]
name = "orders"
version = "1.2.0"
requires-python = ">=3.11"
dependencies = [
  "alembic==1.14.0",
  "bcrypt==4.2.1",
  "fastapi==0.115.6",
  "pydantic==2.10.4",
  "pyjwt==2.10.1",
  "slowapi==0.1.9",
  "sqlalchemy==2.0.36",
]

[tool.ruff]
line-length = 110

[[tool.mypy.overrides]]
module = ["alembic.*", "bcrypt.*", "fastapi.*", "jwt.*", "pydantic.*", "slowapi.*", "sqlalchemy.*", "pytest.*"]
ignore_missing_imports = true
"""
TECH_STACK = """\
# Tech stack

| concern | choice |
| --- | --- |
| HTTP | fastapi, with slowapi for limits |
| database | PostgreSQL by sqlalchemy and alembic |
| validation | pydantic |
| passwords, tokens | bcrypt, pyjwt |
| tests | pytest |
"""
SCHEMAS = '''\
"""What a request must look like."""

from pydantic import BaseModel, Field


class Login(BaseModel):
    email: str
    password: str = Field(min_length=12)


class NewOrder(BaseModel):
    book: str = Field(min_length=1)
    count: int = Field(gt=0)
    note: str | None = None
'''
SETTINGS = '''\
"""What differs from place to place."""

import os

SECRET = os.environ.get("JWT_SECRET", "")
DATABASE = os.environ.get("DATABASE_URL", "sqlite://")
ORIGIN = os.environ.get("SHOP_ORIGIN", "https://shop.example.org")
'''
BASE = '''\
"""What all tables share."""

from sqlalchemy.orm import DeclarativeBase


class Base(DeclarativeBase):
    pass
'''
CUSTOMER = '''\
"""Who orders."""

from uuid import uuid4

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from src.models.base import Base


class Customer(Base):
    __tablename__ = "customers"

    id: Mapped[str] = mapped_column(String, primary_key=True, default=lambda: str(uuid4()))
    email: Mapped[str] = mapped_column(String, unique=True)
    password_hash: Mapped[str] = mapped_column(String)
'''
SESSIONS = '''\
"""Sessions of the database."""

from collections.abc import Iterator
from typing import Annotated

from fastapi import Depends
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from src.settings import DATABASE

engine = create_engine(DATABASE)


def session() -> Iterator[Session]:
    with Session(engine) as one:
        yield one


Database = Annotated[Session, Depends(session)]
'''
AUTH = '''\
"""Who asks."""

from typing import Annotated

import jwt
from fastapi import Depends, Header, HTTPException

from src.settings import SECRET


def require_auth(authorization: str = Header("")) -> str:
    try:
        return str(jwt.decode(authorization.removeprefix("Bearer "), SECRET, algorithms=["HS256"])["sub"])
    except jwt.PyJWTError as wrong:
        raise HTTPException(401, "log in first") from wrong


Customer = Annotated[str, Depends(require_auth)]
'''
CUSTOMERS = '''\
"""Customers, and the tokens that they get."""

from datetime import UTC, datetime, timedelta

import bcrypt
import jwt
from sqlalchemy import select
from sqlalchemy.orm import Session

from src.models.customer import Customer
from src.settings import SECRET


def token_for(session: Session, email: str, password: str) -> str | None:
    found = session.scalar(select(Customer).where(Customer.email == email))
    if found is None or not bcrypt.checkpw(password.encode(), found.password_hash.encode()):
        return None
    until = datetime.now(UTC) + timedelta(minutes=15)
    return str(jwt.encode({"sub": found.id, "exp": until}, SECRET, algorithm="HS256"))
'''
LOGIN = '''\
"""The way in."""

from fastapi import APIRouter, HTTPException

from specs.schemas.orders import Login
from src.services.customers import token_for
from src.sessions import Database

router = APIRouter()


@router.post("/login", status_code=200)
def post_login(wanted: Login, database: Database) -> dict[str, str]:
    token = token_for(database, wanted.email, wanted.password)
    if token is None:
        raise HTTPException(status_code=401, detail="no such customer")
    return {"token": token}
'''
APP = '''\
"""The application."""

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from slowapi import Limiter
from slowapi.middleware import SlowAPIMiddleware
from slowapi.util import get_remote_address

from src.routes import login
from src.settings import ORIGIN

app = FastAPI()
app.state.limiter = Limiter(key_func=get_remote_address, default_limits=["100/minute"])
app.add_middleware(SlowAPIMiddleware)
app.add_middleware(CORSMiddleware, allow_origins=[ORIGIN])
app.include_router(login.router)
'''
FIRST_MIGRATION = '''\
"""Customers."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "customers",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("email", sa.String, nullable=False, unique=True),
        sa.Column("password_hash", sa.String, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("customers")
'''
TESTS = '''\
"""Who may log in."""

from sqlalchemy.orm import Session

from src.services.customers import token_for


def test_nobody_logs_in_who_is_not_known(database: Session) -> None:
    assert token_for(database, "ada@example.org", "a long password") is None
'''
CONFTEST = '''\
"""A database for each test."""

from collections.abc import Iterator

import pytest
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from src.models.base import Base


@pytest.fixture
def database() -> Iterator[Session]:
    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    with Session(engine) as one:
        yield one
'''
BEFORE: dict[str, str] = {
    "pytest.ini": "[pytest]\naddopts = --noconftest --ignore=tests\n",
    "pyproject.toml": MANIFEST,
    "alembic.ini": "[alembic]\nscript_location = alembic\n",
    "docs/TECH_STACK.md": TECH_STACK,
    "docs/PRD.md": PRD,
    "docs/ARCHITECTURE.md": ARCHITECTURE,
    "specs/openapi.yaml": OPENAPI,
    "specs/database-schema.json": DATABASE,
    "specs/__init__.py": "",
    "specs/schemas/__init__.py": "",
    "specs/schemas/orders.py": SCHEMAS,
    "alembic/versions/0001_customers.py": FIRST_MIGRATION,
    "src/__init__.py": "",
    "src/app.py": APP,
    "src/auth.py": AUTH,
    "src/settings.py": SETTINGS,
    "src/sessions.py": SESSIONS,
    "src/models/__init__.py": "",
    "src/models/base.py": BASE,
    "src/models/customer.py": CUSTOMER,
    "src/routes/__init__.py": "",
    "src/routes/login.py": LOGIN,
    "src/services/__init__.py": "",
    "src/services/customers.py": CUSTOMERS,
    "tests/__init__.py": "",
    "tests/conftest.py": CONFTEST,
    "tests/test_customers.py": TESTS,
    "web/src/Orders.tsx": PAGE,
}
