"""config/checks-loosened over whole trees: what unchanged files say, what is extended, what went with its package."""

import pytest

from pytest_agentcompliance import workshop
from pytest_agentcompliance.rule import Example
from pytest_agentcompliance.rulebook.config.checks_loosened import ChecksLoosened
from pytest_agentcompliance.verdict import Finding

STRICT = '{"compilerOptions": {"strict": true}}\n'
LOOSE = '{"compilerOptions": {"strict": false}}\n'


def found(example: Example) -> list[Finding]:
    return list(ChecksLoosened(**example.given).findings_in(workshop.run_of(example)))


def places(**example: object) -> tuple[str, ...]:
    return workshop.places(ChecksLoosened, Example("x", **example))  # type: ignore[arg-type]


def test_message_shows_before_and_after() -> None:
    (one,) = found(Example("x", before={"tsconfig.json": STRICT}, after={"tsconfig.json": LOOSE, "a.ts": "1\n"}))
    assert one.message == "tsc checks less: `strict = true` became `strict = false`"


def test_fingerprint_does_not_know_the_line() -> None:
    one, two = (
        found(Example("x", before={"tsconfig.json": STRICT}, after={"tsconfig.json": before + LOOSE}))[0] for before in ("", "\n\n")
    )
    assert one.evidence == two.evidence
    assert (str(one.at), str(two.at)) == ("tsconfig.json:1", "tsconfig.json:3")


def test_file_that_did_not_change_may_say_the_same() -> None:
    workflow = "jobs: {a: {steps: [{run: pytest}]}}\n"
    same = {".github/workflows/b.yml": workflow, "a.py": "1\n"}
    assert places(before={**same, ".github/workflows/a.yml": workflow}, after=same) == ()
    empty = {**same, ".github/workflows/b.yml": "jobs: {}\n"}
    assert places(before={**empty, ".github/workflows/a.yml": workflow}, after=empty) == (".github/workflows/a.yml",)


def test_what_is_extended_in_the_repository_counts() -> None:
    base = {"tsconfig.base.json": STRICT, "pkg/a.ts": "1\n"}
    own = '{"compilerOptions": {"strict": true}}\n'
    extends = '{"extends": "../tsconfig.base.json", "compilerOptions": {}}\n'
    assert places(before={**base, "pkg/tsconfig.json": own}, after={**base, "pkg/tsconfig.json": extends}) == ()
    weaker = {**base, "tsconfig.base.json": LOOSE}
    before, after = {**weaker, "pkg/tsconfig.json": own}, {**weaker, "pkg/tsconfig.json": extends}
    assert places(before=before, after=after) == ("pkg/tsconfig.json:1",)


def test_chain_that_leads_into_itself_ends() -> None:
    loop = '{"extends": "./b.json", "compilerOptions": {"noImplicitAny": %s}}\n'
    before = {"tsconfig.json": loop % "true", "b.json": '{"extends": "./tsconfig.json"}\n', "a.ts": "1\n"}
    assert places(before=before, after={**before, "tsconfig.json": loop % "false"}) == ("tsconfig.json:1",)


def test_new_package_is_held_against_the_configuration_above() -> None:
    before = {"tsconfig.json": STRICT, "a.ts": "1\n"}
    assert places(before=before, after={**before, "pkg/tsconfig.json": LOOSE}) == ("pkg/tsconfig.json:1",)
    assert places(before=before, after={**before, "pkg/tsconfig.json": '{"compilerOptions": {}}\n'}) == ()
    assert places(before={"a.ts": "1\n"}, after={"a.ts": "1\n", "pkg/tsconfig.json": LOOSE}) == ()


def test_configuration_that_went_with_its_code_is_none() -> None:
    before = {"pkg/tsconfig.json": STRICT, "pkg/a.ts": "1\n", "b.ts": "1\n"}
    assert places(before=before, after={"b.ts": "1\n"}) == ()
    assert places(before=before, after={"pkg/a.ts": "1\n", "b.ts": "1\n"}) == ("pkg/tsconfig.json",)


def test_code_of_a_package_below_is_not_that_of_the_one_above() -> None:
    scripts = '{"scripts": {"lint": "eslint ."}}\n'
    before = {"api/package.json": scripts, "api/one/package.json": scripts, "api/one/a.ts": "1\n"}
    assert places(before=before, after={**before, "api/package.json": "{}\n"}) == ()
    assert places(before={**before, "api/b.ts": "1\n"}, after={**before, "api/package.json": "{}\n", "api/b.ts": "1\n"}) == (
        "api/package.json:1",
    )


def test_linter_that_took_over_is_said() -> None:
    rule, example = ChecksLoosened(), Example(
        "x", before={".eslintrc.json": '{"rules": {"a": 2}}\n', "a.ts": "1\n"},
        after={"biome.json": '{"linter": {"rules": {"a": {"b": "error"}}}}\n', "a.ts": "1\n"},
    )  # fmt: skip
    finder = rule.check(workshop.run_of(example).changes, workshop.run_of(example).tree)  # type: ignore[arg-type]
    with pytest.raises(StopIteration) as end:
        next(finder)
    assert end.value.value == "not told: eslint gave way to another tool, whose settings cannot be compared"


def test_kinds_and_allowed_files() -> None:
    example = {"before": {"tsconfig.json": STRICT}, "after": {"tsconfig.json": LOOSE, "a.ts": "1\n"}}
    assert places(given={"kinds": ["lint"]}, **example) == ()
    assert places(given={"allow": ["tsconfig.json"]}, **example) == ()
    assert places(given={"kinds": ["types"]}, **example) == ("tsconfig.json:1",)


def test_settings_of_layout_are_remarks_on_style() -> None:
    example = Example(
        "x", before={"ruff.toml": "line-length = 88\n", ".prettierignore": "dist\n"},
        after={"ruff.toml": "line-length = 120\n", ".prettierignore": "dist\nsrc/a.ts\n"},
    )  # fmt: skip
    assert workshop.places(ChecksLoosened, example) == ()
    assert workshop.places(ChecksLoosened, example, "style") == (".prettierignore:2", "ruff.toml:1")


@pytest.mark.parametrize("path", ["pyproject.toml", "tsconfig.json", "eslint.config.js", ".github/workflows/a.yml", ".flake8"])
@pytest.mark.parametrize("text", ["", "\0\0", "\ufeff", "[" * 3000, "{" * 3000, "a: &a [*a]\n", "- " * 3000, "\udcff"])
def test_no_content_makes_it_fail(path: str, text: str) -> None:
    assert places(before={path: text, "a.py": "1\n"}, after={path: text + "\n ", "a.py": "1\n"}) == ()


def test_link_is_left_out() -> None:
    tree = {"tsconfig.json": STRICT}
    assert places(before=tree, links={"pkg/tsconfig.json": "../tsconfig.json"}, after=tree) == ()


RUFF = "[tool.ruff.lint]\nselect = ['E', 'F']\n"


@pytest.mark.parametrize(
    ("new", "expected"),
    [
        ({"src/ruff.toml": "[lint]\nignore = ['ALL']\n"}, ("src/ruff.toml:1",)),
        ({"src/pyproject.toml": "[tool.ruff.lint]\nselect = ['E', 'F']\nignore = ['F401']\n"}, ("src/pyproject.toml:3",)),
        ({"src/ruff.toml": "extend = '../pyproject.toml'\n[lint]\nignore = ['F']\n"}, ("src/ruff.toml:3",)),
        ({"src/ruff.toml": "extend = '../pyproject.toml'\n[lint]\nextend-select = ['S']\n"}, ()),
        ({"src/ruff.toml": "[lint]\nselect = ['ALL']\n"}, ()),
        ({"new/ruff.toml": "[lint]\nselect = ['E4']\n", "new/a.py": "1\n"}, ()),
        ({"new/ruff.toml": "[lint]\nselect = ['E4']\nignore = ['F']\n", "new/a.py": "1\n"}, ("new/ruff.toml:3",)),
        ({"src/pyproject.toml": "[project]\nname = 'a'\n"}, ()),
    ],
)
def test_ruff_of_a_folder_takes_the_place_of_the_one_above(new: dict[str, str], expected: tuple[str, ...]) -> None:
    before = {"pyproject.toml": RUFF, "src/a.py": "1\n"}
    assert places(before=before, after={**before, **new}) == expected


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ({"setup.cfg": "[mypy]\nstrict = True\n"}, {".mypy.ini": "[mypy]\n"}, (".mypy.ini:1",)),
        ({"pyproject.toml": "[tool.coverage.report]\nfail_under = 90\n"}, {".coveragerc": "[run]\nbranch = True\n"},
         (".coveragerc:1",)),
        ({"pyproject.toml": "[tool.coverage.report]\nfail_under = 90\n"}, {"tox.ini": "[tox]\n[pytest]\naddopts = -q\n"}, ()),
        ({"pyproject.toml": "[tool.pytest.ini_options]\naddopts = '--cov-fail-under=80'\n"}, {"pytest.ini": "[pytest]\n"},
         ("pytest.ini:1",)),
        ({"pyproject.toml": "[tool.pytest.ini_options]\naddopts = '--cov-fail-under=80'\n"},
         {"pytest.ini": "[pytest]\naddopts = --cov-fail-under=80\n"}, ()),
        ({"pyproject.toml": "[tool.pytest.ini_options]\naddopts = '--cov-fail-under=80'\n"},
         {".coveragerc": "[run]\nbranch = 1\n"}, ()),
        ({".eslintrc.json": '{"rules": {"a": 2}}\n'}, {"eslint.config.js": "export default []\n"}, ("eslint.config.js:1",)),
        ({".eslintrc.json": '{"rules": {"a": 2}}\n'}, {".eslintrc.js": "module.exports = {rules: {b: 2}}\n"}, (".eslintrc.js:1",)),
        ({".eslintrc.json": '{"rules": {"a": 2}}\n'}, {"eslint.config.js": "export default [{rules: {a: 'error'}}]\n"}, ()),
        ({".eslintrc.json": '{"rules": {"a": 2}}\n'}, {"package.json": '{"eslintConfig": {"rules": {"a": 0}}}\n'}, ()),
    ],
)  # fmt: skip
def test_new_file_takes_the_place_of_one_beside_it(old: dict[str, str], new: dict[str, str], expected: tuple[str, ...]) -> None:
    before = {**old, "a.py": "1\n", "a.js": "1\n"}
    assert places(before=before, after={**before, **new}) == expected


def test_file_that_is_shadowed_and_changed_says_nothing_any_more() -> None:
    before = {"pyproject.toml": RUFF, "a.py": "1\n"}
    after = {"pyproject.toml": RUFF + "extend-select = ['S']\n", "a.py": "1\n", "ruff.toml": "[lint]\nselect = ['E']\n"}
    assert [str(one.at) for one in found(Example("x", before=before, after=after))] == ["pyproject.toml:2"]


def test_configuration_that_moved_with_its_folder_is_held_against_nothing() -> None:
    lax = "[lint]\nselect = ['E']\n"
    before = {"pyproject.toml": RUFF, "old/ruff.toml": lax, "old/a.py": "1\n", "new/b.py": "1\n"}
    assert places(before=before, after={"pyproject.toml": RUFF, "new/ruff.toml": lax, "new/a.py": "1\n", "new/b.py": "1\n"}) == ()
