"""The first run of the Python show: orders are taken, in another way than the specs have it."""

from pytest_agentcompliance.demo.developer.node_before import OPENAPI, PAGE
from pytest_agentcompliance.demo.developer.node_sound import COVERAGE, STORY, covered
from pytest_agentcompliance.demo.developer.python_before import APP, MANIFEST
from pytest_agentcompliance.demo.developer.python_sound import ORDER, SOUND
from pytest_agentcompliance.demo.tale import Breach, Step, Tale, line

WRONG_ORDER = ORDER.replace("count: Mapped[int] = mapped_column(Integer)", "count: Mapped[str] = mapped_column(String)")
ROUTE = '''\
"""Orders over HTTP."""

import logging

import bcrypt
import jwt
from fastapi import APIRouter
from pydantic import BaseModel, Field
from sqlalchemy import select, text

from src.auth import Customer
from src.models.order import Order
from src.sessions import Database
from src.settings import SECRET

router = APIRouter(prefix="/orders")
log = logging.getLogger(__name__)


class NewOrder(BaseModel):
    book: str = Field(min_length=1)
    count: int = Field(gt=0)
    note: str | None = None


@router.post("", status_code=201)
def post_order(wanted: NewOrder, customer: Customer, database: Database) -> dict[str, str]:
    # TODO: ask the stock
    order = Order(customer_id=customer, book=wanted.book, count=wanted.count)
    database.add(order)
    database.commit()
    return {"id": order.id}


@router.delete("/{orderId}", status_code=204)
def delete_order(orderId: str, database: Database) -> None:
    database.execute(text(f"DELETE FROM orders WHERE id = '{orderId}'"))


@router.get("/{orderId}/books", status_code=200)
def get_books(orderId: str, customer: Customer, database: Database) -> list[str]:
    found = database.scalars(select(Order).where(Order.id == orderId)).all()
    books = []
    for order in found:
        books.append(database.scalar(select(Order.book).where(Order.book == order.book)))
    return books


def register(email: str, password: str) -> str:
    log.info("%s registers with %s", email, password)
    hashed = bcrypt.hashpw(password.encode(), bcrypt.gensalt(8))
    return str(jwt.encode({"sub": hashed.decode()}, SECRET, algorithm="HS256"))


def stock_of(book: str) -> int:
    raise NotImplementedError("comes later")
'''
NEW_APP = APP.replace("import login\n", "import login, orders\n").replace("[ORIGIN]", '["*"]').replace(
    "from src.settings import ORIGIN\n", ""
) + "app.include_router(orders.router)\n"  # fmt: skip
NEW_OPENAPI = OPENAPI.replace('"404": {description: There is none.}', '"410": {description: It is gone.}')
WORK = {
    "pyproject.toml": MANIFEST.replace('  "pydantic', '  "mongoengine==0.29.1",\n  "pydantic'),
    "specs/openapi.yaml": NEW_OPENAPI,
    "src/models/order.py": WRONG_ORDER,
    "src/routes/orders.py": ROUTE,
    "src/app.py": NEW_APP,
    "web/src/Orders.tsx": PAGE.replace("ul>", "ol>"),
    "docs/PRD.md": "# Orders\n\nA customer orders books, and takes orders back.\n",
    COVERAGE: covered("src/routes/orders.py", ROUTE, 12),
}
BROKEN = (Step("Take orders\n", WORK),)
