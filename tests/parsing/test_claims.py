"""Paths as people write them are found among those that are there, and nothing that they write is slow or fails."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_agentcompliance.parsing.claims import Paths

THERE = [
    "api/src/cart.ts",
    "api/src/carts/[id].ts",
    "api/seeds/a.sql",
    "api/seeds/b.sql",
    "till/src/index.ts",
    "api/src/index.ts",
    "Makefile",
]


@pytest.mark.parametrize(
    ("written", "paths", "how"),
    [
        ("api/src/cart.ts", ["api/src/cart.ts"], "whole"),
        ("./api/src//cart.ts", ["api/src/cart.ts"], "whole"),
        ("api\\src\\cart.ts", ["api/src/cart.ts"], "whole"),
        ("api/src/carts/[id].ts", ["api/src/carts/[id].ts"], "whole"),
        ("api/seeds/", ["api/seeds/a.sql", "api/seeds/b.sql"], "folder"),
        ("api/seeds", ["api/seeds/a.sql", "api/seeds/b.sql"], "folder"),
        ("api/seeds/*.sql", ["api/seeds/a.sql", "api/seeds/b.sql"], "glob"),
        ("src/cart.ts", ["api/src/cart.ts"], "end"),
        ("cart.ts", ["api/src/cart.ts"], "end"),
        ("seeds/", ["api/seeds/a.sql", "api/seeds/b.sql"], "end"),
        ("/home/me/shop/api/src/cart.ts", ["api/src/cart.ts"], "end"),
        ("C:/shop/api/src/cart.ts", ["api/src/cart.ts"], "end"),
        ("/home/me/shop/api/seeds/", ["api/seeds/a.sql", "api/seeds/b.sql"], "end"),
        ("src/index.ts", ["api/src/index.ts", "till/src/index.ts"], "ambiguous"),
        ("art.ts", [], "none"),
        ("api/src/till.ts", [], "none"),
        ("/home/me/other/Makefile", [], "none"),
        ("", [], "none"),
        ("/", [], "none"),
    ],
)
def test_find(written: str, paths: list[str], how: str) -> None:
    found = Paths(THERE).find(written)
    assert (list(found.paths), found.how) == (paths, how)


def test_accents_are_the_same_composed_and_decomposed() -> None:
    assert Paths(["api/cafe\u0301.ts"]).find("api/caf\u00e9.ts").paths == ("api/cafe\u0301.ts",)


@settings(deadline=None)
@given(
    st.lists(st.text(alphabet="ab/*[]{}!\\ .\udcff\n", max_size=12), max_size=6),
    st.text(alphabet="ab/*[]{}!\\ .~:\udcff\n", max_size=16),
)
def test_whatever_is_written_finds_only_what_is_there(there: list[str], written: str) -> None:
    paths = Paths(there)
    assert set(paths.find(written).paths) <= set(there)
    assert all(
        paths.find(path).how == "whole"
        for path in there
        if path.strip("/") == path and "//" not in path and "\\" not in path and path
    )


@pytest.mark.parametrize(
    ("written", "paths"),
    [
        (["/home/me/shop/api/src/cart.ts", "/home/me/shop/Makefile"], ["Makefile"]),
        (["/home/me/shop/Makefile"], ["Makefile"]),
        (["~/shop/api/seeds/a.sql", "~/shop/Makefile"], ["Makefile"]),
        (["/home/me/shop/api/src/cart.ts", "/home/me/other/Makefile"], []),
        (["/home/me/shop/api/src/cart.ts", "/home/me/shop/web/Makefile"], []),
    ],
)
def test_absolute_paths_of_one_text_tell_where_the_repository_lay(written: list[str], paths: list[str]) -> None:
    assert list(Paths(THERE).together(written)[written[-1]].paths) == paths
