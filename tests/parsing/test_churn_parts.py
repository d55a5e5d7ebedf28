"""The rooms around the reader of churn: hunks, declarations that moved, what accounts for files, how it is told."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_agentcompliance.parsing.churn import hunks, moves, telling
from pytest_agentcompliance.parsing.churn.accounts import Accounts
from pytest_agentcompliance.parsing.churn.hunks import Hunk
from pytest_agentcompliance.parsing.churn.shapes import shape_of
from pytest_agentcompliance.parsing.churn.tokens import parts, read

SUM = "export function sum(rows: number[]) {\n  return rows.reduce((a, b) => a + b, 0)\n}\n"
MEAN = "export function mean(rows: number[]) {\n  return sum(rows) / Math.max(rows.length, 1)\n}\n"
PATHS = frozenset(
    ["api/cart/store.ts", "api/cart/store.test.ts", "api/till/pay.ts", "web/till/Till.tsx", "web/index.ts", "api/index.ts"]
)


def test_hunks_are_paired_by_what_lies_between_them() -> None:
    assert list(hunks.paired([3, 4, 5, 9], [3, 8, 9, 10])) == [Hunk((3, 6), (3, 4)), Hunk((9, 10), (7, 7)), Hunk((11, 11), (8, 11))]
    assert list(hunks.paired([], [1, 2])) == [Hunk((1, 1), (1, 3))]
    assert list(hunks.paired([], [])) == []


@settings(deadline=None)
@given(st.sets(st.integers(1, 60)), st.sets(st.integers(1, 60)))
def test_every_line_is_in_one_hunk(removed: set[int], added: set[int]) -> None:
    found = list(hunks.paired(sorted(removed), sorted(added)))
    assert [n for one in found for n in range(*one.old)] == sorted(removed)
    assert [n for one in found for n in range(*one.new)] == sorted(added)


def test_formatting_is_told_from_the_change_beside_it() -> None:
    before = "const a = 'a';\nconst b = 1;\n\nf(a, b);\n"
    after = 'const a = "a"\nconst b = 2\n\nf(\n  a,\n  b,\n)\n'
    told = hunks.mixed(before, after, "x.ts", [1, 2, 4], [1, 2, 4, 5, 6, 7])
    assert told == hunks.Mixed((Hunk((1, 2), (1, 2)), Hunk((4, 5), (4, 8))), real=2, changed=(Hunk((2, 3), (2, 3)),))


@pytest.mark.parametrize(
    ("before", "after", "removed", "added"),
    [
        ("f()\ng()\n", "if (a) {\n  f()\n\n  g()\n}\n", [1, 2], [1, 2, 3, 4, 5]),
        ("f()\n\ng()\n", "  f()\n\n  g()\n", [1, 3], [1, 3]),
        ("// a\nf()\n", "// b\nf()\n", [1], [1]),
        ("a = `\nb  c\n`\n", "a = `\nb c\n`\n", [2], [2]),
    ],
)
def test_what_goes_with_the_code_around_it_is_no_churn(before: str, after: str, removed: list[int], added: list[int]) -> None:
    told = hunks.mixed(before, after, "x.ts", removed, added)
    assert told is not None
    assert told.churned == ()


def test_tabs_for_blanks_are_churn() -> None:
    told = hunks.mixed("\tf()\n\tg()\n", "  f()\n  h()\n", "x.ts", [1, 2], [1, 2])
    assert told == hunks.Mixed((Hunk((1, 2), (1, 2)),), real=2, changed=(Hunk((2, 3), (2, 3)),))


def test_what_cannot_be_told_is_not() -> None:
    assert hunks.mixed("a:  1\nb: 1\n", "a: 1\nb: 2\n", "x.yaml", [1, 2], [1, 2]) is None


def test_a_declaration_that_went_elsewhere_is_found() -> None:
    files = {"a.ts": (f"import x from 'x'\n{SUM}{MEAN}", f"import {{ sum }} from './b'\n{MEAN}"), "b.ts": ("", SUM)}
    assert list(moves.moved(files)) == [moves.Move("a.ts", "b.ts", ("sum",))]


@pytest.mark.parametrize(
    "files",
    [
        {"a.ts": (SUM + MEAN, MEAN), "b.ts": ("", SUM.replace("0", "1"))},
        {"a.ts": (SUM + MEAN, MEAN + "f()\n"), "b.ts": ("", SUM)},
        {"a.ts": (SUM + MEAN, MEAN), "b.ts": ("", SUM + "f()\n")},
        {"a.ts": (SUM + MEAN, MEAN), "b.ts": ("", SUM + MEAN)},
        {"a.ts": (SUM, SUM), "b.ts": ("", SUM)},
        {"a.css": ("a{}", ""), "b.css": ("", "a{}")},
    ],
)
def test_what_changed_on_the_way_is_no_move(files: dict[str, tuple[str, str]]) -> None:
    assert list(moves.moved(files)) == []


def test_a_file_that_only_imports_anew_was_moved() -> None:
    files = {
        "a/x.ts": (f"import y from '../y'\n{SUM}", ""),
        "b/c/x.ts": ("", f"import y from '../../y'\n{SUM}"),
        "d/x.ts": ("", f"import y from '../../y'\n{MEAN}"),
    }
    assert list(moves.relocations(files)) == [("a/x.ts", "b/c/x.ts")]


def test_only_files_that_share_their_lines_are_read() -> None:
    lost = {"a.ts": SUM.split("\n"), "b.ts": ["const one = 1", "const two = 2"]}
    assert moves.likely(lost, {"c.ts": SUM.split("\n"), "a.ts": [], "b.ts": ["const one = 1"]}) == {"a.ts", "c.ts"}


def found(text: str, *, plan: bool = False) -> set[str]:
    accounts = Accounts(PATHS)
    if plan:
        accounts.plan(text, "PLAN.md", "the plan")
    else:
        accounts.prose(text, "the log")
    return set(accounts.found)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Changed `api/till/pay.ts`.", {"api/till/pay.ts"}),
        ("Changed pay.ts.", {"api/till/pay.ts"}),
        ("Works in api/till/.", set()),
        ("Reformatted api/till/.", {"api/till/pay.ts"}),
        ("Ran prettier over the till.", {"web/till/Till.tsx"}),
        ("Fixed imports after moving `store`.", {"api/cart/store.ts", "api/cart/store.test.ts"}),
        ("Returns the response format of pay.", set()),
        ("pnpm lint --filter api/till", set()),
        ("pnpm eslint --fix api/till", {"api/till/pay.ts"}),
        ("", set()),
    ],
)
def test_what_a_log_names(text: str, names: set[str]) -> None:
    assert found(text) == names


def test_a_plan_names_what_it_means_to_change() -> None:
    assert found("## Files to modify\n\n- `api/cart/`\n", plan=True) == {"api/cart/store.ts", "api/cart/store.test.ts"}
    assert found("## Out of scope\n\n- `api/till/pay.ts`\n", plan=True) == set()


def test_what_a_log_says_it_left_alone_is_not_named() -> None:
    accounts = Accounts(PATHS)
    accounts.leave("api/till/pay.ts")
    accounts.prose("Looked at api/till/pay.ts and api/cart/store.ts.", "the log")
    assert set(accounts.found) == {"api/cart/store.ts"}


def test_a_test_goes_with_what_it_tests() -> None:
    accounts = Accounts(PATHS)
    accounts.claim("api/cart/store.ts", "chunk 1")
    assert accounts.beside("api/cart/store.test.ts") == "chunk 1"
    assert accounts.beside("web/index.ts") == ""


def test_a_folder_of_the_root_names_no_work() -> None:
    accounts = Accounts(PATHS)
    accounts.claim("api/", "chunk 1")
    assert not accounts.found


@given(st.text(max_size=200))
def test_no_text_is_too_strange(text: str) -> None:
    found(text)
    found(f"# Plan\n{text}", plan=True)


@pytest.mark.parametrize(
    ("old", "new", "roots"),
    [
        ("a/b/c/d.ts", "a/e/c/d.ts", ("a/b", "a/e")),
        ("a/b.ts", "a/c/b.ts", ("a", "a/c")),
        ("a/b.ts", "a/c.ts", ("a", "a")),
        ("a.ts", "b/a.ts", ("", "b")),
    ],
)
def test_where_two_paths_part(old: str, new: str, roots: tuple[str, str]) -> None:
    assert telling.roots(old, new) == roots


def test_many_files_with_one_kind_of_churn_are_told_as_one() -> None:
    many = [telling.Churned(f"api/src/{n}.ts", ("formatting",), "", 2, 4) for n in range(6)]
    (said,) = telling.churned(many)
    assert said.text.startswith(
        "nothing but formatting (line breaks, quotes, semicolons, commas) changed in 6 files of api/src (0.ts, 1.ts"
    )
    assert len(list(telling.churned(many[:3]))) == 3


def test_a_moved_folder_is_told_as_one() -> None:
    (said,) = telling.moved([telling.Moved(f"a/b/{n}.ts", f"a/c/{n}.ts") for n in range(30)], ())
    assert said.text == "30 files were moved from a/b to a/c, with nothing changed in them (0.ts, 1.ts, 10.ts and 27 more)"
    assert said.path == "a/c/0.ts"


_PIECES = [
    "a = 1", "// said", "/* so", "ends */", "`x", "${y}", "z`", "'s'", "{", "}", "<p>", "</p>", "  b(c)", "", "\r", '"""', "# x",
]  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(["a.ts", "a.tsx", "a.js", "a.py", "a.go"]), st.lists(st.sampled_from(_PIECES), max_size=12), st.data())
def test_a_few_lines_have_the_tokens_that_they_have_among_all(path: str, lines: list[str], data: st.DataObject) -> None:
    text = "\n".join(lines)
    shape = shape_of(path, text)
    whole, few = read(text, path, shape), parts(text, path, shape)
    assert whole is not None
    assert few is not None
    starts = [0, *(at + 1 for at, sign in enumerate(text) if sign == "\n"), len(text)]
    start = data.draw(st.sampled_from(starts))
    end = data.draw(st.sampled_from([at for at in starts if at >= start]))
    wanted = [one for one in whole.tokens if start <= one.at < end]
    above = [one for one in whole.tokens if one.at < start < end][-1:]
    reaching = [one for one in above if one.kind != "blank" and one.at + len(one.text) > start]
    reaching += [one for one in wanted[-1:] if one.kind != "blank" and one.at + len(one.text) > end]
    if start < end:
        assert few.tokens(start, end) == (None if reaching else wanted)
