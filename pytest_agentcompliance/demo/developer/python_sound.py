"""The work of the Python show as it should have been done."""

from pytest_agentcompliance.demo.developer.node_sound import COVERAGE, STORY, covered
from pytest_agentcompliance.demo.developer.python_before import APP, CUSTOMER
from pytest_agentcompliance.demo.developer.words import REPORT, SESSION, Gate, asked, gated, handoff, opened, report
from pytest_agentcompliance.demo.session import Said, ran, read, transcript, wrote
from pytest_agentcompliance.demo.tale import Step

ORDER = '''\
"""What is ordered."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from sqlalchemy import ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from src.models.base import Base

if TYPE_CHECKING:
    from src.models.customer import Customer


class Order(Base):
    __tablename__ = "orders"

    id: Mapped[str] = mapped_column(String, primary_key=True, default=lambda: str(uuid4()))
    customer_id: Mapped[str] = mapped_column(ForeignKey("customers.id"), index=True)
    book: Mapped[str] = mapped_column(String)
    count: Mapped[int] = mapped_column(Integer)
    note: Mapped[str | None] = mapped_column(String)
    customer: Mapped[Customer] = relationship(back_populates="orders")
'''
NEW_CUSTOMER = (
    CUSTOMER.replace("from uuid", "from __future__ import annotations\n\nfrom typing import TYPE_CHECKING\nfrom uuid")
    .replace("import Mapped, mapped_column\n", "import Mapped, mapped_column, relationship\n")
    .replace("import Base\n", "import Base\n\nif TYPE_CHECKING:\n    from src.models.order import Order\n")
    + '    orders: Mapped[list[Order]] = relationship(back_populates="customer")\n'
)
MIGRATION = '''\
"""Orders."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "orders",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("customer_id", sa.String, sa.ForeignKey("customers.id"), nullable=False, index=True),
        sa.Column("book", sa.String, nullable=False),
        sa.Column("count", sa.Integer, nullable=False),
        sa.Column("note", sa.String, nullable=True),
    )


def downgrade() -> None:
    op.drop_table("orders")
'''
SERVICE = '''\
"""Orders, each of one customer."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from specs.schemas.orders import NewOrder
from src.models.order import Order


def take_order(session: Session, customer: str, wanted: NewOrder) -> Order:
    order = Order(customer_id=customer, book=wanted.book, count=wanted.count, note=wanted.note)
    session.add(order)
    session.commit()
    return order


def order_of(session: Session, customer: str, number: str) -> Order | None:
    return session.scalar(select(Order).where(Order.id == number, Order.customer_id == customer))
'''
ROUTE = '''\
"""Orders over HTTP."""

from fastapi import APIRouter, Depends, HTTPException

from specs.schemas.orders import NewOrder
from src.auth import Customer, require_auth
from src.services.orders import order_of, take_order
from src.sessions import Database

router = APIRouter(prefix="/orders", dependencies=[Depends(require_auth)])


@router.post("", status_code=201)
def post_order(wanted: NewOrder, customer: Customer, database: Database) -> dict[str, str]:
    return {"id": take_order(database, customer, wanted).id}


@router.get("/{orderId}", status_code=200)
def get_order(orderId: str, customer: Customer, database: Database) -> dict[str, str]:
    order = order_of(database, customer, orderId)
    if order is None:
        raise HTTPException(status_code=404, detail="there is no such order")
    return {"id": order.id, "book": order.book}
'''
NEW_APP = APP.replace("import login\n", "import login, orders\n") + "app.include_router(orders.router)\n"
TESTS = '''\
"""Whose orders are whose."""

from sqlalchemy.orm import Session

from specs.schemas.orders import NewOrder
from src.services.orders import order_of, take_order


def test_order_belongs_to_the_customer_who_made_it(database: Session) -> None:
    order = take_order(database, "ada", NewOrder(book="Emma", count=2))
    assert order_of(database, "ada", order.id) is order


def test_nobody_sees_the_order_of_another(database: Session) -> None:
    order = take_order(database, "ada", NewOrder(book="Emma", count=2))
    assert order_of(database, "bob", order.id) is None
'''
ROUTE_TESTS = '''\
"""What is answered."""

import pytest
from fastapi import HTTPException
from sqlalchemy.orm import Session

from specs.schemas.orders import NewOrder
from src.routes.orders import get_order, post_order


def test_order_that_was_taken_is_shown(database: Session) -> None:
    number = post_order(NewOrder(book="Emma", count=2), "ada", database)["id"]
    assert get_order(number, "ada", database) == {"id": number, "book": "Emma"}


def test_order_that_is_not_there_is_not_found(database: Session) -> None:
    with pytest.raises(HTTPException) as wrong:
        get_order("none", "ada", database)
    assert wrong.value.status_code == 404
'''
WORK = {
    "src/models/order.py": ORDER,
    "src/models/customer.py": NEW_CUSTOMER,
    "alembic/versions/0002_orders.py": MIGRATION,
    "src/services/orders.py": SERVICE,
    "src/routes/orders.py": ROUTE,
    "src/app.py": NEW_APP,
    "tests/test_orders.py": TESTS,
    "tests/test_routes.py": ROUTE_TESTS,
    COVERAGE: covered("src/services/orders.py", SERVICE) + covered("src/routes/orders.py", ROUTE),
}
GATES = (
    Gate(1, "Schema", "the model Order", "a customer has many orders, as the database schema says",
         ("src/models/order.py", "alembic/versions/0002_orders.py"), "alembic check", (
             Said("I create src/models/order.py and alembic/versions/0002_orders.py, and run alembic check."),
             wrote("src/models/order.py", ORDER), wrote("src/models/customer.py", NEW_CUSTOMER),
             wrote("alembic/versions/0002_orders.py", MIGRATION), ran("alembic check", "No new upgrade operations detected."),
         )),
    Gate(2, "Services", "take_order and order_of", "an order is looked for by its customer too", ("src/services/orders.py",),
         "mypy src", (
             Said("I create src/services/orders.py, and run mypy src."),
             wrote("src/services/orders.py", SERVICE), ran("mypy src", "Success: no issues found in 14 source files"),
         )),
    Gate(3, "Orders", "the routes of orders", "the body is checked by NewOrder of the specs",
         ("src/routes/orders.py", "tests/test_orders.py", "tests/test_routes.py"), "curl http://localhost:8000/orders/1", (
             Said("I create src/routes/orders.py, tests/test_orders.py and tests/test_routes.py, and run pytest."),
             wrote("src/routes/orders.py", ROUTE), wrote("tests/test_orders.py", TESTS), wrote("tests/test_routes.py", ROUTE_TESTS),
             ran("pytest", "collected 5 items\n\n===== 5 passed in 0.21s ====="),
         )),
    Gate(4, "Routes", "the routes stand in the application", "behind the rate limit", (), "ruff check src", (
             Said("I change src/app.py, and run ruff check src."),
             wrote("src/app.py", NEW_APP), ran("ruff check src", "All checks passed!"),
         )),
    Gate(5, "Polish", "a 404 for an order that is not there", "errors answer as they did", (), "pytest", (
             Said("I run pytest."), ran("pytest", "collected 5 items\n\n===== 5 passed in 0.20s ====="),
         )),
)  # fmt: skip
NUMBERS = {"endpoints": {"total": 3, "auth": 1, "orders": 2}, "database": {"tables": 2, "migrations": 2}, "test_coverage": "100%"}
CHECKED = {"all_passed": True, "lint": 0, "typecheck": 0, "test": 0, "alembic_check": 0}
ATTEMPTS = ({"attempt": 1, "status": "success"},)
SAID = report(STORY, handoff(NUMBERS, CHECKED, ATTEMPTS))
SESSION_LINES = transcript((asked(STORY), *opened(), read("specs/openapi.yaml"), *gated(GATES)), "ord-7")
PROVED = {
    "lint": ("ruff", "check", "--no-cache", "src"), "typecheck": ("mypy", "--cache-dir=/dev/null", "src"), "test": ("pytest",),
    "alembic-check": ("alembic", "check"),
}  # fmt: skip
TOOLS = {
    "pytest": 'printf "collected 5 items\\n\\ntests/test_customers.py .\\n\\n===== 5 passed in 0.21s =====\\n"\n',
    "alembic": 'printf "No new upgrade operations detected.\\n"\n',
}
SOUND = (
    Step("Take orders, and show one\n\nThe tables, the routes and their tests follow the specs.\n", WORK),
    Step("Hand over ORD-7\n", {REPORT: SAID, SESSION: SESSION_LINES}, PROVED),
)
