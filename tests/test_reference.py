"""docs/reference/: every key of a schema is shown in an example that its reader takes; the formats are those that there are."""

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner

from pytest_agentcompliance import policy, profile
from pytest_agentcompliance.cli import main
from pytest_agentcompliance.evidence import Run
from pytest_agentcompliance.handbook import reference, schema_page
from pytest_agentcompliance.parsing import strict_yaml
from pytest_agentcompliance.reporters import formats, github, github_summary, markdown, ranked, sarif, text
from pytest_agentcompliance.reporters import json as audits
from pytest_agentcompliance.reporters.html import findings, scope

DOCS = Path(__file__).parent.parent / "docs"
FORMATS = (DOCS / "reference" / "formats.md").read_text("utf-8")


def at(document: Any, place: str) -> list[Any]:
    """The parts of a document that stand at a place: ``waivers[]``, ``profiles[].clauses.*``."""
    found = [document]
    for word in re.findall(r"[^.\[\]]+|\[\]", place):
        if word == "[]":
            found = [one for many in found for one in many]
        elif word == "*":
            found = [one for many in found for one in many.values() if one is not None]
        else:
            found = [one[word] for one in found if isinstance(one, dict) and word in one]
    return found


@pytest.mark.parametrize("name", ["policy", "profile"])
def test_every_key_is_shown(name: str) -> None:
    book = reference.books()[name]
    places = {"": "", **schema_page.places(book.schema)}
    assert set(book.examples) == set(places.values())
    for definition, place in places.items():
        about = book.schema["$defs"][definition] if definition else book.schema
        shown = {key for part in at(strict_yaml.read(book.examples[place], name)[0], place) for key in part}
        assert set(about["properties"]) <= shown, f"{name}: {place}"


@pytest.mark.parametrize("place", reference.POLICIES)
def test_policies_that_are_shown_hold(place: str) -> None:
    parsed = policy.parse(reference.POLICIES[place], policy.FILE)
    drafts = [profile.read(one.name) for one in parsed.profiles]
    parsed.check(drafts)
    for one, draft in zip(parsed.profiles, drafts, strict=True):
        assert draft.bind(one.values, one.clauses).clauses


@pytest.mark.parametrize("place", reference.PROFILES)
def test_profiles_that_are_shown_can_be_bound(place: str) -> None:
    bound = profile.read("ours", {"ours": reference.PROFILES[place]}.get).bind()
    assert "OURS-01" in [clause.id for clause in bound.clauses]


@pytest.mark.parametrize("name", ["policy", "profile", "audit", "task", "handoff"])
def test_examples_fit_the_schema_that_is_published(name: str) -> None:
    book = reference.books()[name]
    published = json.loads((DOCS / "schemas" / book.file).read_text("utf-8"))
    assert published == book.schema
    for example in book.examples.values():
        read = json.loads(example) if book.language == "json" else strict_yaml.read(example, name)[0]
        jsonschema.validate(read, published)


def test_audit_that_is_shown_can_be_read() -> None:
    [shown] = reference.books()["audit"].examples.values()
    assert audits.dumps(audits.loads(shown)) == shown


def test_every_key_of_a_page_says_what_it_is() -> None:
    for path, page in reference.pages().items():
        empty = [row for row in page.splitlines() if re.fullmatch(r"\| `.*\|\s+\|", row)]
        assert not empty, f"{path}: {empty}"


def test_the_formats_are_those_that_there_are() -> None:
    rows, limits = (re.findall(r"^\| (`.*?) \|", part, re.MULTILINE) for part in FORMATS.split("## Limits"))
    assert sorted(name.strip("`") for name in rows) == sorted(formats.FORMATS)
    assert sorted(name.strip("`") for row in limits for name in row.split(", ")) == sorted(formats.FORMATS)


@pytest.mark.parametrize(
    ("format", "most"),
    [
        ("text", text.MOST), ("github", github.SHOWN), ("github-summary", github_summary.LONGEST), ("markdown", markdown.LONGEST),
        ("markdown", markdown.EACH), ("sarif", sarif.RESULTS), ("sarif", sarif.RUNS), ("sarif", sarif.GZIPPED),
        ("html", findings.MOST), ("html", scope.FILES),
    ],
)  # fmt: skip
def test_the_limits_are_those_of_the_code(format: str, most: int) -> None:
    [row] = re.findall(rf"^\| `{format}` \|.*$", FORMATS.split("## Limits")[1], re.MULTILINE)
    assert re.search(rf"\b{most:,}\b", row), row
    assert f"at most {ranked.LONGEST:,} characters" in FORMATS


def test_every_kind_of_evidence_is_told() -> None:
    page = (DOCS / "reference" / "evidence.md").read_text("utf-8").partition("## Words")[0]
    assert sorted(re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE)) == sorted(Run.kinds())


def test_every_page_names_a_schema_that_can_be_printed() -> None:
    for book in reference.books().values():
        done = CliRunner().invoke(main, ["schema", book.file.split(".")[0]])
        assert json.loads(done.output) == book.schema


def test_the_speed_that_is_quoted_was_measured() -> None:
    def rows(file: Path) -> list[list[str]]:
        lines = (line for line in file.read_text("utf-8").splitlines() if line.startswith("| ") and not line.startswith("| --"))
        return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]

    measured = rows(DOCS.parent / "benchmarks" / "README.md")
    # Of the budgets a page shows less: neither the row's name, nor what is said beside the number, nor the quartiles.
    short = [[what, against, budget, value.split(";")[0], met] for _, what, against, budget, value, _, met in
             (row for row in measured if len(row) == 7)]  # fmt: skip
    quoted = rows(DOCS / "reference" / "speed.md")
    assert len(quoted) > 30
    assert [row for row in quoted if row not in measured and row not in short] == []
