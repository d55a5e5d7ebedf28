"""Fingerprints: the same finding has the same one wherever it moves, and two findings never share one."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_agentcompliance import catalog, workshop
from pytest_agentcompliance.evidence import History
from pytest_agentcompliance.place import Place
from pytest_agentcompliance.rule import Example, Rule
from pytest_agentcompliance.verdict import Finding, alike, fingerprinted, unformatted

RULES = {name: catalog.find(name) for name in catalog.names()}
BREAKING = [
    pytest.param(name, example, id=f"{name}: {example.title}")
    for name, rule in RULES.items()
    for example in rule.examples
    if example.finds or example.styles
]
LAID_OUT = (".ts", ".tsx", ".js", ".jsx", ".mjs", ".cjs", ".py", ".go", ".json")


def prints(name: str, rule: type[Rule], example: Example, *, rebased: bool = False) -> list[tuple[str, str]]:
    run = workshop.run_of(example)
    if rebased and run.commits is not None:
        commits = [replace(one, id=f"{number:02x}{one.id[2:]}") for number, one in enumerate(run.commits, 0xA0)]
        run = replace(run, commits=History(lambda: tuple(commits)))
    found = fingerprinted(name, rule(**example.given).findings_in(run))
    return sorted((one.at.path if one.at else "", one.fingerprint) for one in found)


def mapped(example: Example, change: Callable[[str, str], str]) -> Example:
    """The example with the text of every file changed, by its path."""

    def tree(files: Mapping[str, str]) -> dict[str, str]:
        return {path: change(path, text) for path, text in files.items()}

    def step(files: Mapping[str, str | None]) -> dict[str, str | None]:
        return {path: text if text is None else change(path, text) for path, text in files.items()}

    log, before = (text if text is None else change("BACKEND-LOG.md", text) for text in (example.log, example.log_before))
    return replace(
        example, before=tree(example.before), after=tree(example.after), commits=tuple(map(step, example.commits)), log=log,
        log_before=before,
    )


def moved_down(path: str, text: str) -> str:
    """Blank lines at the top, where they mean nothing."""
    first = text.startswith(("---", "#!", "@", "\ufeff", "version https://git-lfs"))
    first = first or "coding" in text.partition("\n")[0]  # PEP 263: it counts in the first two lines alone
    end = "\r\n" if "\r\n" in text else "\n"
    return text if first or not text.strip() or "\0" in text else f"{end * 3}{text}"


def indented(path: str, text: str) -> str:
    """Twice the indentation of code."""
    return re.sub(r"^[ \t]+", lambda found: found[0] * 2, text, flags=re.M) if path.endswith(LAID_OUT) else text


# A coverage report names lines: one that was made before they moved is another finding.
@pytest.mark.parametrize(("name", "example"), [one for one in BREAKING if not one.values[1].coverage])  # type: ignore[union-attr]
def test_fingerprint_survives_moved_lines(name: str, example: Example) -> None:
    assert prints(name, RULES[name], mapped(example, moved_down)) == prints(name, RULES[name], example)


@pytest.mark.parametrize(("name", "example"), BREAKING)
def test_fingerprint_survives_new_indentation(name: str, example: Example) -> None:
    assert prints(name, RULES[name], mapped(example, indented)) == prints(name, RULES[name], example)


@pytest.mark.parametrize(("name", "example"), [one for one in BREAKING if "commits" in RULES[str(one.values[0])].reads])
def test_fingerprint_survives_a_rebase(name: str, example: Example) -> None:
    assert prints(name, RULES[name], example, rebased=True) == prints(name, RULES[name], example)


@pytest.mark.parametrize(("name", "example"), BREAKING)
def test_no_two_findings_share_a_fingerprint(name: str, example: Example) -> None:
    found = prints(name, RULES[name], example)
    assert len(set(found)) == len(found)


def of(rule: str, *evidence: str, path: str = "a.ts") -> list[str]:
    found = [Finding("m", Place(path, number), evidence=one) for number, one in enumerate(evidence, 1)]
    return [one.fingerprint for one in fingerprinted(rule, found)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("call(a, b)", "call(\n    a,\n    b,\n)"),
        ("call(a, b)", "call( a,b );"),
        ("const a = 'x'", 'const a = "x";'),
        ("const a = `x`", "const a = 'x'"),
        ("a = 1; b = 2", "a = 1\nb = 2;"),
        ("[1, 2]", "[\n\t1,\n\t2,\n],"),
        ("{ a: 1 }", "{a: 1,}"),
        ("import { x } from 'y'", 'import {x} from "y";'),
        ("if (a) {", "if(a){"),
        ("x\u00a0 y\tz", "x y z"),
    ],
)
def test_fingerprint_survives_a_formatter(one: str, other: str) -> None:
    assert of("a/b", one) == of("a/b", other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("const ab", "const a b"), ("a + b", "a - b"), ("f(a, b)", "f(b, a)"), ("x.y", "x,y"), ("TODO one", "TODO two"), ("A", "a")],
)
def test_fingerprints_tell_different_findings_apart(one: str, other: str) -> None:
    assert of("a/b", one) != of("a/b", other)


def test_rule_and_path_are_part_of_it() -> None:
    assert of("a/b", "x") != of("a/c", "x")
    assert of("a/b", "x") != of("a/b", "x", path="b.ts")


def test_of_two_equal_findings_the_one_that_stays_has_one_of_the_two() -> None:
    first, second = of("a/b", "x", "x")
    assert first != second
    assert of("a/b", "x") == [first]
    assert of("a/b", "y", "x", "z", "x")[1::2] == [first, second]


def test_order_of_files_does_not_matter() -> None:
    found = [Finding("m", Place(path, 1), evidence="x") for path in ("a", "b", "a", "c")]
    there, back = (sorted((one.at.path, one.fingerprint) for one in fingerprinted("a/b", order) if one.at)
                   for order in (found, found[::-1]))  # fmt: skip
    assert there == back


def test_findings_that_a_file_had_before_have_the_first_ordinals() -> None:
    finding = Finding("m", Place("a.ts", 9), evidence="x")
    (one,) = fingerprinted("a/b", [finding], {alike(finding): 1})
    assert one.fingerprint == of("a/b", "x", "x")[1]


@given(st.text(st.sampled_from("ab1 \n\t\u00a0,;'\"`()[]{}.\ud800\udcff\0")))
def test_what_is_laid_out_twice_is_laid_out_once(text: str) -> None:
    assert unformatted(unformatted(text)) == unformatted(text)
    assert len(of("a/b", text)[0]) == 24


@given(st.text(st.sampled_from("ab ,;'()[]{}.")), st.sampled_from([" ", "\n", "\n\t  "]))
def test_every_blank_may_be_a_line_end(text: str, blank: str) -> None:
    assert unformatted(text.replace(" ", blank)) == unformatted(text)
