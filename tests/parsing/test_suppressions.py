"""Suppressions as the tools read them: which words are obeyed where, and which only look like it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_agentcompliance.parsing.suppressions import suppressions
from pytest_agentcompliance.parsing.suppressions.apart import explanation, unexplained
from pytest_agentcompliance.parsing.suppressions.compared import more
from pytest_agentcompliance.parsing.suppressions.kinds import HINTS
from pytest_agentcompliance.rule import Candidates


def said(text: str, path: str) -> list[tuple[str, str, set[str]]]:
    return [(one.tool, one.reach, set(one.codes)) for one in suppressions(text, path)]


@pytest.mark.parametrize(
    ("path", "text", "tool", "reach", "codes"),
    [
        ("a.py", "f()  # noqa", "noqa", "line", set()),
        ("a.py", "f()  # NOQA:E501,F401", "noqa", "line", {"e501", "f401"}),
        ("a.py", "f()  #\u00a0noqa : E501", "noqa", "line", {"e501"}),
        ("a.py", "f()  # why  # noqa: E501", "noqa", "line", {"e501"}),
        ("a.py", "# ruff: noqa", "noqa", "file", set()),
        ("a.py", "# flake8: noqa: E501", "noqa", "file", {"e501"}),
        ("a.py", "f()  # type:ignore[arg-type, misc]  # why", "type: ignore", "line", {"arg-type", "misc"}),
        ("a.py", "# type: ignore\nimport a\n", "type: ignore", "file", set()),
        ("a.py", "# mypy: ignore-errors", "mypy", "file", {"ignore-errors"}),
        ("a.py", "# pyright: basic", "pyright", "file", {"basic"}),
        ("a.py", "f()  # pyright: ignore[reportX]", "pyright: ignore", "line", {"reportx"}),
        ("a.py", "f()  # pylint: disable=a,b", "pylint", "line", {"a", "b"}),
        ("a.py", "def f():\n    # pylint: disable=a\n    g()\n", "pylint", "block", {"a"}),
        ("a.py", "# pylint: skip-file", "pylint", "file", set()),
        ("a.py", "f()  # nosec", "nosec", "line", set()),
        ("a.py", "f()  # nosec: B603, B607", "nosec", "line", {"b603", "b607"}),
        ("a.py", "if a:  # pragma: no cover", "pragma: no cover", "line", set()),
        ("a.py", "if a:  # pragma: no branch", "pragma: no cover", "line", set()),
        ("a.py", 'key = "x"  # pragma: allowlist secret', "allowlist secret", "line", set()),
        ("a.py", 'key = "x"  # gitleaks:allow', "gitleaks:allow", "line", set()),
        ("a.py", "f()  # nosemgrep: a.b.c", "nosemgrep", "line", {"a.b.c"}),
        ("a.py", "f()  # ty: ignore[unresolved]", "ty: ignore", "line", {"unresolved"}),
        ("a.ts", "// eslint-disable-next-line a/no-b, c -- why\nf()", "eslint-disable", "line", {"nob", "c"}),
        ("a.ts", "f() // eslint-disable-line", "eslint-disable", "line", set()),
        ("a.ts", "/* eslint-disable no-console */\nf()", "eslint-disable", "file", {"noconsole"}),
        ("a.ts", "f()\n/* eslint-disable */\ng()", "eslint-disable", "block", set()),
        ("a.ts", '/* eslint no-alert: "off" */', "eslint", "file", {"noalert"}),
        ("a.tsx", "a = <p>{/* eslint-disable-next-line no-b */}</p>", "eslint-disable", "line", {"nob"}),
        ("a.ts", "// @ts-ignore", "@ts-ignore", "line", set()),
        ("a.ts", "/* @ts-expect-error why */ f()", "@ts-expect-error", "line", set()),
        ("a.ts", "// @ts-nocheck", "@ts-nocheck", "file", set()),
        ("a.ts", "/* istanbul ignore next */", "coverage ignore", "line", set()),
        ("a.ts", "/* v8 ignore start */", "coverage ignore", "block", set()),
        ("a.ts", "/* c8 ignore next 3 */", "coverage ignore", "line", set()),
        ("a.ts", "/* istanbul ignore file */", "coverage ignore", "file", set()),
        ("a.ts", "// biome-ignore lint/suspicious/noExplicitAny: x", "biome-ignore", "line", {"noexplicitany"}),
        ("a.ts", "// biome-ignore-all lint/a/b: x", "biome-ignore", "file", {"b"}),
        ("a.ts", "// deno-lint-ignore-file", "deno-lint-ignore", "file", set()),
        ("a.ts", "// oxlint-disable-next-line no-b", "eslint-disable", "line", {"nob"}),
        ("a.ts", "f() // NOSONAR", "NOSONAR", "line", set()),
        ("a.css", "/* stylelint-disable-next-line a-b */", "stylelint-disable", "line", {"a-b"}),
        ("a.go", "f() //nolint:errcheck,gosec // why", "nolint", "line", {"errcheck", "gosec"}),
        ("a.go", "f() // #nosec G104", "nosec", "line", {"g104"}),
        ("a.rb", "f # rubocop:disable Style/A, Lint/B", "rubocop:disable", "line", {"style/a", "lint/b"}),
        ("a.java", '  @SuppressWarnings("unchecked")\n  void f() {}', "@SuppressWarnings", "block", {"unchecked"}),
        ("a.rs", "#![allow(dead_code)]", "#[allow]", "file", {"dead_code"}),
        ("a.sh", "# shellcheck disable=SC2086,SC2034", "shellcheck disable", "line", {"sc2086", "sc2034"}),
        ("Dockerfile", "# hadolint ignore=DL3008", "hadolint ignore", "line", {"dl3008"}),
        ("a.tf", "#checkov:skip=CKV_1:why", "checkov:skip", "line", {"ckv_1"}),
        ("a.tf", "a = 1 #tfsec:ignore:aws-b", "tfsec:ignore", "line", {"aws-b"}),
        ("a.php", "// @phpstan-ignore-next-line", "phpstan-ignore", "line", set()),
    ],
)  # fmt: skip
def test_each_tool_is_read_by_its_words(path: str, text: str, tool: str, reach: str, codes: set[str]) -> None:
    assert said(text, path) == [(tool, reach, codes)]
    # What is read has to be found by the search that goes before.
    assert any(one.search(text.encode()) for one in Candidates(contains=HINTS).patterns())


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.py", 'x = "# noqa"'),
        ("a.py", '"""Lines with # noqa: E501 and # type: ignore count."""'),
        ("a.py", "# lines with `# noqa` count"),
        ("a.py", "# type: ignore comments are counted"),
        ("a.py", "# a noqable thing"),
        ("a.py", "x: list = []  # type: list[int]"),
        ("a.ts", "const a = '// @ts-ignore'"),
        ("a.ts", "const a = `/* eslint-disable */`"),
        ("a.ts", "// scans for eslint-disable comments"),
        ("a.ts", "// eslint-disable comments are bad"),
        ("a.ts", "/* eslint-enable no-console */"),
        ("a.ts", "// the @ts-ignore above is old"),
        ("a.go", "// a nolint directive would not help"),
        ("a.md", "<!-- eslint-disable -->\n# noqa"),
        ("a.json", '{"a": "// @ts-ignore"}'),
    ],
)
def test_strings_prose_and_quotations_are_none(path: str, text: str) -> None:
    assert said(text, path) == []


def test_two_in_one_comment_are_two_each_at_its_line() -> None:
    found = suppressions("a()\nf()  # noqa: E501  # type: ignore[misc]\n", "a.py")
    assert [(one.tool, one.line, one.code) for one in found] == [("noqa", 2, "f()"), ("type: ignore", 2, "f()")]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("f()  # noqa: E501 - a long address", "a long address"),
        ("f()  # noqa: E501", ""),
        ("f()  # nosec B603: constant", "constant"),
    ],
)
def test_reason_is_what_is_said_beside_it(text: str, reason: str) -> None:
    assert [one.reason for one in suppressions(text, "a.py")] == [reason]


def widened(before: str, after: str, path: str = "a.py") -> list[tuple[str, bool]]:
    found = more({path: (suppressions(before, path), suppressions(after, path))})
    return [(one.now.text, one.was is not None) for one in found]


def test_widened_is_told_with_what_it_was_and_narrowed_is_none() -> None:
    assert widened("f()  # noqa: E501\n", "f()  # noqa\n") == [("noqa", True)]
    assert widened("f()  # noqa: E501\n", "f()  # noqa: E501, F401\n") == [("noqa: E501, F401", True)]
    assert widened("f()  # noqa: E501, F401\n", "f()  # noqa: F401\n") == []
    assert widened("# ruff: noqa\nf()\n", "f()  # noqa: F401\n") == []
    assert widened("// @ts-expect-error\nf()\n", "// @ts-ignore\nf()\n", "a.ts") == [("@ts-ignore", True)]


def test_one_that_is_gone_pays_for_one_alone() -> None:
    assert widened("f()  # noqa\n", "f()  # noqa: E501\ng()  # noqa: E501\n") == [("noqa: E501", False)]


@given(
    st.text(alphabet="# noqatype:ignoresl-d@/*[]\"'`\n\\E501,", max_size=200),
    st.sampled_from(["a.py", "a.ts", "a.go", "a.html", "a.rs"]),
)
def test_no_text_makes_it_fail(text: str, path: str) -> None:
    for one in suppressions(text, path):
        assert 1 <= one.line <= text.count("\n") + 1


@pytest.mark.parametrize("piece", ["# noqa: E501 ", "# type: ignore[", "eslint-disable a, ", "# pylint: disable=a,", "//nolint:a,"])
def test_a_long_line_is_bounded(piece: str) -> None:
    for path in ("a.py", "a.ts", "a.go"):
        assert len(suppressions("# " + piece * 20_000, path)) < 500


@pytest.mark.parametrize(
    ("said", "explains"),
    [
        ("# noqa: BLE001", False),
        ("# noqa  # nosec  # type: ignore  # pragma: no cover", False),
        ("# noqa: BLE001 - the server goes down anyway", True),
        ("// eslint-disable-next-line no-empty -- the next request fills it", True),
        ("// eslint-disable-line no-empty", False),
        ("/* istanbul ignore next */", False),
        ("// @ts-ignore // NOSONAR", False),
        ("// ...", False),
        ("/* --- */", False),
        ("", False),
        ("// filled by the next request", True),
        ("#" * 5000 + " why not", False),
        ("# noqa " * 200, False),
        ("# noqa " * 40 + "# why not", True),
        ("// " * 150 + "eslint-disable-line", False),
    ],
)
def test_only_words_for_readers_explain(said: str, explains: bool) -> None:
    assert bool(explanation(said)) is explains


def test_comment_that_explains_nothing_is_made_blank_and_no_other() -> None:
    text = "f() {} // NOSONAR\n// why\ng('// NOSONAR') /* @ts-ignore */\n"
    assert unexplained(text, "a.ts") == "f() {}           \n// why\ng('// NOSONAR')                 \n"
    assert unexplained("# noqa\n", "a.unknown") == "# noqa\n"
    assert unexplained("f()  # why\n", "a.py") == "f()  # why\n"


@given(st.text(alphabet="#/*- \nnoqa:E1 eslint-disable", max_size=200))
def test_what_is_made_blank_keeps_its_place(text: str) -> None:
    for path in ("a.py", "a.ts"):
        plain = unexplained(text, path)
        assert len(plain) == len(text)
        assert all(a in (b, " ") for a, b in zip(plain, text, strict=True))
    explanation(text)
