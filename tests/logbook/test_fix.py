"""``agent-compliance log fix``: every dialect comes out in the specified form, and nothing that a log says is touched."""

import os
import re
from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_agentcompliance.cli import main
from pytest_agentcompliance.errors import UsageError
from pytest_agentcompliance.evidence import ChunkLog
from pytest_agentcompliance.logbook import fix, fix_rows
from pytest_agentcompliance.logbook.fix import Fixed
from pytest_agentcompliance.parsing import markdown
from pytest_agentcompliance.sources.log import parse

PATH = "BACKEND-LOG.md"

SPECIFIED = """# Log

## Chunk 1 — the cart
- Objective (maps to story requirement/AC): AC-1
- Files changed:
  - `src/cart.ts` (new)
  - src/index.ts - exports it
- Summary of changes:
  - Added the cart
- Reuse compliance:
  - Reused: the session
  - New: the table
  - Why new was necessary: there was none
- Ports & adapters note:
  - What stayed in core: totals
  - What stayed in adapters: the route
- Commands run (if any):
  - `pnpm check-types --filter api` - PASS
- Notes / Risks: none

BACKEND COMPLETE

## Worker Token Summary
- Input: ~9,000 tokens
- Output: ~2,000 tokens
"""


def fixed(text: str) -> Fixed:
    return fix.fixed(text, PATH)


def body(text: str) -> str:
    """A chunk with these lines, fixed, without its heading."""
    return fixed(f"## Chunk 1 — x\n{text}").text.removeprefix("## Chunk 1 — x\n")


def said(text: str) -> str:
    """What is left to its author, on lines of their own."""
    return "\n".join(note.text for note in fixed(text).notes)


# The specified form


def test_what_is_in_form_is_left_alone() -> None:
    one = fixed(SPECIFIED)
    assert one.text == SPECIFIED
    assert not one.changed
    assert one.notes == ()


@pytest.mark.parametrize(
    "log",
    [
        # bold labels in paragraphs, sub-labels beside their parent
        """# Log

### Chunk 1: the cart

**Objective**: AC-1

**Files Changed**:
- `src/cart.ts` (new)
- src/index.ts - exports it

**Summary of changes**:
- Added the cart

**Reuse compliance**:
- **Reused**: the session
- **New**: the table
- **Why new was necessary**: there was none

**Ports & Adapters**:
- Core: totals
- Adapters: the route

**Commands run**:
- `pnpm check-types --filter api` - PASS

**Notes**: none

## ✅ BACKEND COMPLETE

### Token Usage
- Input: ~9,000 tokens
- Output: ~2,000 tokens
""",
        # headings for labels, another list mark, fields in another order
        """# Log

## Chunk 1 - the cart

### Objective
AC-1

### Summary
* Added the cart

### Files changed
* `src/cart.ts` (new)
* src/index.ts - exports it

### Notes / Risks
none

### Ports and adapters
* What stayed in adapters: the route
* What stayed in core: totals

### Reuse
* New: the table
* Reused: the session
* Why new: there was none

### Commands
* `pnpm check-types --filter api` - PASS

**BACKEND COMPLETE**

**Token usage**:
- Input: ~9,000 tokens
- Output: ~2,000 tokens
""",
        # a list with wide indentation and a status over the files
        """# Log

Chunk 1 — the cart
------------------

1. **Objective:** AC-1
2. **Files created:** `src/cart.ts`
3. **Files modified:**
    - src/index.ts - exports it
4. **Summary of changes:**
    - Added the cart
5. **Reuse compliance:**
    - Reused: the session
    - New: the table
    - Why new was necessary: there was none
6. **Ports & adapters note:**
    - What stayed in core: totals
    - What stayed in adapters: the route
7. **Commands run:**
    - `pnpm check-types --filter api` - PASS
8. **Notes / Risks:** none

Status: BACKEND COMPLETE

## Token Summary
- Input: ~9,000 tokens
- Output: ~2,000 tokens
""",
    ],
    ids=["paragraphs", "headings", "numbered"],
)
def test_dialects_come_out_in_the_specified_form(log: str) -> None:
    one = fixed(log)
    text = one.text.replace("`src/cart.ts` (created)", "`src/cart.ts` (new)").replace("src/index.ts (modified)", "src/index.ts")
    text = re.sub(r"^( *)\* ", r"\1- ", text, flags=re.MULTILINE)
    assert [row for row in text.split("\n") if row] == [row for row in SPECIFIED.split("\n") if row]
    assert one.notes == ()


def test_what_it_does_not_know_stays_in_its_place() -> None:
    extra = "- **Follow-up:** ask\n  1. the team\n  2. the owner\n"
    log = f"""Before.

## Chunk 1 - x
Told in prose.

- **Objective:** a
{extra}- **Notes:** b

  | a | b |
  |---|---|
  | 1 | 2 |

### Details
Why: because.

---

## Chunk 2 - y
- **Objective:** c

## Fix iteration 1
All of it.
"""
    text = fixed(log).text
    assert text == log.replace("## Chunk 1 - x", "## Chunk 1 — x").replace("## Chunk 2 - y", "## Chunk 2 — y").replace(
        "**Objective:**", "Objective (maps to story requirement/AC):"
    ).replace("**Notes:**", "Notes / Risks:")


def test_a_fence_keeps_its_code() -> None:
    code = "```bash\n# types\npnpm check-types\n\n\tmake all  # PASS\n```\n"
    text = body(f"**Commands run**:\n{code}\n**Notes**: none\n")
    assert text == (
        "- Commands run (if any):\n  ```bash\n  # types\n  pnpm check-types\n\n  \tmake all  # PASS\n  ```\n- Notes / Risks: none\n"
    )


def test_what_a_label_says_in_parentheses_is_kept() -> None:
    assert body("**Objective (maps to AC-7)**: a\n") == "- Objective (maps to AC-7): a\n"
    assert body("**Files changed (2)**: none\n") == "- Files changed (2): none\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("- **Files changed:** `a/b.ts`, `a/c.ts` (new)\n", "- Files changed:\n  - `a/b.ts`\n  - `a/c.ts` (new)\n"),
        ("- Files changed: none\n", "- Files changed: none\n"),
        ("**Files changed:**\n`a/b.ts`\n`a/c.ts`\n", "- Files changed:\n  - `a/b.ts`\n  - `a/c.ts`\n"),
        ("- **Files changed:**\n- a/b.ts\n- a/c.ts\n", "- Files changed:\n  - a/b.ts\n  - a/c.ts\n"),
        (
            "**Files created:**\n- a/b.ts: routes\n\n**Files modified:**\n- a/c.ts\n- a/d.ts (deleted)\n",
            "- Files changed:\n  - a/b.ts (created): routes\n  - a/c.ts (modified)\n  - a/d.ts (deleted)\n",
        ),
        (
            "**Files created:**\n\n| File | What |\n|---|---|\n| `a/b.ts` | routes |\n",
            "- Files changed:\n  - created:\n\n    | File | What |\n    |---|---|\n    | `a/b.ts` | routes |\n",
        ),
    ],
)
def test_files_one_for_each_item(text: str, expected: str) -> None:
    assert body(text) == expected


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("**BACKEND COMPLETE**", "BACKEND COMPLETE"),
        ("### Backend Complete", "BACKEND COMPLETE"),
        ("BACKEND COMPLETE ✅", "BACKEND COMPLETE"),
        ("**Status**: BACKEND COMPLETE", "BACKEND COMPLETE"),
        ("**BLOCKED**: no `schema`", "BLOCKED: no `schema`"),
        ("BLOCKED - no schema", "BLOCKED: no schema"),
    ],
)
def test_the_signal_becomes_a_plain_line(written: str, plain: str) -> None:
    assert fixed(f"## Chunk 1 — x\n- Objective (maps to AC-1): a\n\n{written}\n").text.endswith(f"\n\n{plain}\n")


# What it would have to invent


@pytest.mark.parametrize(
    ("ending", "asked"),
    [
        ("", "does not say how the run ended"),
        ("## Implementation Complete\n", "'Implementation Complete' is not what the log is to end with"),
        ("## Status\n\n**Current**: IN PROGRESS\n", "the work is in-progress"),
        ("BLOCKED:\n", "does not say what the work is blocked by"),
    ],
)
def test_another_ending_is_left_and_asked_for(ending: str, asked: str) -> None:
    log = f"## Chunk 1 — x\n- Objective (maps to AC-1): a\n\n{ending}"
    assert ending.strip(":\n") in fixed(log).text
    assert asked in said(log)


def test_numbers_and_fields_are_asked_for() -> None:
    log = "## Chunk 2 - x\n- Objective: a\n- Notes:\n\n## Chunk 7-9 - y\n\n## Chunk III - z\n"
    one = fixed(log)
    for heading in ("## Chunk 2 — x", "## Chunk 7-9 — y", "## Chunk III — z"):
        assert heading in one.text
    asked = said(log)
    for words in ("'7-9'", "'III'", "lacks 'Files changed'", "leaves 'Notes / Risks' empty", "Worker Token Summary"):
        assert words in asked


def test_a_log_without_chunks_is_left_alone() -> None:
    log = "# Log\n\n**Files created**:\n* `a/b.ts`\n\n**BACKEND COMPLETE**\n"
    assert fixed(log).text == log
    assert "has no chunks" in said(log)


def test_labels_in_a_table_are_left_and_asked_for() -> None:
    log = "## Chunk 1 — x\n\n| Field | Value |\n|---|---|\n| Objective | a |\n| Files changed | `a/b.ts` |\n"
    assert fixed(log).text == log
    assert "write each label as '- Label:'" in said(log)


# Any text: what it says stays, nothing is lost, the second time changes nothing

_WORD = re.compile(r"[^\W_]+")
_DRESS = re.compile(  # the words of labels, which the format may spell otherwise
    "chunks?|objectives?|goal|files?|changed?s?|created?|modified|summary|of|made|what|reuse|compliance|reused|new|why|was|necessary"
    "|ports|and|adapters?|notes?|core|stayed|in|commands?|run|executed|risks?|touched|tokens?|usage|log|worker|status|backend|complete"
    r"|\d+"
)


def words(text: str) -> Counter[str]:
    return Counter(word.lower() for word in _WORD.findall(text))


def text_of(text: str, *, files: bool = False) -> str:
    """A text without emphasis and white space; of files without joints and the words for their status."""
    found = re.sub(r"[*,;]", "", text).split()
    status = ("created", "create", "modified", "new", "changed")
    if not files:
        return " ".join(found)
    return " ".join(word.rstrip(":") for word in found if word.strip("():").lower() not in status)


def facts(log: ChunkLog) -> object:
    """What a log says, written down here once more and apart from the code under test."""
    return (
        [
            (
                chunk.number,
                chunk.numbers,
                text_of(chunk.name),
                {name: text_of(one.text, files=name == "files_changed") for name, one in chunk.fields.items()},
                sorted((claim.path, claim.status, claim.changed) for claim in chunk.files),
                [(text_of(one.command), one.outcome) for one in chunk.commands],
            )
            for chunk in log.chunks
        ],
        sorted((claim.path, claim.status, claim.changed) for claim in log.unchunked_files),
        [signal.kind for signal in log.signals],
        [(one.input, one.output) for one in log.tokens],
    )


def held(text: str) -> Fixed:
    """The fixed log, once it is sure that it is what the unfixed one was."""
    one = fixed(text)
    before, after = parse(text, PATH), parse(one.text, PATH)
    assert facts(after) == facts(before)
    again = fixed(one.text)
    assert again.text == one.text
    assert again.notes == one.notes
    assert not [word for word in words(text) - words(one.text) if not _DRESS.fullmatch(word)]
    return one


NAMES = {
    "objective": ["Objective", "Objective (maps to story requirement/AC)", "Objective (maps to AC-3)", "Goal", "OBJECTIVE"],
    "files": ["Files changed", "Files Changed", "Files created", "Files modified", "Files reviewed", "Files touched (3)"],
    "summary": ["Summary of changes", "Summary", "Changes made", "What changed"],
    "reuse": ["Reuse compliance", "Reuse", "Reuse Compliance"],
    "reused": ["Reused", "What was reused"],
    "new": ["New"],
    "why": ["Why new was necessary", "Why new"],
    "ports": ["Ports & adapters note", "Ports and adapters", "Ports & Adapters Note"],
    "core": ["What stayed in core", "Core"],
    "adapters": ["What stayed in adapters", "Adapters"],
    "commands": ["Commands run", "Commands run (if any)", "Commands"],
    "notes": ["Notes / Risks", "Notes", "Risks", "Notes/Risks"],
    "other": ["Follow-up", "AC checklist", "Tests added", "نتيجة", "Step 1"],
}
DRESSES = ["{}:", "**{}:**", "**{}**:", "__{}__:", "{} —", "### {}\n", "**{}**\n", "| {} | x |\n", "_{}_:", "✅ {}:"]
SUBS = {"reused", "new", "why", "core", "adapters"}
TEXTS = [
    "none", "N/A", "**bold** and `code`", "AC-1: the cart", "a long line: with a colon", "העגלה נשמרת",
    "🛒 the cart 👩‍💻 sells", "می‌خواهم", "x\u2028y", "x\x85y z", "<b>html</b>", "Notes: within", "- a dash",
    "New: thing", "1) one", "* star", "# no heading", "BACKEND work", "src/deep/file.ts does it",
    "`pnpm test` - PASS", "**Result**: fine", "**Core**: yes", "\\| a", "=====", "~~~",
]  # fmt: skip
LINES = [
    "- item", "  - nested", "    - deep", "* star", "1. one", "+ plus", "plain prose", "  indented prose", "", "",
    "- `src/a.ts` (new)", "- src/b.ts - changed it", "`src/c.ts`", "  - src/d.ts: does x", "- src/e/", "  - f.ts",
    "• src/g.ts", "- `pnpm check-types` - FAILED", "`pnpm test`: 12 passed", "$ make all", "- **Sub**: text",
    "**Bold lead**:", "> quote", "| File | Status |\n|---|---|\n| `src/h.ts` | new |",
    "```bash\npnpm test\n\n# PASS\n```", "```\nopen", "~~~\n- Notes: in a fence\n~~~", "<!-- hidden -->",
    "<!-- open\n\n- Notes: hidden\n-->", "<details>\nmore\n</details>", "    code by indentation", "\ttabbed",
    "---", "### Sub heading", "#### Files created", "under\n-----", "[x]: y", "- [x] ticked", "\u00a0odd", "text\\",
    "Status: done", "- BACKEND COMPLETE", "Backend:", "- New:", "  - src/n.ts",
]  # fmt: skip
ENDINGS = [
    "BACKEND COMPLETE", "**BACKEND COMPLETE**", "## BACKEND COMPLETE", "✅ BACKEND COMPLETE", "BLOCKED: no schema",
    "**BLOCKED** - no `x`", "Status: BACKEND COMPLETE", "BACKEND COMPLETE - all of it",
    "## Implementation Complete", "Status: in progress", "BLOCKED", "", "BACKEND COMPLETE\n----------------",
    "_BACKEND COMPLETE_", "*Status*: blocked by review", "**PARTIAL EXECUTION** - tokens",
]  # fmt: skip
TOKENS = [
    "## Worker Token Summary", "### Token Usage", "**Token Summary**", "## Token Log (fix)", "# Tokens",
    "Worker Token Summary\n-----",
]  # fmt: skip
HEADINGS = [
    "## Chunk {n} — name", "## Chunk {n} - the `name`", "### Chunk {n}: **name**", "# Chunk {n} – name",
    "**Chunk {n}: name**", "## Chunk {n}/9 — name", "Chunk {n} — name\n------", "#### ✅ Chunk #{n} name",
    "## Chunk {n}", "## Chunk {n}-12 - names", "## Chunk IV — x", "## 3. Chunk {n} — name",
    "## Chunk {n} — שם \u200fעברי", "## Chunk — only a name",
]  # fmt: skip


@st.composite
def fields(draw: st.DrawFn) -> str:
    """One labelled field in some dress."""
    key = draw(st.sampled_from(sorted(NAMES)))
    name = draw(st.sampled_from(NAMES[key]))
    text = draw(st.sampled_from(["", *TEXTS]))
    lead = draw(st.sampled_from(["", "", "- ", "- ", "* ", "1. ", "  - " if key in SUBS else "- ", "    - "]))
    label = draw(st.sampled_from(DRESSES))
    under = draw(st.lists(st.sampled_from([*LINES, *TEXTS]), max_size=4))
    indent = draw(st.sampled_from(["", "", "  ", "    "]))
    rows = [row if row in ("```\nopen",) else re.sub("^(?=.)", indent, row, flags=re.MULTILINE) for row in under]
    gap = draw(st.sampled_from(["", "\n"]))
    return "\n".join([f"{lead}{label.format(name)} {text}".rstrip(" "), *rows]) + "\n" + gap


@st.composite
def logs(draw: st.DrawFn) -> str:
    """A log with chunks, in many dialects at once, and with what should not be in it."""
    parts = [draw(st.sampled_from(["", "# Log\n\n", "\ufeff# Log\n", "Status: RUNNING\n\n", "## Files created\n- `src/z.ts`\n\n"]))]
    for number in range(1, draw(st.integers(1, 3)) + 1):
        parts.append(draw(st.sampled_from(HEADINGS)).replace("{n}", str(number)) + draw(st.sampled_from(["\n", "\n\n"])))
        parts += draw(st.lists(st.sampled_from([*LINES, *TEXTS]).map(lambda line: line + "\n"), max_size=1))
        parts += draw(st.lists(fields(), max_size=6))
        parts.append(draw(st.sampled_from(["\n", "\n---\n\n", "", "## Between\ntext\n\n", "### Section\n- `src/s.ts`\n"])))
    parts.append(draw(st.sampled_from(ENDINGS)) + "\n")
    if draw(st.booleans()):
        parts.append(f"\n{draw(st.sampled_from(TOKENS))}\n- Input: ~1,000 tokens\n- Output: 2k\n")
    text = "".join(parts)
    newline = draw(st.sampled_from(["\n", "\n", "\r\n", "\r", "mixed"]))
    if newline == "mixed":
        ends = draw(st.lists(st.sampled_from(["\n", "\r\n", "\r"]), min_size=1, max_size=5))
        rows = text.split("\n")
        text = "".join(row + ends[at % len(ends)] for at, row in enumerate(rows[:-1])) + rows[-1]
    elif newline != "\n":
        text = text.replace("\n", newline)
    return text if draw(st.booleans()) else text.rstrip("\r\n")


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """A log of which lines were taken out, doubled and swapped."""
    rows = (draw(logs()) if draw(st.booleans()) else SPECIFIED).split("\n")
    for _ in range(draw(st.integers(1, 6))):
        at, to = (draw(st.integers(0, len(rows) - 1)) for _ in range(2))
        match draw(st.sampled_from(["out", "double", "swap", "cut", "indent"])):
            case "out" if len(rows) > 1:
                rows.pop(at)
            case "double":
                rows.insert(to, rows[at])
            case "swap":
                rows[at], rows[to] = rows[to], rows[at]
            case "cut":
                rows[at] = rows[at][: len(rows[at]) // 2]
            case _:
                rows[at] = "  " + rows[at]
    return "\n".join(rows)


@settings(max_examples=150, deadline=None)
@given(logs())
def test_any_dialect_keeps_its_facts(text: str) -> None:
    held(text)


@settings(max_examples=150, deadline=None)
@given(mutated())
def test_any_damaged_log_keeps_its_facts(text: str) -> None:
    held(text)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=300), st.text(max_size=60))
def test_any_text_is_taken(text: str, name: str) -> None:
    held(text)
    held(f"## Chunk 1 — {name}\n- **Objective**: {text}\n- **Notes**: {name}\n")


@given(st.lists(st.tuples(st.text(alphabet="ab\u2028\x85", max_size=2), st.sampled_from(["\n", "\r", "\r\n"])), max_size=8))
def test_rows_are_the_lines_of_the_reader(rows: list[tuple[str, str]]) -> None:
    text = "".join(row + end for row, end in rows)
    assert [row.text for row in fix_rows.split(text)] == [line.text for line in markdown.read(text)]
    assert fix_rows.joined(fix_rows.split(text), text) == text


def test_a_mark_of_order_and_line_ends_stay() -> None:
    log = "\ufeff## Chunk 1 - x\r\n**Notes**: b\r\n**Objective**: a"
    assert fixed(log).text == ("\ufeff## Chunk 1 — x\r\n- Objective (maps to story requirement/AC): a\r\n- Notes / Risks: b")


# The command


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "LOG.md"
    file.write_bytes(b"## Chunk 1 - x\n- **Objective (maps to AC-1)**: a\n\n**BACKEND COMPLETE**\n")
    file.chmod(0o640)
    return file


DONE = "## Chunk 1 — x\n- Objective (maps to AC-1): a\n\nBACKEND COMPLETE\n"


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["log", "fix", *map(str, arguments)])


def test_it_prints_the_log_and_says_apart_what_is_left(file: Path) -> None:
    before = file.read_bytes()
    result = run(file)
    assert result.exit_code == 0
    assert result.stdout == DONE
    assert f"{file.as_posix()}:1: chunk 1 lacks 'Files changed'" in result.stderr
    assert file.read_bytes() == before


def test_it_rewrites_in_place(file: Path) -> None:
    result = run(file, "--write")
    assert (result.exit_code, result.stdout) == (0, "")
    assert file.read_text("utf-8") == DONE
    assert file.stat().st_mode & 0o777 == 0o640
    assert os.listdir(file.parent) == ["LOG.md"]
    assert "nothing to rewrite" in run(file, "--write").stderr


def test_check_says_whether_it_would(file: Path) -> None:
    before = file.read_bytes()
    result = run(file, "--check")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "would be rewritten" in result.stderr
    assert file.read_bytes() == before
    run(file, "--write")
    assert run(file, "--check").exit_code == 0


def test_what_it_refuses(tmp_path: Path, file: Path) -> None:
    (tmp_path / "link.md").symlink_to("LOG.md")
    (tmp_path / "bytes.md").write_bytes(b"## Chunk 1 - \xff\n")
    (tmp_path / "big.md").write_bytes(b"a\n" * (2 * 1024 * 1024 + 1))
    os.mkfifo(tmp_path / "pipe.md")
    wrong = {
        "nope.md": "No such file",
        ".": "is a folder",
        "link.md": "symbolic link",
        "bytes.md": "is not UTF-8",
        "big.md": "more than",
        "pipe.md": "no regular file",
    }
    for name, words_of_it in wrong.items():
        for options in ([], ["--write"]):
            result = run(tmp_path / name, *options)
            assert result.exit_code == 2
            assert words_of_it in result.stderr
    assert run(file, "--write", "--check").exit_code == 2


def test_a_file_that_changed_meanwhile_is_left(file: Path) -> None:
    one = fix.fixed(fix.read(file), "LOG.md")
    file.write_text("mine")
    with pytest.raises(UsageError, match="changed by another program"):
        fix.write(file, one)
    assert file.read_text() == "mine"
