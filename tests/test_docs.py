"""The pages of docs/ are those that the code makes, and say of each rule and clause what the code says."""

import re
from pathlib import Path

import pytest
from pydantic import Field

from pytest_agentcompliance import catalog, handbook, profile
from pytest_agentcompliance.cli import main
from pytest_agentcompliance.errors import PolicyError, UsageError
from pytest_agentcompliance.handbook import book, commands_page, records, reference, rule_page
from pytest_agentcompliance.handbook.bound import Bound
from pytest_agentcompliance.plugin import SETTINGS
from pytest_agentcompliance.reporters import markup
from pytest_agentcompliance.rule import Example, Rule
from pytest_agentcompliance.verdict import Finding, Remedy

DOCS = Path(__file__).parent.parent / "docs"
AGAIN = "run: python -m pytest_agentcompliance.handbook docs"
LINK = re.compile(r"\]\(([^)#]+)(?:#([^)]+))?\)")


def test_pages_are_current() -> None:
    made = {**book.pages(book.stored(DOCS)), commands_page.PATH: commands_page.page(main, SETTINGS)}
    stale = [path for path, text in made.items() if not (DOCS / path).is_file() or (DOCS / path).read_text("utf-8") != text]
    assert not stale, AGAIN
    assert not book.stray(DOCS), AGAIN


def test_every_rule_and_profile_has_a_page_and_every_link_leads_somewhere() -> None:
    made = book.pages({})
    assert set(made) == {
        "rules/README.md", "profiles/README.md", *(f"reference/{name}.md" for name in reference.books()),
        *(f"rules/{name}.md" for name in catalog.names()),
        *(f"profiles/{name}.md" for name in [*profile.names(), profile.INTEGRITY]),
    }  # fmt: skip
    for path, text in made.items():
        for target, anchor in LINK.findall(re.sub(r"(?s)(`{3,})\w*\n.*?\n\1", "", text)):
            page = (DOCS / path).parent.joinpath(target).resolve().relative_to(DOCS.resolve()).as_posix()
            assert page in made or (DOCS / page).is_file(), f"{path} links to {target}"
            assert not anchor or f'id="{anchor}"' in made[page], f"{path} links to {target}#{anchor}"


def test_writing_makes_and_removes(tmp_path: Path) -> None:
    gone = tmp_path / "rules" / "old" / "rule.md"
    gone.parent.mkdir(parents=True)
    gone.write_text("a rule that was dropped")
    book.write(tmp_path, main, SETTINGS)
    assert not gone.exists()
    assert (tmp_path / "rules" / "README.md").read_text("utf-8") == book.pages({})["rules/README.md"]
    assert (tmp_path / "reference" / "commands.md").read_text("utf-8") == (DOCS / "reference" / "commands.md").read_text("utf-8")


class Sample(Rule):
    """Nothing is called ``x``.

    Why: a letter says nothing,
    and nobody finds it.

    It was tried with `y`.

    And with z.

    Blind spots: other letters | bars.
    """

    letters: tuple[str, ...] = Field(("x",), description="The letters | signs.")
    limit: int | None = Field(None, description="How many.")
    words: tuple[str, ...] = Field(tuple(f"word-{k}" for k in range(40)), description="Many.")

    remedy = Remedy("fix", "Name it for what it is.")
    examples = (
        Example("A fence in a file is shown whole.", given={"letters": ["y"]}, before={"gone.md": "a\u202eb\r\n"},
                after={"x.md": "```\ncode\n```\n"}, links={"l": "t"}, finds=("x.md:1",), styles=("x.md:2",)),
        Example("The rest is kept.", log="## Chunk 1 — x\n", log_before=""),
    )  # fmt: skip

    def check(self, changes: object, log: object | None) -> list[Finding]:  # type: ignore[override]
        return []


def test_page_has_all_that_a_rule_says() -> None:
    clauses = [Bound("some-profile", "X-01", "No letters", "warning", {"letters": ["x"]})]
    record = records.parse("rules: {a/b: {ranges: [{repository: o/n, ranges: 9, findings: 3, judged: 2, right: 1}]}}")["a/b"]
    page = rule_page.page("sample/rule", Sample, clauses, record, "../../profiles")
    expected = [
        "# sample/rule\n\nNothing is called `x`.\n",
        "## Why\n\nA letter says nothing,\nand nobody finds it.\n\n## How it judges\n\nIt was tried with `y`.\n\nAnd with z.\n",
        "## Blind spots\n\nOther letters | bars.\n",
        "## What to do\n\nFix: Name it for what it is.\n",
        "## What it reads\n\nNeeded: changes. Read too, where there is one: log. [What these are](../../reference/evidence.md).\n",
        '| `letters` | list of text | `["x"]` | The letters \\| signs. |\n',
        "| `limit` | whole number or nothing | `null` | How many. |\n",
        "| `words` | list of text | below | Many. |\n",
        '```yaml\nwords:\n  - "word-0"\n',
        "| [X-01](../../profiles/some-profile.md#x-01) | No letters | warning | some-profile | `letters` |\n",
        "### A fence in a file is shown whole.\n",
        "`gone.md` at base (deleted by the run):\n\n```\na\\u202eb\\r\n```\n",
        "`x.md` at head:\n\n````\n```\ncode\n```\n````\n",
        "`l` at head is a symbolic link to `t`.\n",
        "Finds: `x.md:1`\n\nRemarks on style: `x.md:2`\n",
        "The log:\n\n```markdown\n## Chunk 1 — x\n```\n\nKept.\n",
        "## Record\n\n",
        "| o/n |  | 9 | 3 | 2 | 1 of 2 |  |\n",
    ]
    places = [page.find(text) for text in expected]
    assert -1 not in places, expected[places.index(-1)]
    assert places == sorted(places)


def test_a_long_file_of_an_example_is_shown_by_its_beginning() -> None:
    class Long(Rule):
        """Nothing is long."""

        remedy = Sample.remedy
        examples = (
            Example("rows", after={"rows.ts": "row\n" * 2000}),
            Example("one row", commits=({"row.ts": "x" * 4000},)),
            Example("short", before={"short.ts": "y\n" * 30}, after={"short.ts": "y\n" * 30}, log="z" * 900),
        )

        def check(self, changes: object) -> list[Finding]:  # type: ignore[override]
            return []

    text = rule_page.page("sample/long", Long, ())
    assert "```ts\nrow\nrow\nrow\nrow\n```\n\nThis is its beginning; it has 2,000 lines, 8,000 characters.\n" in text
    assert "x" * 75 + "\n```\n\nThis is its beginning; it has 1 line, 4,000 characters.\n" in text
    assert "`short.ts` at base and at head:\n\n```ts\n" + "y\n" * 30 in text
    assert text.count("short.ts") == 1
    assert text.count("This is its beginning") == 2
    assert len(text) < 5000


def test_page_without_a_record_says_so() -> None:
    assert records.NONE in rule_page.page("sample/rule", Sample, [], None, "..")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("rules: {a/b: {ranges: [{repository: o/n, ranges: 1, findings: 2, judged: 3, right: 1}]}}", "3 judged of 2 findings"),
        ("rules: {a/b: {ranges: [{repository: o/n, ranges: 1, findings: 2, judged: 1, right: 2}]}}", "2 right of 1 judged"),
        ("rules: {a/b: {ranges: [{repository: o/n, ranges: 1, findigns: 2}]}}", "findings"),
        ("rule: {}", "did you mean 'rules'"),
    ],
)
def test_record_that_does_not_add_up_is_refused(text: str, says: str) -> None:
    with pytest.raises(PolicyError, match=says):
        records.parse(text)


def test_record_of_no_rule_is_refused() -> None:
    with pytest.raises(UsageError, match="a record of no/such, which is no rule"):
        book.pages({"no/such": records.Record(ranges=(), searched="")})


@pytest.mark.parametrize("text", ["plain", "a ` b", "`a`", "``", "a `` b ``` c"])
def test_inline_code_cannot_be_closed_by_its_text(text: str) -> None:
    from markdown_it import MarkdownIt

    [inline] = [token for token in MarkdownIt().parse(markup.code(text)) if token.type == "inline"]
    assert [(child.type, child.content) for child in inline.children or []] == [("code_inline", text)]


@pytest.mark.parametrize("text", ["a/** and b/**", "__http__ and _x_ and STORY_ID", "<b>[x](y)</b>", "a ` b ` c", "\\*x*"])
def test_plain_text_is_shown_as_it_stands(text: str) -> None:
    from markdown_it import MarkdownIt

    [inline] = [token for token in MarkdownIt().parse(markup.plain(text)) if token.type == "inline"]
    assert {child.type for child in inline.children or []} == {"text"}
    assert "".join(child.content for child in inline.children or []) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("end with 'BLOCKED: <reason>'", "end with 'BLOCKED: \\<reason>'"),
        ("lies under __http__", "lies under \\_\\_http\\_\\_"),
        ("``a_*`` and `<b>` stay, *c* does too", "`a_*` and `<b>` stay, \\*c\\* does too"),
    ],
)
def test_prose_is_shown_as_it_stands_but_for_its_code(text: str, shown: str) -> None:
    assert markup.prose(text) == shown


@pytest.mark.parametrize("text", ["plain", "```", "````\n```\n", "a\n`````"])
def test_block_of_code_cannot_be_closed_by_its_text(text: str) -> None:
    from markdown_it import MarkdownIt

    [block] = MarkdownIt().parse(markup.fence(text))
    assert (block.type, block.content.rstrip("\n")) == ("fence", text.rstrip("\n"))


def test_rows_add_up() -> None:
    for name, clauses, *states in handbook.profile_rows():
        assert int(clauses) == sum(map(int, states)), name
    rows = {name: title for name, title in handbook.rule_rows()}  # noqa: C416
    assert list(rows) == sorted(rows)
    assert set(catalog.names()) <= set(rows)
    assert {name for name, title in rows.items() if title == "not built"} == set(rows) - set(catalog.names())


def test_explain_knows_rules_clauses_profiles_and_node_ids() -> None:
    for name in catalog.names():
        assert handbook.explain(name).startswith(f"# {name}\n")
    assert "# C3-21 of dev-implement-backend-coder-v3" in handbook.explain("c3-21")
    assert handbook.explain("dev-implement-backend-coder-v3::C3-21[log/chunk-heading]") == handbook.explain("C3-21")
    assert "| C3-21 |" in handbook.explain("dev-implement-backend-coder-v3")
    assert not [name for name, title in handbook.rule_rows() if title == "not built"]


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("log/chunk-headings", "did you mean 'log/chunk-heading'"),
        ("C3-99", "no profile 'C3-99'; did you mean 'C3-"),
        ("backend-implementer::C3-21", "no rule, no clause and no profile"),
        ("x" * 100_000, "'agent-compliance rules' lists the rules"),
        ("", "'agent-compliance rules' lists the rules"),
    ],
)
def test_explain_names_the_nearest(name: str, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        handbook.explain(name)
