"""A page as a tree, read by the standard library's parser alone."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

INLINE = frozenset({"a", "b", "button", "code", "i", "span"})
VOID = frozenset({"meta", "link", "input", "br", "img", "hr"})


@dataclass
class Node:
    """An element, with its elements and texts in their order."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    inside: "list[Node | str]" = field(default_factory=list)

    def __iter__(self) -> "Iterator[Node]":
        """All elements below."""
        for one in self.inside:
            if isinstance(one, Node):
                yield one
                yield from one

    @property
    def text(self) -> str:
        """What can be read, each run of blanks as one."""
        return " ".join("".join(self._texts()).split())

    def _texts(self) -> Iterator[str]:
        apart = "" if self.tag in INLINE else " "
        yield apart
        for one in self.inside:
            yield from one._texts() if isinstance(one, Node) else [one]
        yield apart

    def all(self, tag: str = "", *, of: str = "") -> "list[Node]":
        """The elements below with this tag, and with this class."""
        return [one for one in self if (not tag or one.tag == tag) and (not of or of in one.attributes.get("class", "").split())]

    def by_id(self, name: str) -> "Node":
        found = [one for one in self if one.attributes.get("id") == name]
        assert len(found) == 1, f"{len(found)} elements have the id {name}"
        return found[0]


def read(page: str) -> Node:
    """The page. Raises ``AssertionError`` where an element is not closed, or closed twice."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    assert [one.tag for one in reader.open] == ["#page"], "what was opened is closed"
    return reader.open[0]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open = [Node("#page")]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len({name for name, _ in attrs}) == len(attrs), f"<{tag}> has an attribute twice"
        node = Node(tag, {name: value or "" for name, value in attrs})
        self.open[-1].inside.append(node)
        if tag not in VOID:
            self.open.append(node)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open[-1].inside.append(Node(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open[-1].tag == tag, f"</{tag}> closes <{self.open[-1].tag}>"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].inside.append(data)
