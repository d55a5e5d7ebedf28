"""The reader of logs: every dialect is read whole, and nothing that a log holds makes it fail."""

from collections.abc import Sequence
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_agentcompliance.evidence import ChunkLog
from pytest_agentcompliance.sources.log import parse

PATH = "BACKEND-LOG.md"


def read(text: str, before: str | None = None) -> ChunkLog:
    return parse(text, PATH, before=before)


def numbers(text: str) -> list[str]:
    return [chunk.number for chunk in read(text).chunks]


def claimed(text: str) -> list[str]:
    """The paths that the one chunk of a log with these lines under its files claims."""
    return [claim.path for claim in read(f"## Chunk 1 — x\n- Files changed:\n{text}\n").chunks[0].files]


# Headings


@pytest.mark.parametrize(
    ("heading", "number", "stands_for", "name"),
    [
        ("## Chunk 3 — the cart", "3", (3,), "the cart"),
        ("## Chunk 3 – the cart", "3", (3,), "the cart"),
        ("## Chunk 3 - the cart", "3", (3,), "the cart"),
        ("# Chunk 3: the cart", "3", (3,), "the cart"),
        ("###### Chunk 3. the cart", "3", (3,), "the cart"),
        ("### Chunk 3", "3", (3,), ""),
        ("## Chunk 3 the cart", "3", (3,), "the cart"),
        ("## ✅ Chunk 3 — the cart", "3", (3,), "the cart"),
        ("## **Chunk 3 — the cart**", "3", (3,), "the cart"),
        ("**Chunk 3: the cart**", "3", (3,), "the cart"),
        ("Chunk 3 — the cart\n-----", "3", (3,), "the cart"),
        ("## Chunk 7-9 - tests", "7-9", (7, 8, 9), "tests"),
        ("## Chunks 7 and 9 — tests", "7 and 9", (7, 9), "tests"),
        ("## Chunk III — tests", "III", (3,), "tests"),
        ("## Chunk 0 — tests", "0", (0,), "tests"),
        ("## Chunk 2/7 — tests", "2", (2,), "tests"),
        ("## Chunk 2.1 — tests", "2.1", (), "tests"),
        ("## Chunk 5 — sort — by `price`: twice", "5", (5,), "sort — by `price`: twice"),
    ],
)
def test_heading(heading: str, number: str, stands_for: tuple[int, ...], name: str) -> None:
    (chunk,) = read(f"# Log\n\n{heading}\n\n- Objective: x\n").chunks
    assert (chunk.number, chunk.numbers, chunk.name) == (number, stands_for, name)
    assert chunk.at.line == 3


@pytest.mark.parametrize(
    "text",
    [
        "```\n## Chunk 1 — x\n```",
        "~~~~\n## Chunk 1 — x\n~~~\n## Chunk 2 — y\n~~~~",
        "<!--\n## Chunk 1 — x\n-->",
        "<details>\n## Chunk 1 — x\n</details>",
        "    ## Chunk 1 — x",
        "> ## Chunk 1 — x",
        "##\u00a0Chunk 1 — x",
        "We cut Chunk 1 — x in two.",
        "## Chunk Summary",
        "## Chunking the work",
        "<!-- never closed\n\n## Chunk 1 — x",
        "```\nnever closed\n\n## Chunk 1 — x",
    ],
)
def test_what_is_no_heading(text: str) -> None:
    assert numbers(text) == []


def test_chunk_ends_at_the_next_heading_of_its_level() -> None:
    log = read("## Chunk 1 — x\n- Notes / Risks: a\n\n### Detail\nb\n\n## Summary\nc\n\n## Chunk 2 — y\n- Notes / Risks: d\n")
    assert [chunk.text for chunk in log.chunks] == [
        "## Chunk 1 — x\n- Notes / Risks: a\n\n### Detail\nb",
        "## Chunk 2 — y\n- Notes / Risks: d",
    ]


def test_chunk_is_old_only_when_base_has_its_number_and_its_text() -> None:
    before = "## Chunk 1 — x\n- Notes / Risks: a\n\n## Chunk 2 — y\n- Notes / Risks: b\n\nBACKEND COMPLETE\n"
    after = "## Chunk 1 — x\r\n-   Notes / Risks: a\r\n\r\n## Chunk 2 — y\n- Notes / Risks: B\n## Chunk 3 — z\n\nBACKEND COMPLETE\n"
    assert [chunk.new for chunk in read(after, before).chunks] == [False, True, True]
    assert [chunk.new for chunk in read(after).chunks] == [True, True, True]


def test_claim_outside_of_the_chunks_is_old_when_base_has_it() -> None:
    before = "## Files Modified\n- `api/a.ts`\n"
    log = read(before + "- `api/b.ts`\n", before)
    assert [(claim.path, claim.new) for claim in log.unchunked_files] == [("api/a.ts", False), ("api/b.ts", True)]
    assert [claim.path for _, claim in log.claims(new_only=True)] == ["api/b.ts"]


# Fields


DIALECTS = {
    "specified": ("- ", "{}:", "  - ", "{}:"),
    "bold, colon inside": ("- ", "**{}:**", "  - ", "{}:"),
    "bold, colon outside": ("- ", "**{}**:", "  - ", "**{}**:"),
    "bold lines": ("", "**{}**:", "- ", "{}:"),
    "headings": ("### ", "{}", "- ", "{}:"),
    "numbered": ("1. ", "{}:", "   - ", "{}:"),
    "flat": ("- ", "{}:", "- ", "{}:"),
    "stars": ("* ", "__{}__:", "    * ", "{}:"),
}


@dataclass(frozen=True)
class Model:
    number: int
    name: str
    objective: str
    files: tuple[str, ...]
    notes: str
    reused: str
    core: str
    command: str


WORDS = st.lists(
    st.sampled_from(["cart", "till", "basket", "price", "stock", "order", "invoice", "tax"]), min_size=1, max_size=4
).map(" ".join)
SEGMENT = st.sampled_from(["api", "src", "__tests__", "[id]", "cart-core", "v2", "(shop)"])
FILES = st.builds(
    lambda folders, stem, end: "/".join([*folders, stem + end]),
    st.lists(SEGMENT, min_size=1, max_size=4),
    st.sampled_from(["index", "cart", "[id]", "0001_init", "a.test"]),
    st.sampled_from([".ts", ".sql", ".json", ".http"]),
)
MODELS = st.builds(
    Model,
    st.integers(1, 99),
    WORDS,
    WORDS,
    st.lists(FILES, min_size=1, max_size=4, unique=True).map(tuple),
    WORDS,
    WORDS,
    WORDS,
    WORDS,
)


def written(model: Model, dialect: str, status: str) -> str:
    """The model as a chunk in one dialect."""
    lead, label, sub_lead, sub_label = DIALECTS[dialect]

    def field(name: str, *rows: str, inline: str = "") -> list[str]:
        if lead == "### ":
            return [f"{lead}{label.format(name)}", *([inline] if inline else []), *rows, ""]
        return [f"{lead}{label.format(name)}" + (f" {inline}" if inline else ""), *rows, *([""] if not lead else [])]

    def sub(name: str, text: str) -> str:
        return f"{sub_lead}{sub_label.format(name)} {text}"

    listed = sub_lead if sub_lead != "- " or not lead else "  - "
    return "\n".join(
        [
            f"## Chunk {model.number} — {model.name}",
            "",
            *field("Objective (maps to AC-1)", inline=model.objective),
            *field("Files changed", *(f"{listed}`{path}`{status}" for path in model.files)),
            *field("Summary of changes", inline="some"),
            *field("Reuse compliance", sub("Reused", model.reused), sub("New", "none"), sub("Why new was necessary", "N/A")),
            *field("Ports & adapters note", sub("What stayed in core", model.core), sub("What stayed in adapters", "none")),
            *field("Commands run", f"{listed}`pnpm test {model.command}` - 3 tests PASSED"),
            *field("Notes / Risks", inline=model.notes),
            "---",
        ]
    )


def check(log: ChunkLog, models: Sequence[Model]) -> None:
    assert len(log.chunks) == len(models)
    for chunk, model in zip(log.chunks, models, strict=True):
        assert (chunk.numbers, chunk.name) == ((model.number,), model.name)
        assert len(chunk.fields) == 12
        assert chunk.fields["objective"].text == model.objective
        assert chunk.fields["reused"].text == model.reused
        assert chunk.fields["why_new"].text == "N/A"
        assert chunk.fields["core"].text == model.core
        assert chunk.fields["notes"].text == model.notes
        assert [claim.path for claim in chunk.files] == list(model.files)
        assert [(one.command, one.outcome) for one in chunk.commands] == [(f"pnpm test {model.command}", "pass")]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(MODELS, min_size=1, max_size=3),
    st.sampled_from(sorted(DIALECTS)),
    st.sampled_from(["", " (NEW)", " - adds a route", " (lines 3-9)"]),
)
def test_every_dialect_reads_back_as_what_was_written(models: list[Model], dialect: str, status: str) -> None:
    check(read("# Log\n\n" + "\n\n".join(written(model, dialect, status) for model in models) + "\n"), models)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(MODELS, min_size=1, max_size=3),
    WORDS,
    st.sampled_from(["", "```\n## Chunk 9 — sample\n```\n\n", "<!-- aside -->\n\n"]),
)
def test_prose_between_the_chunks_loses_none_of_them(models: list[Model], prose: str, block: str) -> None:
    aside = f"\n\n## Meanwhile\n\n{prose}.\n\n{block}"
    check(read(aside.join(["# Log", *(written(model, "bold lines", "") for model in models)]) + aside), models)


def test_sub_labels_count_within_their_parent_alone() -> None:
    (chunk,) = read("## Chunk 1 — x\n- Objective: a\n- Notes / Risks:\n  - New: a limit\n  - Core: none\n").chunks
    assert list(chunk.fields) == ["objective", "notes"]
    assert chunk.fields["notes"].text == "New: a limit\nCore: none"


def test_field_is_all_that_follows_until_the_next_label() -> None:
    text = "## Chunk 1 — x\n**Summary of Changes**:\n\n**cart.ts**:\n- holds `items`\n\n```ts\nlet a = 1\n```\n\n"
    text += "**Notes/Risks**: none\n"
    (chunk,) = read(text).chunks
    assert chunk.fields["summary"].text == "cart.ts:\nholds `items`\nlet a = 1"
    assert (chunk.fields["summary"].label, chunk.fields["summary"].line) == ("Summary of Changes", 2)
    assert chunk.fields["notes"].text == "none"


def test_words_of_a_label_within_a_sentence_are_no_label() -> None:
    text = "## Chunk 1 — x\n- **Objective**: a\n- **Summary of changes**:\n"
    text += "  - Commands: two\n  - Files: three\n  - HTTP file: 25 requests\n"
    (chunk,) = read(text).chunks
    assert list(chunk.fields) == ["objective", "summary"]


@pytest.mark.parametrize("nothing", ["", " -", " —", "\n\n---", "\n  -"])
def test_label_with_nothing_behind_it_is_empty(nothing: str) -> None:
    (chunk,) = read(f"## Chunk 1 — x\n- Objective:{nothing}\n- Notes / Risks: none\n").chunks
    assert chunk.fields["objective"].text == ""
    assert chunk.fields["notes"].text == "none"


def test_chunk_in_a_table_is_read() -> None:
    (chunk,) = read(
        "## Chunk 1 — x\n\n| Field | Value |\n|---|---|\n| **Objective** | sell |\n| Files changed | `api/a.ts` |\n"
    ).chunks
    assert chunk.fields["objective"].text == "sell"
    assert [claim.path for claim in chunk.files] == ["api/a.ts"]


def test_label_beside_the_labels_ends_the_field_before_it() -> None:
    text = (
        "## Chunk 1 — x\n- **Objective:** a\n- **Commands run:**\n  - `pnpm test` - PASS\n- **Checklist:**\n  - [x] no failures\n"
    )
    (chunk,) = read(text + "- **Notes:** b\n").chunks
    assert chunk.fields["commands"].text == "`pnpm test` - PASS"
    assert chunk.fields["notes"].text == "b"


@pytest.mark.parametrize(
    "inside",
    [
        "- **Summary:**\n  - did it\n  - **Cart:** holds items",  # deeper
        "- **Summary:**\n  did it\n\n- **Cart** holds items",  # no colon
        "- **Summary:**\n- **Cart:** holds items\n- **Till:** counts",  # the field would say nothing without them
        "- **Summary:**\n- did it\n- **Cart:** holds items",  # the list stands at the level of its label
        "- **Summary:** did it\n- **src/cart.ts:** holds items",  # a file, not a label
        "- **Summary:** did it\n- **Why this is so much better than what stood there:** it is",
        "- **Summary:** did it\n\n### Detail\nall of it",
    ],
)
def test_what_does_not_end_a_field(inside: str) -> None:
    (chunk,) = read(f"## Chunk 1 — x\n- **Objective:** a\n{inside}\n").chunks
    rest = inside.rsplit("\n", maxsplit=1)[-1].replace("**", "").removeprefix("  ").removeprefix("- ")
    assert chunk.fields["summary"].text.endswith(rest)


def test_result_under_commands_stays_with_them() -> None:
    text = "## Chunk 1 — x\n**Commands run**:\n```\npnpm lint\n```\n**Result**: PASS\n**Test plan**: later\n"
    (chunk,) = read(text).chunks
    assert [(one.command, one.outcome) for one in chunk.commands] == [("pnpm lint", "pass")]
    assert chunk.fields["commands"].text == "pnpm lint\nResult: PASS"


def test_sibling_of_a_sub_label_belongs_to_its_parent() -> None:
    text = "## Chunk 1 — x\n**Reuse compliance**:\n- Reused: the logger\n  - and its levels\n- Nothing is copied\n- New: none\n"
    (chunk,) = read(text).chunks
    assert {name: field.text for name, field in chunk.fields.items()} == {
        "reuse": "Nothing is copied",
        "reused": "the logger\nand its levels",
        "new": "none",
    }


def test_list_under_an_empty_sub_label_is_its_text() -> None:
    (chunk,) = read("## Chunk 1 — x\n- Reuse compliance:\n- Reused:\n- the logger\n- the cache\n- New: none\n").chunks
    assert chunk.fields["reused"].text == "the logger\nthe cache"


def test_layers_are_the_two_halves_only_where_both_are_told() -> None:
    note = "## Chunk 1 — x\n**Ports & adapters note**:\n- Service layer: counts\n- Port layer: asks\n"
    (prose,) = read(note).chunks
    assert {name: field.text for name, field in prose.fields.items()} == {
        "ports_adapters": "Service layer: counts\nPort layer: asks"
    }
    (both,) = read(note + "- Adapter layer: routes\n").chunks
    assert {name: field.text for name, field in both.fields.items()} == {
        "ports_adapters": "Port layer: asks",
        "core": "counts",
        "adapters": "routes",
    }


def test_stars_in_code_are_no_emphasis() -> None:
    (chunk,) = read("## Chunk 1 — x\n- **Notes:** `key=***` hides **all** of `**/*.env`\n").chunks
    assert chunk.fields["notes"].text == "`key=***` hides all of `**/*.env`"


# Claims


@pytest.mark.parametrize(
    ("lines", "paths"),
    [
        ("  - `api/a.ts`", ["api/a.ts"]),
        ("  - api/a.ts", ["api/a.ts"]),
        ("  - **api/a.ts**", ["api/a.ts"]),
        ("  - [api/a.ts](../api/a.ts)", ["api/a.ts"]),
        ('  - "api/a.ts"', ["api/a.ts"]),
        ("  - `api/a.ts` (lines 282-293)", ["api/a.ts"]),
        ("  - `api/a.ts:175,180`", ["api/a.ts"]),
        ("  - `api/a.ts` - Created after the manner of lib/b.ts", ["api/a.ts"]),
        ("  - `api/a.ts`: uses `lib/b.ts`", ["api/a.ts"]),
        ("  - `api/a.ts`, `api/b.ts` and `c.ts`", ["api/a.ts", "api/b.ts", "c.ts"]),
        ("  - `api/a.ts` (NEW), `api/b.ts` (NEW)", ["api/a.ts", "api/b.ts"]),
        ("  - `api/a.ts` → `api/b.ts`", ["api/a.ts", "api/b.ts"]),
        ("  - api/{a.ts => b.ts}", ["api/a.ts", "api/b.ts"]),
        ("  - `api/{ => v2}/a.ts` (renamed)", ["api/a.ts", "api/v2/a.ts"]),
        ("  - `api/b.ts` - moved from `api/a.ts`", ["api/b.ts", "api/a.ts"]),
        ("  - Updated `src/index.ts` exports", ["src/index.ts"]),
        ("  - NEW: `api/a.ts`", ["api/a.ts"]),
        ("  - ✅ api/a.ts", ["api/a.ts"]),
        ("  - [x] `api/a.ts`", ["api/a.ts"]),
        ("  1. `api/a.ts`\n  2. `api/b.ts`", ["api/a.ts", "api/b.ts"]),
        ("  - apps/api/[id]/(shop)/[...all].ts (NEW)", ["apps/api/[id]/(shop)/[...all].ts"]),
        ("  - src/\\_\\_tests\\_\\_/\\[id\\].ts", ["src/__tests__/[id].ts"]),
        ("  - `src/{a,b}.ts`", ["src/a.ts", "src/b.ts"]),
        ("  - `src/**/*.ts`", ["src/**/*.ts"]),
        ("  - `apps/api/` - the folder", ["apps/api/"]),
        ("  - api/cafe\u0301.ts\n  - cafe\u0301.ts", ["api/cafe\u0301.ts", "cafe\u0301.ts"]),  # as macOS writes names
        ("  - /home/me/shop/api/a.ts", ["/home/me/shop/api/a.ts"]),
        ("  - package.json\n  - Dockerfile\n  - .env.local", ["package.json", "Dockerfile", ".env.local"]),
        ("  - `api/carts/`:\n    - `a.ts`\n    - `b.ts` (NEW)", ["api/carts/", "api/carts/a.ts", "api/carts/b.ts"]),
        ("  - in `packages/till/`:\n    - `src/a.ts`", ["packages/till/", "packages/till/src/a.ts"]),
        ("  - `api/a.ts`\n    - reads CART.json and `b.ts`", ["api/a.ts"]),
        ("  - New:\n    - `api/a.ts`\n  - Modified:\n    - `api/b.ts`", ["api/a.ts", "api/b.ts"]),
        ("```\napi/a.ts\napi/b.ts\n```", ["api/a.ts", "api/b.ts"]),
        ("\n| File | Why |\n|---|---|\n| `api/a.ts` | reads `b.ts` |\n| api/c.ts | x |\n", ["api/a.ts", "api/c.ts"]),
        ("\n    - `api/a.ts`\n    - `api/b.ts`", ["api/a.ts", "api/b.ts"]),
        (
            "  - `api/carts/`\n    - `a.ts`\n  - Config: `turbo.json`, `.github/ci.yml`",
            ["api/carts/", "api/carts/a.ts", "turbo.json", ".github/ci.yml"],
        ),
        ("```\nM  api/a.ts\nA  api/b.ts\n```", ["api/a.ts", "api/b.ts"]),
        ("  - ~~api/a.ts~~\n  - ~~`api/b.ts`~~ deleted", ["api/a.ts", "api/b.ts"]),
        ("  - none", []),
        ("  - None (verification only)", []),
        ("  - N/A", []),
        ("  - the `@repo/till` package", []),
        ("  - GET/POST and N/A, Node.js 20", []),
        ("  - see https://example.org/a/b.html", []),
    ],
)
def test_claimed_paths(lines: str, paths: list[str]) -> None:
    assert claimed(lines) == paths


def test_files_beside_the_label_and_on_the_next_line() -> None:
    assert [c.path for c in read("## Chunk 1 — x\n- **Files changed:** `a/b.ts`, `c.json`\n").chunks[0].files] == [
        "a/b.ts",
        "c.json",
    ]
    assert [c.path for c in read("## Chunk 1 — x\n**Files changed:**\na/b.ts\na/c.ts\n").chunks[0].files] == ["a/b.ts", "a/c.ts"]
    assert read("## Chunk 1 — x\n- Files changed: none\n").chunks[0].files == ()


@pytest.mark.parametrize(
    ("item", "status", "changed"),
    [
        ("`a/b.ts` (NEW)", "NEW", True),
        ("`a/b.ts` (CREATED, ~20 lines)", "CREATED", True),
        ("`a/b.ts` - modified", "modified", True),
        ("`a/b.ts` (DELETED)", "DELETED", True),
        ("NEW: `a/b.ts`", "NEW", True),
        ("`a/b.ts`", "", True),
        ("`a/b.ts` (no changes)", "no changes", False),
        ("`a/b.ts` - unchanged", "unchanged", False),
        ("`a/b.ts` - not modified", "not modified", False),
        ("`a/b.ts` (already exists)", "already exists", False),
        ("`a/b.ts` - Verified (no changes)", "Verified", False),
        ("`a/b.ts` - Added a guard; the rest is unchanged", "", True),  # the guard is added, the file is not
        ("`a/b.ts` (routes added)", "", True),
        ("`a/b.ts` - Added", "Added", True),
        ("`a/b.ts` (added, 40 lines)", "added", True),
        ("`a/b.ts` - Created the port", "Created", True),
        ("`a/b.ts` (updated exports)", "updated", True),
        ("`a/b.ts` - New file for the port", "New", True),
        ("`a/b.ts` - New endpoint", "", True),
        ("`a/b.ts` - Removed the old route", "", True),
        ("`a/b.ts` - Types (generated from the schema)", "", True),
        ("`a/b.ts` - already exists, modified for the port", "modified", True),
        ("`a/b.ts` (verified and fixed)", "fixed", True),
    ],
)
def test_status(item: str, status: str, changed: bool) -> None:
    (claim,) = read(f"## Chunk 1 — x\n- Files changed:\n  - {item}\n").chunks[0].files
    assert (claim.status, claim.changed, claim.at.line) == (status, changed, 3)


def test_files_that_were_only_looked_at_do_not_stand_for_the_field() -> None:
    (chunk,) = read("## Chunk 1 — x\n- **Objective**: a\n- **Files verified:**\n  - `a/b.ts`\n- **Notes**: none\n").chunks
    assert [(claim.path, claim.changed) for claim in chunk.files] == [("a/b.ts", False)]
    assert list(chunk.fields) == ["objective", "notes"]


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        ("## Files Created\n\n- `a/b.ts`\n\n### Tests\n\n- `a/c.ts`\n\n## Next\n\n- `a/d.ts`", ["a/b.ts", "a/c.ts"]),
        ("## Files Created/Modified\n\n### NEW Files\n- `a/b.ts`\n### MODIFIED Files\n- `a/c.ts`", ["a/b.ts", "a/c.ts"]),
        ("## Files Touched\n\n| File | Action |\n|---|---|\n| `a/b.ts` | CREATE |\n| `a/c.ts` | MODIFY |", ["a/b.ts", "a/c.ts"]),
        ("## Changes\n\n### 1. `a/b.ts`\n\n- now reads `c.ts`\n\n### 2. `a/d.ts`", ["a/b.ts", "a/d.ts"]),
        (
            "### Step 1\n**File**: `a/b.ts` (NEW)\n\nFeatures:\n- reads `c.json`\n\n### Step 2\n**Path:** `a/d.ts`",
            ["a/b.ts", "a/d.ts"],
        ),
        ("### Step 1\n**Files**:\n- `a/b.ts` (port)\n- `a/c.ts`", ["a/b.ts", "a/c.ts"]),
        ("## Fix\n\nCreated a helper:\n- `a/b.ts`\n\nAll import it from `./b.js`.", ["a/b.ts"]),
        ("## Step\n\n- Added `zod` to `a/package.json`", ["a/package.json"]),
        (
            "## Files Created\n1. **a/fixtures/**\n   - `one.yaml` - sample\n   - `two.yaml`",
            ["a/fixtures/", "a/fixtures/one.yaml", "a/fixtures/two.yaml"],
        ),
        ("## Files Created\n1. **a/b.ts** (40 lines)\n   - reads STRATEGY.yaml\n   - c.json is cached", ["a/b.ts"]),
        ("## Changes\n- **Created** `a/b.ts`: sells\n- Deleted: a/c.ts", ["a/b.ts", "a/c.ts"]),
        ("## Coverage\n- `a/b.ts`: 98 %", []),
        ("## Layout\n```\na/\n  b.ts\n```", []),
    ],
)
def test_claims_outside_of_the_chunks(text: str, paths: list[str]) -> None:
    assert [claim.path for claim in read(f"# Log\n\n{text}\n").unchunked_files] == paths


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("## Files Created\n| File | Purpose |\n|---|---|\n| `a/b.ts` | exports of the package |", "created"),
        ("## Files Created\n| File | Purpose |\n|---|---|\n| `a/b.ts` | types (generated) |", "created"),
        ("## Files Modified\n1. `a/b.ts` - Added a type", "modified"),
        ("## Files Modified\n1. `a/b.ts` (NEW, 40 lines)", "NEW"),
        ("## Files Touched\n| File | Action |\n|---|---|\n| `a/b.ts` | CREATE |", "CREATE"),
        ("## Files Created\n### Test Files\n- `a/b.ts`", "created"),
        ("## Files Created\n### 1. The guide\n**Path**: `a/b.ts`", "created"),
        ("## Files Created/Modified\n- `a/b.ts`", ""),
        ("## Files auto-fixed\n- `a/b.ts`", "auto-fixed"),
        ("## Fix\n\nCreated shared helper:\n- `a/b.ts`", "created"),
        ("### 2. Created the port (AC-2)\n\n**File**: `a/b.ts`", "Created"),
        ("### Step 2-3: Wired the port\n\n**File**: `a/b.ts`", "Wired"),
        ("### 2. Port created\n\n**File**: `a/b.ts`", ""),
        ("### 2. Port\n\n**File**: `a/b.ts`\n**Action**: CREATE", "CREATE"),
    ],
)
def test_status_outside_of_the_chunks(text: str, status: str) -> None:
    (claim,) = read(f"# Log\n\n{text}\n").unchunked_files
    assert (claim.path, claim.status, claim.changed) == ("a/b.ts", status, True)


@pytest.mark.parametrize(
    "text",
    [
        "## Files Verified\n- `a/b.ts`",
        "## Files Verified\n### 1. Handler\n**Path:** `a/b.ts`\n**Status:** Fully implemented",
        "## Remaining Work\n### 4. Route (NEXT)\n**File**: `a/b.ts`",
        "## Steps\n### 4. Route (TODO)\n**File**: `a/b.ts`",
        "## Next Steps\n### Files\n- `a/b.ts`",
        "## Files Modified\n\nStill to do:\n- `a/b.ts`",
        "## Files Modified\n**Tests to write:**\n- `a/b.ts`",
        "## Files Modified\n### Pending\n- `a/b.ts`",
        "## No Changes Required\n**File**: `a/b.ts`",
        "### 2. Port\n**File**: `a/b.ts`\n**Status**: No changes required",
        "### 2. Port\n**File**: `a/b.ts`\n**Status:** Route already configured",
    ],
)
def test_files_that_were_looked_at_or_are_to_come(text: str) -> None:
    (claim,) = read(f"# Log\n\n{text}\n").unchunked_files
    assert (claim.path, claim.changed, claim.aside) == ("a/b.ts", False, True)


def test_file_among_the_changed_that_was_not_is_no_list_of_its_own() -> None:
    (claim,) = read("## Files Touched\n- `a/b.ts` - Verified (no changes)\n").unchunked_files
    assert (claim.changed, claim.aside) == (False, False)


def test_what_is_still_to_be_done_is_not_said_to_be_changed() -> None:
    log = read(
        "## Files Modified\n### Modified\n- `a/b.ts`\n### Pending\n- `a/c.ts`\n\n## Remaining Work\n### Route\n**File**: `a/d.ts`\n"
    )
    assert [(claim.path, claim.changed) for claim in log.unchunked_files] == [
        ("a/b.ts", True),
        ("a/c.ts", False),
        ("a/d.ts", False),
    ]


# Commands


def test_commands_of_every_form() -> None:
    text = (
        "## Chunk 1 — x\n- Commands run:\n"
        "  - `pnpm test a` - 3 tests PASSED\n"
        "  - `pnpm lint` → 2 errors\n"
        "  - `tsc --noEmit` (0 errors)\n"
        "  - pnpm build - SUCCESS\n"
        "  - `mkdir -p`, `ls -la` to look\n"
        "  - Tests not yet run\n"
        "  ```bash\n"
        "  # first\n"
        "  $ pnpm a && pnpm b\n"
        "  ok\n"
        "  $ pnpm c  # FAIL\n"
        "  ```\n"
    )
    (chunk,) = read(text).chunks
    assert [(one.command, one.outcome, one.at.line) for one in chunk.commands] == [
        ("pnpm test a", "pass", 3),
        ("pnpm lint", "fail", 4),
        ("tsc --noEmit", "pass", 5),
        ("pnpm build", "pass", 6),
        ("mkdir -p", "", 7),
        ("ls -la", "", 7),
        ("pnpm a && pnpm b", "pass", 11),
        ("pnpm c", "fail", 13),
    ]


@pytest.mark.parametrize(
    ("said", "outcome"),
    [
        ("exit code 0", "pass"),
        ("exit code 1", "fail"),
        ("✅", "pass"),
        ("❌", "fail"),
        ("error TS2322", "fail"),
        ("57 PASS, 1 FAIL", "fail"),
        ("12 s", ""),
        ("(pre-existing errors, no new errors)", ""),
        ("no new errors", "pass"),
        ("57 PASS, 1 pre-existing FAIL", "fail"),
        ("FAILED (TS2345) → fixed → PASS", "pass"),
        ("failed at first, fixed; passes now", "pass"),
        ("first run failed, second run passed", "pass"),
        ("PASS (after fixing 2 type errors)", "pass"),
        ("1 failed, 20 passed", "fail"),
        ("1 failed, to be fixed before it passes", "fail"),
        ("2 errors fixed, then 1 error left, 20 pass", "fail"),
        ("PASS, then FAILED", "fail"),
        ("FAILED after fixing the imports", "fail"),
        ("after fixing 2 errors: FAILED", "fail"),
        ("after fixing the type-check errors - passed", "pass"),
        ("did not pass", "fail"),
        ("PASS (0 errors, previously 2 type errors)", "pass"),
        ("doesn't pass", "fail"),
        ("not yet passing", "fail"),
        ("0 errors, and not passed", "fail"),
        ("a token that is not passed is refused: PASS", "pass"),
        ("not failed", "pass"),
        ("20 passed, none failed", "pass"),
        ("should pass", ""),
        ("would PASS", ""),
        ("to be run by CI (PASS expected)", ""),
        ("should pass, and it PASSED", "pass"),
    ],
)
def test_outcome(said: str, outcome: str) -> None:
    (chunk,) = read(f"## Chunk 1 — x\n- Commands run: `pnpm test` — {said}\n").chunks
    assert [one.outcome for one in chunk.commands] == [outcome]


@pytest.mark.parametrize(
    ("comment", "outcome"),
    [
        ("# First try - failed with ENOENT", "fail"),
        ("# After the fix - succeeded", "pass"),
        ("# Types (all passed)", "pass"),
        ("# Second attempt failed", "fail"),
        ("# Refuse a wrong key (should fail)", ""),
        ("# Verify that failed orders are kept", ""),
        ("# Check for errors", ""),
        ("# Tried again (showed another fault)", ""),
    ],
)
def test_comment_over_a_command(comment: str, outcome: str) -> None:
    text = f"## Chunk 1 — x\n- Commands run:\n```bash\n{comment}\npnpm a\npnpm b  # FAIL\n\npnpm c\n```\n"
    (chunk,) = read(text).chunks
    assert [one.outcome for one in chunk.commands] == [outcome, "fail", ""]


def test_commands_that_were_not_run_are_none() -> None:
    text = "## Chunk 1 — x\n- Commands run:\n  - `pnpm a` - not run (needs Docker)\n  - pnpm b - SKIPPED\n\n"
    text += "    | Command | Result |\n    |---|---|\n    | pnpm c --all | 3 passed |\n    | pnpm d --all | ⏸️ NOT RUN |\n"
    (chunk,) = read(text.replace("    |", "|")).chunks
    assert [(one.command, one.outcome) for one in chunk.commands] == [("pnpm c --all", "pass")]


@pytest.mark.parametrize(
    ("text", "ran"),
    [
        ("## Final Verification\n- **Commands run:**\n  - `pnpm a` in api - SUCCESS", [("pnpm a", "pass")]),
        ("## Verification\n- **Types**: `pnpm a` - PASSED\n- Lint: clean", [("pnpm a", "pass")]),
        ("## Test Results\n```\npnpm a\n→ 2 failed\n```", [("pnpm a", "fail")]),
        ("## Build Verification\n```\npnpm a\n```\nResult: ✅ SUCCESS", [("pnpm a", "pass")]),
        ("## Fix Chunk — types\n### Fix 1\n- **Command:** `pnpm a --fix`", [("pnpm a --fix", "")]),
        ("## Fix Iteration 2\n- **Verification**:\n  ```bash\n  pnpm a  # PASS\n  ```\n- **Next**: rest", [("pnpm a", "pass")]),
        ("## State\n| Command | Result |\n|---|---|\n| `pnpm a` | ❌ |", [("pnpm a", "fail")]),
        ("## Quality Gates\n### Unit tests\n`pnpm a` - 3 passed", [("pnpm a", "pass")]),
        ("## Verification\n- Run `pnpm a` to see it", []),
        ("## Next Steps\n### Verification\n- `pnpm a` - PASS", []),
        ("## How to run the tests\n```bash\npnpm a\n```", []),
        ("## Verification\n- `cart.items` is empty", []),
        ("## Install\n```bash\npnpm a\n```", []),
    ],
)
def test_commands_outside_of_the_chunks(text: str, ran: list[tuple[str, str]]) -> None:
    log = read(f"## Chunk 1 — x\n- Commands run: `pnpm z`\n\n{text}\n")
    assert [(one.command, one.outcome) for one in log.unchunked_commands] == ran
    assert [one.command for one in log.chunks[0].commands] == ["pnpm z"]


@pytest.mark.parametrize("none", ["None", "N/A (a JSON file)", "none"])
def test_no_command_was_run(none: str) -> None:
    (chunk,) = read(f"## Chunk 1 — x\n- Commands run (if any): {none}\n").chunks
    assert chunk.commands == ()
    assert chunk.fields["commands"].text == none


# Signals and tokens


@pytest.mark.parametrize(
    ("line", "kind", "dress", "reason"),
    [
        ("BACKEND COMPLETE", "complete", "", ""),
        ("BLOCKED: no schema", "blocked", "", "no schema"),
        ("**BACKEND COMPLETE**", "complete", "bold", ""),
        ("## BACKEND COMPLETE", "complete", "heading", ""),
        ("BACKEND COMPLETE ✅", "complete", "emoji", ""),
        ("BACKEND COMPLETE.", "complete", "punctuation", ""),
        ("- BACKEND COMPLETE", "complete", "list item", ""),
        ("**BACKEND COMPLETE** - all tests pass", "complete", "bold, words after it", ""),
        ("**Status**: BACKEND COMPLETE", "complete", "status line", ""),
        ("**Status**: COMPLETE", "complete", "status line, other words", ""),
        ("## Status: IN PROGRESS", "in-progress", "status line", ""),
        ("BACKEND_COMPLETE", "complete", "punctuation", ""),
        ("**PARTIAL EXECUTION** - out of budget", "partial", "bold", "out of budget"),
        ("**BLOCKED**: no schema", "blocked", "bold", "no schema"),
        ("Status: BLOCKED - no schema", "blocked", "status line", "no schema"),
        ("## Implementation Complete", "complete", "heading, other words", ""),
        ("**Status**: Complete, no work remaining", "complete", "status line, other words", ""),
        ("**Current**: Implementation complete, tests needed", "partial", "status line, other words", "tests needed"),
        ("**Status**: COMPLETE (except AC-7)", "partial", "status line, other words", "except AC-7"),
        ("IMPLEMENTATION COMPLETE - tests pending", "partial", "other words", "tests pending"),
        ("BACKEND COMPLETE - frontend pending", "complete", "words after it", ""),
    ],
)
def test_signal(line: str, kind: str, dress: str, reason: str) -> None:
    (signal,) = read(f"# Log\n\n{line}\n").signals
    assert (signal.kind, signal.dress, signal.reason, signal.at.line) == (kind, dress, reason, 3)


@pytest.mark.parametrize(
    "text",
    [
        "End it with BACKEND COMPLETE when all is done.",
        "BACKEND COMPLETE is written last.",
        "```\nBACKEND COMPLETE\n```",
        "| AC | BLOCKED |",
        "> BACKEND COMPLETE",
        "## AC31 Status: COMPLETE",
        "### Step 3\n**Status**: COMPLETE",
        "### Blocked\n- no schema",
        "## Overall Status\n### Completed\n- the route\n### Blocked\n- the tests",
        "## Chunk 1 — x\n- Status: complete\n- Notes / Risks:\n  - BLOCKED: waits for the till",
        "STEP 2 COMPLETE",
        "<!-- BACKEND COMPLETE -->",
        "BLOCKED: none",
        "**BLOCKED**: N/A",
    ],
)
def test_what_is_no_signal(text: str) -> None:
    assert read(text).signals == ()


def test_signal_ends_the_chunk_before_it() -> None:
    log = read("## Chunk 1 — x\n- Notes / Risks: none\n\n---\n\nBACKEND COMPLETE\n\nSee you.\n")
    assert log.chunks[0].fields["notes"].text == "none"
    assert log.chunks[0].text == "## Chunk 1 — x\n- Notes / Risks: none"
    assert log.after_signal is not None
    assert log.after_signal.line == 8


@pytest.mark.parametrize(
    ("section", "counted"),
    [
        ("## Worker Token Summary\n- Input: ~12,000 tokens (files read)\n- Output: ~4,000 tokens (files written)", (12000, 4000)),
        ("### Worker Token Summary (fixes)\n\n- **Input**: ~105k\n- **Output**: 1.2M tokens", (105000, 1200000)),
        ("**Worker Token Summary**\n\n**Input tokens**: ~76 000\n**Output tokens**: ~X tokens", (76, None)),
        (
            "## Token Log\n\n| Op | Bytes | Tokens |\n|---|---|---|\n"
            "| **Total Input** | ~5KB | **~1,250** |\n| Total Output | 8KB | ~2,000 |",
            (1250, 2000),
        ),
    ],
)
def test_tokens(section: str, counted: tuple[int | None, int | None]) -> None:
    log = read(f"## Chunk 1 — x\n- Notes / Risks: none\n\n{section}\n")
    assert [(tokens.input, tokens.output, tokens.at.line) for tokens in log.tokens] == [(*counted, 4)]


# Whatever else may come

NASTY = st.sampled_from(
    [
        *(
            "## Chunk 1 — x",
            "## Chunk 2",
            "**Chunk 3: y**",
            "## Chunk 99999999999999999999",
            "## Chunk 1-999999999",
            "\u200f## Chunk 9",
        ),
        *(
            "- Files changed:",
            "  - `a/b.ts`",
            "- New:",
            "Commands run: `x`",
            "## Files Created",
            "{a,{b,c}}",
            "$ ls",
            "| a | b |",
            "|---|---|",
        ),
        *(
            "```",
            "~~~",
            "<!--",
            "-->",
            "<details>",
            "---",
            "> ",
            "- - - x",
            "1. ",
            "\t",
            "\u00a0",
            "\udcff\udc80",
            "\0",
            "*" * 50,
            "`",
        ),
        *("BACKEND COMPLETE", "BLOCKED: x", "**Status**: COMPLETE", "## Worker Token Summary", "- Input: ~5k"),
    ]
)
NEWLINES = st.sampled_from(["\n", "\r\n", "\r", "\n\n", "\n  ", " "])


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(NASTY | st.text(max_size=30), NEWLINES), max_size=40), st.booleans())
def test_nothing_makes_it_fail_and_every_line_is_in_the_log(pieces: list[tuple[str, str]], mark: bool) -> None:
    text = ("\ufeff" if mark else "") + "".join(piece + end for piece, end in pieces)
    log = read(text, before=text[: len(text) // 2])
    lines = text.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n").count("\n") + 1 if text.removeprefix("\ufeff") else 0
    assert log.lines == lines
    places = [chunk.at for chunk in log.chunks] + [claim.at for _, claim in log.claims()]
    places += [*(signal.at for signal in log.signals), *(tokens.at for tokens in log.tokens), *(dress.at for dress in log.dresses)]
    places += [command.at for chunk in log.chunks for command in chunk.commands]
    assert all(place.path == PATH and place.line is not None and 1 <= place.line <= lines for place in places)
    assert 0 <= log.last_line <= lines
    assert all(chunk.fields[name].line > (chunk.at.line or 0) for chunk in log.chunks for name in chunk.fields)
    assert all(len(chunk.numbers) <= 1000 for chunk in log.chunks)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_of_every_system(end: str) -> None:
    log = read(end.join(["# Log", "", "## Chunk 1 — x", "- Files changed:", "  - `a/b.ts`", "", "BACKEND COMPLETE", ""]))
    assert [(claim.path, claim.at.line) for claim in log.chunks[0].files] == [("a/b.ts", 5)]
    assert (log.signal.at.line, log.lines, log.last_line) == (7, 7, 7)


def test_deeply_nested_lists_hide_no_chunk() -> None:
    nested = "".join(" " * (2 * depth) + "- a\n" for depth in range(200))
    assert numbers("- " * 5000 + "x\n\n" + nested + "\n## Chunk 1 — x\n") == ["1"]


def test_thousand_chunks_are_a_thousand() -> None:
    assert numbers("".join(f"## Chunk {number} — x\n" for number in range(1, 1001))) == [str(number) for number in range(1, 1001)]


def test_dresses_are_named_once_with_their_first_place_and_count() -> None:
    log = read("## Chunk 1 - x\n- **Objective**: a\n- **Notes**: b\n\n## Chunk 2 - y\n- **Objective**: a\n\n**BACKEND COMPLETE**\n")
    assert [(dress.part, dress.what, dress.at.line, dress.count) for dress in log.dresses] == [
        ("heading", "'-' instead of '—'", 1, 2),
        ("label", "labels in bold", 2, 3),
        ("label", "label 'Notes' for 'Notes / Risks'", 3, 1),
        ("signal", "the signal is written as: bold", 8, 1),
    ]


def test_status_line_with_the_words_ends_the_last_chunk() -> None:
    log = read("### Chunk 1 — x\n* Objective — sell\n* Notes - none\n\n**Status:** ✅ BACKEND COMPLETE\n")
    assert {name: field.text for name, field in log.chunks[0].fields.items()} == {"objective": "sell", "notes": "none"}
    assert (log.signal.kind, log.signal.text, log.signal.at.line) == ("complete", "BACKEND COMPLETE", 5)


def test_a_layer_without_its_other_half_is_a_sentence_and_no_label_of_another_dress() -> None:
    log = read("## Chunk 1 — x\n- Ports & adapters note:\n  - Core layer: a\n  - Port layer: b\n")
    assert log.chunks[0].fields["ports_adapters"].text == "Core layer: a\nPort layer: b"
    assert [one for one in log.dresses if one.part == "label"] == []
