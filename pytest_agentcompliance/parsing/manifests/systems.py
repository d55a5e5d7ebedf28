"""The dependencies of go.mod, Cargo.toml and Gemfile."""

import re
from collections.abc import Iterator

from pytest_agentcompliance.parsing.manifests import Dependency
from pytest_agentcompliance.parsing.manifests.keys import Path, of_toml

LONGEST_LINE = 1000  # characters

_GO = re.compile(
    r"\s*(?:(require|replace|exclude|tool)\b\s*)?(\(|\)|[^\s()/][^\s()]{0,300})?\s*(?:(=>|v[^\s]{1,200})\s*([^\s]{0,300}))?"
)
_GEM = re.compile(r"""\s*gem[\s(]+["']([\w.-]{1,200})["']\s*(.{0,500})""")
_GEM_GROUP = re.compile(r"\s*group\b\s*\(?([^#\n]{1,200}?)\)?\s+do\b")
_GEM_BLOCK = re.compile(r"\bdo\s*(?:\|[^|\n]{0,100}\|)?\s*(?:#.*)?$")
_CARGO = frozenset({"dependencies", "dev-dependencies", "build-dependencies"})


def read(text: str, name: str) -> Iterator[Dependency]:
    """The dependencies of a manifest of this name, in lower case."""
    return _go(text) if name == "go.mod" else _cargo(text) if name == "cargo.toml" else _gems(text)


def _tight(line: str) -> str:
    """A line as far as it is read, without what makes it long alone."""
    return (line if len(line) < LONGEST_LINE else " ".join(line.split()))[:LONGEST_LINE]


def _go(text: str) -> Iterator[Dependency]:
    block = ""
    local: set[str] = set()
    found: list[Dependency] = []
    for number, line in enumerate(text.split("\n"), 1):
        code, _, comment = _tight(line).partition("//")
        said = _GO.match(code)
        if not code.strip() or said is None:
            continue
        word, subject = said[1] or block, said[2] or ""
        if subject == "(":
            block = said[1] or ""
        elif subject == ")":
            block = ""
        elif word == "replace" and code.partition("=>")[2].strip().startswith("."):
            local.add(subject)
        elif word == "require" and subject:
            group = "indirect" if comment.strip().startswith("indirect") else "require"
            found.append(Dependency(subject, said[3] or "", group, number, "go"))
    for one in found:
        yield Dependency(one.name, one.requirement, one.group, one.line, "go", one.name in local)


def _cargo(text: str) -> Iterator[Dependency]:
    told: dict[tuple[str, str], tuple[int, dict[str, str]]] = {}
    for one in of_toml(text):
        if (at := _cargo_group(one.path)) < 0 or len(one.path) < at + 2:
            continue
        key = (".".join(one.path[: at + 1]), one.path[at + 1])
        line, parts = told.setdefault(key, (one.line, {}))
        parts.setdefault(one.path[at + 2] if len(one.path) > at + 2 else "version", one.text)
    for (group, name), (line, parts) in told.items():
        requirement = f"path:{parts['path']}" if "path" in parts else parts.get("version", "")
        yield Dependency(parts.get("package", name), requirement, group, line, "rust", "path" in parts)


def _cargo_group(path: Path) -> int:
    """Which key of a path is the group's; -1 where it is of none."""
    if path[0] in _CARGO:
        return 0
    if path[:2] == ("workspace", "dependencies"):
        return 1
    return 2 if path[0] == "target" and path[2:3] and path[2] in _CARGO else -1


def _gems(text: str) -> Iterator[Dependency]:
    groups: list[str] = []
    for number, line in enumerate(text.split("\n"), 1):
        cut = _tight(line)
        if (gem := _GEM.match(cut)) is not None:
            rest = gem[2].lstrip(", ").strip()
            group = next((one for one in reversed(groups) if one), "")
            yield Dependency(gem[1], rest, group, number, "ruby", "path:" in rest or ":path" in rest)
        elif (named := _GEM_GROUP.match(cut)) is not None:
            groups.append(",".join(re.findall(r"\w+", named[1])))
        elif _GEM_BLOCK.search(cut):
            groups.append("")
        elif cut.strip() == "end" and groups:
            groups.pop()
