"""Which stack a tree is built with."""

import pytest

from pytest_agentcompliance.parsing.stack import folders, lies_aside, nearest, stacks


@pytest.mark.parametrize(
    ("paths", "found"),
    [
        (["package.json", "src/a.ts"], ("node",)),
        (["pyproject.toml", "a.py"], ("python",)),
        (["package.json", "web/a.tsx", "api/requirements.txt", "api/a.py"], ("node", "python")),
        (["a.py", "b.py", "c.js"], ("python",)),
        (["package.json", "README.md"], ()),
        (["node_modules/a/package.json", "node_modules/a/a.js", "x.py"], ("python",)),
        ([], ()),
    ],
)
def test_stacks_of_a_tree(paths: list[str], found: tuple[str, ...]) -> None:
    assert stacks(paths) == found


def test_stacks_of_a_folder() -> None:
    paths = ["package.json", "web/a.ts", "api/pyproject.toml", "api/a.py"]
    assert stacks(paths, folder="api") == ("python",)
    assert stacks(paths, folder="web") == ("node",)


def test_a_manifest_that_configures_tools_makes_no_project() -> None:
    paths = ["package.json", "a.ts", "b.py", "pyproject.toml"]
    assert stacks(paths, lambda _: "[tool.ruff]\nline-length = 100\n") == ("node",)
    assert stacks(paths, lambda _: "[project]\nname = 'a'\n") == ("node", "python")


def test_places() -> None:
    there = folders(["package.json", "apps/api/package.json", "lib/setup.py"], "node")
    assert there == {"", "apps/api"}
    assert nearest("apps/api/src/a.ts", there) == "apps/api"
    assert nearest("apps/web/a.ts", there) == ""
    assert nearest("a.ts", {"lib"}) is None
    paths = ("a/examples/b.ts", ".github/a.ts", "src/a.ts", "examples.ts")
    assert [path for path in paths if lies_aside(path)] == ["a/examples/b.ts", ".github/a.ts"]
