"""Configuration files of checks, two versions at a time: what got looser, and what only looks like it."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_agentcompliance.parsing.checks_config.compared import Around, Changed, looser
from pytest_agentcompliance.parsing.checks_config.names import GLOBS, read
from pytest_agentcompliance.parsing.checks_config.record import Config
from pytest_agentcompliance.parsing.globs import is_wild, matches

ALONE = Around(lambda where, tool, base: (), lambda folder: True)


def at(side: Mapping[str, str], path: str) -> Config | None:
    return read(path, side[path]) if path in side else None


def said(before: Mapping[str, str], after: Mapping[str, str]) -> list[tuple[str, str]]:
    """Each finding as what was and what is."""
    paths = sorted({*before, *after})
    files = [Changed(one, at(before, one), at(after, one)) for one in paths]
    return [(one.was, one.now) for one in looser(files, ALONE)[0]]


def unknown(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[str, ...]:
    paths = sorted({*before, *after})
    files = [Changed(one, at(before, one), at(after, one)) for one in paths]
    return looser(files, ALONE)[1]


@pytest.mark.parametrize(
    ("path", "before", "after", "was", "now"),
    [
        ("ruff.toml", "lint.select = ['E', 'S']\n", "lint.select = ['E']\n", "select: S", ""),
        ("ruff.toml", "lint.select = ['ALL']\n", "lint.select = ['ALL']\nlint.ignore = ['D']\n", "", "ignore: D"),
        ("ruff.toml", "[lint]\nselect = ['S']\n", "[lint]\nselect = ['S']\nper-file-ignores.'api/*' = ['S101']\n", "",
         "per-file-ignores api/*: S101"),
        ("ruff.toml", "exclude = []\n", "exclude = ['src/old']\n", "", "exclude: src/old"),
        ("ruff.toml", "[lint]\nmccabe.max-complexity = 5\n", "[lint]\nmccabe.max-complexity = 9\n", "max-complexity = 5",
         "max-complexity = 9"),
        (".flake8", "[flake8]\nmax-complexity = 5\n",
         "[flake8]\nmax-complexity = 5\nextend-ignore = E501\n", "", "extend-ignore: E501"),
        ("mypy.ini", "[mypy]\nstrict = True\n", "[mypy]\nstrict = False\n", "strict = true", "strict = false"),
        ("mypy.ini", "[mypy]\nstrict = True\n", "[mypy]\nstrict = True\ndisallow_untyped_defs = False\n",
         "disallow_untyped_defs (by strict)", "disallow_untyped_defs = false"),
        ("mypy.ini", "[mypy]\nstrict = True\n", "[mypy]\nstrict = True\n[mypy-api.*]\nignore_errors = True\n", "",
         "ignore_errors = true for api.*"),
        ("pyproject.toml", "[tool.pyright]\ntypeCheckingMode = 'strict'\n", "[tool.pyright]\ntypeCheckingMode = 'basic'\n",
         "typeCheckingMode = strict", "typeCheckingMode = basic"),
        ("pyrightconfig.json", '{"reportX": "error"}', '{"reportX": "warning"}', "reportX = error", "reportX = warning"),
        ("pyproject.toml", "[tool.pytest.ini_options]\naddopts = '--cov-fail-under=90'\n",
         "[tool.pytest.ini_options]\naddopts = '-q'\n", "threshold = 90", ""),
        (".coveragerc", "[run]\nbranch = True\n", "[run]\nbranch = True\nomit =\n    # slow\n    src/a.py\n", "", "omit: src/a.py"),
        ("pyproject.toml", "[tool.bandit]\nskips = []\n", "[tool.bandit]\nskips = ['B101']\n", "", "skips: B101"),
        (".pylintrc", "[MAIN]\nfail-under=9.5\n", "[MAIN]\nfail-under=8\n", "fail-under = 9.5", "fail-under = 8"),
        ("tsconfig.json", '{"compilerOptions": {"strict": true}}', '{"compilerOptions": {}}', "strict = true", ""),
        ("tsconfig.json", '{"compilerOptions": {"strict": true}}',
         '{"compilerOptions": {"strict": true}, "exclude": ["src/old"]}', "",
         "exclude: src/old"),
        (".eslintrc.yml", "rules:\n  a: error\n", "rules:\n  a: [warn, x]\n", "a: error", "a: warn"),
        (".eslintrc.json", '{"extends": ["a", "b"]}', '{"extends": ["a"]}', "extends: b", ""),
        ("eslint.config.ts", "export default f([{rules: {a: 2}}])", "export default f([{rules: {a: 0}}])", "a: 2", "a: 0"),
        (".eslintignore", "dist\n", "dist\nsrc/old\n", "", "ignore: src/old"),
        ("biome.json", '{"linter": {"enabled": true}}', '{"linter": {"enabled": false}}', "enabled = true", "enabled = false"),
        ("biome.json", '{"linter": {"rules": {"a": {"b": "error"}}}}', '{"linter": {"rules": {"a": {"b": "off"}}}}', "a/b: error",
         "a/b: off"),
        ("jest.config.js", "module.exports = {coverageThreshold: {global: {lines: 90}}}",
         "module.exports = {coverageThreshold: {global: {lines: 50}}}", "lines = 90", "lines = 50"),
        ("vitest.config.ts", "export default defineConfig({test: {coverage: {thresholds: {branches: 80}}}})",
         "export default defineConfig({test: {coverage: {}}})", "branches = 80", ""),
        ("package.json", '{"scripts": {"lint": "eslint ."}}', '{"scripts": {"lint": "eslint . || true"}}', "lint (eslint)",
         "lint (eslint), whose failure is ignored"),
        ("package.json", '{"scripts": {"lint": "eslint . --max-warnings 0"}}', '{"scripts": {"lint": "eslint . --max-warnings 9"}}',
         "--max-warnings 0", "--max-warnings 9"),
        (".github/workflows/ci.yml", "jobs: {a: {steps: [{run: mypy .}]}}",
         "jobs: {a: {steps: [{run: mypy ., continue-on-error: true}]}}",
         "type check (mypy)", "type check (mypy), whose failure is ignored"),
        (".github/workflows/ci.yml", "jobs: {a: {steps: [{run: mypy .}]}}", "jobs: {a: {if: false, steps: [{run: mypy .}]}}",
         "type check (mypy)", "type check (mypy), switched off"),
        (".github/workflows/ci.yml", "jobs: {a: {steps: [{uses: gitleaks/gitleaks-action@v2}]}}",
         "jobs: {a: {steps: []}}", "gitleaks", ""),
        (".github/workflows/ci.yml", "jobs: {a: {steps: [{run: npm run test:complete}]}}", "jobs: {a: {steps: []}}",
         "tests (test:complete)", ""),
        (".gitlab-ci.yml", "lint:\n  script: [ruff check .]\n",
         "lint:\n  allow_failure: true\n  script: [ruff check .]\n", "lint (ruff)",
         "lint (ruff), whose failure is ignored"),
        (".pre-commit-config.yaml", "repos: [{hooks: [{id: mypy}]}]", "repos: [{hooks: [{id: mypy, exclude: ^api/}]}]", "",
         "exclude of mypy: api/"),
        (".pre-commit-config.yaml", "repos: [{hooks: [{id: mypy}]}]",
         "repos: [{hooks: [{id: mypy, stages: [manual]}]}]", "hook mypy",
         "hook mypy"),
        (".husky/pre-commit", "pnpm lint\n", "# pnpm lint\n", "lint (lint)", ""),
        ("lefthook.yml", "pre-commit: {commands: {a: {run: ruff check}}}", "pre-commit: {commands: {}}", "lint (ruff)", ""),
        (".golangci.yml", "linters: {enable: [gosec]}", "linters: {enable: []}", "enable: gosec", ""),
        (".golangci.yml", "linters: {enable: [a]}", "linters: {enable: [a], disable: [errcheck]}", "", "disable: errcheck"),
        ("codecov.yml", "coverage: {status: {project: {default: {target: 90%}}}}",
         "coverage: {status: {project: {default: {target: 60%}}}}", "project target of default = 90",
         "project target of default = 60"),
        ("sonar-project.properties", "sonar.exclusions=a/**\n",
         "sonar.exclusions=a/**,src/b/**\n", "", "sonar.exclusions: src/b/**"),
        (".gitleaks.toml", "[allowlist]\npaths = []\n", "[allowlist]\npaths = ['''a''']\n", "", "allowlist paths: a"),
        (".secrets.baseline", '{"results": {}}', '{"results": {"a.py": [{"type": "Key", "hashed_secret": "00ff"}]}}', "",
         "allowed: a Key in a.py"),
    ],
)  # fmt: skip
def test_looser_settings_are_told_as_they_were_and_as_they_are(path: str, before: str, after: str, was: str, now: str) -> None:
    assert said({path: before}, {path: after}) == [(was, now)]
    assert said({path: after}, {path: before}) == []  # the other way round it is stricter
    assert matches(path, GLOBS)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"ruff.toml": "lint.select = ['E', 'F']\n"}, {"pyproject.toml": "[tool.ruff.lint]\nselect = ['F', 'E']\n"}),
        ({"ruff.toml": "lint.select = ['E']\n"}, {"ruff.toml": "lint.select = ['E', 'S']\nlint.ignore = ['S101']\n"}),
        ({"ruff.toml": "lint.select = ['E501', 'E4']\n"}, {"ruff.toml": "lint.select = ['E']\n"}),
        ({"ruff.toml": "lint.ignore = ['E501']\n"}, {"ruff.toml": "lint.per-file-ignores.'a.py' = ['E501']\n"}),
        ({"mypy.ini": "[mypy]\ndisallow_untyped_defs = True\n"}, {"mypy.ini": "[mypy]\nstrict = True\n"}),
        ({"mypy.ini": "[mypy]\nstrict = True\n"}, {"setup.cfg": "[mypy]\nstrict = yes\n"}),
        ({".coveragerc": "[report]\nfail_under = 90\n"},
         {"pyproject.toml": "[tool.pytest.ini_options]\naddopts = ['--cov-fail-under=90']\n"}),
        ({"tsconfig.json": '{"compilerOptions": {"strict": true, "noImplicitAny": true}}'},
         {"tsconfig.json": '{\n  // one is enough\n  "compilerOptions": { "strict": true, },\n}'}),
        ({".eslintrc.json": '{"rules": {"a": "error"}}'}, {".eslintrc.json": '{"rules": {"a": ["error", {"b": 1}]}}'}),
        ({".eslintrc.json": '{"rules": {"a": 2}}'}, {"eslint.config.mjs": "export default [{ rules: { a: 'error' } }]\n"}),
        ({"eslint.config.mjs": "export default [{files: ['a/**'], rules: {a: 'off'}}]"},
         {"eslint.config.mjs": "export default [{files: ['a/**', 'b.ts'], rules: {a: 'off'}}]"}),
        ({"eslint.config.mjs": "export default [{ignores: ['old/**']}]"},
         {"eslint.config.mjs": "export default [{ignores: ['old/a/**']}]"}),
        ({".eslintrc.json": '{"rules": {"a": 2}}'}, {".eslintrc.json": '{"rules": {"a": 2, "new/b": "off"}}'}),
        ({".github/workflows/a.yml": "jobs: {a: {steps: [{run: pytest}]}}"},
         {".github/workflows/b.yml": "jobs: {b: {steps: [{run: 'uv run pytest -q'}]}}"}),
        ({".github/workflows/a.yml": "jobs: {a: {steps: [{run: npx mocha}, {run: npm test}]}}"},
         {".github/workflows/a.yml": "jobs: {a: {steps: [{run: npm test}, {run: npm test}]}}"}),
        ({"package.json": '{"scripts": {"test": "jest"}}'}, {"package.json": '{"scripts": {"test": "vitest run"}}'}),
        ({".pre-commit-config.yaml": "repos: [{hooks: [{id: flake8}, {id: isort}]}]"},
         {".pre-commit-config.yaml": "repos: [{hooks: [{id: ruff}]}]"}),
        ({"jest.config.js": "module.exports = {coverageThreshold: {global: {lines: 90}}}"},
         {"package.json": '{"jest": {"coverageThreshold": {"global": {"lines": 90}}}}'}),
        ({"pyproject.toml": "[tool.coverage.run]\nbranch = true\n"},
         {"pyproject.toml": "[tool.coverage.run]\nbranch = true\nomit = ['tests/*', '*/migrations/*']\n"}),
        ({}, {".eslintrc.json": '{"rules": {"a": "off"}, "ignorePatterns": ["src/old"]}'}),
    ],
)  # fmt: skip
def test_what_means_the_same_or_more_is_none(before: Mapping[str, str], after: Mapping[str, str]) -> None:
    assert said(before, after) == []


def test_what_cannot_be_told_is_said_and_accuses_nobody() -> None:
    before = {"eslint.config.js": "export default [{rules: {a: 'error'}}]"}
    after = {"eslint.config.js": "export default [...shared, {rules: {}}]"}
    assert said(before, after) == []
    assert unknown(before, after) == ("eslint.config.js: a part of it is code, whose value is not known",)


def test_pipeline_that_is_broken_accuses_nobody() -> None:
    before = {".github/workflows/a.yml": "jobs: {a: {steps: [{run: pytest}]}}"}
    assert said(before, {".github/workflows/a.yml": "jobs: {a: {steps: [{run: pytest}"}) == []
    assert unknown(before, {".github/workflows/a.yml": "jobs: [{a"}) == (".github/workflows/a.yml: it cannot be parsed",)


def test_tool_that_lost_all_its_settings_is_one_finding() -> None:
    before = {"mypy.ini": "[mypy]\nstrict = True\nwarn_unreachable = True\nenable_error_code = a, b\n"}
    assert said(before, {}) == [("settings of mypy", "")]


def test_lines_of_toml_and_ini_are_those_of_the_settings() -> None:
    config = read("pyproject.toml", "[project]\nname = 'a'\n\n[tool.ruff.lint]\nselect = [\n  'E',\n  'S',\n]\n")
    assert [(one.shown, one.line) for one in config.facts if one.strength] == [("select: E", 6), ("select: S", 7)]
    config = read(".flake8", "[flake8]\nextend-ignore =\n    # long lines\n    E501,\n    W503\n")
    shown = [(one.shown, one.line) for one in config.facts if one.strength]
    assert shown == [("extend-ignore: E501", 4), ("extend-ignore: W503", 5)]


def test_globs_are_ones_that_match_in_time() -> None:
    assert not [one for one in GLOBS if is_wild(one)]


NAMES = (
    "pyproject.toml", "setup.cfg", "tsconfig.json", "eslint.config.js", ".eslintrc.yml", ".github/workflows/a.yml", "package.json",
    ".golangci.yml", ".secrets.baseline", "codecov.yml", ".pre-commit-config.yaml", ".husky/pre-commit", "vitest.config.ts",
    "biome.json",
)  # fmt: skip


@given(st.sampled_from(NAMES), st.text(alphabet="[]{}()'\"\n:=,.-#/ \\abcrulestool0%$|&*<>", max_size=200))
def test_no_text_makes_it_fail(path: str, text: str) -> None:
    assert read(path, text).path == path


@pytest.mark.parametrize("path", NAMES)
@pytest.mark.parametrize("piece", ["[", "{", "a:\n ", "- ", "rules: ", "[a.b]\n", "\ud800\0", "run: ruff check && "])
def test_hostile_texts_are_bounded(path: str, piece: str) -> None:
    assert len(read(path, piece * 1500).facts) < 6000
