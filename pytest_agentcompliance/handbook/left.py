"""What an example's run left behind, in words: its task, its report, its proofs, its transcript."""

from collections.abc import Iterator, Mapping
from typing import Any

from pytest_agentcompliance.handbook import values
from pytest_agentcompliance.reporters.markup import code, fence, plain
from pytest_agentcompliance.rule import Example

LONGEST = 200  # characters of one text that are shown
WHO = {"person": "The person says", "system": "The harness says", "agent": "Says"}
CAME = {"fail": "which fails", "refused": "which is refused", "pass": "which succeeds"}
TOLD = frozenset(
    ("command", "read", "edit", "call", "says", "speaker", "arguments", "agent", "lines", "gone", "exit_code", "result", "output")
)
PROVED = frozenset(("name", "command", "exit_code", "output", "freshness", "refused"))


def parts(example: Example) -> Iterator[str]:
    """The blocks that an example's page has for it."""
    if example.messages:
        yield "The messages of the commits:\n\n" + _list(code(one.strip().replace("\n", " / ")) for one in example.messages)
    if example.task is not None:
        yield "The task:\n\n" + fence(example.task, "markdown")
    if example.report is not None:
        yield "The report:\n\n" + fence(example.report, "json" if example.report.lstrip()[:1] == "{" else "markdown")
    for path, text in example.coverage.items():
        stale = f", which is stale: {plain(example.stale[path])}" if path in example.stale else ""
        yield f"The coverage report {code(path)}{stale}:\n\n" + fence(text)
    if example.proofs:
        yield "The proofs:\n\n" + _list(_proof(one) for one in example.proofs)
    if example.transcript:
        yield "The transcript:\n\n" + _list(_step(one) for one in example.transcript)


def _list(rows: Iterator[str]) -> str:
    return "".join(f"{number}. {row}\n" for number, row in enumerate(rows, 1))


def _proof(one: Mapping[str, Any]) -> str:
    if "refused" in one:
        return f"A file that does not count: {plain(str(one['refused']))}."
    said = [
        f"{code(str(one.get('name', 'check')))}: {code(str(one['command']))}",
        f"exit code {one.get('exit_code', 0)}",
        str(one.get("freshness", "exact")),
    ]
    return f"{', '.join(said)}{_printed(one)}{_rest(one, PROVED)}."


def _step(one: Mapping[str, Any]) -> str:
    who = f"Sub-agent {code(str(one['agent']))}: " if one.get("agent") else ""
    row = _did(one)
    row = f"{who}{row[0].lower()}{row[1:]}" if who else row
    if "exit_code" in one and one["exit_code"] is not None:
        row += f", exit code {one['exit_code']}"
    if one.get("result"):
        row += f", {CAME.get(one['result'], plain(str(one['result'])))}"
    return f"{row}{_printed(one)}{_rest(one, TOLD)}."


def _did(one: Mapping[str, Any]) -> str:
    if "command" in one:
        return f"Runs {_short(one['command'])}"
    if "read" in one:
        lines = one.get("lines")
        return f"Reads {code(one['read'])}" + (f", lines {lines[0]} to {lines[1]}" if lines else "")
    if "edit" in one:
        return f"{'Deletes' if one.get('gone') else 'Edits'} {code(one['edit'])}"
    if "call" in one:
        return f"Calls {code(one['call'])}" + (f" with {_short(values.shown(one['arguments']))}" if one.get("arguments") else "")
    return f"{WHO[one.get('speaker', 'agent')]} {_short(one['says'])}"


def _printed(one: Mapping[str, Any]) -> str:
    return f", and prints {_short(one['output'])}" if one.get("output") else ""


def _rest(one: Mapping[str, Any], told: frozenset[str]) -> str:
    """Fields that no sentence has yet."""
    rest = {name: value for name, value in one.items() if name not in told}
    return f" ({', '.join(f'{name}: {_short(_value(value))}' for name, value in rest.items())})" if rest else ""


def _value(value: Any) -> str:
    return value if isinstance(value, str) else values.shown(value)


def _short(text: str) -> str:
    """A text on one line; of a long one its beginning."""
    text = " ⏎ ".join(row for row in text.strip().split("\n"))
    return code(text if len(text) <= LONGEST else f"{text[:LONGEST]} ...")
