"""What the manifests of a project give to be run: scripts, targets, recipes, commands, services, and the versions they need."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from posixpath import basename
from typing import Any, Literal

Kind = Literal["script", "target", "recipe", "command", "task", "service"]
LONGEST = 1_000_000  # characters of a manifest
_MANIFESTS = frozenset((
    "package.json", "pyproject.toml", "makefile", "gnumakefile", "justfile", ".justfile", ".nvmrc", ".node-version",
    ".python-version",
))  # fmt: skip
_TARGET = re.compile(r"^([A-Za-z][\w.-]{0,80})(?:[ \t]+[A-Za-z][\w.-]{0,80}){0,10}[ \t]*:(?![=:])", re.MULTILINE)
_RECIPE = re.compile(r"^@?([A-Za-z][\w-]{0,80})(?:[ \t]+[^:\n]{0,200})?:(?!=)", re.MULTILINE)
_SERVICES = re.compile(r"^services:[ \t]*(?:#[^\n]*)?$", re.MULTILINE)
_SERVICE = re.compile(r"^(?:[ \t]{2}|[ \t]{4})([A-Za-z][\w.-]{0,80}):[ \t]*(?:#[^\n]*)?$")
_FIRST = re.compile(r"(\d{1,3})(?:\.(\d{1,3}))?")
LOCKS = {
    "package-lock.json": "npm", "npm-shrinkwrap.json": "npm", "pnpm-lock.yaml": "pnpm", "yarn.lock": "yarn", "bun.lock": "bun",
    "bun.lockb": "bun", "poetry.lock": "poetry", "uv.lock": "uv", "Pipfile.lock": "pipenv", "pdm.lock": "pdm",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Given:
    """What one manifest gives: names by kind, and the least version of each language that it needs."""

    names: Mapping[Kind, frozenset[str]] = field(default_factory=dict)
    least: Mapping[str, tuple[int, int]] = field(default_factory=dict)


def is_manifest(path: str) -> bool:
    """Whether files of this name are read."""
    name = basename(path).lower()
    return name in _MANIFESTS or _is_compose(name)


def read(path: str, text: str) -> Given:
    """What a manifest gives; nothing of what cannot be read."""
    name = basename(path).lower()
    if len(text) > LONGEST:
        return Given()
    if name == "package.json":
        return _node(text)
    if name == "pyproject.toml":
        return _python(text)
    if name in ("makefile", "gnumakefile"):
        return Given({"target": frozenset(_TARGET.findall(text))})
    if name in ("justfile", ".justfile"):
        return Given({"recipe": frozenset(_RECIPE.findall(text))})
    if name in (".nvmrc", ".node-version"):
        return Given(least=_least("Node", text.strip().lstrip("v")))
    if name == ".python-version":
        return Given(least=_least("Python", text.strip()))
    return Given({"service": frozenset(_services(text))}) if _is_compose(name) else Given()


def _is_compose(name: str) -> bool:
    return name.endswith((".yml", ".yaml")) and name.startswith(("docker-compose", "compose"))


def _node(text: str) -> Given:
    try:
        data = json.loads(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError):
        return Given()
    if not isinstance(data, dict):
        return Given()
    engines = _mapping(data.get("engines")).get("node")
    return Given({"script": frozenset(_mapping(data.get("scripts")))}, _least("Node", engines if isinstance(engines, str) else ""))


def _python(text: str) -> Given:
    import tomllib  # start-up time: when a manifest of Python has changed

    try:
        data: Mapping[str, Any] = tomllib.loads(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError):
        return Given()
    project, tool = _mapping(data.get("project")), _mapping(data.get("tool"))
    poetry = _mapping(tool.get("poetry"))
    commands = [*_mapping(project.get("scripts")), *_mapping(poetry.get("scripts"))]
    tasks = [
        *_mapping(_mapping(tool.get("poe")).get("tasks")), *_mapping(_mapping(tool.get("taskipy")).get("tasks")),
        *_mapping(_mapping(tool.get("pdm")).get("scripts")),
    ]  # fmt: skip
    needed = project.get("requires-python") or _mapping(poetry.get("dependencies")).get("python")
    least = _least("Python", needed if isinstance(needed, str) else "")
    return Given({"command": frozenset(commands), "task": frozenset(tasks)}, least)


def _services(text: str) -> list[str]:
    """The services of a compose file: the first step in, below ``services``."""
    found: list[str] = []
    start = _SERVICES.search(text)
    if start is None:
        return found
    indent = 0
    for line in text[start.end() :].split("\n"):
        if line.strip() and not line[0].isspace() and not line.startswith("#"):
            break
        one = _SERVICE.match(line)
        own = len(line) - len(line.lstrip())
        if one and (not indent or own == indent):
            indent = own
            found.append(one[1])
    return found


def _least(language: str, text: str) -> dict[str, tuple[int, int]]:
    """The least version that ``>=3.11,<4`` or ``^20.1`` asks for; none of an upper bound or of alternatives."""
    part = text.partition(",")[0].strip()
    found = _FIRST.search(part)
    if found is None or part.startswith("<") or "||" in text:
        return {}
    return {language: (int(found[1]), int(found[2] or 0))}


def _mapping(value: object) -> Mapping[str, Any]:
    return {key: one for key, one in value.items() if isinstance(key, str)} if isinstance(value, dict) else {}
