"""What pytest and unittest say."""

import re
from collections.abc import Iterator

from pytest_agentcompliance.parsing.work import Work
from pytest_agentcompliance.parsing.work.hints import Found, Hints

_HEADER = re.compile(r"=+ test session starts =+$")
_COLLECTED = re.compile(r"(?:collecting \.\.\. ?)?collected (\d{1,9}) items?\b(.*)")
_PARTS = re.compile(r"(\d{1,9}) (deselected|selected)")
_WORKERS = re.compile(r"(?:\d{1,4} workers|gw0) \[(\d{1,9})(?: items?)?\]")
_SUMMARY = re.compile(r"(?:=+ )?(.{1,300}?) in \d[\d.]* ?s(?:econds?)?(?: \(\d[\d:., a-z]{0,30}\))?(?: =+)?$")
_COUNT = re.compile(
    r"(\d{1,9}) (passed|failed|errors?|skipped|deselected|xfailed|xpassed|warnings?|rerun|subtests passed|subtests failed)$"
)
_ONLY_COLLECTED = re.compile(r"(?:(\d{1,9})/)?(\d{1,9}) tests? collected(?: \((\d{1,9}) deselected\))?$")
_NOTHING = re.compile(r"no tests (?:ran|collected)(?: \((\d{1,9}) deselected\))?$")
_SUGAR = re.compile(r"Results \(\d[\d.hms :]{0,20}\):$")
_SUGAR_COUNT = re.compile(r" {2,}(\d{1,9}) (passed|failed|error|skipped|deselected|xfailed|xpassed|rerun)$")
_UNCOVERED = re.compile(r"(?:FAIL Required test coverage of |ERROR: Coverage failure: )")
_NOT_STARTED = re.compile(r"ImportError while loading conftest '|ERROR: (?:usage: |\S{1,300}(?:\.toml|\.ini|\.cfg): )")
_BROKEN = re.compile(r"(FAILED|ERROR) [\w./\\-]{1,300}(?:\.py|::)")

_RAN = re.compile(r"Ran (\d{1,9}) tests? in [\d.]+ ?s")
_VERDICT = re.compile(r"(OK|FAILED|NO TESTS RAN)(?: \(([^()]{1,200})\))?$")
_NAMED = re.compile(r"(failures|errors|skipped|expected failures|unexpected successes)=(\d{1,9})")


class _Session:
    """What a session has said before its last line."""

    def __init__(self, started: int = -1) -> None:
        self.started, self.unstarted, self.broken, self.uncovered, self.dropped = started, -1, 0, 0, 0
        self.collected: int | None = None
        self.selected: int | None = None

    def take(self, line: str, at: int) -> None:
        if found := _COLLECTED.match(line):
            parts = {name: int(count) for count, name in _PARTS.findall(found[2])}
            self.collected, self.dropped = int(found[1]), parts.get("deselected", 0)
            self.selected = parts.get("selected", self.collected - self.dropped)
        elif found := _WORKERS.match(line):
            self.collected = self.selected = int(found[1])
        elif _NOT_STARTED.match(line):
            self.unstarted = at
        self.broken += bool(_BROKEN.match(line))
        self.uncovered += bool(_UNCOVERED.match(line))

    def ended(self, counts: dict[str, int]) -> Work:
        """What its last line says with what it said before."""
        passed = counts.get("passed", 0) + counts.get("xpassed", 0)
        failed = counts.get("failed", 0) + counts.get("error", 0)
        failed = failed or counts.get("subtests failed", 0)
        skipped = counts.get("skipped", 0) + counts.get("xfailed", 0)
        if "collected" in counts:  # it was told to collect and to run nothing
            return Work("pytest", "tests", 0, failed, skipped, counts["collected"], counts["selected"])
        dropped = counts.get("deselected", self.dropped)
        ran = passed + counts.get("failed", 0) + skipped
        collected = self.collected if self.collected is not None else ran + dropped
        selected = max(0, collected - dropped)
        return Work("pytest", "tests", passed, failed, skipped, collected, selected, errors=self.uncovered or None)

    def cut(self) -> Iterator[Found]:
        """What is known where the last line is not there."""
        if self.unstarted >= 0 and self.collected is None:
            yield self.unstarted, Work("pytest", "tests", 0, errors=1)
        elif self.started >= 0:
            broken = self.broken or None
            yield self.started, Work("pytest", "tests", None, broken, None, self.collected, self.selected, closed=False)


def pytest(lines: list[str], hints: Hints) -> Iterator[Found]:
    """Each session: its header and its last line. xfailed counts as skipped, xpassed as passed, an error as a failure.

    Coverage below its bar, and a session that could not start, are errors.
    """
    session = _Session()
    for at, line in enumerate(lines):
        counts = None
        if _HEADER.match(line):
            yield from session.cut()
            session = _Session(at)
        elif line.endswith("=") or line[:1].isdigit() or line.startswith("no tests "):
            counts = _counts(line)
        elif _SUGAR.match(line):
            told = [found for below in lines[at + 1 : at + 60] if (found := _SUGAR_COUNT.match(below))]
            counts = {found[2]: int(found[1]) for found in told}
        if counts is None:
            session.take(line, at)
        else:
            yield at, session.ended(counts)
            session = _Session()
    yield from session.cut()


def _counts(line: str) -> dict[str, int] | None:
    """The counts of a last line; None where it is none."""
    found = _SUMMARY.match(line)
    if not found:
        return None
    said = found[1].strip("= ")
    if nothing := _NOTHING.match(said):
        return {"deselected": int(nothing[1] or 0)}
    if only := _ONLY_COLLECTED.match(said):
        return {"collected": int(only[2]), "selected": int(only[1] or only[2])}
    counts: dict[str, int] = {}
    for part in said.split(", "):
        told = _COUNT.match(part)
        if told:
            counts[told[2].removesuffix("s") if told[2] != "passed" else told[2]] = int(told[1])
        elif not _NOTHING.match(part):
            return None
    return counts


def unittest(lines: list[str], hints: Hints) -> Iterator[Found]:
    """Each `Ran N tests`, and the verdict below it; or a verdict of failure that stands alone."""
    taken = -1
    for at, line in enumerate(lines):
        ran = _RAN.match(line)
        if at > taken and line.startswith("FAILED (") and (alone := _VERDICT.match(line)):
            counts = [int(count) for name, count in _NAMED.findall(alone[2] or "") if name in ("failures", "errors")]
            if sum(counts):
                yield at, Work("unittest", "tests", failed=sum(counts))
        if not ran:
            continue
        total = int(ran[1])
        verdict = next((found for below in lines[at + 1 : at + 6] if (found := _VERDICT.match(below))), None)
        taken = at + 5
        if not verdict:
            yield at, Work("unittest", "tests", collected=total, selected=total, closed=False)
            continue
        named = {name: int(count) for name, count in _NAMED.findall(verdict[2] or "")}
        failed = named.get("failures", 0) + named.get("errors", 0) + named.get("unexpected successes", 0)
        if verdict[1] == "FAILED":
            failed = failed or 1
        skipped = named.get("skipped", 0) + named.get("expected failures", 0)
        yield at, Work("unittest", "tests", max(0, total - failed - skipped), failed, skipped, total, total)
