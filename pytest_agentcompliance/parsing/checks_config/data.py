"""Configuration files of any format as nodes with their lines: JSON, YAML, TOML, INI and the literals of JavaScript."""

import re
from dataclasses import dataclass
from typing import Any

from pytest_agentcompliance.parsing.yaml_nodes import Mapping, Node, Scalar, Sequence, documents

_INI = (".flake8", ".coveragerc", ".pylintrc", "pylintrc", ".bandit", ".shellcheckrc")
_LONGEST = 1 << 20  # characters; of a longer file nothing is read
_DEEPEST = 40
_TRUTH = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}
_HEADER = re.compile(r"^[ \t]*\[{1,2}[ \t]*([^\]\n]{1,300}?)[ \t]*\]{1,2}")
_KEY = re.compile(r"""^[ \t]*["']?([\w.@/*\-]{1,200})["']?[ \t]*[=:]""")
_INI_SECTION = re.compile(r"^\[([^\]\n]{1,300})\]")
_INI_KEY = re.compile(r"^([^\s=:#;\[][^=:\n]{0,200}?)[ \t]*[=:][ \t]*(.*)$")


def read(text: str, path: str) -> tuple[Node, ...] | None:
    """The documents of a file; None where it cannot be read."""
    if len(text) > _LONGEST:
        return None
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    name = path.rpartition("/")[2].lower()
    if name.endswith((".js", ".mjs", ".cjs", ".ts", ".mts", ".cts")):
        from pytest_agentcompliance.parsing.checks_config import script

        return script.nodes(text, path)
    if name.endswith(".toml"):
        return _toml(text)
    if name.endswith((".ini", ".cfg", ".properties")) or name in _INI:
        return (_ini(text),)
    if name.endswith((".yml", ".yaml")):
        return documents(text)
    return _json(text)


def _json(text: str) -> tuple[Node, ...] | None:
    """JSON, with comments and commas at the end, as tools take it."""
    if text.lstrip()[:1] in ("{", "[", "/"):
        from pytest_agentcompliance.parsing.comments import blanked

        text = blanked(text, "x.jsonc").replace("\t", " ")
    return documents(text)


def _toml(text: str) -> tuple[Node, ...] | None:
    import tomllib

    try:
        page = tomllib.loads(text)
    except (ValueError, RecursionError):
        return None
    places: dict[str, int] = {}
    header = ""
    for number, line in enumerate(text.split("\n"), 1):
        if found := _HEADER.match(line):
            header = found[1].replace('"', "").replace("'", "")
            places.setdefault(header, number)
        elif key := _KEY.match(line):
            places.setdefault(f"{header}.{key[1]}" if header else key[1], number)
    return (_Toml(places, text.split("\n")).node(page, (), 1),)


@dataclass(frozen=True, slots=True)
class _Toml:
    """Values of TOML as nodes: where each key stands is read from the text beside them."""

    places: dict[str, int]
    lines: list[str]

    def node(self, value: Any, at: tuple[str, ...], line: int) -> Node:
        line = self.places.get(".".join(at), line)
        if len(at) > _DEEPEST:
            return Scalar("", line)
        if isinstance(value, dict):
            items = [
                (Scalar(key, self.places.get(".".join((*at, key)), line)), self.node(inner, (*at, key), line))
                for key, inner in value.items()
            ]
            return Mapping(tuple(items), line)
        if isinstance(value, list):
            return Sequence(tuple(self._item(one, at, line) for one in value), line)
        if isinstance(value, bool):
            return Scalar("true" if value else "false", line)
        return Scalar(str(value), line, plain=not isinstance(value, str))

    def _item(self, one: Any, at: tuple[str, ...], line: int) -> Node:
        """An item of a list: a text is looked for on the lines after its key."""
        if isinstance(one, str) and one:
            for number, text in enumerate(self.lines[line - 1 : line + 60], line):
                if f'"{one}"' in text or f"'{one}'" in text:
                    return Scalar(one, number, plain=False)
        return self.node(one, at if isinstance(one, dict) else (*at, "[]"), line)


def _ini(text: str) -> Mapping:
    """Sections as mappings of texts; a value that goes on over lines keeps its newlines. Keys before any section are at the top."""
    sections: dict[str, list[tuple[Scalar, Scalar]]] = {"": []}
    starts = {"": 1}
    section = ""
    for number, line in enumerate(text.split("\n"), 1):
        bare = line.strip()
        if not bare or bare[0] in "#;":
            if sections[section]:  # so that the rows below it keep their lines
                key, value = sections[section][-1]
                sections[section][-1] = (key, Scalar(f"{value.text}\n", value.line))
            continue
        if found := _INI_SECTION.match(line):
            section = found[1].strip()
            sections.setdefault(section, [])
            starts.setdefault(section, number)
        elif line[0] in " \t" and sections[section]:
            key, value = sections[section][-1]
            sections[section][-1] = (key, Scalar(f"{value.text}\n{bare}", value.line))
        elif entry := _INI_KEY.match(line):
            sections[section].append((Scalar(entry[1].strip(), number), Scalar(entry[2].strip(), number)))
    top: list[tuple[Scalar, Node]] = list(sections.pop(""))
    top += [(Scalar(name, starts[name]), Mapping(tuple(items), starts[name])) for name, items in sections.items()]
    return Mapping(tuple(top), 1)


def at(node: Node | None, *keys: str) -> Node | None:
    """What lies at a path of keys."""
    for key in keys:
        if not isinstance(node, Mapping):
            return None
        node = node.get(key)
    return node


def items(node: Node | None) -> tuple[tuple[Scalar, Node], ...]:
    return node.items if isinstance(node, Mapping) else ()


def texts(node: Node | None) -> list[Scalar]:
    """The texts of a list, or of one text with commas or lines between them."""
    if isinstance(node, Sequence):
        return [one for one in node.items if isinstance(one, Scalar)]
    if isinstance(node, Scalar):
        found = []
        for offset, whole in enumerate(node.text.split("\n")):
            line = re.split(r"\s[#;]", whole)[0]
            found += [Scalar(part.strip(), node.line + offset) for part in line.split(",") if part.strip()]
        return found
    return []


def truth(node: Node | None) -> bool | None:
    if not isinstance(node, Scalar):
        return None
    return _TRUTH.get(node.text.strip().lower())


def number(node: Node | None) -> float | None:
    if not isinstance(node, Scalar) or len(node.text) > 40:
        return None
    try:
        value = float(node.text.strip().rstrip("%").replace("_", ""))
    except ValueError:
        return None
    return value if abs(value) < 1e15 else None
