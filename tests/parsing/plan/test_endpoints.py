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


def test_parameters_as_folders_write_them() -> None:
    plan = read("# Plan\n\n## API\n\n- `GET /users/[id]/files/[...path]`\n\n| Method | Path |\n|---|---|\n| PUT | `/a/[[b]]/c` |\n")
    assert [(one.method, one.path) for one in plan.endpoints] == [("GET", "/users/{id}/files/{path*}"), ("PUT", "/a/{b}/c")]


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


APART = """# Orders API

## Create order

**URL:** `/api/orders`
**Method:** `POST`

### Request Body

```json
{"sku": "A1", "count": 2}
```

### Success Response

**Code:** 201 Created

```json
{"id": "1", "sku": "A1"}
```

### Error Responses

**Code:** 409 CONFLICT

```json
{"error": {"code": "OUT_OF_STOCK", "message": "x"}}
```

## Get order

- Method: GET
- Path: `/api/orders/{id}`
- Errors: 404

## `/api/lines`

### GET

**Response 200**: list of `{ id, sku }`

### POST

**Body**

| Field | Type | Required |
|---|---|---|
| sku | string | yes |
| note | string | no |

204 on success, 404 when there is no such order.
"""


def test_a_method_that_stands_apart_from_its_path() -> None:
    plan = read(APART)
    assert [(one.method, one.path, one.line) for one in plan.endpoints] == [
        ("POST", "/api/orders", 3), ("GET", "/api/orders/{id}", 30), ("GET", "/api/lines", 38), ("POST", "/api/lines", 42),
    ]  # fmt: skip
    made, one, listed, line = plan.endpoints
    assert made.request is not None
    assert made.request.names == ("sku", "count")
    assert made.response is not None
    assert made.response.names == ("id", "sku")
    assert made.statuses == {201}
    assert cases(made) == [(409, "OUT_OF_STOCK")]
    assert cases(one) == [(404, "")]
    assert listed.response is not None
    assert (listed.response.names, listed.response.many) == (("id", "sku"), True)
    assert line.request is not None
    assert [(each.name, each.optional) for each in line.request.fields] == [("sku", False), ("note", True)]
    assert line.statuses == {204}
    assert cases(line) == [(404, "")]


def test_paths_below_the_one_that_they_leave_out() -> None:
    plan = read(
        "# Plan\n\n## API\n\n### Orders (`/api/orders`)\n\n- `GET /` - all. Errors: 401, 403 NOT_YOURS\n- `DELETE /:id` - one\n\n"
        "### /api/users\n\n| Method | Path |\n|---|---|\n| POST | / |\n| GET | `/{id}` |\n\n"
        "### /api/tags\n\n- `GET /api/tags`\n- `GET /x`\n"
    )
    assert [(one.method, one.path) for one in plan.endpoints] == [
        ("GET", "/api/orders"), ("DELETE", "/api/orders/:id"), ("POST", "/api/users"), ("GET", "/api/users/{id}"),
        ("GET", "/api/tags"), ("GET", "/x"),
    ]  # fmt: skip
    assert cases(plan.endpoints[0]) == [(401, ""), (403, "NOT_YOURS")]


def test_what_stands_on_the_line_of_a_call() -> None:
    plan = read(
        "# Plan\n\nAPI:\n\n* POST /api/login {email, password} -> 200 {token, user} | 401 BAD_LOGIN | 429\n"
        "* GET /api/me -> {id}, 401 if there is no token\n- [ ] `DELETE /api/me` (soft delete) → 204, 404 NO_SUCH_USER\n"
        "* `GET|HEAD /api/files/{id}` returns `FileOut`\n"
        "* PUT /api/x/{id} → `put_x`\n"
    )
    assert [(one.method, one.path) for one in plan.endpoints] == [
        ("POST", "/api/login"), ("GET", "/api/me"), ("DELETE", "/api/me"), ("GET", "/api/files/{id}"), ("PUT", "/api/x/{id}"),
    ]  # fmt: skip
    login, me, gone, file, put = plan.endpoints
    assert login.request is not None
    assert login.request.names == ("email", "password")
    assert login.response is not None
    assert login.response.names == ("token", "user")
    assert login.statuses == {200}
    assert cases(login) == [(401, "BAD_LOGIN"), (429, "")]
    assert me.response is not None
    assert (me.response.names, cases(me)) == (("id",), [(401, "")])
    assert gone.statuses == {204}
    assert cases(gone) == [(404, "NO_SUCH_USER")]
    assert file.response is not None
    assert file.response.name == "FileOut"
    assert put.response is None


def test_fences_of_http_and_of_data() -> None:
    plan = read(
        "# Plan\n\n## API\n\n```http\nPOST /api/notes HTTP/1.1\nAuthorization: Bearer {token}\n\n"
        "{\n  \"text\": \"hi\"\n}\n```\n\nResponse:\n\n```http\nHTTP/1.1 201 Created\n\n{\"id\": 1}\n```\n\n"
        "```http\nGET /api/notes\nPATCH         /api/notes/{id}\n```\n\nRequest object:\n\n"
        "```json\n{\"id\": 1}\n```\n\n```json\n{\"endpoints\": [\n"
        '{"method": "GET", "path": "/api/tags", "response": [{"name": "x"}],\n'
        ' "errors": [{"status": 401, "code": "NO_TOKEN"}, 403]},\n'
        '{"method": "POST", "path": "/api/tags", "request": {"name": "string", "note": "string (optional)"}, "status": 201},\n'
        '{"level": 30, "method": "GET", "path": "/api/logged", "status": 200}\n]}\n```\n\n'
        '```json\n{"method": "GET", "path": "/x"\n```\n'
    )
    assert [(one.method, one.path) for one in plan.endpoints] == [
        ("POST", "/api/notes"), ("GET", "/api/notes"), ("PATCH", "/api/notes/{id}"), ("GET", "/api/tags"), ("POST", "/api/tags"),
    ]  # fmt: skip
    made, _, changed, tags, tag = plan.endpoints
    assert made.request is not None
    assert made.request.names == ("text",)
    assert made.response is not None
    assert made.response.names == ("id",)
    assert made.statuses == {201}
    assert changed.request is None
    assert tags.response is not None
    assert (tags.response.names, tags.response.many, cases(tags)) == (("name",), True, [(401, "NO_TOKEN"), (403, "")])
    assert tag.request is not None
    assert [(one.name, one.optional) for one in tag.request.fields] == [("name", None), ("note", True)]
    assert tag.statuses == {201}
    assert [(one.line, one.why) for one in plan.unread_endpoints] == [(43, "its list of endpoints could not be read")]


def test_fields_in_plain_words_and_titles_with_calls_in_brackets() -> None:
    plan = read(
        "# Plan\n\n## Endpoints\n\n1. **Pay** (`POST /payments`)\n   - Body: amount, currency, note?\n"
        "   - Output: a `Payment`, status 201\n2. **Refund** (`POST /payments/{id}/refund`)\n"
        "   - Input: `amount` (int, optional), `reason` (str)\n   - Errors: 409 `GONE_BACK`\n"
        "3. **Reads** (`GET /payments`, and more) need a token\n4. **List** (`GET /payments`)\n   - Response: list, paginated\n"
    )
    assert [(one.method, one.path, one.line) for one in plan.endpoints] == [
        ("POST", "/payments", 5), ("POST", "/payments/{id}/refund", 8), ("GET", "/payments", 12),
    ]  # fmt: skip
    pay, back, every = plan.endpoints
    assert pay.request is not None
    assert [(one.name, one.optional) for one in pay.request.fields] == [("amount", None), ("currency", None), ("note", True)]
    assert pay.statuses == {201}
    assert back.request is not None
    assert [(one.name, one.optional) for one in back.request.fields] == [("amount", True), ("reason", None)]
    assert cases(back) == [(409, "GONE_BACK")]
    assert every.response is None


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("If it does not exist: 404 `NO_USER`", [(404, "NO_USER")]),
        ("404 where no user has it, never 410", [(404, "")]),
        ("It does not return a 404 here", []),
        ("If nothing is found → 404", [(404, "")]),
        ("never answers with 409", []),
    ],
)
def test_what_a_line_of_errors_denies(said: str, found: list[tuple[int | None, str]]) -> None:
    (one,) = read(f"# Plan\n\n### GET /users\n\nErrors:\n\n- {said}\n").endpoints
    assert cases(one) == found


def test_an_endpoint_that_stands_twice_is_read_in_both_sections() -> None:
    plan = read("# Plan\n\n## Endpoints\n\n- `GET /a`\n\n## Public endpoints\n\n### GET /a\n\n## Catalog of endpoints\n\n## Rest\n")
    assert [one.line for one in plan.endpoints] == [5]
    assert plan.unread == ()


def test_services() -> None:
    plan = read(
        "# Plan\n\n## Services\n\n- **Billing**: sends bills\n- `PaymentService.charge()` and services/tax-rates.service.ts\n\n"
        "### 2.1 Order Service\n\nOrderService is told of each.\n\n| Service | Does |\n|---|---|\n| `mailer` | mails |\n"
    )
    assert [(one.name, one.line) for one in plan.services] == [
        ("Billing", 5), ("PaymentService", 6), ("tax-rates", 6), ("Order", 8), ("mailer", 14),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text",
    ["", "#" * 5000, "| a | b |\n|---|\n| GET | /x |\n" * 50, "### GET /" + "{" * 3000, "```json\n" + "{" * 9000,
     "- `GET /" + "a/" * 4000, "GET " * 9000, "**Errors:**\n" + "404 " * 5000, "```sql\ncreate table a (" + "(" * 9000,
     "\0### POST /a\0", "```yaml\npaths: [\n"],
)  # fmt: skip
def test_nothing_breaks_it(text: str) -> None:
    assert isinstance(read(text), Plan)
