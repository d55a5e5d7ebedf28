"""Paths of another machine into paths of the repository."""

import pytest

from pytest_agentcompliance.parsing.transcripts import paths


@pytest.mark.parametrize(
    ("path", "folder", "wanted"),
    [
        ("/r/src/a.py", "/r", "src/a.py"), ("src/a.py", "/r/pkg", "pkg/src/a.py"), ("../a.py", "/r/pkg", "a.py"),
        ("/r/x/../a.py", "/r", "a.py"), ("/tmp/a", "/r", "/tmp/a"), ("../../a", "/r", "../../a"), ("/rr/a", "/r", "/rr/a"),
        ("~/.claude/x", "/r", "~/.claude/x"), ("/r", "/r", ""), ("a.py", "", "a.py"), ("./a.py", "", "a.py"), ("../a", "", "../a"),
    ],
)  # fmt: skip
def test_a_path_is_told_from_the_root_on(path: str, folder: str, wanted: str) -> None:
    assert paths.relative(path, folder, "/r") == wanted


def test_windows_paths_are_paths() -> None:
    assert paths.relative("C:\\w\\shop\\src\\a.ts", "", "c:/w/shop") == "src/a.ts"
    assert paths.relative("src\\a.ts", "C:\\w\\shop", "c:/w/shop") == "src/a.ts"
    assert paths.root(["C:\\w\\shop"], [], lambda _: False) == "c:/w/shop"


def test_the_root_is_where_most_paths_are_those_of_the_repository() -> None:
    known = {"src/a.py", "pkg/web/b.ts", "README.md"}.__contains__
    written = [("/home/ada/shop/src/a.py", ""), ("b.ts", "/home/ada/shop/pkg/web"), ("/home/ada/shop/new.py", "")]
    assert paths.root(["/home/ada/shop/pkg/web"], written, known) == "/home/ada/shop"
    assert paths.root([], written, known) == "/home/ada/shop"


def test_paths_that_nobody_has_cost_nothing() -> None:
    deep = [("/" + f"{number}/" + "a/" * 2000, "") for number in range(300)]
    assert paths.root(["/r"], deep, lambda _: False) == "/r"
    assert paths.root(["/" + "a/" * 2000], deep, lambda _: True) in ("", "/" + "a/" * 1999 + "a")


def test_where_no_path_is_known_the_session_began_at_the_root() -> None:
    assert paths.root(["/a/b", "/a/b/c"], [("/a/b/x", "")], lambda _: False) == "/a/b"
    assert paths.root([], [("/a/b/x", "")], lambda _: False) == ""
    assert paths.root(["."], [("x", "")], lambda _: True) == ""
