"""report/checklist: every line of the acceptance checklist is there and ticked, and no verdict of the audit says otherwise."""

import re
from collections.abc import Generator, Iterable, Mapping
from typing import TYPE_CHECKING

from pydantic import Field

from pytest_agentcompliance.errors import NotJudged
from pytest_agentcompliance.evidence import Report
from pytest_agentcompliance.place import Place
from pytest_agentcompliance.rule import Example, Rule
from pytest_agentcompliance.verdict import Finding, Level, Outcome, Remedy, Verdict

if TYPE_CHECKING:
    from pytest_agentcompliance.parsing.reports.deliverables import Box

_LINES: Mapping[str, list[str]] = {
    "Changes limited to minimal necessary files and lines": [
        "scope/diff-size", "scope/planned-files", "history/unrelated-churn", "history/whitespace-mixed",
    ],
    "All new public code documented with examples": ["documentation/public-documented"],
    "Inline comments exist for non-obvious logic explaining the why": [],
    "Unit tests cover new code and edge cases; integration tests added when required": [
        "testing/accompany-code", "testing/coverage-changed-lines",
    ],
    "Linting and type checks pass": ["proofs/required: lint", "proofs/required: type check", "config/checks-loosened"],
    "No existing behavior is broken; if breaking, changelog and migration notes included": ["compat/public-api"],
    "Unit test coverage >= 80%": ["testing/coverage-minimum: unit"],
    "Integration test coverage >= 70%": ["testing/coverage-minimum: integration"],
    "All tests passing": ["proofs/required: tests"],
    "Input validation on all endpoints": ["api/input-validated"],
    "Secrets not hardcoded (environment variables)": ["security/secrets"],
    "No scope violations (non-goals respected)": [
        "scope/non-goals", "scope/frontend-files", "scope/forbidden-paths", "scope/allowed-paths",
    ],
}  # fmt: skip
# The beginnings of words that tell each of those lines from the others: all of one group stand in it, in whatever order.
_TELLING: Mapping[str, tuple[str, ...]] = {
    "Changes limited to minimal necessary files and lines": (
        "minimal chang", "minimal file", "minimal diff", "chang limited", "limited file", "smallest diff", "minimal edit",
    ),
    "All new public code documented with examples": (
        "public document", "code document", "jsdoc", "docstring", "new document", "document example", "function document",
    ),
    "Inline comments exist for non-obvious logic explaining the why": (
        "comment why", "comment logic", "inline comment", "comment obvious",
    ),
    "Unit tests cover new code and edge cases; integration tests added when required": (
        "unit test edge", "test cover code", "test cover new", "test edge case", "unit test written", "unit test added",
        "test cover logic",
    ),
    "Linting and type checks pass": ("lint", "type check", "typecheck", "type-check", "mypy", "tsc", "typescript compil"),
    "No existing behavior is broken; if breaking, changelog and migration notes included": (
        "behavio broken", "existing broken", "no breaking", "breaking chang", "backward compat", "existing behavio",
        "no regression",
    ),
    "Unit test coverage >= 80%": ("unit coverage",),
    "Integration test coverage >= 70%": ("integration coverage",),
    "All tests passing": ("all test pass", "test pass", "tests green", "test suite pass"),
    "Input validation on all endpoints": ("input validat", "validat endpoint", "endpoint validat"),
    "Secrets not hardcoded (environment variables)": ("secret", "hardcod", "hard-cod", "credential"),
    "No scope violations (non-goals respected)": (
        "scope violat", "non-goal", "nongoal", "non goal", "scope respect", "scope complian",
    ),
}  # fmt: skip
_ORDER = (6, 7, 10, 9, 11, 4, 2, 5, 1, 3, 0, 8)  # the plainer words first: a line is one of them alone
_WORD = re.compile(r"[a-z0-9][a-z0-9-]*")
_SMALL = frozenset((
    "a", "all", "an", "and", "any", "are", "as", "at", "be", "by", "for", "if", "in", "is", "it", "no", "not", "of", "on", "or",
    "the", "to", "when", "with",
))  # fmt: skip
_EXCUSED = re.compile(
    r"(?i)\bn/?a\b|\bnot applicable\b|\bnone (?:needed|required)\b|\bno (?:endpoints?|integration tests?|public code)\b"
)
_SHOWN = 12
_GIVEN = {"lines": {"All tests passing": ["proofs/required: tests"], "Secrets not hardcoded": ["security/secrets"]}}
_FULL = "".join(f"- [x] {line}\n" for line in _LINES)


class Checklist(Rule):
    """The acceptance checklist is complete, every box is ticked, and what the audit found contradicts none of them.

    Why: a ticked box is what the reviewer does not check. A box that is ticked against the facts is worse than one left open: it
    says that somebody looked.

    Each line is bound to the rules that speak for it. A box is false where one of them broke in this audit: the finding names the
    rule and the first thing that it found. A rule may stand with a word behind a colon: then its findings count that have this
    word, or none of the words that other lines ask of it. Lines are known by their telling words, in any order and dress: boxes,
    check marks, tables. A ticked box for which no rule could be judged is a remark.

    Blind spots: a line that is bound to no rule is believed. What a rule cannot see, no box is held against.
    """

    lines: dict[str, list[str]] = Field(
        default={line: list(rules) for line, rules in _LINES.items()},
        description='The lines of the checklist, each with the rules that speak for it: "group/name", or "group/name: word".',
    )
    missing: Level = Field(default="breach", description="What it is that lines of the checklist, or all of it, are not there.")

    remedy = Remedy("fix", "Do what the open or false box asks for, then tick it; untick what is not so, and say why.")
    examples = (
        Example(
            "Lines that are missing, and one that is open, are reported.",
            report="## Acceptance Checklist\n\n" + _FULL.replace("[x] All tests", "[ ] All tests").replace("- [x] Input", "Input"),
            finds=("REPORT.md:11", "REPORT.md:3"),
            styles=("REPORT.md:3",),
        ),
        Example(
            "A report without a checklist is one finding; check marks of other lists are none.",
            report="## Summary\n\nAll done, all tests pass.\n\n- ✅ a cart\n- ✅ a till\n",
            finds=("REPORT.md:1",),
        ),
        Example(
            "A cross in a table is an open box.",
            _GIVEN,
            report="| Check | Met |\n|---|---|\n| All tests passing | ❌ |\n| No secrets hardcoded | ✅ |\n",
            finds=("REPORT.md:3",),
            styles=("REPORT.md:4",),
        ),
        Example(
            "All lines ticked are kept, in another order and in other words; that nothing could check them is a remark.",
            report=(
                "✅ No non-goal work was done, scope respected\n✅ No hardcoded secrets: environment variables\n"
                "✅ All endpoints validate their input\n✅ All 31 tests pass\n✅ Integration coverage at least 70 % (71 %)\n"
                "✅ Coverage of unit tests is 84 %\n✅ Existing behaviour is not broken\n✅ Lint and typecheck are clean\n"
                "✅ Unit tests added for new code and its edge cases\n✅ Comments explain why where the logic is not obvious\n"
                "✅ Public code is documented\n✅ Changes are minimal\n"
            ),
            styles=("REPORT.md:1",),
        ),
        Example(
            "A box that is open because there is nothing that it asks for is a remark.",
            _GIVEN,
            report="- [x] All tests passing\n- [ ] Secrets not hardcoded (N/A)\n",
            styles=("REPORT.md:2", "REPORT.md:1"),
        ),
    )  # fmt: skip

    def check(self, report: Report, verdicts: tuple[Verdict, ...]) -> Generator[Finding, None, str]:
        from pytest_agentcompliance.parsing.reports import deliverables  # start-up time: where there is a report

        if not report.new:
            raise NotJudged("the report was there before the run")
        boxes = deliverables.checklist(report.text)
        found = self._matched(boxes)
        if not found:  # check marks before other things are bullets
            yield Finding("the report has no acceptance checklist", _at(report, 1), self.missing, "no checklist")
            return ""
        said: list[str] = []
        unjudged: list[Box] = []
        for line, rules in self.lines.items():
            mine = found.get(line, [])
            ticked = [box for box in mine if box.ticked]
            if ticked:
                yield from self._false(report, ticked[0], rules, verdicts)
                spoken = [one for one in _of(rules, verdicts) if one.outcome not in (Outcome.NOT_JUDGED, Outcome.NOT_BUILT)]
                if spoken:
                    said.append(f"{line}: {', '.join(dict.fromkeys(one.rule for one in spoken))}")
                elif rules:
                    unjudged.append(ticked[0])
            yield from self._open(report, [box for box in mine if not box.ticked], ticked)
        missing = [line for line in self.lines if line not in found]
        if missing:
            message = f"{len(missing)} of the {len(self.lines)} lines of the checklist are missing: {'; '.join(missing[:_SHOWN])}"
            first = min(box.line for mine in found.values() for box in mine)
            yield Finding(message, _at(report, first), self.missing, f"missing {', '.join(missing)}")
        unjudged.sort(key=lambda box: box.line)
        if unjudged:
            some = "; ".join(box.text[:80] for box in unjudged[:_SHOWN])
            message = f"ticked, and nothing in this audit could check it: {some}"
            yield Finding(message, _at(report, unjudged[0].line), "style", "unchecked")
        return "\n".join(said)

    def _matched(self, boxes: "Iterable[Box]") -> "dict[str, list[Box]]":
        """Each line of the checklist with its boxes; a box is of one line alone."""
        known = list(_TELLING)
        first = [known[at] for at in _ORDER if known[at] in self.lines]
        order = [*first, *(line for line in self.lines if line not in first)]
        found: dict[str, list[Box]] = {}
        for box in boxes:
            words = _words(box.text)
            line = next((one for one in order if _is(one, words)), None)
            if line is not None:
                found.setdefault(line, []).append(box)
        return found

    def _open(self, report: Report, boxes: "list[Box]", ticked: "list[Box]") -> Generator[Finding]:
        for box in boxes[:1]:
            at, said = _at(report, box.line), box.text[:120]
            if ticked:
                yield Finding(f"the box {said!r} is ticked in one place and open in another", at, "style", f"both {said}")
            elif _EXCUSED.search(box.text):
                yield Finding(f"the box {said!r} is open because there is nothing that it asks for", at, "style", f"n/a {said}")
            else:
                yield Finding(f"the box {said!r} is open", at, evidence=f"open {said}")

    def _false(self, report: Report, box: "Box", rules: list[str], verdicts: tuple[Verdict, ...]) -> Generator[Finding]:
        """A ticked box that a verdict says is not so; one finding for each rule that broke."""
        told: set[str] = set()
        for rule in rules:
            name, _, word = rule.partition(":")
            others = self._others(name, word.strip())
            for verdict in verdicts:
                if verdict.rule != name or verdict.outcome is not Outcome.BROKEN or name in told:
                    continue
                first = next((one for one in verdict.findings if _speaks(one, word.strip(), others)), None)
                if first is None:
                    continue
                told.add(name)
                where = f" ({first.at})" if first.at else ""
                message = f"the box {box.text[:120]!r} is ticked; {name} found otherwise: {first.message[:300]}{where}"
                yield Finding(message, _at(report, box.line), evidence=f"false {name} {box.text[:120]}")

    def _others(self, name: str, word: str) -> list[str]:
        """The words that other lines ask of the findings of a rule."""
        pairs = (rule.partition(":") for rules in self.lines.values() for rule in rules)
        return [other.strip() for rule, _, other in pairs if rule == name and other.strip() not in ("", word)]


def _speaks(finding: Finding, word: str, others: list[str]) -> bool:
    if finding.level != "breach":
        return False
    said = f"{finding.message} {finding.evidence}".lower()
    return not word or word.lower() in said or not any(other.lower() in said for other in others)


def _of(rules: list[str], verdicts: tuple[Verdict, ...]) -> list[Verdict]:
    names = {rule.partition(":")[0] for rule in rules}
    return [one for one in verdicts if one.rule in names]


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())


def _is(line: str, words: list[str]) -> bool:
    """Whether the words of a box are those of a line: a telling group of it, or most words of one that has no such groups."""
    if groups := _TELLING.get(line):
        return any(all(_has(stem, words) for stem in group.split()) for group in groups)
    wanted = {word for word in _words(line) if word not in _SMALL}
    return bool(wanted) and 3 * len(wanted & set(words)) >= 2 * len(wanted)


def _has(stem: str, words: list[str]) -> bool:
    """Whether a word begins so; of a word with a dash the part behind it counts as well."""
    return any(word.startswith(stem) or any(part.startswith(stem) for part in word.split("-")) for word in words)


def _at(report: Report, line: int) -> Place:
    """A line of the report; a message of a transcript stands in one line of that, however many it has itself."""
    return Place(report.path, report.line if report.source == "transcript" else report.line + line - 1)
