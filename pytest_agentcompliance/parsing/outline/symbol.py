"""One thing that code declares."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["function", "method", "class", "interface", "type", "enum", "constant", "field", "callback"]


@dataclass(frozen=True, slots=True)
class Symbol:
    """One declaration.

    ``line`` is that of its name, ``first`` that of its first decorator or of its ``export``, ``end`` its last; ``start`` and
    ``stop`` are offsets in characters, of the declaration without decorators, and ``body`` is where its body begins
    (``stop`` where it has none). ``qualified`` is the name behind those of what encloses it, ``parent`` the nearest of those
    (of a method its class, of Go's its receiver). ``public``: whether others can get at it, by ``export``, by a capital (Go), or
    by a name without an underscore (Python); of a member, that its class is public and nothing says private.
    ``documented``: a docstring, a JSDoc block, or a comment that ends in the line above; ``doc_line`` is where that begins.
    ``signature`` is all before the body, without comments and needless white space: of a constant its name and type.
    ``decorators`` are as written, without the sign.
    """

    kind: Kind
    name: str
    qualified: str
    line: int
    end: int
    public: bool
    documented: bool = False
    doc_line: int = 0
    decorators: tuple[str, ...] = ()
    parent: str = ""
    signature: str = ""
    first: int = 0
    start: int = 0
    stop: int = 0
    body: int = 0

    @property
    def is_function(self) -> bool:
        """Whether it is called: a function or a method."""
        return self.kind in ("function", "method")
