"""What was found as one list, the worst first, each with a line to show it on: for the formats that other programs read."""

import json
import re
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import quote

from pytest_agentcompliance.reporters.account import Account
from pytest_agentcompliance.reporters.json import harmless
from pytest_agentcompliance.reporters.text import shortened, shown
from pytest_agentcompliance.verdict import Finding, Verdict

Rank = Literal["error", "warning", "note"]
RANKS: tuple[Rank, ...] = ("error", "warning", "note")
LONGEST = 1000  # characters of a message
NOWHERE = "agent-compliance.yaml"  # where a finding stands that no file of the change can bear
OUTSIDE = re.compile(r"/|\.\.(?:/|$)|[A-Za-z]:[/\\]")  # evidence may lie beside the repository: a log that --log names


@dataclass(frozen=True, slots=True)
class Result:
    """A finding with its verdict. ``line`` is never 0: what concerns a whole file stands on the first line that the change added.

    What concerns no one file, or one outside of the repository, stands in the first file that changed, and its message says so:
    a place is all that code scanning and reviews have. An excused finding is a note, and ``excuse`` says why.
    """

    verdict: Verdict
    finding: Finding
    rank: Rank
    path: str
    line: int

    @property
    def id(self) -> str:
        """The clause and its rule, as ``C3-10/config/ports``."""
        return f"{self.verdict.clause}/{self.verdict.rule}"

    @property
    def message(self) -> str:
        """What was found and what to do, harmless and not too long."""
        text = shown(self.finding.message[: LONGEST + 1])
        text = text if len(text) <= LONGEST else text[: LONGEST - 3] + "..."
        if self.finding.at is None:
            return f"{text} (of the run as a whole)"
        return text if self.within else f"{shortened(str(self.finding.at))}: {text}"

    @property
    def within(self) -> bool:
        """Whether it has a place of its own in the repository."""
        return self.finding.at is not None and not OUTSIDE.match(self.finding.at.path)

    @property
    def remedy(self) -> str:
        """What to do, with its kind before it; empty where nothing is known."""
        remedy = self.finding.remedy
        return f"{remedy.kind}: {shown(remedy.text[:LONGEST])}" if remedy else ""


def results(account: Account, *, excused: bool = False) -> list[Result]:
    """The breaches of broken clauses by their severity, then remarks of style, then what is excused, if that is asked for."""
    first = account.exhibits.first
    somewhere = next((one.path for one in account.exhibits.files if one.kind != "deleted"), NOWHERE)

    def at(finding: Finding) -> tuple[str, int]:
        if finding.at is None or OUTSIDE.match(finding.at.path):
            return somewhere, first.get(somewhere, 1)
        return finding.at.path, finding.at.line or first.get(finding.at.path, 1)

    found: dict[Rank, list[Result]] = {rank: [] for rank in RANKS}
    for verdict in account.audit.verdicts:
        for one in verdict.findings:
            rank: Rank = "note" if one.level == "style" or not verdict.breaks else verdict.severity
            found[rank].append(Result(verdict, one, rank, *at(one)))
    let_pass = [Result(one, finding, "note", *at(finding)) for one in account.audit.verdicts for finding in one.excused]
    return [*(one for rank in RANKS for one in found[rank]), *(let_pass if excused else [])]


def address(path: str) -> str:
    """A path as a relative reference (RFC 3986): its bytes percent-encoded, / left as it is."""
    return quote(path.encode("utf-8", "surrogateescape") if _is_bytes(path) else path.encode("utf-8", "surrogatepass"), safe="/")


def _is_bytes(path: str) -> bool:
    return not any(0xD800 <= ord(one) < 0xDC80 or 0xDD00 <= ord(one) <= 0xDFFF for one in path)


def document(value: Any) -> str:
    """JSON that is UTF-8 and harmless where it is printed, whatever was in its texts."""
    return harmless(json.dumps(value, indent=1, ensure_ascii=False)) + "\n"
