"""The reader of logs under texts that are no log, or one that was made to break it."""

import sys
from collections.abc import Callable
from types import FrameType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_agentcompliance.evidence import ChunkLog
from pytest_agentcompliance.logbook import show
from pytest_agentcompliance.sources.log import parse

PATH = "BACKEND-LOG.md"
SAMPLE = """# Log of the till

Told by an agent.

## Chunk 1 — the drawer

- **Objective (maps to AC-1):** open it
- **Files changed:**
  - `till/src/drawer.ts` (NEW)
  - `till/src/index.ts` - exports it
- **Summary of changes:**
  - **Drawer:** opens
- **Reuse compliance:**
  - Reused: the bus
  - New: the drawer
  - Why new was necessary: there was none
- **Ports & adapters note:**
  - Core layer: counts
  - Adapter layer: opens
- **Commands run:**
  ```bash
  # First try - failed
  pnpm check-types --filter till
  pnpm test  # 3 passed
  ```
- **Checks:** all
- **Notes / Risks:** none

---

<!-- an aside -->
## Chunk 2 - the coins

**Files verified**:
- till/src/coins.ts

**Notes**: `a=***`

## Files Modified

| File | Action |
|------|--------|
| `till/src/drawer.ts` | CREATE |

## Verification

- `pnpm lint` → 0 errors

## Remaining Work
### Receipt (NEXT)
**File**: `till/src/receipt.ts`

## Status
**Current**: complete, receipt pending

BACKEND COMPLETE

## Worker Token Summary
- Input: ~12,000 tokens
- Output: ~4k tokens
"""


def whole(text: str, before: str | None = None) -> ChunkLog:
    """A log, read and shown, whose places are all its own."""
    log = parse(text, PATH, before=before)
    show.as_json(log)
    assert len([*show.line_by_line(log)]) == log.lines
    assert [*show.lines(log)]
    check(log)
    return log


def check(log: ChunkLog) -> None:
    """Every line is one part, and all that was read stands in the part that it belongs to."""
    parts = log.parts
    assert len(parts) == log.lines

    def part(line: int | None) -> tuple[str, int | None, str | None]:
        assert line is not None
        one = parts[line - 1]
        return one.name, one.chunk, one.field

    owners = [one.chunk for one in parts if one.chunk is not None]
    assert owners == sorted(owners)
    for at, chunk in enumerate(log.chunks):
        assert part(chunk.at.line) == ("heading", at, None)
        mine = [line for line, one in enumerate(parts, 1) if one.chunk == at]
        outside = {one.name for one in parts[mine[0] - 1 : mine[-1]] if one.chunk is None}
        assert outside <= {"blank", "hidden"}
        for name, field in chunk.fields.items():
            assert part(field.line) == ("label", at, name)
            told = [line for line in mine if part(line)[2] == name]
            assert len([row for row in field.text.split("\n") if row]) <= len(told)
        assert all(parts[(claim.at.line or 0) - 1].chunk == at for claim in chunk.files)
        assert all(part(ran.at.line)[1:] == (at, "commands") for ran in chunk.commands)
        assert chunk.text.count("\n") < len(parts)
    assert all(part(signal.at.line)[0] == "signal" for signal in log.signals)
    assert sum(one.name == "signal" for one in parts) == len({signal.at.line for signal in log.signals})
    assert all(part(tokens.at.line)[0] in ("tokens", "signal") for tokens in log.tokens)
    assert all(part(claim.at.line)[1] is None for claim in log.unchunked_files)
    assert all(part(ran.at.line)[1] is None for ran in log.unchunked_commands)
    assert all(one.field is None or one.name in ("label", "text") for one in parts)


def test_sample_is_read_as_it_is_meant() -> None:
    log = whole(SAMPLE)
    names = [(one.name, one.chunk, one.field) for one in log.parts]
    rows = SAMPLE.split("\n")

    def at(row: str) -> tuple[str, int | None, str | None]:
        return names[rows.index(row)]

    assert at("# Log of the till") == at("Told by an agent.") == ("preamble", None, None)
    assert at("## Chunk 2 - the coins") == ("heading", 1, None)
    assert at("- **Commands run:**") == ("label", 0, "commands")
    assert at("  pnpm test  # 3 passed") == ("text", 0, "commands")
    assert at("  - **Drawer:** opens") == ("text", 0, "summary")
    assert at("- **Checks:** all") == at("---") == ("other", 0, None)
    assert at("<!-- an aside -->") == ("hidden", None, None)
    assert at("- till/src/coins.ts") == ("other", 1, None)
    assert at("- `pnpm lint` → 0 errors") == at("**File**: `till/src/receipt.ts`") == ("section", None, None)
    assert at("**Current**: complete, receipt pending") == at("BACKEND COMPLETE") == ("signal", None, None)
    assert at("- Output: ~4k tokens") == ("tokens", None, None)
    assert [one.outcome for one in log.chunks[0].commands] == ["fail", "pass"]
    assert [(claim.path, claim.changed) for claim in log.unchunked_files] == [
        ("till/src/drawer.ts", True),
        ("till/src/receipt.ts", False),
    ]


# Texts that are no log, and odd ones

NESTED = "- " * 100_000 + "x\n\n" + "".join(" " * (2 * depth) + "- a\n" for depth in range(300))


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("", []),
        ("\n\n\n", []),
        ("| Chunk | Files |\n|---|---|\n| 1 | `a/b.ts` |\n| 2 | `a/c.ts` |\n", []),
        ("We made chunk 1 and chunk 2. The first was the drawer, in a/b.ts, and the second was not. " * 200, []),
        ("<html><body><h2>Chunk 1 — x</h2><ul><li>Objective: a</li></ul></body></html>\n", []),
        ("```\n## Chunk 1 — x\n```\n<!--\n## Chunk 2 — y\n-->\n## Chunk 3 — z\n", ["3"]),
        ("## Chunk 1 — x\n- Notes: a\n## Chunk 1 — x again\n- Notes: b\n", ["1", "1"]),
        ("## Chunk 0 — x\n## Chunk 7-9 — y\n## Chunk III — z\n", ["0", "7-9", "III"]),
        ("## Chunk 1 — Die Kasse\n- **Ziel:** öffnen\n- **Geänderte Dateien:**\n  - `till/a.ts`\n\n## Abschnitt 2 — Rest\n", ["1"]),
        ("## Chunk 1 — 收银台\n- **目标：** 打开\n- **更改的文件：**\n  - `till/a.ts`\n\n## 块 2 — 其余\n", ["1"]),
        ("## 第一块\n- 目标: 打开\n", []),
        ("\u202b## Chunk 1 — מגירה\u202c\n\n## Chunk 2 — المرجع\u200f\n- Notes: شيء\n", ["2"]),
        ("\ufeff## Chunk 1 — x\r\n- Notes: a\r## Chunk 2 — y\n", ["1", "2"]),
        ("## Chunk 1\0 — x\0\n- Not\0es: \0a\n", ["1"]),
        ("## Chunk 1 — \udcff\udc80\n- Notes: \ud800\n", ["1"]),
        (NESTED + "\n## Chunk 1 — x\n", ["1"]),
        ("## Chunk 1 — x\n- Notes: " + "word `a/b.ts` " * 20_000 + "\n", ["1"]),
        ("## Chunk " + "9" * 5000 + " — x\n", ["9" * 994]),  # of a heading so much is read
    ],
    ids=str,
)
def test_text_that_is_no_log_or_an_odd_one(text: str, numbers: list[str]) -> None:
    log = whole(text)
    assert [chunk.number for chunk in log.chunks] == numbers
    assert log.signal.kind == "none"
    assert log.unchunked_files == ()


def test_labels_of_another_language_are_not_guessed() -> None:
    (chunk,) = whole("## Chunk 1 — Die Kasse\n- **Ziel:** öffnen\n- **Geänderte Dateien:**\n  - `till/a.ts`\n").chunks
    assert (chunk.name, dict(chunk.fields), chunk.files, chunk.commands) == ("Die Kasse", {}, (), ())


@pytest.mark.parametrize("end", ["", "\n", " "])
def test_line_of_four_megabytes(end: str) -> None:
    log = whole("## Chunk 1 — x\n- Files changed: " + "`till/a.ts`, " * 320_000 + end)
    assert {claim.path for claim in log.chunks[0].files} == {"till/a.ts"}


@pytest.mark.parametrize(
    "letter", ["x", " ", "*", "`", "#", "(", "|", "- ", "> ", "\t", "\0", "**", "a:", "{a,", "<a", "](", "\u00a0"]
)
def test_line_of_one_letter_over_and_over(letter: str) -> None:
    for lead in ("", "- Files changed: ", "- Commands run: `x", "## Chunk ", "**Status**: complete "):
        whole(f"## Chunk 1 — x\n{lead}{letter * (100_000 // len(letter))}\n")


def test_thousand_chunks_twice_over() -> None:
    log = whole("".join(f"## Chunk {number} — x\n- Notes: a\n" for number in [*range(1, 1001), *range(1, 1001)]))
    assert len(log.chunks) == 2000
    assert all(chunk.fields["notes"].text == "a" for chunk in log.chunks)


# The work is in proportion to the text

SHAPES: dict[str, Callable[[int], str]] = {
    "chunks": lambda n: "".join(SAMPLE.replace("Chunk 1", f"Chunk {number}") for number in range(n)),
    "labels": lambda n: "## Chunk 1 — x\n" + "- Summary of changes: a\n- Foo: b\n" * n,
    "bold labels": lambda n: "## Chunk 1 — x\n- **Notes:**\n" + "- **Foo:** b\n" * n,
    "sub-labels": lambda n: "## Chunk 1 — x\n- Reuse compliance:\n" + "  - Reused: a\n  - b\n" * n,
    "layers": lambda n: "## Chunk 1 — x\n- Ports & adapters note:\n" + "  - Core layer: a\n" * n,
    "fences": lambda n: "```\n# a\n```\n" * n,
    "broken fences": lambda n: "- ```\n# a\n" * n,
    "comments": lambda n: " <!--\n# a\n" * n,
    "quotes": lambda n: "> > - a\n# b\n" * n,
    "levels": lambda n: "".join("  " * (at % 50) + "- a\n" for at in range(n)),
    "files and a status": lambda n: "**Files**:\n" + "- `a/b.ts`\n" * n + "\n**Status**: exists\n",
    "files, each with a status": lambda n: "**File**: `a/b.ts`\n**Status**: exists\n" * n,
    "headings": lambda n: "## Status\n### Blocked\n#### Files Modified\n" * n,
    "table": lambda n: "## Verification\n| Command | Result |\n|---|---|\n" + "| `pnpm a` | PASS |\n" * n,
    "shell": lambda n: "## Chunk 1 — x\n- Commands run:\n```sh\n" + "# a - failed\npnpm b \\\n" * n,
    "signals": lambda n: "**Status**: complete, but\n\nBACKEND COMPLETE\n" * n,
    "tokens": lambda n: "## Token Log\n| Input | 5 |\n" * n,
    "prose": lambda n: "Added the drawer to `a/b.ts`, because of it.\n" * n,
}


def steps(work: Callable[[], object]) -> int:
    """How many calls a piece of work makes, of our functions and of those in C."""
    count = 0

    def counted(_frame: FrameType, event: str, _arg: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    known = sys.getprofile()
    sys.setprofile(counted)
    try:
        work()
    finally:
        sys.setprofile(known)
    return count


@pytest.mark.parametrize("shape", SHAPES)
def test_twice_the_log_is_twice_the_work(shape: str) -> None:
    size = 10 if shape == "chunks" else 200
    once, twice = SHAPES[shape](size), SHAPES[shape](2 * size)
    parse(twice, PATH, before=twice)  # what is remembered of labels is remembered for both
    assert steps(lambda: parse(twice, PATH, before=twice)) < 2.2 * steps(lambda: parse(once, PATH, before=once)) + 500


# Whatever else may come

LINES = st.sampled_from(SAMPLE.split("\n"))
ODD = st.sampled_from(
    [
        *("## Chunk III — z", "## Chunk 7-9", "**Chunk 4: w**", "Chunk 5\n---", "### Chunk 2 notes", "## Fix Chunk — types"),
        *(
            "- Core layer: a",
            "- **Foo:** b",
            "- New: c",
            "### Summary",
            "**Status**: done",
            "## Status",
            "### Blocked",
            "## Token Log",
        ),
        *("```", "~~~", "-->", "<!--", "<div>", "> ", "    x", "\t- y", "|---|", "- [ ] z", "\u200f", "\0", "\udcff", "# a", "==="),
        *(
            "Result: PASS",
            "  - Result: FAIL",
            "$ ls",
            "Still to do:",
            "**Files to write:**",
            "## No Changes Required",
            "- `pnpm x` - SKIPPED",
        ),
    ]
)


@settings(max_examples=300, deadline=None)
@given(st.lists(LINES | ODD | st.text(max_size=20), max_size=60), st.sampled_from(["\n", "\r\n", "\r", "\n\n"]))
def test_every_line_of_any_log_is_in_one_place(lines: list[str], end: str) -> None:
    text = end.join(lines)
    whole(text, before=text[: len(text) // 2])


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_every_line_of_a_damaged_log_is_in_one_place(data: st.DataObject) -> None:
    text = SAMPLE
    for _ in range(data.draw(st.integers(1, 6))):
        first = data.draw(st.integers(0, len(text)))
        last = data.draw(st.integers(first, min(first + 40, len(text))))
        text = (
            text[:first]
            + data.draw(st.sampled_from(["", "\n", " ", "**", "`", "#", "- ", ":", "\n\n", "|", text[first:last] * 2]))
            + text[last:]
        )
    whole(text, before=SAMPLE)
