"""What manifests give to be run, and what documents tell people to type."""

import pytest

from pytest_agentcompliance.parsing.instructions.given import read
from pytest_agentcompliance.parsing.instructions.stale import files, gone, managers, versions
from pytest_agentcompliance.parsing.instructions.told import Line, commands, is_onboarding


@pytest.mark.parametrize(
    ("path", "text", "kind", "names"),
    [
        ("package.json", '{"scripts": {"a": "b", "c:d": "e"}}', "script", {"a", "c:d"}),
        ("Makefile", ".PHONY: a\na: b\n\techo\nV := 1\nc d:\n\techo\n", "target", {"a", "c"}),
        ("justfile", "set x := 1\na b='c':\n  echo\n@d:\n  echo\n", "recipe", {"a", "d"}),
        ("pyproject.toml", '[project.scripts]\na = "b:c"\n[tool.poetry.scripts]\nd = "e:f"\n', "command", {"a", "d"}),
        ("pyproject.toml", '[tool.poe.tasks]\na = "b"\n', "task", {"a"}),
        ("compose.yml", "services:\n  a:\n    image: b\n    ports:\n  c: # d\nvolumes:\n  e:\n", "service", {"a", "c"}),
    ],
)
def test_manifests_are_read(path: str, text: str, kind: str, names: set[str]) -> None:
    assert {key: set(value) for key, value in read(path, text).names.items() if value} == {kind: names}


@pytest.mark.parametrize(
    ("path", "text", "least"),
    [
        (".nvmrc", "v20.1\n", {"Node": (20, 1)}), (".python-version", "3.12\n", {"Python": (3, 12)}),
        ("package.json", '{"engines": {"node": ">=18.2 <23"}}', {"Node": (18, 2)}),
        ("package.json", '{"engines": {"node": "18 || 20"}}', {}),
        ("pyproject.toml", '[project]\nrequires-python = ">=3.11,<4"', {"Python": (3, 11)}),
    ],
)  # fmt: skip
def test_versions_are_read(path: str, text: str, least: dict[str, tuple[int, int]]) -> None:
    assert dict(read(path, text).least) == least


@pytest.mark.parametrize("text", ["{", "[" * 100_000, '{"scripts": 1}', "[a", "services:\n" * 99, "\0", "[]", '{"engines": []}'])
def test_broken_manifests_give_nothing(text: str) -> None:
    for path in ("package.json", "pyproject.toml", "compose.yaml", "Dockerfile"):
        assert not any(read(path, text).names.values())


def test_code_of_documents_is_read() -> None:
    text = "Run `make a` or\n\n```sh\n$ npm ci\ncd b\nnpm test\n```\n\n```ts\nmake()\n```\n~~~\nmake b\n~~~\n"
    assert list(commands(text)) == [
        Line("make a", 1), Line("npm ci", 4), Line("cd b", 5, here=False), Line("npm test", 6, here=False), Line("make b", 13),
    ]  # fmt: skip
    assert [one for one in ("README.md", "docs/setup.md", "a/CONTRIBUTING", "guide.md", "CLAUDE.md") if is_onboarding(one)] == [
        "README.md", "docs/setup.md", "CLAUDE.md",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "kind", "name"),
    [
        ("npm run a", "script", "a"), ("pnpm a", "script", "a"), ("yarn run -s a", "script", "a"), ("npm test", "script", "test"),
        ("make a && b", "target", "a"), ("just a", "recipe", "a"), ("uv run a -x", "command", "a"), ("a serve", "command", "a"),
        ("poe a", "task", "a"), ("docker compose up -d a", "service", "a"), ("docker-compose logs a", "service", "a"),
    ],
)  # fmt: skip
def test_commands_that_are_gone_are_found(text: str, kind: str, name: str) -> None:
    assert [one.name for one in gone([Line(text, 1)], kind, {name})] == [name]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "kind", "name"),
    [
        ("npm a", "script", "a"), ("pnpm add a", "script", "add"), ("pnpm --filter b a", "script", "a"),
        ("npm run a:b", "script", "a"),
        ("cmake a", "target", "a"), ("make a.o", "target", "a"), ("npm --prefix b run a", "script", "a"), ("b a", "command", "a"),
    ],
)  # fmt: skip
def test_other_commands_are_not(text: str, kind: str, name: str) -> None:
    assert list(gone([Line(text, 1)], kind, {name})) == []  # type: ignore[arg-type]


def test_files_managers_and_versions() -> None:
    lines = [Line("./a/b.sh x", 1), Line("python c.py", 2), Line("see a/b.sh", 3), Line("npm ci", 4), Line("pnpm install", 5)]
    assert [(one.line, one.name) for one in files(lines, "d/README.md", {"a/b.sh", "d/c.py"})] == [(1, "a/b.sh"), (2, "d/c.py")]
    assert [one.line for one in managers(lines, "npm")] == [4]
    text = "Node 18+\nNode.js >= 18.0\nNode 20+\nPython 3.10 or later\nNode 18\n"
    assert [one.line for one in versions(text, "Node", (18, 0), (20, 0))] == [1, 2]
    assert [one.line for one in versions(text, "Python", (3, 10), (3, 12))] == [4]
