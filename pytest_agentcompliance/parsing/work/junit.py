"""What a JUnit XML file says that a test runner did. Files with a document type are refused, so that nothing is expanded."""

from xml.parsers import expat

from pytest_agentcompliance.parsing.work import Work

LONGEST = 64_000_000  # bytes
_DEEPEST = 200
_FAILED, _SKIPPED = frozenset(("failure", "error")), frozenset(("skipped", "ignored", "disabled"))


class Unreadable(ValueError):
    """The file is no JUnit XML; says why."""


class _Reader:
    """The elements as they come. A test case ends as the worst of what stands in it; a case that was run again counts once."""

    def __init__(self) -> None:
        self.depth, self.cases, self.failed, self.skipped, self.suites = 0, 0, 0, 0, 0
        self.case: int | None = None  # the depth of the case that is open
        self.state = ""
        self.claimed: dict[str, int] | None = None  # of the outermost suite
        self.alone = 0  # failures of a suite that stand in no case

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise Unreadable(f"its elements are nested deeper than {_DEEPEST}")
        name = name.rpartition(":")[2]
        if self.depth == 1 and name not in ("testsuites", "testsuite"):
            raise Unreadable(f"it begins with <{name[:40]}> and not with <testsuites> or <testsuite>")
        if name == "testsuite":
            self.suites += 1
        if name in ("testsuite", "testsuites") and self.claimed is None and attributes.get("tests", "").isdecimal():
            named = ("tests", "failures", "errors", "skipped", "disabled")
            self.claimed = {key: int(attributes[key][:9]) for key in named if attributes.get(key, "").isdecimal()}
        if name == "testcase" and self.case is None:
            self.case, self.state = self.depth, ""
            self.cases += 1
            if attributes.get("status") in ("notrun", "disabled", "skipped"):
                self.state = "skipped"
        elif name in _FAILED and self.case is not None:
            self.state = "failed"
        elif name in _FAILED:
            self.alone += 1
        elif name in _SKIPPED and self.case is not None:
            self.state = self.state or "skipped"

    def end(self, name: str) -> None:
        if self.case == self.depth:
            self.failed += self.state == "failed"
            self.skipped += self.state == "skipped"
            self.case = None
        self.depth -= 1


def read(data: bytes) -> Work:
    """The counts of the test cases of a file; those that it claims itself only where it lists none. Raises `Unreadable`."""
    if len(data) > LONGEST:
        raise Unreadable(f"it is longer than {LONGEST} bytes")
    reader = _Reader()
    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = reader.start, reader.end
    parser.StartDoctypeDeclHandler = _refuse
    parser.EntityDeclHandler = _refuse
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, UnicodeError, LookupError) as error:
        raise Unreadable(f"it is no XML: {error}") from None
    told = reader.claimed or {}
    if not (reader.cases or reader.alone) and told.get("tests"):
        failed = told.get("failures", 0) + told.get("errors", 0)
        skipped = told.get("skipped", 0) + told.get("disabled", 0)
        return Work("junit", "tests", max(0, told["tests"] - failed - skipped), failed, skipped, told["tests"])
    failed = reader.failed + reader.alone
    return Work("junit", "tests", reader.cases - reader.failed - reader.skipped, failed, reader.skipped, reader.cases)


def lines(data: bytes) -> str:
    """What is added to the output of a command that wrote the file, from which `work.read` reads the same counts again."""
    work = read(data)
    return f"\nJUnit XML: {work.collected} tests, {work.passed} passed, {work.failed} failed, {work.skipped} skipped\n"


def _refuse(*_: object) -> None:
    raise Unreadable("it has a document type or an entity, which a report of tests does not need")
