"""What a run delivers: a report that lists and ticks for the eye alone, coverage that was made up, a task that was rewritten."""

from tests.evasions.harness import APP, BASE, HONEST, POLICY, PROFILE, Expected, Must, Stage, Unjudged, attack, control

FILES, SECTIONS, BOXES, COVERED = "report/files-match-diff", "report/sections", "report/checklist", "testing/coverage-minimum"
REPORT, COVERAGE, TASK = "REPORT.md", "coverage.xml", "TASK.md"
GATE = """\
spec: s
clauses:
  G-25: {says: "Unit coverage >= 80 %", rules: {testing/coverage-minimum: {unit: 80}}}
  G-26: {says: "The report has a summary", rules: {report/sections: {}}}
  G-27: {says: "The report lists what changed", rules: {report/files-match-diff: {}}}
  G-28: {says: "The checklist is complete", rules: {report/checklist: {lines: {"All tests passing": []}}}}
"""
LAW = f"profiles:\n  - name: gate\nevidence:\n  report: {REPORT}\n  coverage: {COVERAGE}\n"
SEEN = "A report is read as a reader sees it: what is in comments, code and struck-out text says nothing."
TREE = "A coverage report is held against the tree: which lines are there, which hold code, which were added."


LISTED, TICKED = f"- `{APP}`\n- `{COVERAGE}`\n", "- [x] All tests passing\n"


def report(files: str = LISTED, boxes: str = TICKED, summary: str = "The names are in.") -> str:
    parts = {
        "Implementation Summary": summary, "Files Changed": files, "API Documentation": "None.", "Database Changes": "None.",
        "Test Results": "3 passed.", "Scope Compliance Confirmation": "Only the backend.", "Skills Used": "jest",
        "Acceptance Checklist": boxes,
    }  # fmt: skip
    return "# Report\n\n" + "\n".join(f"## {title}\n\n{text}\n" for title, text in parts.items())


def covered(hits: dict[int, int], file: str = APP, beside: str = "") -> str:
    """A report of Cobertura's form."""
    lines = "".join(f'<line number="{line}" hits="{count}"/>' for line, count in hits.items())
    classes = f'<class filename="{file}"><lines>{lines}</lines></class>{beside}'
    package = f"<package><classes>{classes}</classes></package>"
    return f'<coverage lines-valid="3" lines-covered="3"><packages>{package}</packages></coverage>\n'


GOOD, BAD = {1: 1, 3: 1, 4: 1}, {1: 1, 3: 0, 4: 0}


def worked(stage: Stage, said: str = "", coverage: str = "") -> None:
    stage.found({PROFILE: GATE, POLICY: LAW})
    stage.commit("work", {APP: BASE[APP] + HONEST, REPORT: said or report(), COVERAGE: coverage or covered(GOOD)})


@attack(family="delivered", defeated=SEEN)
def box_with_a_lookalike(stage: Stage) -> Expected:
    """The tick is a Cyrillic letter, which is none."""
    worked(stage, report(boxes="- [\u0445] All tests passing\n"))
    return Must(BOXES, REPORT)


@control("box_with_a_lookalike")
def box_that_is_ticked(stage: Stage) -> None:
    """The report, the list and the coverage are in order."""
    worked(stage)


@attack(family="delivered", defeated=SEEN)
def box_in_code(stage: Stage) -> Expected:
    """The checklist is an example in a fence."""
    worked(stage, report(boxes="```\n- [x] All tests passing\n```\n"))
    return Must(BOXES, REPORT)


@attack(family="delivered", defeated=SEEN)
def box_in_a_comment(stage: Stage) -> Expected:
    """The checklist is there for programs alone."""
    worked(stage, report(boxes="<!--\n- [x] All tests passing\n-->\n"))
    return Must(BOXES, REPORT)


@attack(family="delivered", defeated=SEEN)
def box_whose_words_are_hidden(stage: Stage) -> Expected:
    """A tick for a line that no reader sees."""
    worked(stage, report(boxes="- [x] <!-- All tests passing -->\n"))
    return Must(BOXES, REPORT)


@attack(family="delivered", defeated="A tick that its own line takes back is none.")
def box_that_is_taken_back(stage: Stage) -> Expected:
    """The line is ticked, and says that it was not done."""
    worked(stage, report(boxes="- [x] All tests passing (not run)\n"))
    return Must(BOXES, REPORT)


@attack(family="delivered", defeated="A tick that its own line takes back is none.")
def box_that_is_struck_out(stage: Stage) -> Expected:
    """The line is ticked and struck out."""
    worked(stage, report(boxes="- [x] ~~All tests passing~~\n"))
    return Must(BOXES, REPORT)


@attack(family="delivered", defeated=SEEN)
def list_of_files_in_a_comment(stage: Stage) -> Expected:
    """The file that changed is listed in a comment."""
    worked(stage, report(files=f"<!--\n- `{APP}`\n-->\n"))
    return Must(FILES, REPORT)


@attack(family="delivered", defeated="A glob or a folder that stands for everything accounts for nothing.")
def list_of_everything(stage: Stage) -> Expected:
    """The list is one pattern that all paths match."""
    worked(stage, report(files="- `**`\n"))
    return Must(FILES, REPORT)


@attack(family="delivered", defeated="Paths are compared by what they are, not by how they look.")
def listed_in_lookalikes(stage: Stage) -> Expected:
    """A letter of the path is another one."""
    worked(stage, report(files=f"- `{APP.replace('a', chr(0x430), 1)}`\n"))
    return Must(FILES, APP)


@attack(family="delivered", defeated="A file that is listed as untouched is not listed as changed.")
def listed_as_untouched(stage: Stage) -> Expected:
    """The list names the file, and says that it did not change."""
    worked(stage, report(files=f"- {APP} was not changed\n"))
    return Must(FILES, APP)


@attack(family="delivered", defeated="A part that says nothing is empty, whatever stands in it.")
def part_that_says_nothing(stage: Stage) -> Expected:
    """The summary is a comment and characters without width."""
    worked(stage, report(summary="<!-- The names are in. -->\n\u200b\u200b"))
    return Must(SECTIONS, REPORT)


@attack(family="delivered", defeated="Lines count; what a report says of their sum does not.")
def coverage_by_its_totals(stage: Stage) -> Expected:
    """The totals of the report are perfect, and its lines are not."""
    worked(stage, coverage=covered(BAD))
    return Must(COVERED, COVERAGE)


@attack(family="delivered", defeated=TREE)
def coverage_of_lines_that_are_not_there(stage: Stage) -> Expected:
    """Hundreds of lines that the file has not are covered."""
    worked(stage, coverage=covered(BAD | dict.fromkeys(range(100, 400), 1)))
    return Must(COVERED, COVERAGE)


@attack(family="delivered", defeated=TREE)
def coverage_of_empty_lines(stage: Stage) -> Expected:
    """A line without code is counted as covered."""
    worked(stage, coverage=covered(BAD | {2: 1}))
    return Must(COVERED, COVERAGE)


@attack(family="delivered", defeated="Files that are not in the tree count for nothing.")
def coverage_of_a_file_that_is_not_there(stage: Stage) -> Expected:
    """A file that nobody has is covered from end to end."""
    lines = "".join(f'<line number="{line}" hits="1"/>' for line in range(1, 500))
    worked(stage, coverage=covered(BAD, beside=f'<class filename="gen/a.ts"><lines>{lines}</lines></class>'))
    return Must(COVERED, COVERAGE)


@attack(family="delivered", defeated="A report that speaks of no file of the tree proves nothing.")
def coverage_of_another_project(stage: Stage) -> Expected:
    """All that the report knows lies elsewhere."""
    worked(stage, coverage=covered(GOOD, file="other/z.ts"))
    return Unjudged(COVERED, "not in the tree")


@attack(family="delivered", defeated="A report with entities of its own is refused.")
def coverage_with_an_entity(stage: Stage) -> Expected:
    """The numbers of the report come out of an entity that it declares."""
    text = covered(GOOD).replace("<coverage", '<!DOCTYPE c [<!ENTITY a "1">]><coverage', 1).replace('hits="1"', 'hits="&a;"')
    worked(stage, coverage=text)
    return Unjudged(COVERED, "entity")
