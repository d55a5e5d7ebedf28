"""report/sections: the final report has every part that it owes, and each of them says something."""

import re
from collections.abc import Generator
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from pytest_agentcompliance.errors import NotJudged
from pytest_agentcompliance.evidence import ChangeSet, FileChange, Report
from pytest_agentcompliance.parsing.globs import matches
from pytest_agentcompliance.place import Place
from pytest_agentcompliance.rule import Candidates, Example, Rule
from pytest_agentcompliance.verdict import Finding, Remedy

if TYPE_CHECKING:
    from pytest_agentcompliance.parsing.reports.sections import Section

PartName = Literal["summary", "files", "api", "database", "tests", "scope", "skills"]

_CALLED: dict[str, str] = {
    "summary": "Implementation Summary", "files": "Files Changed", "api": "API Documentation", "database": "Database Changes",
    "tests": "Test Results", "scope": "Scope Compliance Confirmation", "skills": "Skills Used",
}  # fmt: skip
_CODE = (".py", ".ts", ".js", ".mts", ".mjs", ".cts", ".cjs", ".tsx", ".jsx", ".go")
# What registers an endpoint: as bytes in a patch, and as an added line.
_VERBS = ("get", "post", "put", "patch", "delete", "Get", "Post", "Put", "Patch", "Delete", "GET", "POST", "PUT", "PATCH", "DELETE")
_PATHED = rb"\((?:\s{0,4}[\"'`]/|\s{0,4}\n)"
_ROUTES = (
    *(rb"\." + verb.encode() + _PATHED for verb in (*_VERBS, "HandleFunc", "route", "websocket")), rb"@api_view\(",
    *(rb"@" + verb + rb"\(" for verb in (b"Get", b"Post", b"Put", b"Patch", b"Delete", b"All", b"Controller")),
)  # fmt: skip
_ROUTE = re.compile(
    r"^\s*(?:@(?:\w{1,40}\.)?(?:get|post|put|patch|delete|route|websocket|api_view)\(|@(?:Get|Post|Put|Patch|Delete|All|Controller)\("
    r"|(?:\w{1,40}\.)?(?:app|\w*[rR]outer|server|fastify|api|routes|mux|r|e|g)"
    r"\.(?:get|post|put|patch|delete|Get|Post|Put|Patch|Delete|GET|POST|PUT|PATCH|DELETE|HandleFunc)\(\s*(?:[\"'`]/|$))"
)
_STATED = re.compile(
    r"(?i)\b(?:no|not|none|without|never|nothing|n[o']t|zero)\b|\b(?:within|limited to|only|complian(?:t|ce)|confirm(?:ed)?"
    r"|respected|stayed|in scope|restricted to|honou?red|avoided|excluded)\b|[✅✔✓☑]|\[x\]"
)
_ELSEWHERE = re.compile(
    r"(?i)\bno (?:non-?goals?|out[- ]of[- ]scope|scope violations?)\b|\bnon-?goals? (?:\w+ ){0,2}(?:respected|untouched)\b"
    r"|\b(?:did not|didn't|have not) (?:\w+ ){0,3}(?:any of the )?non-?goals?\b"
    r"|\bstay(?:ed|s)? (?:strictly )?(?:with)?in (?:the )?scope\b"
    r"|\bscope (?:is |was )?(?:respected|compliant|confirmed)\b"
)
_LATER = re.compile(
    r"(?i)^[\W_]*(?:tbd|tba|todo|to be (?:added|done|written|determined)|coming soon|see above|pending|placeholder)[\W_]*$"
)
_REST = "\n## Files Changed\n\n- a.py\n\n## Test Results\n\n4 passed\n\n"
_NOTHING = "## Skills Used\n\nNone\n\nAPI: N/A\n\nDatabase: N/A\n"
_SCOPE = "## Scope Compliance\n\nNo non-goal work was performed.\n\n## Skills Used\n\nNone\n"


class Sections(Rule):
    """The final report has the parts that it owes, whatever they are called, and none of them is empty.

    Why: a report is read instead of the diff. What it leaves out nobody asks about: a schema that changed without a word is
    found when the next release fails.

    A part is a heading of any level, a label, or a key of a JSON report, with one of the names of the part or with a title that
    holds one. "None" and "N/A" say something. API documentation is owed where the change adds or takes away an endpoint, and
    database changes where it changes the schema; elsewhere that they are missing is a remark. The confirmation of the scope must
    say in words that the run kept to it.

    Blind spots: whether what a part says is true, which is for other rules. An endpoint that no decorator and no call of a
    router shows. A summary without a title of its own counts where the report opens with it.
    """

    required: list[PartName] = Field(
        default=["summary", "files", "tests", "scope", "skills"], description="The parts that every report owes."
    )
    applicable: list[PartName] = Field(
        default=["api", "database"], description="The parts that are owed where the change touches what they are about."
    )
    owed: bool = Field(
        default=False,
        description="Whether a run without a report is a breach, and not only not judged: where each run is known to leave one.",
    )
    names: dict[PartName, list[str]] = Field(default={}, description="More names of parts, beside those that are known.")
    own: dict[str, list[str]] = Field(
        default={}, description="Parts beside the known ones that every report owes: the title of each, and its other titles."
    )
    ticked: list[str] = Field(default=[], description="Of those parts the ones that owe an item with a ticked box.")
    endpoints: list[str] = Field(
        default=["**/app/**/route.ts", "**/app/**/route.js", "**/pages/api/**", "**/openapi.yaml", "**/openapi.yml"],
        description="Globs of files that are endpoints, or describe them, whatever they hold.",
    )
    schema_files: list[str] = Field(
        default=[
            "**/migrations/**", "**/migrate/**", "**/alembic/versions/**", "**/*.prisma", "**/schema.sql", "**/drizzle/**/*.sql",
        ],
        description="Globs of the files that make up the database's schema.",
    )  # fmt: skip
    tests: list[str] = Field(
        default=["**/tests/**", "**/test/**", "**/__tests__/**", "**/*.test.*", "**/*.spec.*", "**/test_*.py", "**/*_test.go"],
        description="Globs of tests, in which an endpoint is none.",
    )

    remedy = Remedy("fix", "Write the missing part of the report. Where there is nothing to tell, say so: None.")
    examples = (
        Example(
            "A part that is missing is reported, and so is one that is empty.",
            report="## Implementation Summary\n\nBuilt the cart.\n\n## Files Changed\n\n- a.py\n\n## Test Results\n\n" + _NOTHING,
            finds=("REPORT.md:9", "REPORT.md:1"),
        ),
        Example(
            "A report that has none of them is one finding.",
            report="Done! The cart works now.\n",
            finds=("REPORT.md:1",),
        ),
        Example("Where every run owes a report, one without is reported.", given={"owed": True}, finds=("None",)),
        Example(
            "A new endpoint wants API documentation, a migration wants database changes.",
            after={"api/cart.py": "@router.post('/cart')\ndef add(): ...\n", "db/migrations/1.sql": "create table cart ();\n"},
            report="## Summary\n\nBuilt the cart.\n" + _REST + _SCOPE,
            finds=("REPORT.md:1", "REPORT.md:1"),
        ),
        Example(
            "A space, a picture, a rule or a comment says nothing.",
            report="## Summary\n\n&nbsp;\n\n## Files Changed\n\n![](files.png)\n\n"
                   "## Test Results\n\n---\n<!-- 4 passed -->\n\n" + _SCOPE,
            finds=("REPORT.md:1", "REPORT.md:5", "REPORT.md:9"),
            styles=("REPORT.md:1",),
        ),
        Example(
            "A scope that is named and not confirmed is reported.",
            report="## Summary\n\nBuilt the cart.\n" + _REST + "## Scope\n\nBackend of the shop.\n\n" + _NOTHING,
            finds=("REPORT.md:13",),
        ),
        Example(
            "All parts are kept in any dress, with None where there is nothing.",
            after={"db/migrations/1.sql": "create table cart ();\n"},
            report=(
                "I built the cart, with a ledger.\n\n### 2. Files created (1)\n\n- `a.py`\n\n**API endpoints**: N/A\n\n"
                "4. **Migrations**: 1.sql\n\n#### ✅ Test execution summary\n\n"
                "| suite | result |\n|---|---|\n| unit | 4 passed |\n\n"
                "- **Scope compliance** - stayed within the task\n- **Skills** - pytest\n"
            ),
        ),
        Example(
            "So are those of JSON.",
            report=(
                '{"summary": "built it", "files_changed": [{"path": "a.py", "status": "created"}],\n'
                ' "api": null, "databaseChanges": [], "test_results": {"passed": 4},\n'
                ' "scope_compliance": "no non-goal work", "skills_used": []}\n'
            ),
            styles=("REPORT.md:1",),
        ),
        Example(
            "Parts of another spec are owed under their own titles, with a ticked item where one is asked for.",
            given={"required": [], "applicable": [], "own": {"Promises Verified": ["Promises"], "Notes": []},
                   "ticked": ["Promises Verified"]},
            report="## Promises Verified\n\n- [ ] P-1\n",
            finds=("REPORT.md:1", "REPORT.md:1"),
        ),
        Example(
            "A confirmation of the scope in another place is a remark on style.",
            report="## Summary\n\nBuilt it. No non-goal work was performed.\n" + _REST + _NOTHING,
            styles=("REPORT.md:1",),
        ),
    )  # fmt: skip

    def check(self, report: Report | None, changes: ChangeSet) -> Generator[Finding, None, str]:
        if report is None or report.problem:
            why = report.problem if report is not None else "the run left no report, no text of a pull request, and no last message"
            if not self.owed:
                raise NotJudged(why)
            yield Finding(why, evidence="no report")
            return ""
        if not report.new:
            raise NotJudged("the report was there before the run")
        return (yield from self._held(report, changes))

    def _held(self, report: Report, changes: ChangeSet) -> Generator[Finding, None, str]:
        from pytest_agentcompliance.parsing.reports import deliverables  # start-up time: where there is a report

        more = {str(part): given for part, given in self.names.items()}
        names = {part: (*deliverables.NAMES[part], *more.get(part, ())) for part in _CALLED}
        names |= {title: (title, *others) for title, others in self.own.items()}
        called = _CALLED | {title: title for title in self.own}
        required = [*self.required, *self.own]
        asked = [part for part in called if part in required or part in self.applicable]
        found = {part: deliverables.parts(report.text, names[part]) for part in asked}
        if not any(found[part] for part in asked):
            wanted = ", ".join(called[part] for part in required)
            yield Finding(f"the report has none of the parts that it owes: {wanted}", _at(report, 1), evidence="no parts")
            return ""
        said: list[str] = []
        idle: list[str] = []
        for part in asked:
            others = [name for other in asked if other != part for name in names[other]]
            told = next(filter(None, (_says(report.text, one, others) for one in found[part])), None)
            if told is not None:
                said.append(f"{called[part]} is line {told[0]}")
                if part in self.ticked and not any(_is_ticked(report.text, one) for one in found[part]):
                    yield Finding(f"{called[part]} has no item that is ticked", _at(report, told[0]), evidence=f"{part} unticked")
                if part == "scope" and not _STATED.search(told[1]):
                    message = "the report names its scope, and does not say that no non-goal work was done"
                    yield Finding(message, _at(report, told[0]), evidence="scope not confirmed")
                continue
            if part == "summary" and (line := _opening(report.text)):
                said.append(f"the summary is line {line}")
                continue
            if part == "scope" and not found[part] and _ELSEWHERE.search(report.text):
                message = "the report confirms its scope, and not in a part of its own"
                yield Finding(message, _at(report, 1), "style", "scope elsewhere")
                continue
            about = "" if part in required else self._touched_by(part, changes)
            if part not in required and not about:
                idle.append(part)
                continue
            because = f", and the change touches {about}" if about else ""
            if found[part]:
                message = f"{called[part]} is empty{because}"
                yield Finding(message, _at(report, found[part][0].line), evidence=f"{part} empty")
            else:
                yield Finding(f"the report has no part {called[part]!r}{because}", _at(report, 1), evidence=f"{part} missing")
        if idle:
            message = f"the report does not say that there is nothing to tell: {', '.join(called[part] for part in idle)}"
            yield Finding(message, _at(report, 1), "style", "not applicable")
        return "; ".join(said)

    def searched(self, path: str) -> bool:
        """Endpoints stand in code."""
        return path.lower().endswith(_CODE)

    def wanted(self) -> Candidates:
        """What registers an endpoint, as bytes."""
        return Candidates(contains=_ROUTES)

    def _touched_by(self, part: str, changes: ChangeSet) -> str:
        """The file that makes a part due; empty where none does."""
        if part == "database":
            return next((change.path for change in changes if matches(change.path, self.schema_files)), "")
        if part != "api":
            return ""
        if path := next((change.path for change in changes if matches(change.path, self.endpoints)), ""):
            return path
        return next((change.path for change in changes.readable(self.touched(changes)) if self._endpoint(change)), "")

    def _endpoint(self, change: FileChange) -> bool:
        if matches(change.path, self.tests):
            return False
        added = {line.text.strip() for line in change.added if _ROUTE.match(line.text)}
        removed = {line.text.strip() for line in change.removed if _ROUTE.match(line.text)}
        return added != removed


def _says(text: str, one: "Section", others: list[str]) -> tuple[int, str] | None:
    """The line of a part and what it says; None where it says nothing, or only that something will come."""
    from pytest_agentcompliance.parsing.reports import deliverables

    said = [words for _, words in deliverables.own(text, one, others) if not _LATER.match(words)]
    return (one.line, " ".join(said)[:4_000]) if said else None


def _is_ticked(text: str, one: "Section") -> bool:
    from pytest_agentcompliance.parsing.reports import deliverables

    inside = {line.number for line in one.lines} | {one.line}
    return any(box.ticked and box.line in inside for box in deliverables.checklist(text))


def _opening(text: str) -> int:
    """The line of a sentence that the report opens with, before any of its titles; 0 where there is none."""
    from pytest_agentcompliance.parsing.reports import deliverables

    first = next(iter(deliverables.outline(text)), None)
    for line in deliverables.lines(text):
        if first is not None and line.number >= first.line:
            return 0
        if line.kind == "text" and len(line.body.split()) > 4:
            return line.number
    return 0


def _at(report: Report, line: int) -> Place:
    """A line of the report; a message of a transcript stands in one line of that, however many it has itself."""
    return Place(report.path, report.line if report.source == "transcript" else report.line + line - 1)
