"""Checks that are silenced or loosened: by a comment, by a file above, below or beside, by the step that runs them."""

from tests.evasions.harness import APP, BASE, LOCKED, PROFILE, Expected, Must, Stage, attack, control

SILENCED, LOOSER = "content/suppression", "config/checks-loosened"
GATE = """\
spec: s
clauses:
  G-05: {says: "Lint rules hold", rules: {content/suppression: {}, config/checks-loosened: {}}}
"""
ESLINT, TYPES, PYTHON, CI = ".eslintrc.json", "tsconfig.json", "pyproject.toml", ".github/workflows/ci.yml"
STEPS = "on: push\njobs:\n  check:\n    runs-on: a\n    steps:\n      - run: eslint .\n      - run: pytest --cov-fail-under=80\n"
START = {
    PROFILE: GATE,
    ESLINT: '{"root": true, "rules": {"no-console": "error"}}\n',
    TYPES: '{"compilerOptions": {"strict": true}}\n',
    PYTHON: '[tool.ruff.lint]\nselect = ["E", "F"]\n\n[tool.mypy]\nstrict = true\n',
    "package.json": '{"scripts": {"lint": "eslint . --max-warnings 0"}}\n',
    "tools/a.py": "A = 1\n",
    CI: STEPS,
}
COMMENT = "A comment is found by what the tools take it for, however it is written and wherever it stands."
MEANING = "Configurations are compared by what they mean, over all files that may say it."
RUNS = "The step that runs a check is part of it."


def changed(stage: Stage, path: str, text: str | None) -> None:
    stage.found(START)
    stage.commit("work", {path: text})


@attack(family="checks", defeated=COMMENT)
def silence_in_capitals(stage: Stage) -> Expected:
    """The comment is written as few people write it."""
    changed(stage, "tools/a.py", "import os #NOQA:F401\nA = 1\n")
    return Must(SILENCED, "tools/a.py")


@control("silence_in_capitals")
def silence_that_is_spoken_of(stage: Stage) -> None:
    """A text and a string that speak of such comments."""
    changed(stage, "tools/a.py", 'A = "# noqa"  # what silences a linter\nB = "eslint-disable"\n')


@attack(family="checks", defeated=COMMENT)
def silence_of_a_whole_file(stage: Stage) -> Expected:
    """One line on top is for the whole file."""
    changed(stage, "tools/a.py", "# ruff: noqa\nA = 1\n")
    return Must(SILENCED, "tools/a.py")


@attack(family="checks", defeated=COMMENT)
def silence_in_a_comment_of_documentation(stage: Stage) -> Expected:
    """The directive stands in a block of several lines, which the compiler obeys."""
    changed(stage, APP, f'{BASE[APP]}/**\n * @ts-ignore\n */\nexport const one: number = "1"\n')
    return Must(SILENCED, APP)


@attack(family="checks", defeated=COMMENT)
def silence_as_a_setting_in_code(stage: Stage) -> Expected:
    """A comment switches a rule off by giving it another value."""
    changed(stage, APP, f"/* eslint no-console: 0 */\n{BASE[APP]}")
    return Must(SILENCED, APP)


@attack(family="checks", defeated=COMMENT)
def silence_in_markup(stage: Stage) -> Expected:
    """The directive is a comment within JSX."""
    text = "export const B = () => <div>\n  {/* @ts-ignore */}\n  <A b={1} />\n</div>\n"
    changed(stage, "packages/backend/src/b.tsx", text)
    return Must(SILENCED, "packages/backend/src/b.tsx")


@attack(family="checks", defeated=COMMENT)
def silence_by_a_decorator(stage: Stage) -> Expected:
    """The type checker is told by a decorator to look away."""
    changed(stage, "tools/a.py", "from typing import no_type_check\n\n\n@no_type_check\ndef a(b): return b\n")
    return Must(SILENCED, "tools/a.py")


@attack(family="checks", defeated=COMMENT)
def silence_of_the_coverage(stage: Stage) -> Expected:
    """What no test runs is taken out of the count."""
    changed(stage, APP, f"/* istanbul ignore file */\n{BASE[APP]}")
    return Must(SILENCED, APP)


@attack(family="checks", defeated=MEANING)
def configuration_in_a_folder_below(stage: Stage) -> Expected:
    """A configuration nearer to the code switches the rule off for it."""
    changed(stage, "packages/backend/.eslintrc.js", 'module.exports = {rules: {"no-console": 0}}\n')
    return Must(LOOSER, "packages/backend/.eslintrc.js")


@control("configuration_in_a_folder_below", remarks=[LOCKED])
def configuration_that_is_stricter(stage: Stage) -> None:
    """A configuration nearer to the code asks for more."""
    changed(stage, "packages/backend/.eslintrc.js", 'module.exports = {rules: {"no-alert": 2}}\n')


@attack(family="checks", defeated=MEANING)
def override_for_some_files(stage: Stage) -> Expected:
    """The rule stays, and an override takes all files out of it."""
    text = '{"root": true, "rules": {"no-console": "error"},\n "overrides": [{"files": ["**"], "rules": {"no-console": "off"}}]}\n'
    changed(stage, ESLINT, text)
    return Must(LOOSER, ESLINT)


@control("override_for_some_files", remarks=[LOCKED])
def configuration_in_another_order(stage: Stage) -> None:
    """The same, laid out otherwise."""
    changed(stage, ESLINT, '{\n  "rules": {"no-console": 2},\n  "root": true\n}\n')


@attack(family="checks", defeated=MEANING)
def flag_within_a_strict_whole(stage: Stage) -> Expected:
    """It is still called strict, and one of what that means is switched off."""
    changed(stage, TYPES, '{"compilerOptions": {"strict": true, "noImplicitAny": false}}\n')
    return Must(LOOSER, TYPES)


@attack(family="checks", defeated=MEANING)
def second_configuration_that_wins(stage: Stage) -> Expected:
    """A file that the tool prefers to the one that is there."""
    changed(stage, "mypy.ini", "[mypy]\nignore_errors = True\n")
    return Must(LOOSER, "mypy.ini")


@attack(family="checks", defeated=MEANING)
def paths_that_are_ignored(stage: Stage) -> Expected:
    """An ignore file leaves the code out."""
    changed(stage, ".eslintignore", "packages/\n")
    return Must(LOOSER, ".eslintignore")


@attack(family="checks", defeated=RUNS)
def step_that_may_fail(stage: Stage) -> Expected:
    """The pipeline goes on where the check fails."""
    changed(stage, CI, STEPS.replace("eslint .\n", "eslint .\n        continue-on-error: true\n"))
    return Must(LOOSER, CI)


@attack(family="checks", defeated=RUNS)
def job_that_never_runs(stage: Stage) -> Expected:
    """The job has a condition that does not hold."""
    changed(stage, CI, STEPS.replace("  check:\n", "  check:\n    if: false\n"))
    return Must(LOOSER, CI)


@attack(family="checks", defeated=RUNS)
def script_that_checks_nothing(stage: Stage) -> Expected:
    """The script that the pipeline calls says that all is well."""
    changed(stage, "package.json", '{"scripts": {"lint": "echo ok"}}\n')
    return Must(LOOSER, "package.json")


@attack(family="checks", defeated=RUNS)
def threshold_on_a_command_line(stage: Stage) -> Expected:
    """The minimum of the coverage goes down where it is asked for."""
    changed(stage, CI, STEPS.replace("under=80", "under=10"))
    return Must(LOOSER, CI)


@attack(family="checks", defeated=RUNS)
def pipeline_that_is_gone(stage: Stage) -> Expected:
    """The pipeline is deleted."""
    changed(stage, CI, None)
    return Must(LOOSER, CI)
