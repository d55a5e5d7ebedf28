"""The parts of a report, its list of files and its boxes, in every dress."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_agentcompliance.parsing.reports import deliverables
from pytest_agentcompliance.parsing.reports.deliverables import checklist, files_changed, mentions, outline, own, parts, section


def listed(text: str) -> list[tuple[str, str]] | None:
    found = files_changed(text)
    return None if found is None else [(one.path, one.status) for one in found if one.changed]


@pytest.mark.parametrize(
    "title",
    [
        "## Test Results", "##### 5. Test results", "**Test Results:**", "5. **Test Results**", "### ✅ Test Results (12)",
        "Test Results:", "#### Final Test Results", "Tests\n-----", "__Tests__", "### Backend Test Execution Summary",
    ],
)  # fmt: skip
def test_a_part_has_many_dresses(title: str) -> None:
    text = f"Done.\n\n{title}\n\n12 passed\n\n## Notes\n\nx\n"
    found = section(text, "tests")
    assert found is not None
    assert [said for _, said in own(text, found, ())] == ["12 passed"]


def test_a_title_that_only_has_a_word_of_it_is_another() -> None:
    assert section("## Tests that I did not write\n\nMany.\n", "tests") is None
    assert section("## Scope of the database\n\nx\n", "scope") is None


def test_the_part_that_says_something_comes_first() -> None:
    text = "## Files Changed\n\n## Summary\n\nx\n\n## Files Changed\n\n- a.py\n"
    assert [one.line for one in parts(text, deliverables.NAMES["files"])] == [7, 1]


def test_what_other_parts_within_it_say_is_not_its_own() -> None:
    text = "# Summary\n\n## Files Changed\n\n- a.py\n\n## Notes\n\nslow\n"
    found = section(text, "summary")
    assert found is not None
    assert own(text, found, deliverables.NAMES["files"]) == [(9, "slow")]


def test_a_part_that_is_a_fence_says_what_is_in_it() -> None:
    text = "## Test Results\n\n```\nTests: 4 passed\n```\n"
    found = section(text, "tests")
    assert found is not None
    assert own(text, found, ()) == [(4, "Tests: 4 passed")]


@pytest.mark.parametrize(
    ("text", "files"),
    [
        ("## Files Changed\n\n- `a/b.py` (new)\n- a/c.py - guard\n", [("a/b.py", "new"), ("a/c.py", "")]),
        ("**Files Created:**\n1. `a/b.py`\n   - Added `x.y` to it\n\n**Files Modified:**\n1. `a/c.py`\n",
         [("a/b.py", "created"), ("a/c.py", "modified")]),
        ("### Files\n\n| # | File Path | Description |\n|---|---|---|\n| 1 | `a/b.py` | cart |\n", [("a/b.py", "")]),
        ("## Files Changed\n\n```\na/b.py\na/c.py | 3 ++-\n```\n", [("a/b.py", ""), ("a/c.py", "")]),
        ("## Files Changed\n\n- `a/{b,c}.py`\n- `web/` - all\n", [("a/b.py", ""), ("a/c.py", ""), ("web/", "")]),
        ("## Files Changed\n\nNone.\n", []),
        ("### File Modifications\n- a/b.py\n\nFile Deletions: a/c.py\n", [("a/b.py", "modified"), ("a/c.py", "deleted")]),
        ("Modified Files: `a/b.py`, `a/c.py`\n\nTechnical notes:\n- see `x/y.py`\n",
         [("a/b.py", "modified"), ("a/c.py", "modified")]),
        ('{"filesChanged": [{"file": "a/b.py", "action": "created", "why": "cart"}, "a/c.py"]}',
         [("a/b.py", "created"), ("a/c.py", "")]),
        ("```json\n{\"files_changed\": {\"created\": [\"a/b.py\"], \"modified\": [\"a/c.py\"]}}\n```\n",
         [("a/b.py", "created"), ("a/c.py", "modified")]),
    ],
)  # fmt: skip
def test_files(text: str, files: list[tuple[str, str]]) -> None:
    assert listed(text) == files


def test_a_report_that_lists_no_files_has_no_list() -> None:
    assert listed("## Summary\n\nI changed `a/b.py` and more.\n\n- `a/c.py`\n\nSupporting files:\n- a/d.py\n") is None


@pytest.mark.parametrize(
    ("line", "box"),
    [
        ("- [x] All tests pass", ("All tests pass", True)),
        ("- [X] **All** tests `pass`", ("All tests pass", True)),
        ("- [ ] All tests pass", ("All tests pass", False)),
        ("3. [✓] All tests pass", ("All tests pass", True)),
        ("[x] All tests pass", ("All tests pass", True)),
        ("✅ All tests pass", ("All tests pass", True)),
        ("- ✔️ All tests pass", ("All tests pass", True)),
        ("- ❌ All tests pass", ("All tests pass", False)),
        ("* ☐ All tests pass", ("All tests pass", False)),
        ("- All tests pass: ✅", ("All tests pass", True)),
        ("- All tests pass ❌", ("All tests pass", False)),
        ("> - [x] All tests pass", ("All tests pass", True)),
        ("| All tests pass | yes |", ("All tests pass", True)),
        ("| All tests pass | ❌ one fails |", ("All tests pass", False)),
        ("| 9 | All tests pass | 80% | ✅ Met |", ("All tests pass", True)),
        ("| unit | ✅ 14 passed |", ("unit", True)),
        ("| ✅ | No secrets in code |", ("No secrets in code", True)),
        ("| No secrets in code | ✅ |", ("No secrets in code", True)),
        ("- [x] ~~All tests pass~~", ("~~All tests pass~~", False)),
        ("- [x] All tests pass - not done", ("All tests pass - not done", False)),
        ("- [x] **All tests pass** (will do later)", ("All tests pass (will do later)", False)),
        ("- ✅ All tests pass: pending.", ("All tests pass: pending.", False)),
        ("- [x] ~~Some~~ All tests pass", ("~~Some~~ All tests pass", True)),
        ("- [x] Nothing is left for later", ("Nothing is left for later", True)),
        ("- [x] No orders are pending", ("No orders are pending", True)),
    ],
)
def test_boxes(line: str, box: tuple[str, bool]) -> None:
    assert [(one.text, one.ticked) for one in checklist(line)] == [box]


def test_boxes_of_json_have_their_lines() -> None:
    text = '{"checklist": {\n  "All tests pass": true,\n  "Lint passes": false}}\n'
    assert [tuple(one) for one in checklist(text)] == [("All tests pass", True, 2), ("Lint passes", False, 3)]
    text = '{"checklist": [\n {"item": "All tests pass", "done": true},\n {"item": "Lint passes", "done": "no"}]}\n'
    assert [tuple(one) for one in checklist(text)] == [("All tests pass", True, 2), ("Lint passes", False, 3)]


@pytest.mark.parametrize("line", ["- a tick", "| a | b |", "[link](a.md)", "- [a] b", "| Check | Met |", "    [x] code in a block",
                                  "- [x] <!-- All tests pass -->", "- [\u0445] All tests pass", "- [\uff58] All tests pass"])
def test_no_boxes(line: str) -> None:
    assert [one for one in checklist(line) if line[0] != " "] == []


@pytest.mark.parametrize(
    ("text", "name", "said"),
    [
        ("adds `zod` 3.2", "zod", True), ("uses @shop/till", "till", False), ("uses @shop/till", "@shop/till", True),
        ("python-dotenv", "python_dotenv", True), ("zodiac", "zod", False), ("0007_cart.sql", "0007-cart.sql", True),
        ("x", "", False),
    ],
)  # fmt: skip
def test_mentions(text: str, name: str, said: bool) -> None:
    assert mentions(text, name) is said
    assert mentions(section(f"## Dependencies\n\n{text}\n", "Dependencies"), name) is said


@given(st.text(alphabet=st.sampled_from("#*-[x] |`/a.py{}\":,\n✅❌\u200b\ud800Files Changed"), max_size=300))
def test_nothing_makes_it_fail(text: str) -> None:
    files_changed(text)
    checklist(text)
    for name in deliverables.NAMES:
        for one in parts(text, deliverables.NAMES[name]):
            own(text, one, deliverables.NAMES["tests"])


def test_long_texts_are_read_in_linear_time() -> None:
    for piece in ("- [x] a\n", "| a | ✅ |\n", "## Files Changed\n- a/b.py\n", "**Files:** a/b.py ", '{"a": [', " " * 50 + "✅\n"):
        text = piece * (100_000 // len(piece))
        checklist(text)
        files_changed(text)
        section(text, "files")
        for one in parts(text, deliverables.NAMES["files"]):
            own(text, one, deliverables.NAMES["tests"])


def test_a_report_in_a_fence_below_a_label() -> None:
    text = "Here is the report:\n\n```markdown\n## Tests\n- [x] four\n\n## Notes\n- None\n```\n"
    assert [one.title for one in outline(text)] == ["Here is the report", "Tests", "Notes"]
    assert [(one.text, one.line) for one in checklist(text)] == [("four", 5)]
    code = "Usage:\n\n```sh\n# one\nmake\n```\n"
    assert [one.title for one in outline(code)] == ["Usage"]
    assert checklist("## Tests\n\n```\n## More\n## Still more\n- [x] four\n```\n") == ()
