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

from src.auth import Customer as Known
from src.models.customer import Customer
from src.models.order import Order
from src.sessions import Database
from src.settings import SECRET

from ..services.stock import reserve

router = APIRouter(prefix="/orders")
log = logging.getLogger(__name__)


class NewOrder(BaseModel):
    book: str = Field(min_length=1)
    count: int = Field(gt=0)
    note: str | None = None


@router.post("", status_code=201)
def post_order(wanted: NewOrder, customer: Known, database: Database) -> dict[str, str]:
    reserve(wanted.book)  # TODO: ask the stock
    order = Order(customer_id=customer, book=wanted.book, count=wanted.count)
    database.add(order)
    database.commit()
    return {"id": order.id}


@router.delete("/{orderId}", status_code=204)
def delete_order(orderId: str, database: Database) -> None:
    database.execute(text(f"DELETE FROM orders WHERE id = '{orderId}'"))


@router.get("/{orderId}/books", status_code=200)
def get_books(orderId: str, customer: Known, database: Database) -> list[str]:
    found = database.scalars(select(Order).where(Order.id == orderId)).all()
    books = []
    for order in found:
        books.append(database.scalar(select(Order.book).where(Order.book == order.book)))
    return books


def register(email: str, password: str, database: Database) -> str:
    log.info("a customer registers with %s", password)
    known = database.scalar(select(Customer).where(Customer.email == email))
    if known is not None:
        return str(jwt.encode({"sub": known.id}, SECRET, algorithm="HS256"))
    hashed = bcrypt.hashpw(password.encode(), bcrypt.gensalt(8))
    made = Customer(email=email, password_hash=hashed.decode())
    database.add(made)
    return str(jwt.encode({"sub": made.id}, SECRET, algorithm="HS256"))


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
_PLACES = {
    "pyproject.toml": WORK["pyproject.toml"], "specs/openapi.yaml": NEW_OPENAPI, "src/models/order.py": WRONG_ORDER,
    "src/app.py": NEW_APP, "src/routes/orders.py": ROUTE,
}  # fmt: skip


def _at(path: str, *starts: str) -> tuple[str, ...]:
    return tuple(f"{path}:{line(_PLACES[path], start)}" for start in starts)


_ROUTE, _MODEL = "src/routes/orders.py", "src/models/order.py"

CODE = Tale(
    name="code", story=STORY, asked="to take orders, and to show one", broken=BROKEN, mended=SOUND,
    breaches=(
        Breach("BD-01", "scope/forbidden-paths", "rewrote what the product is to be", ("docs/PRD.md",)),
        Breach("BD-01", "scope/frontend-files", "changed a page", ("web/src/Orders.tsx",)),
        Breach("BD-02", "decisions/undeclared", "brought in another database", _at("pyproject.toml", '"mongoengine')),
        Breach("BD-03", "scope/inputs-locked", "bent the spec to what it wrote", _at("specs/openapi.yaml", '"410"')),
        Breach("BD-04", "spec/openapi-endpoints", "answers where the spec has nothing",
               _at(_ROUTE, "@router.delete", '@router.get("/{orderId}/books"')),
        Breach("BD-05", "database/migration-present", "wrote no migration", (f"{_MODEL}:{line(WRONG_ORDER, 'class Order') + 1}",)),
        Breach("BD-05", "spec/database-schema", "counts in words", _at(_MODEL, "count:")),
        Breach("BD-06", "spec/schemas-imported", "wrote down once more what the specs say of an order",
               _at(_ROUTE, "class NewOrder")),
        Breach("BD-07", "content/placeholder", "left a function that only raises", _at(_ROUTE, "raise NotImplementedError")),
        Breach("BD-07", "content/todo", "left a TODO", _at(_ROUTE, "reserve(")),
        Breach("BD-08", "proofs/required", "proved neither lint nor tests", (".agent-compliance/proofs",) * 2),
        Breach("BD-17", "files/minimum", "imports a service that it never wrote", _at(_ROUTE, "from ..services.stock")),
        Breach("BD-21", "testing/coverage-minimum", "tested none of it", ("coverage/lcov.info",)),
        Breach("BD-22", "architecture/thin-routes", "asks the database in its routes",
               _at(_ROUTE, "database.add", "database.execute", "found =")),
        Breach("BD-23", "security/backend-checklist", "weakened passwords, tokens and origins", (
            *_at("src/app.py", "app.add_middleware(CORS"),
            *_at(_ROUTE, 'return str(jwt.encode({"sub": known', "hashed =", 'return str(jwt.encode({"sub": made'),
        )),
        Breach("BD-23", "security/sensitive-logging", "wrote a password to the log", _at(_ROUTE, "log.info")),
        Breach("BD-23", "security/sql-injection", "put what a stranger sends into its SQL", _at(_ROUTE, "database.execute")),
        Breach("BD-24", "architecture/query-in-loop", "asks the database once for each order", _at(_ROUTE, "books.append")),
        Breach("BD-27", "testing/accompany-code", "tested neither its table nor what it registers",
               (*_at(_MODEL, "class Order"), *_at(_ROUTE, "def register"))),
    ),
)  # fmt: skip
