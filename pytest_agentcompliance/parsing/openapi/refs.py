"""References of an OpenAPI document: within it, and into the files beside it; bounded, never in a circle."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from posixpath import dirname, join, normpath
from urllib.parse import unquote

from pytest_agentcompliance.parsing import yaml_nodes
from pytest_agentcompliance.parsing.openapi import json_nodes
from pytest_agentcompliance.parsing.yaml_nodes import Mapping, Node, Scalar, Sequence

MOST_FILES = 300
MOST_CHARACTERS = 1 << 23  # of all files of a document together
MOST_STEPS = 300_000  # nodes that are looked at
DEEPEST = 20  # references that lead to references
LONGEST = 1000  # characters of a reference


class Exhausted(Exception):
    """A document stands for more than is read."""


@dataclass(frozen=True, slots=True)
class Found:
    """A node and the file that it stands in."""

    node: Node
    path: str

    def get(self, key: str) -> "Found | None":
        """The value of a key, without following it."""
        value = self.node.get(key) if isinstance(self.node, Mapping) else None
        return None if value is None else Found(value, self.path)

    def items(self) -> Iterator[tuple[Scalar, "Found"]]:
        """Keys and values; none of what is no mapping."""
        if isinstance(self.node, Mapping):
            yield from ((key, Found(value, self.path)) for key, value in self.node.items)

    def each(self) -> Iterator["Found"]:
        """The items of a list; none of what is no list."""
        if isinstance(self.node, Sequence):
            yield from (Found(one, self.path) for one in self.node.items)

    @property
    def text(self) -> str:
        """What a scalar says; empty of all else."""
        return self.node.text if isinstance(self.node, Scalar) else ""


@dataclass
class References:
    """The files of one document, each read once, and what it says of those that cannot be followed."""

    text_of: Callable[[str], str | None]
    wrong: Callable[[str, int, str], None]
    files: dict[str, Node | None] = field(default_factory=dict)
    _characters: int = 0
    _steps: int = 0

    def spend(self, steps: int = 1) -> None:
        """Raises ``Exhausted`` where all that is read together is too much."""
        self._steps += steps
        if self._steps > MOST_STEPS:
            raise Exhausted

    def root(self, path: str) -> Node | None:
        """The first document of a file; None where there is none that can be read, which is said once."""
        if path not in self.files:
            self.files[path] = None
            if len(self.files) > MOST_FILES:
                raise Exhausted
            self.files[path] = self._parsed(path)
        return self.files[path]

    def followed(self, at: Found | None) -> Found | None:
        """What a node stands for: itself, or what its ``$ref`` leads to; None where that leads nowhere."""
        seen: set[tuple[str, str]] = set()
        while at is not None:
            self.spend()
            target = at.get("$ref")
            if target is None or not isinstance(target.node, Scalar):
                return at
            written = target.text
            if (at.path, written) in seen or len(seen) >= DEEPEST:
                self.wrong(at.path, at.node.line, f"$ref {written[:200]} leads in a circle")
                return None
            seen.add((at.path, written))
            found = self._target(written, at.path)
            if found is None:
                self.wrong(at.path, at.node.line, f"$ref {written[:200]} leads to nothing that can be read")
            at = found
        return None

    def _target(self, written: str, path: str) -> Found | None:
        if len(written) > LONGEST:
            return None
        file, _, pointer = written.partition("#")
        if "://" in file or file.startswith(("/", "\\")):
            return None
        if file:
            path = normpath(join(dirname(path), unquote(file)))
            if path.startswith(("../", "/")) or path in ("..", "."):
                return None
        node = self.root(path)
        for part in [one for one in pointer.split("/") if one] if node is not None else ():
            self.spend()
            name = unquote(part).replace("~1", "/").replace("~0", "~")
            if isinstance(node, Mapping):
                node = node.get(name)
            elif isinstance(node, Sequence) and name.isascii() and name.isdigit() and len(name) < 7 and int(name) < len(node.items):
                node = node.items[int(name)]
            else:
                return None
        return None if node is None else Found(node, path)

    def _parsed(self, path: str) -> Node | None:
        text = self.text_of(path)
        if text is None:
            return None
        self._characters += len(text)
        if self._characters > MOST_CHARACTERS:
            raise Exhausted
        try:
            if (node := json_nodes.read(text)) is not None:
                return node
            documents = yaml_nodes.bounded(text)
        except yaml_nodes.TooMuch as too:
            self.wrong(path, 1, str(too))
            return None
        if documents is None:
            self.wrong(path, 1, "it is neither YAML nor JSON")
            return None
        return documents[0] if documents else None
