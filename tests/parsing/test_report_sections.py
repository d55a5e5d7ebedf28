"""Sections of reports in every dress, and the skills that one of them names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_agentcompliance.parsing.reports.sections import key, named, sections
from pytest_agentcompliance.parsing.reports.skills import plain, told

TITLES = ("Skills Used", "Skills")
KNOWN = ("pytest", "jest", "using-prisma")


def names(text: str) -> list[str] | None:
    found = told(text, TITLES, KNOWN)
    return None if found is None else [one.name if one.clear else f"?{one.name}" for one in found.names]


class TestSections:
    @pytest.mark.parametrize(
        "line",
        [
            "## Skills Used",
            "### 7. Skills Used",
            "**Skills Used**",
            "**Skills Used:**",
            "7. **Skills Used**: x",
            "- **Skills Used** - x",
            "Skills Used:",
            "Skills Used: x",
            "## **Skills used**",
            "## 🛠 Skills Used (2)",
            "__Skills Used__",
            "Skills Used\n-----------",
            "**7. Skills Used**",
            "```\n## Skills Used\n```",
        ],
    )
    def test_every_dress_of_a_title(self, line: str) -> None:
        found = named(sections(f"{line}\n- pytest\n"), ["skills used"])
        assert found is not None
        assert [text for _, text, _ in found.said][-1] == "pytest"

    @pytest.mark.parametrize(
        "line", ["We list Skills Used: below", "- Skills Used", "Some **Skills Used** by us", "`Skills Used`:"]
    )
    def test_what_is_no_title(self, line: str) -> None:
        assert named(sections(f"{line}\n"), ["skills used"]) is None

    def test_where_they_end(self) -> None:
        text = (
            "# Done\n\n1. **Files**:\n   - a.ts\n   - **b.ts**: new\n2. **Skills"
            "**: x\n\nAll of it works.\n\n## Notes\n\n- one\n\n### Deep\n\n- two\n"
        )
        found = {key(one.title): [body for _, body, _ in one.said] for one in sections(text)}
        assert found["files"] == ["a.ts", "**b.ts**: new"]
        assert found["skills"] == ["x"]
        assert found["notes"] == ["one", "two"]
        assert found["deep"] == ["two"]

    def test_the_last_of_two_is_meant(self) -> None:
        found = named(sections("## Skills\n- a\n\n## Skills\n- b\n"), ["skills"])
        assert found is not None
        assert found.line == 4


class TestSkills:
    @pytest.mark.parametrize(
        ("body", "expected"),
        [
            ("- `pytest`: fixtures, and mocks", ["pytest"]),
            ("- **pytest** - ran the tests with jest", ["pytest"]),
            ("- pytest, jest", ["pytest", "jest"]),
            ("- `pytest` and `jest` for the tests", ["pytest", "jest"]),
            ("- Using Prisma (schema)", ["Using Prisma"]),
            ("- company:pytest", ["company:pytest"]),
            ("- Skill: `pytest`", ["pytest"]),
            ("- `cobol` for the ledger", ["cobol"]),
            ("pytest, jest", ["pytest", "jest"]),
            ("I invoked `pytest` and the jest skill.", ["pytest", "jest"]),
            ("| Skill | Why |\n|---|---|\n| pytest | tests |\n| `cobol` | ledger |", ["pytest", "cobol"]),
            ("None", []),
            ("N/A - no skill was needed", []),
            ("No skills were invoked; pytest was run by hand.", []),
            ("- `jest`: not needed", []),
            ("- ~~none~~ None.", ["?~~none~~ None."]),
            ("- careful thinking about the shop", ["?careful thinking about the shop"]),
            ("We thought carefully about the shop.", []),
            ("", []),
        ],
    )
    def test_bodies(self, body: str, expected: list[str]) -> None:
        assert names(f"## Skills Used\n\n{body}\n\n## End\n\n- other\n") == expected

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ('{"skills_used": ["pytest", "jest"]}', ["pytest", "jest"]),
            ('{"report": {"skillsUsed": [{"name": "pytest", "why": "x"}, {"id": 3}, 4]}}', ["pytest"]),
            ('{"skills": {"pytest": true, "jest": false}}', ["pytest"]),
            ('{"skills": "pytest, jest"}', ["pytest", "jest"]),
            ('{"skills": ["none"]}', []),
            ('Done.\n\n```json\n{"skills": ["pytest"]}\n```\n', ["pytest"]),
            ('{"summary": "done"}', None),
            ('{"skills": [', None),
            ("{" * 100_000, None),
            ("All done.", None),
        ],
    )
    def test_json(self, text: str, expected: list[str] | None) -> None:
        assert names(text) == expected

    def test_places(self) -> None:
        found = told('{\n "a": 1,\n "skills": ["pytest"]\n}', TITLES)
        assert found is not None
        assert [one.line for one in found.names] == [3]

    def test_names_as_they_are_compared(self) -> None:
        assert plain(" `Company:Using_Prisma` ") == plain("/using-prisma") == plain("Using Prisma") == "using-prisma"


@given(st.text(st.sampled_from('#*`-|: \n\tS7.skills used{}[]",_ñ\0\u200b'), max_size=200))
def test_any_text_is_read(text: str) -> None:
    for one in sections(f"Skills Used:\n{text}"):
        list(one.said)
    told(text, TITLES, KNOWN)
