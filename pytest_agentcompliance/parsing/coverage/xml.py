"""Coverage reports that are XML: Cobertura, Clover, JaCoCo. Nothing is fetched and nothing is expanded."""

from xml.parsers import expat

from pytest_agentcompliance.parsing.coverage import clover, cobertura, jacoco
from pytest_agentcompliance.parsing.coverage.gathered import Gathered, Strange

DEEPEST = 100
LONGEST_TEXT = 4096  # characters of the text of one element


def read(data: bytes, into: Gathered) -> bool:
    """Whether it is one. A document type that only names its rules is fine; one that brings rules of its own is refused."""
    reader = _Reader(into)
    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = reader.start, reader.end
    parser.CharacterDataHandler = reader.text
    parser.StartDoctypeDeclHandler = _doctype
    parser.EntityDeclHandler = _refuse
    try:
        parser.Parse(data, True)
    except _NoneOfThem:
        return False
    except (expat.ExpatError, UnicodeError, LookupError) as wrong:
        raise Strange(f"it is no XML: {wrong}") from None
    return True


class _NoneOfThem(Exception):
    """It is XML of another kind."""


class _Reader:
    """Finds out by its first elements which of the three it is, and hands the elements on."""

    def __init__(self, into: Gathered) -> None:
        self.into, self.depth = into, 0
        self.format: cobertura.Reader | clover.Reader | jacoco.Reader | None = None
        self.held: list[str] | None = None  # the text of the element that is open, where it is wanted
        self.root: dict[str, str] = {}

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        if self.depth > DEEPEST:
            raise Strange(f"its elements are nested deeper than {DEEPEST}")
        if self.depth == 1:
            self._first(name, attributes)
        elif self.depth == 2 and self.format is None:
            # Both begin with <coverage>; a project is Clover's.
            self.format = clover.Reader(self.into) if name in ("project", "testproject") else cobertura.Reader(self.into)
            self.format.root(self.root)
        if self.depth > 1 and self.format is not None:
            self.format.start(name, attributes)
            self.held = [] if name == "source" else None

    def _first(self, name: str, attributes: dict[str, str]) -> None:
        if name == "report":
            self.format = jacoco.Reader(self.into)
        elif name != "coverage" or attributes == {"version": "1"}:
            raise _NoneOfThem  # the second is SonarQube's generic one
        self.root = attributes
        if "clover" in attributes:
            self.format = clover.Reader(self.into)
        if self.format is not None:
            self.format.root(attributes)

    def text(self, data: str) -> None:
        if self.held is not None:
            self.held.append(data[:LONGEST_TEXT])
            if len(self.held) > 100:
                raise Strange("the text of an element of it is too long")

    def end(self, name: str) -> None:
        self.depth -= 1
        if name == "source" and self.held is not None:
            self.into.sources.append("".join(self.held).strip())
            if len(self.into.sources) > 1000:
                raise Strange("it names more than 1000 folders of sources")
        self.held = None
        if name == "methods" and isinstance(self.format, cobertura.Reader):
            self.format.in_methods = False
        if not self.depth and self.format is None:  # an empty <coverage/>
            raise _NoneOfThem


def _doctype(name: str, system: str | None, public: str | None, has_rules: int) -> None:
    if has_rules:
        _refuse()


def _refuse(*_: object) -> None:
    raise Strange("it brings a document type or an entity of its own, which a coverage report does not need")
