"""What an OpenAPI document says: operations with their paths, parameters, bodies and statuses, however it is written."""

import json
from collections.abc import Mapping

import pytest

from pytest_agentcompliance.parsing import openapi
from pytest_agentcompliance.parsing.openapi import Document, Operation

ORDERS = """\
openapi: 3.1.0
info: {title: Shop, version: '1'}
servers:
  - url: https://api.shop.example/v1
  - url: http://localhost:3000/v1/
paths:
  /orders:
    get:
      parameters:
        - {name: state, in: query, schema: {type: string, enum: [open, paid]}}
      responses:
        200: {description: all}
        4XX: {description: wrong}
    post:
      requestBody:
        content:
          application/json:
            schema: {$ref: '#/components/schemas/NewOrder'}
      responses:
        '201': {description: made}
        default: {description: wrong}
  /orders/{orderId}:
    parameters:
      - $ref: '#/components/parameters/OrderId'
    summary: one of them
    delete:
      responses: {'204': {description: gone}}
components:
  parameters:
    OrderId: {name: orderId, in: path, required: true, schema: {type: string}}
  schemas:
    NewOrder: {type: object}
"""


def read(files: str | Mapping[str, str], path: str = "specs/openapi.yaml") -> Document:
    there = {path: files} if isinstance(files, str) else files
    found = openapi.read(path, there.get)
    assert found is not None
    return found


def served(document: Document) -> list[str]:
    return [f"{one.method} {path}" for one in document.operations for path in one.paths]


def paths(text: str, head: str = "openapi: 3.0.3\n") -> list[Operation]:
    return list(read(head + text).operations)


def test_an_operation_has_all_that_the_document_says_of_it() -> None:
    document = read(ORDERS)
    assert (document.version, document.bases, document.problems) == ("3.1.0", ("/v1",), ())
    listed, made, gone = document.operations
    assert (listed.method, listed.path, listed.paths, str(listed.at)) == ("GET", "/orders", ("/v1/orders",), "specs/openapi.yaml:8")
    assert (sorted(listed.statuses), sorted(listed.ranges), listed.default) == ([200], [4], False)
    assert [(one.name, one.where, one.values) for one in listed.parameters] == [("state", "query", ("open", "paid"))]
    assert listed.request is None
    assert listed.answers(200)
    assert listed.answers(404)
    assert not listed.answers(500)
    assert (made.request, sorted(made.statuses), made.default) == ("NewOrder", [201], True)
    assert [(one.name, one.where) for one in gone.parameters] == [("orderId", "path")]


def test_json_says_the_same_as_yaml_with_its_own_lines() -> None:
    import yaml

    text = json.dumps(yaml.safe_load(ORDERS), indent=2)
    one, other = read(text, "openapi.json"), read(ORDERS)
    assert served(one) == served(other)
    assert [each.statuses for each in one.operations] == [each.statuses for each in other.operations]
    lines = text.split("\n")
    assert [lines[(each.at.line or 0) - 1].strip() for each in one.operations] == ['"get": {', '"post": {', '"delete": {']


def test_json_in_one_line_with_escapes_is_read() -> None:
    text = '{"openapi":"3.0.0","paths":{"\\/caf\\u00e9\\/{id}":{"get":{"responses":{"200":{}}}}}}'
    assert served(read(text)) == ["GET /café/{id}"]


def test_a_text_that_begins_as_json_may_be_yaml() -> None:
    assert served(read("{openapi: 3.0.0, paths: {/a: {get: {}}}}")) == ["GET /a"]


def test_swagger_has_its_base_path() -> None:
    document = read(
        "swagger: '2.0'\nhost: api.example\nbasePath: /api/\npaths:\n  /a:\n    post: {parameters: [{in: body, name: b}]}\n"
    )
    assert served(document) == ["POST /api/a"]
    assert document.operations[0].request == ""


@pytest.mark.parametrize(
    ("url", "bases"),
    [
        ("/", ["/a"]),
        ("/api/v2/", ["/api/v2/a"]),
        ("./api", ["/api/a"]),
        ("//host/api", ["/api/a"]),
        ("https://{tenant}.example:{port}/{base}?x=1#y", ["/v7/a", "/v8/a"]),
        ("{root}/b", ["/api/b/a"]),
    ],
)
def test_servers_give_base_paths(url: str, bases: list[str]) -> None:
    servers = (
        f"servers:\n  - url: '{url}'\n    variables:\n      tenant: {{default: shop}}\n"
        "      port: {enum: ['1', '2'], default: '1'}\n"
        "      base: {default: v7, enum: [v7, v8]}\n      root: {default: 'https://api.example/api'}\n"
    )
    assert list(paths(servers + "paths: {/a: {get: {}}}\n")[0].paths) == bases


def test_variables_of_servers_that_name_one_another_do_not_grow() -> None:
    url = "/" + "".join(f"{{a{number}}}" for number in range(4))
    values = "".join(f"      a{number}: {{default: '{f'{{a{number + 1}}}' * 90}'}}\n" for number in range(4))
    document = read(f"openapi: 3.0.3\nservers:\n  - url: '{url}'\n    variables:\n{values}paths: {{/a: {{get: {{}}}}}}\n")
    assert max(len(one) for one in document.bases) <= 500


def test_servers_of_a_path_and_of_an_operation_take_the_place_of_the_document_s() -> None:
    found = paths(
        "servers: [{url: https://api.example/v1}]\npaths:\n  /a:\n    servers: [{url: https://api.example/v2}]\n    get: {}\n"
        "    put: {servers: [{url: https://files.example/up}]}\n  /b: {get: {}}\n"
    )
    assert [(one.method, *one.paths, one.elsewhere) for one in found] == [
        ("GET", "/v2/a", False),
        ("PUT", "/up/a", True),
        ("GET", "/v1/b", False),
    ]


def test_references_lead_into_files_beside_it() -> None:
    files = {
        "specs/openapi.yaml": "openapi: 3.0.0\npaths:\n  $ref: paths/index.yaml\n",
        "specs/paths/index.yaml": "/users: {$ref: users.yaml}\n/users/{id}: {$ref: 'users.yaml#/~1one'}\n"
        "/c: {$ref: '../c.json#/x/0'}\n",
        "specs/paths/users.yaml": "get:\n  responses: {$ref: '../answers.yaml'}\n/one:\n  put: {}\n",
        "specs/answers.yaml": "'200': {}\n'404': {}\n",
        "specs/c.json": '{"x": [{"patch": {}}]}',
    }
    document = read(files)
    assert served(document) == ["GET /users", "PUT /users/{id}", "PATCH /c"]
    assert [str(one.at) for one in document.operations] == [
        "specs/paths/users.yaml:1", "specs/paths/users.yaml:4", "specs/c.json:1",
    ]  # fmt: skip
    assert document.operations[0].statuses == {200, 404}
    assert document.files[0] == "specs/openapi.yaml"
    assert set(document.files) == set(files)


def test_what_a_path_item_says_itself_goes_before_what_it_refers_to() -> None:
    found = paths("paths:\n  /a:\n    $ref: '#/components/pathItems/A'\n    get: {responses: {200: {}}}\n"
                  "components: {pathItems: {A: {get: {responses: {404: {}}}, post: {}}}}\n", "openapi: 3.1.0\n")  # fmt: skip
    assert [(one.method, sorted(one.statuses)) for one in found] == [("GET", [200]), ("POST", [])]


@pytest.mark.parametrize(
    "target",
    [
        "'#/paths/~1a'", "'#/components/none'", "other.yaml", "../../../etc/passwd", "/etc/passwd", "https://example.org/a.yaml",
        "'#/openapi/x'",
    ],
)  # fmt: skip
def test_a_reference_that_leads_nowhere_is_a_problem_with_its_line(target: str) -> None:
    document = read(f"openapi: 3.1.0\npaths:\n  /a:\n    $ref: {target}\n  /b: {{get: {{}}}}\n")
    assert served(document) == ["GET /b"]
    assert [one.at.line for one in document.problems] == [4]
    assert document.problems[0].why.startswith("$ref ")


def test_references_in_a_circle_end() -> None:
    files = {
        "a.yaml": "openapi: 3.0.0\npaths: {/a: {$ref: 'b.yaml#/x'}}\n",
        "b.yaml": "x: {$ref: 'c.yaml#/x'}\n",
        "c.yaml": "x: {$ref: 'b.yaml#/x'}\n",
    }
    document = read(files, "a.yaml")
    assert served(document) == []
    assert "leads in a circle" in document.problems[0].why


def test_anchors_and_merges_are_followed() -> None:
    found = paths("x-all: &all\n  get: {responses: {200: {}}}\npaths:\n  /a:\n    <<: *all\n    post: {}\n  /b: *all\n")
    assert [(one.method, one.path) for one in found] == [("POST", "/a"), ("GET", "/a"), ("GET", "/b")]


def test_a_path_that_stands_twice_is_said() -> None:
    document = read("openapi: 3.0.0\npaths:\n  /a: {get: {}}\n  /a: {post: {}}\n  b: {get: {}}\n")
    assert served(document) == ["GET /a", "POST /a"]
    assert [one.at.line for one in document.problems] == [4, 5]


def test_webhooks_callbacks_and_extensions_are_not_served() -> None:
    text = (
        "webhooks: {made: {post: {}}}\npaths:\n  x-a: {get: {}}\n  /a:\n    x-get: {}\n    summary: a\n"
        "    get:\n      callbacks: {c: {'/d': {post: {}}}}\n"
    )
    assert [(one.method, one.path) for one in paths(text, "openapi: 3.1.0\n")] == [("GET", "/a")]


@pytest.mark.parametrize(
    "text", ["", "a: 1\n", "- 1\n", "openapi: 4.0.0\n", "openapi: [3.0.0]\n", "asyncapi: 2.0.0\n", "openapi\n", "[]", "{}"]
)
def test_another_document_is_none(text: str) -> None:
    assert openapi.read("a.yaml", {"a.yaml": text}.get) is None


def test_no_file_is_none() -> None:
    assert openapi.read("a.yaml", lambda _: None) is None


@pytest.mark.parametrize(
    "text",
    [
        "openapi: [",
        "openapi: 3.0.0\n" + "[" * 50_000,
        '{"openapi": "3.0.0", "paths": ' + "[" * 50_000,
        "openapi: 3.0.0\na: &a [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n"
        + "".join(f"{b}: &{b} [{', '.join([f'*{a}'] * 9)}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)),
        '{"openapi": "3.0.0", "x": "' + "a" * (1 << 22) + '"}',
        "openapi: 3.0.0\nx: " + "a" * (1 << 20),
        '{"openapi": "3.0.0", "x": [' + "1," * 400_001 + "1]}",
    ],
    ids=["broken", "deep", "deep json", "bomb", "large json", "large yaml", "many"],
)
def test_what_cannot_be_read_is_one_problem(text: str) -> None:
    document = read(text)
    assert document.operations == ()
    assert [one.at.line for one in document.problems] == [1]


def test_many_references_to_much_end_with_what_was_read() -> None:
    shared = "".join(f"        - {{name: a{n}, in: query, schema: {{enum: [1, 2, 3]}}}}\n" for n in range(190))
    text = (
        f"openapi: 3.0.0\nx-p:\n  item:\n    get:\n      parameters:\n{shared}paths:\n"
        + "".join(f"  /p{n}: {{$ref: '#/x-p/item'}}\n" for n in range(4000))
    )
    document = read(text)
    assert 100 < len(document.operations) < 4000
    assert "more than is read" in document.problems[-1].why


@pytest.mark.parametrize(
    "text",
    [
        "paths: []\n", "paths: 1\n", "paths: {/a: 1, /b: [], /c: {get: [], put: 1, post: }}\n",
        "servers: 1\npaths: {/a: {get: {}}}\n",
        "servers: [1, {url: []}, {url: ''}, {}]\npaths: {/a: {get: {parameters: {a: b}, responses: [1], requestBody: 3}}}\n",
        "paths: {/a: {parameters: [1, {name: a}, {name: [], in: {}}], get: {parameters: 1, responses: {x: 1, '99': 2}}}}\n",
        "paths: {? [a, b] : {get: {}}, ? {a: b} : 1}\n", "paths:\n  /\ud800{:\n    get: {}\n",
    ],
)  # fmt: skip
def test_nothing_is_raised_of_what_is_shaped_otherwise(text: str) -> None:
    assert isinstance(read("openapi: 3.0.0\n" + text), Document)
