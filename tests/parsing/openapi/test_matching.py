"""Operations held against routes: shapes of paths, prefixes that one side leaves out, catch-alls, methods, what is left."""

import pytest

from pytest_agentcompliance.parsing.openapi import Operation, Parameter
from pytest_agentcompliance.parsing.openapi.matching import NONE, Match, Matched, Shift, match, shift_of
from pytest_agentcompliance.parsing.openapi.shapes import Shape, plain, shape
from pytest_agentcompliance.parsing.routes import Route, Span
from pytest_agentcompliance.place import Place


def operations(*said: str, base: str = "") -> list[Operation]:
    found = []
    for number, one in enumerate(said, 1):
        method, path = one.split(" ")
        found.append(Operation(method, path, (base + path,), Place("openapi.yaml", number)))
    return found


def routes(*said: str) -> list[Route]:
    found = []
    for number, one in enumerate(said, 1):
        method, path = one.split(" ")
        found.append(Route(method, path, Span("app.ts", number, number), "express"))
    return found


def pairs(matched: Matched) -> list[str]:
    return sorted(f"{one.route.method} {one.route.path} = {one.operation.method} {one.operation.path}" for one in matched.pairs)


def left(matched: Matched) -> tuple[list[str], list[str]]:
    return (
        [f"{one.method} {one.path}" for one in matched.missing],
        [f"{one.method} {one.path}" for one in matched.undocumented],
    )


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/", Shape(())),
        ("", Shape(())),
        ("//users/", Shape(("users",))),
        ("/users/{userId}", Shape(("users", "{}"), ("userId",))),
        ("/users/:userId", Shape(("users", "{}"), ("userId",))),
        ("/users/:userId(\\d+)", Shape(("users", "{}"), ("userId",))),
        ("/users/<int:user_id>", Shape(("users", "{}"), ("user_id",))),
        ("/users/<user_id>", Shape(("users", "{}"), ("user_id",))),
        ("/files/{name}.{ending}", Shape(("files", "{}.{}"), ("name", "ending"))),
        ("/jobs/{id}:cancel", Shape(("jobs", "{}:cancel"), ("id",))),
        ("/find?by=name", Shape(("find",))),
        ("/find#name", Shape(("find",))),
        ("/files/{path:path}", Shape(("files",), rest=True)),
        ("/files/<path:name>", Shape(("files",), rest=True)),
        ("/files/*", Shape(("files",), rest=True)),
        ("/files/*splat", Shape(("files",), rest=True)),
        ("/{a}/{path*}", Shape(("{}",), ("a",), rest=True)),
    ],
)
def test_the_shape_of_a_path(path: str, expected: Shape) -> None:
    assert shape(path) == expected


def test_names_that_only_differ_in_how_they_are_written() -> None:
    assert plain("user_id") == plain("userId") == plain("user-id")
    assert plain("user_id") != plain("id")


def test_the_same_endpoints_are_pairs_and_the_others_are_left() -> None:
    matched = match(operations("GET /a", "GET /a/{id}", "PUT /b"), routes("GET /a/", "GET /a/{name}", "POST /a", "GET /c"))
    assert pairs(matched) == ["GET /a/ = GET /a", "GET /a/{name} = GET /a/{id}"]
    assert left(matched) == (["PUT /b"], ["POST /a", "GET /c"])
    assert [[one.method for one in matched.beside[route]] for route in matched.undocumented] == [["GET"], []]


def test_paths_are_found_with_and_without_the_base_path_of_the_servers() -> None:
    matched = match(operations("GET /a", "GET /b", base="/v1"), routes("GET /v1/a", "GET /b"))
    assert left(matched) == ([], [])


def test_the_names_of_parameters_that_differ() -> None:
    def names(documented: str, code: str) -> tuple[tuple[str, str], ...]:
        return Match(operations(f"GET {documented}")[0], routes(f"GET {code}")[0]).names

    assert names("/a/{id}", "/a/{id}") == ()
    assert names("/a/{id}/b/{no}", "/a/{id}/b/{number}") == (("no", "number"),)
    assert names("/a/{id}", "/{tenant}/a/{id}") == ()
    assert names("/a/me", "/a/{id}") == ()


def test_a_route_of_any_method_answers_all() -> None:
    assert left(match(operations("GET /a", "PUT /a"), routes("ANY /a"))) == ([], [])
    assert left(match(operations("GET /a"), routes("ANY /b"))) == (["GET /a"], ["ANY /b"])


def test_what_frameworks_answer_of_themselves_is_asked_of_nobody() -> None:

    matched = match(operations("GET /a", "HEAD /a", "OPTIONS /a"), routes("GET /a", "HEAD /b", "OPTIONS /{rest*}"))
    assert left(matched) == ([], [])
    assert left(match(operations("HEAD /a"), routes("POST /a"))) == (["HEAD /a"], ["POST /a"])


def test_a_route_for_anything() -> None:
    assert left(match(operations("GET /a", "POST /a/b"), routes("GET /*"))) == (["POST /a/b"], [])
    assert left(match(operations("GET /a/{name}"), routes("GET /a/{path:path}"))) == ([], [])
    assert left(match(operations("GET /b"), routes("GET /a/{path:path}"))) == (["GET /b"], ["GET /a/{path:path}"])
    assert left(match(operations("GET /files/a/{id}", "GET /filesystem"), routes("ANY /files/*"))) == (["GET /filesystem"], [])


def test_a_parameter_may_stand_for_the_words_of_the_document() -> None:
    documented = operations("GET /reports/daily", "GET /reports/weekly")
    assert left(match(documented, routes("GET /reports/{kind}"))) == ([], [])
    # One that the document has itself is no other's.
    assert left(match([*documented, *operations("GET /reports/{id}")], routes("GET /reports/{id}"))) == (
        ["GET /reports/daily", "GET /reports/weekly"], [],
    )  # fmt: skip
    assert left(match(operations("GET /files/{name}.json"), routes("GET /files/{name}"))) == ([], [])
    assert left(match(operations("GET /a"), routes("GET /{slug}"))) == (["GET /a"], ["GET /{slug}"])


def test_words_may_stand_for_a_parameter_whose_values_the_document_lists() -> None:
    listed = Operation(
        "GET", "/reports/{kind}", ("/reports/{kind}",), Place("openapi.yaml", 1), (Parameter("kind", "path", ("daily", "weekly")),)
    )
    assert left(match([listed], routes("GET /reports/daily", "GET /reports/weekly"))) == ([], [])
    assert left(match([listed], routes("GET /reports/daily", "GET /reports/all"))) == ([], ["GET /reports/all"])
    assert left(match(operations("GET /reports/{kind}"), routes("GET /reports/daily"))) == (
        ["GET /reports/{kind}"], ["GET /reports/daily"],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("documented", "code", "expected"),
    [
        (("GET /a", "GET /b"), ("GET /a", "GET /b"), NONE),
        (("GET /a", "GET /b/{id}"), ("GET /api/v1/a", "GET /api/v1/b/{no}"), Shift(adds=("api", "v1"))),
        (("GET /api/a", "GET /api/b"), ("GET /a", "GET /b", "GET /c"), Shift(drops=("api",))),
        (("GET /a",), ("GET /api/a",), Shift(adds=("api",))),
        (("GET /{id}",), ("GET /users/{id}",), NONE),
        (("GET /a", "GET /b", "GET /c"), ("GET /a", "GET /b", "GET /api/c"), NONE),
        (("GET /a", "GET /b", "GET /c", "GET /d"), ("GET /x/a", "GET /e", "GET /f", "GET /g"), NONE),
        (("POST /a", "POST /b"), ("GET /api/a", "GET /api/b"), NONE),
        (("POST /a", "GET /b"), ("ANY /api/a", "ANY /api/b"), Shift(adds=("api",))),
        ((), ("GET /a",), NONE),
        (("GET /a",), (), NONE),
    ],
)
def test_the_prefix_that_explains_most(documented: tuple[str, ...], code: tuple[str, ...], expected: Shift) -> None:
    found = shift_of(operations(*documented), routes(*code))
    assert found == expected
    assert bool(str(found)) == (expected != NONE)


def test_a_shift_is_matched_with() -> None:
    documented = operations("GET /a", "GET /b")
    assert left(match(documented, routes("GET /api/a", "GET /b"), Shift(adds=("api",)))) == ([], [])
    assert left(match(operations("GET /api/a", "GET /c"), routes("GET /a"), Shift(drops=("api",)))) == (["GET /c"], [])


def test_a_prefix_is_said() -> None:
    assert str(Shift(adds=("api", "v1"))) == "the code puts /api/v1 before the paths of the document"
    assert str(Shift(drops=("api",))) == "the document puts /api before the paths of the code"


def test_much_of_the_same_takes_no_long_time() -> None:
    many = operations(*(f"GET /a/{number}/x" for number in range(3000)))
    code = routes(*(f"GET /{{a}}/{number}/{{c}}" for number in range(3000, 6000)))
    missing, undocumented = left(match(many, code, shift_of(many, code)))
    assert len(missing) == len(undocumented) == 3000
