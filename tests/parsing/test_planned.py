"""What plan and scope documents name, and whether they mean to change it, in Markdown and YAML, whole and broken."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_agentcompliance.parsing.planned import MOST, named, read


def moods(text: str, path: str = "PLAN.md") -> dict[str, str]:
    return {one.text: one.mood for one in read(text, path)}


def planned(text: str, path: str = "PLAN.md") -> list[str]:
    return [one.text for one in named(text, path)]


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("- `libs/cart/add.ts` (new)", ["libs/cart/add.ts"]),
        ("- libs/cart/add.ts:12-40 - the sum", ["libs/cart/add.ts"]),
        ("1. Change [the sum](libs/cart/add.ts#L12)", ["libs/cart/add.ts"]),
        ("- `libs/{cart,till}/add.ts`", ["libs/cart/add.ts", "libs/till/add.ts"]),
        ("- `pages/[id]/(shop)/page.tsx`", ["pages/[id]/(shop)/page.tsx"]),
        ("Add deps to package.json and `Dockerfile`.", ["package.json", "Dockerfile"]),
        ("- **libs/cart/**", ["libs/cart/"]),
        ("- (libs/cart/add.ts).", ["libs/cart/add.ts"]),
        ("- `libs/.../add.ts`", ["libs/**/add.ts"]),
        ("- `plans/<story>/notes.md`", ["plans/*/notes.md"]),
        ("- `./libs/cart/**`", ["libs/cart/**"]),
        ("Extend `@repo/cart` with a sum.", ["@repo/cart"]),
        ("Create the `CartSummary` component.", ["CartSummary"]),
        ("GET `/api/cart/:id` answers 200; Node.js and e.g. and/or", []),
        ("- `pnpm test libs/cart/add.test.ts`", []),
        ("See https://example.org/libs/cart/add.ts", []),
    ],
)
def test_names_of_a_line(line: str, names: list[str]) -> None:
    assert planned(line + "\n") == names


@pytest.mark.parametrize(
    ("line", "mood"),
    [
        ("Do not touch `libs/a.ts`.", "excluded"),
        ("NOT modifying `libs/a.ts` here", "excluded"),
        ("`libs/a.ts` must not be changed", "excluded"),
        ("`libs/a.ts` — no changes needed", "excluded"),
        ("- `libs/a.ts` stays unchanged", "excluded"),
        ("Leave `libs/a.ts` as is.", "excluded"),
        ("Change everything but not `libs/a.ts`.", "excluded"),
        ("Out of scope: `libs/a.ts`", "excluded"),
        ("Work without changing `libs/a.ts`", "excluded"),
        ("Follow the pattern in `libs/a.ts`.", "looked-at"),
        ("Same as `libs/a.ts`", "looked-at"),
        ("Use a new file instead of `libs/a.ts`", "looked-at"),
        ("`libs/a.ts` does not exist yet; create it", "planned"),
        ("Nothing may change except `libs/a.ts`.", "planned"),
        ("Do not touch files other than `libs/a.ts`.", "planned"),
        ("Do not stop there, update `libs/a.ts` too", "planned"),
        ("The schema does not include totals, so add them in `libs/a.ts`", "planned"),
    ],
)
def test_what_a_sentence_says_of_a_file(line: str, mood: str) -> None:
    assert moods(line + "\n") == {"libs/a.ts": mood}


def test_sentence_that_is_broken_over_lines_is_read_whole() -> None:
    assert moods("The state in `libs/a.ts`\nmust NOT be changed.\n") == {"libs/a.ts": "excluded"}
    assert moods("We do not want to touch\n`libs/a.ts` here.\n") == {"libs/a.ts": "excluded"}


@pytest.mark.parametrize(
    ("title", "mood"),
    [
        ("Files to Touch", "planned"),
        ("Existing Files (Potentially Modify)", "planned"),
        ("Out of scope", "excluded"),
        ("What we're NOT doing", "excluded"),
        ("Non-goals", "excluded"),
        ("Verify (no changes needed)", "excluded"),
        ("Reuse Targets", "looked-at"),
        ("Patterns to follow", "looked-at"),
    ],
)
def test_title_says_what_its_list_is_for(title: str, mood: str) -> None:
    for text in (
        f"# Plan\n\n## {title}\n\n- `libs/a.ts` - totals\n",
        f"{title}:\n\n- `libs/a.ts`\n",
        f"- **{title}**:\n  - `libs/a.ts`\n",
    ):
        assert moods(text) == {"libs/a.ts": mood}


def test_list_below_a_label_ends_with_it() -> None:
    assert moods("Do not touch:\n- `a/b.ts`\n\nThen write `c/d.ts`.\n") == {"a/b.ts": "excluded", "c/d.ts": "planned"}


def test_package_is_planned_where_it_is_changed_and_not_where_it_is_used() -> None:
    text = (
        "## Packages affected\n\n- `@repo/cart` - totals\n\n## Notes\n\n- `@repo/log` logs\n\nIt adds a call, using `@repo/till`.\n"
    )
    assert moods(text) == {"@repo/cart": "planned", "@repo/log": "looked-at", "@repo/till": "looked-at"}


def test_table_says_by_column_and_by_row() -> None:
    text = (
        "| Surface | Impacted | Notes |\n|---|---|---|\n| web | false | `apps/web/a.ts` |\n"
        "| api | true | changes `apps/api/b.ts` |\n\n"
        "| Pattern | Source |\n|---|---|\n| totals | `libs/c.ts` |\n"
    )
    assert moods(text) == {"apps/web/a.ts": "looked-at", "apps/api/b.ts": "planned", "libs/c.ts": "looked-at"}


def test_drawing_gives_its_files_and_its_empty_folders() -> None:
    text = (
        "```\nlibs/cart/\n├── package.json   # new\n├── src/\n│   ├── index.ts  # existing, unchanged\n"
        "│   └── [id].ts\n└── docs/\n```\n"
    )
    assert [(one.text, one.kind, one.mood) for one in read(text, "PLAN.md")] == [
        ("libs/cart/package.json", "path", "planned"),
        ("libs/cart/src/index.ts", "path", "looked-at"),
        ("libs/cart/src/[id].ts", "path", "planned"),
        ("libs/cart/docs/", "folder", "planned"),
    ]
    assert planned("```\nlibs/cart/\n  src/\n    a.ts\nlibs/b.ts # new\n```\n") == ["libs/cart/src/a.ts", "libs/b.ts"]


def test_block_of_code_names_the_file_that_its_first_line_says() -> None:
    assert planned("```typescript\n// libs/cart/add.ts\nimport { x } from './other/y.ts'\n```\n") == ["libs/cart/add.ts"]
    assert planned("```bash\npnpm test libs/a.ts\n```\n") == []


YAML = """\
touches: {backend: true}
touched_paths_globs:
  - "libs/cart/**"
  - libs/till/index.ts   # no changes to libs/other.ts
non_goals:
  - Changing libs/web/
steps:
- description: >
    Follow libs/list/add.ts and write
    libs/cart/add.ts
  files:
  - path: libs/list/sum.ts
    action: read
  - path: libs/cart/sum.ts
    action: create
commands_to_run:
  - pnpm test libs/cart/x.ts
"""


def test_yaml_says_by_its_keys() -> None:
    assert moods(YAML, "SCOPE.yaml") == {
        "libs/cart/**": "planned",
        "libs/till/index.ts": "looked-at",
        "libs/web/": "excluded",
        "libs/list/add.ts": "looked-at",
        "libs/cart/add.ts": "planned",
        "libs/list/sum.ts": "looked-at",
        "libs/cart/sum.ts": "planned",
    }


def test_broken_yaml_is_read_all_the_same() -> None:
    assert planned("globs:\n  - libs/cart/**\nsummary: a: b: c\n  - : [\n- 'libs/b.ts\n", "SCOPE.yaml") == [
        "libs/cart/**",
        "libs/b.ts",
    ]


def test_json_and_front_matter_are_read() -> None:
    assert planned('{\n  "files": [\n    "libs/a.ts",\n    "libs/b.ts"\n  ]\n}\n', "plan.json") == ["libs/a.ts", "libs/b.ts"]
    assert planned("---\npaths: [libs/a.ts, libs/b/]\n---\n# Plan\n\n- `c/d.ts`\n") == ["libs/a.ts", "libs/b/", "c/d.ts"]


def test_what_a_glob_takes_out_again_is_left_out() -> None:
    text = "globs:\n  - apps/**\n  - '!apps/web/**'\n  - !apps/x/y.ts\n"
    assert moods(text, "SCOPE.yaml") == {"apps/**": "planned", "apps/web/**": "excluded", "apps/x/y.ts": "excluded"}
    assert moods("- `apps/**`\n- `!apps/web/**`\n") == {"apps/**": "planned", "apps/web/**": "excluded"}


def test_empty_front_matter_is_none() -> None:
    assert planned("---\n---\n- `x/y.ts`\n") == ["x/y.ts"]


def test_lines_are_counted_from_one() -> None:
    assert [(one.text, one.line) for one in read("---\na: 1\n---\n\n- `x/y.ts`\n", "PLAN.md")] == [("x/y.ts", 5)]
    assert [one.line for one in read(YAML, "SCOPE.yaml")] == [3, 4, 6, 9, 10, 12, 14]


@settings(max_examples=150, deadline=None)
@given(st.text(st.sampled_from("ab/.*@`|-:#\n {}[]()'\"├│~"), max_size=300), st.sampled_from(["a.md", "a.yaml", "a.json"]))
def test_no_text_makes_it_fail(text: str, path: str) -> None:
    lines = text.count("\n") + 1
    assert all(0 < one.line <= lines and one.text for one in read(text, path))


@pytest.mark.parametrize("path", ["a.md", "a.yaml"])
@pytest.mark.parametrize(
    "text",
    ["`" * 100_000, "(" * 100_000, "a/" * 50_000, "a/b.ts " * 20_000, "not " * 20_000, "{a,b}" * 10_000 + "/x", "[a](" * 20_000],
)
def test_much_of_the_same_is_read_to_its_end(text: str, path: str) -> None:
    assert len(read(text, path)) <= MOST
