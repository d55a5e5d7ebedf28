"""Which files configure checks, and who reads them."""

import re
from collections.abc import Iterator
from dataclasses import replace

from pytest_agentcompliance.parsing.checks_config import data
from pytest_agentcompliance.parsing.checks_config.record import Config, Fact, outdoes
from pytest_agentcompliance.parsing.checks_config.script import OPAQUE
from pytest_agentcompliance.parsing.yaml_nodes import Mapping, Node, Scalar, Sequence

# Globs of the files, for a first question.
GLOBS = (
    "pyproject.toml", "ruff.toml", ".ruff.toml", "mypy.ini", ".mypy.ini", "setup.cfg", "tox.ini", ".flake8", ".pylintrc",
    "pylintrc", "pytest.ini", ".coveragerc", ".bandit", "bandit.yml", "bandit.yaml", "pyrightconfig.json", "tsconfig*.json",
    "jsconfig.json", ".eslintrc", ".eslintrc.*", "eslint.config.*", "biome.json", "biome.jsonc", ".oxlintrc.json",
    "jest.config.*", "vitest.config.*", "vite.config.*", ".nycrc", ".nycrc.json", "package.json", ".eslintignore",
    ".prettierignore", ".stylelintignore", ".stylelintrc", ".stylelintrc.json", "/.github/workflows/*.yml",
    "/.github/workflows/*.yaml", ".gitlab-ci.yml", ".pre-commit-config.yaml", "lefthook.yml", "lefthook.yaml", "**/.husky/*",
    ".golangci.yml", ".golangci.yaml", "golangci.yml", "codecov.yml", ".codecov.yml", "codecov.yaml",
    "sonar-project.properties", ".gitleaks.toml", "gitleaks.toml", ".gitleaksignore", ".secrets.baseline", ".semgrepignore",
    ".trivyignore", ".hadolint.yaml", ".hadolint.yml", ".yamllint", ".yamllint.yml", ".yamllint.yaml", ".shellcheckrc",
)  # fmt: skip
_IGNORES = {
    ".eslintignore": "eslint", ".prettierignore": "prettier", ".stylelintignore": "stylelint", ".semgrepignore": "semgrep",
    ".trivyignore": "trivy", ".gitleaksignore": "gitleaks",
}  # fmt: skip
# What a file configures, whatever it says, by how its name begins.
_TOOLS = (
    ("ruff.toml", "ruff"), (".ruff.toml", "ruff"), ("pyrightconfig", "pyright"), ("tsconfig", "tsc"), ("jsconfig", "tsc"),
    (".eslintrc", "eslint"), ("eslint.config", "eslint"), (".oxlintrc", "eslint"), ("biome.json", "biome"), (".pylintrc", "pylint"),
    (".golangci", "golangci"), (".bandit", "bandit"), ("bandit.y", "bandit"), (".stylelintrc", "stylelint"),
)  # fmt: skip
_SECTIONS = ("setup.cfg", "tox.ini", ".flake8", "mypy.ini", ".mypy.ini", ".coveragerc", "pytest.ini", ".bandit")


def read(path: str, text: str) -> Config:
    """What one file asks of the checks. Never fails; what cannot be read is said."""
    name = path.rpartition("/")[2].lower()
    if name in _IGNORES:
        from pytest_agentcompliance.parsing.checks_config import others

        return _config(path, text, others.ignored(text, _IGNORES[name], style=name == ".prettierignore"))
    if "/.husky/" in f"/{path}":
        from pytest_agentcompliance.parsing.checks_config import pipelines

        return _config(path, text, pipelines.hook_file(text) if "." not in name else iter(()))
    pages = data.read(text, path)
    if pages is None:
        return Config(path, unread=("it cannot be parsed",))
    if not pages:
        return Config(path)
    unread = ("a part of it is code, whose value is not known",) if any(_opaque(page, 0) for page in pages) else ()
    extends = tuple(one.text for page in pages[:1] for one in _extends(page))
    return _config(path, text, _facts(path, name, pages), unread, extends)


def _config(path: str, text: str, found: Iterator[Fact], unread: tuple[str, ...] = (), extends: tuple[str, ...] = ()) -> Config:
    kept: dict[tuple[str, str], Fact] = {}
    times: dict[tuple[str, str], int] = {}
    for one in found:
        there = kept.get(one.key)
        times[one.key] = times.get(one.key, 0) + 1
        if there is None or outdoes(one, there):
            kept[one.key] = one
    facts = tuple(replace(one, times=times[one.key]) for one in kept.values())
    return Config(path, facts, frozenset(one.tool for one in facts), tuple(unread), extends, text)


def _facts(path: str, name: str, pages: tuple[Node, ...]) -> Iterator[Fact]:
    from pytest_agentcompliance.parsing.checks_config import facts

    for start, tool in _TOOLS:
        if name.startswith(start):
            yield from facts.configured(tool, pages[0])
    for reader in (_of_python, _of_scripts, _of_pipelines, _of_others):
        yield from reader(path, name, pages)


def _of_python(path: str, name: str, pages: tuple[Node, ...]) -> Iterator[Fact]:
    from pytest_agentcompliance.parsing.checks_config import python

    page = pages[0]
    if name == "pyproject.toml":
        yield from python.pyproject(page)
    elif name in ("ruff.toml", ".ruff.toml"):
        yield from python.ruff(page)
    elif name in _SECTIONS:
        yield from python.setup_cfg(page)
    elif name in (".pylintrc", "pylintrc"):
        yield from python.pylintrc(page)
    elif name in ("bandit.yml", "bandit.yaml"):
        yield from python.bandit(page)
    elif name == "pyrightconfig.json":
        yield from python.pyright(page)


def _of_scripts(path: str, name: str, pages: tuple[Node, ...]) -> Iterator[Fact]:
    from pytest_agentcompliance.parsing.checks_config import pipelines, scripts

    page = pages[0]
    if re.fullmatch(r"(?:tsconfig.*|jsconfig)\.json", name):
        yield from scripts.tsconfig(page)
    elif name.startswith((".eslintrc", "eslint.config.", ".oxlintrc")):
        yield from scripts.eslint(pages)
    elif name in ("biome.json", "biome.jsonc"):
        yield from scripts.biome(page)
    elif name.startswith(("jest.config.", "vitest.config.", "vite.config.")):
        yield from scripts.coverage(pages)
    elif name.startswith(".nycrc"):
        yield from scripts.coverage((Mapping(((Scalar("coverage", 1), page),), 1),))
    elif name == "package.json":
        yield from pipelines.scripts(page)
        yield from scripts.coverage(_inner(page, "jest"))
        yield from scripts.eslint(_inner(page, "eslintConfig"))


def _of_pipelines(path: str, name: str, pages: tuple[Node, ...]) -> Iterator[Fact]:
    from pytest_agentcompliance.parsing.checks_config import pipelines

    if "/.github/workflows/" in f"/{path}":
        yield from pipelines.github(pages[0])
    elif name == ".gitlab-ci.yml":
        yield from pipelines.gitlab(pages[0])
    elif name == ".pre-commit-config.yaml":
        yield from pipelines.pre_commit(pages[0])
    elif name.startswith("lefthook."):
        yield from pipelines.lefthook(pages[0])


def _of_others(path: str, name: str, pages: tuple[Node, ...]) -> Iterator[Fact]:
    from pytest_agentcompliance.parsing.checks_config import others

    page = pages[0]
    if "golangci" in name:
        yield from others.golangci(page)
    elif "codecov" in name:
        yield from others.codecov(page)
    elif name == "sonar-project.properties":
        yield from others.sonar(page)
    elif "gitleaks" in name:
        yield from others.gitleaks(page)
    elif name == ".secrets.baseline":
        yield from others.secrets_baseline(page)
    elif name.startswith(".stylelintrc"):
        yield from others.stylelint(page)
    elif name.startswith((".hadolint", ".yamllint", ".shellcheckrc")):
        yield from others.named_rules(page, name.strip(".").partition(".")[0])


def _inner(page: Node, key: str) -> tuple[Node, ...]:
    node = data.at(page, key)
    return (node,) if node is not None else ()


def _extends(page: Node) -> list[Scalar]:
    node = data.at(page, "extends")
    return [node] if isinstance(node, Scalar) else data.texts(node)


def _opaque(node: Node, depth: int) -> bool:
    if depth > 40:
        return True
    if isinstance(node, Scalar):
        return node.text == OPAQUE
    if isinstance(node, Sequence):
        return any(_opaque(one, depth + 1) for one in node.items)
    return any(_opaque(key, depth + 1) or _opaque(value, depth + 1) for key, value in node.items)
