"""The endpoints of plans, in the ways that plans write them down."""

import pytest

from pytest_agentcompliance.parsing.plan import Plan, PlanEndpoint, read


def the(plan: Plan, called: str) -> PlanEndpoint:
    """The endpoint that is called so."""
    return next(one for one in plan.endpoints if f"{one.method} {one.path}" == called)


def cases(one: PlanEndpoint) -> list[tuple[int | None, str]]:
    return [(each.status, each.code) for each in one.errors]


HEADING = """# Backend plan

## API Endpoints

### 1. `POST /api/orders`

**Request Body:**
```json
{
  "sku": "A-1",   // what is ordered
  "count": 2,
  "note": "string (optional)"
}
```

**Response `201`:**
```json
{"data": {"id": 1, "sku": "A-1"}, "meta": {"total": 1}}
```

**Response (400 Bad Request):**
```json
{"error": {"code": "INVALID_SKU", "message": "..."}}
```

**Errors:**
- 409 `OUT_OF_STOCK` - none is left
- `PAYMENT_FAILED` (402)
- 404 if there is no such thing

### 2. GET /api/orders/:id

Returns 404 where there is none, and never 500.

Response: `{ id, sku, count? }`
"""


def test_a_heading_with_labels_below() -> None:
    plan = read(HEADING)
    assert [(one.method, one.path, one.line) for one in plan.endpoints] == [
        ("POST", "/api/orders", 5), ("GET", "/api/orders/:id", 31),
    ]  # fmt: skip
    made = the(plan, "POST /api/orders")
    assert made.request is not None
    assert made.response is not None
    assert made.request.names == ("sku", "count", "note")
    assert [one.optional for one in made.request.fields] == [None, None, True]
    assert made.response.names == ("data", "meta")
    assert made.statuses == {201}
    assert cases(made) == [(400, "INVALID_SKU"), (409, "OUT_OF_STOCK"), (402, "PAYMENT_FAILED"), (404, "")]
    one = the(plan, "GET /api/orders/:id")
    assert one.response is not None
    assert one.response.names == ("id", "sku", "count")
    assert one.request is None
    assert cases(one) == [(404, "")]


def test_a_table() -> None:
    plan = read(
        "# Plan\n\n## Endpoints\n\n| Method | Path | Request | Response | Errors |\n|---|---|---|---|---|\n"
        "| POST | `/api/users` | `{ email, password }` | 201 `{ id, email }` | 400, 409 EMAIL_TAKEN |\n"
        "| GET, DELETE | `/api/users/{id}` | - | `User[]` | 404 |\n\n"
        "```ts\ninterface User {\n  id: string;\n  email: string;\n}\n```\n"
    )
    assert [(one.method, one.path) for one in plan.endpoints] == [
        ("POST", "/api/users"), ("GET", "/api/users/{id}"), ("DELETE", "/api/users/{id}"),
    ]  # fmt: skip
    made = the(plan, "POST /api/users")
    assert made.request is not None
    assert made.request.names == ("email", "password")
    assert made.response is not None
    assert made.response.names == ("id", "email")
    assert made.statuses == {201}
    assert cases(made) == [(400, ""), (409, "EMAIL_TAKEN")]
    one = the(plan, "GET /api/users/{id}")
    assert one.response is not None
    assert (one.response.name, one.response.many, one.response.names) == ("User", True, ("id", "email"))
    assert one.request is None
    assert cases(one) == [(404, "")]


def test_a_table_whose_header_is_in_another_language() -> None:
    rows = "| Método | Rota |\n|---|---|\n| GET | `/api/agenda` |\n| POST | `/api/agenda` |\n"
    plan = read(f"# Plano\n\n## Endpoints (REST)\n\n{rows}")
    assert [(one.method, one.path, one.shown) for one in plan.endpoints] == [
        ("GET", "/api/agenda", True), ("POST", "/api/agenda", True),
    ]  # fmt: skip


def test_a_list_with_items_below() -> None:
    plan = read(
        "# Plan\n\n## API\n\n* `GET /api/v1/clubs`:\n    * **Purpose:** all of them\n    * **Response Body:** A JSON array, e.g., "
        "`[{ \"id\": \"1\", \"name\": \"x\" }]`.\n\n* **Create:** `POST /api/v1/clubs`\n    * Request:\n        * `name`\n"
        "        * optional `town`\n    * fails with 422\n"
    )
    one, made = plan.endpoints
    assert one.response is not None
    assert (one.response.names, one.response.many) == (("id", "name"), True)
    assert (made.method, made.path) == ("POST", "/api/v1/clubs")
    assert made.request is not None
    assert [(each.name, each.optional) for each in made.request.fields] == [("name", None), ("town", True)]
    assert cases(made) == [(422, "")]


def test_a_fence_of_calls_and_one_of_openapi() -> None:
    plan = read(
        "# Plan\n\n## REST API\n\n```\nGET    /api/carts        # all\nPOST   /api/carts\n```\n\n"
        "```yaml\npaths:\n  /api/lines/{id}:\n    delete:\n"
        "      responses: {'204': {description: gone}, '404': {description: no}}\n```\n"
    )
    assert [(one.method, one.path, one.line, one.shown) for one in plan.endpoints] == [
        ("GET", "/api/carts", 6, False), ("POST", "/api/carts", 7, False), ("DELETE", "/api/lines/{id}", 13, False),
    ]  # fmt: skip
    gone = plan.endpoints[-1]
    assert gone.statuses == {204}
    assert cases(gone) == [(404, "")]


@pytest.mark.parametrize(
    "said",
    [
        "The page calls `GET /api/users` when it opens.",
        "- Test that `POST /api/users` answers 400",
        "- Verify: curl POST /api/users",
        "```bash\ncurl -X POST /api/users\n```",
        "```js\nfetch('/x'); // GET /api/users\n```",
        "- `GET https://api.stripe.com/v1/charges`",
    ],
)
def test_what_only_speaks_of_a_call_plans_none(said: str) -> None:
    assert read(f"# Plan\n\n## Steps\n\n{said}\n").endpoints == ()


@pytest.mark.parametrize("title", ["Existing endpoints", "Out of scope", "Future Work", "Third-party API", "Testing", "Frontend"])
def test_a_section_that_plans_nothing(title: str) -> None:
    (one,) = read(f"# Plan\n\n## {title}\n\n- `GET /api/users`\n").endpoints
    assert one.kept


@pytest.mark.parametrize("title", ["Reference data", "Test endpoints", "Audit log", "Clients", "Add to the existing API", "Usage"])
def test_a_section_that_is_only_called_like_one(title: str) -> None:
    (one,) = read(f"# Testing a plan\n\n## {title} \n\n### GET /api/users\n").endpoints
    assert one.kept == (title in ("Clients", "Usage"))


def test_methods_that_share_a_path_and_paths_that_are_short_for_others() -> None:
    plan = read(
        "# Plan\n\n## API\n\n- `GET/POST/DELETE /api/days`\n\n| Method | Path |\n|---|---|\n| POST | `/api/v1/tasks` |\n\n"
        "**POST /tasks** request:\n\n```json\n{\"name\": \"a\"}\n```\n"
    )
    assert [(one.method, one.path, one.short) for one in plan.endpoints] == [
        ("GET", "/api/days", False), ("POST", "/api/days", False), ("DELETE", "/api/days", True), ("POST", "/api/v1/tasks", False),
    ]  # fmt: skip
    assert plan.endpoints[-1].request is not None


def test_errors_for_all_and_what_cannot_be_read() -> None:
    plan = read("# Plan\n\n## Endpoints\n\nTo be done.\n\n## Error codes\n\n- `404 NO_BIN`, `NO_TRACK`\n- `500 SERVER_ERROR`\n")
    assert [(one.status, one.code) for one in plan.errors] == [(404, "NO_BIN"), (404, "NO_TRACK"), (500, "SERVER_ERROR")]
    assert [(one.line, one.why) for one in plan.unread] == [(3, '"Endpoints" names no endpoint that could be read')]


@pytest.mark.parametrize(
    "text",
    ["", "#" * 5000, "| a | b |\n|---|\n| GET | /x |\n" * 50, "### GET /" + "{" * 3000, "```json\n" + "{" * 9000,
     "- `GET /" + "a/" * 4000, "GET " * 9000, "**Errors:**\n" + "404 " * 5000, "```sql\ncreate table a (" + "(" * 9000,
     "\0### POST /a\0", "```yaml\npaths: [\n"],
)  # fmt: skip
def test_nothing_breaks_it(text: str) -> None:
    assert isinstance(read(text), Plan)
