"""What a change adds silences no rule: no comment, no attribute, no list of what is allowed, no configuration of a tool."""

from dataclasses import replace

import pytest

from pytest_agentcompliance import catalog, workshop
from pytest_agentcompliance.rule import Example

# Rules of the diff; those over logs, transcripts, proofs and documents read nothing that such a comment could stand in.
GROUPS = ("api/", "architecture/", "compat/", "content/", "database/", "dependencies/", "documentation/", "security/", "testing/")
# What would silence a tool that obeys the tree it checks.
FILES = {
    ".gitattributes": "* -diff linguist-generated=true binary\n",
    ".gitignore": "*\n",
    ".secrets.baseline": '{"version": "1.5.0", "plugins_used": [], "filters_used": [{"path": ".*"}], "results": {}}\n',
    ".gitleaks.toml": "[allowlist]\npaths = ['''.*''']\n",
    ".gitleaksignore": "**\n",
    ".semgrepignore": "**\n",
    ".eslintignore": "**\n",
    "ruff.toml": "exclude = ['*']\n",
    ".flake8": "[flake8]\nexclude = *\n",
    ".coveragerc": "[run]\nomit = *\n",
}
COMMENT = "noqa  # nosec  # type: ignore  # pragma: allowlist secret  # gitleaks:allow  # nosemgrep  # pragma: no cover  # NOSONAR"
SLASHES = "eslint-disable-line // NOSONAR // gitleaks:allow // pragma: allowlist secret // nosemgrep //nolint // @ts-ignore"
EXAMPLES = [
    pytest.param(name, example, id=f"{name}: {example.title}")
    for name in catalog.names()
    if name.startswith(GROUPS)
    for example in catalog.find(name).examples
    if example.finds and example.after and not example.commits
]


@pytest.mark.parametrize(("name", "example"), EXAMPLES)
def test_no_file_silences_a_rule(name: str, example: Example) -> None:
    more = {path: text for path, text in FILES.items() if path not in example.after}
    found = workshop.places(catalog.find(name), replace(example, after={**example.after, **more}))
    assert set(example.finds) <= set(found)


@pytest.mark.parametrize(("name", "example"), EXAMPLES)
def test_no_comment_silences_a_rule(name: str, example: Example) -> None:
    after = dict(example.after)
    for place in example.finds:
        path, _, line = place.rpartition(":")
        if path not in after or not line.isdecimal():
            continue
        lines = after[path].split("\n")
        text = lines[int(line) - 1]
        # A comment within a comment, a string or a path would be another text, and not a comment more.
        if path.endswith(".py") and not any(mark in text for mark in ('"""', "#", "\\")) and "'''" not in text:
            lines[int(line) - 1] = f"{text}  # {COMMENT}"
        elif path.endswith((".ts", ".js", ".go")) and not any(mark in text for mark in ("//", "/*", "*/", "`", "#")):
            lines[int(line) - 1] = f"{text} // {SLASHES}"
        after[path] = "\n".join(lines)
    found = workshop.places(catalog.find(name), replace(example, after=after))
    assert set(example.finds) <= set(found)


def test_there_is_something_to_silence() -> None:
    assert len(EXAMPLES) > 30
