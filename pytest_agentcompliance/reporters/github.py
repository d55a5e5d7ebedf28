"""Annotations for GitHub's workflows: https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions."""

from collections.abc import Iterator

from pytest_agentcompliance.reporters.account import Account
from pytest_agentcompliance.reporters.ranked import LONGEST, Rank, Result, results
from pytest_agentcompliance.reporters.text import closing, shown
from pytest_agentcompliance.verdict import Verdict

COMMAND: dict[Rank, str] = {"error": "error", "warning": "warning", "note": "notice"}
SHOWN = 10  # of one level in a step; GitHub drops the others
TITLE = 255  # characters


def dumps(account: Account) -> str:
    """A command on each line, the worst ten of a level, the last of which says how many more there are; then the verdict."""
    _, last = closing(account.audit, account.fail_on)
    return "".join(f"{line}\n" for line in (*_commands(account), last))


def _commands(account: Account) -> Iterator[str]:
    found = results(account)
    for rank, word in COMMAND.items():
        told = [_command(word, one) for one in found if one.rank == rank]
        gaps = [_undecided(word, one) for one in account.audit.verdicts if one.undecided and one.severity == rank]
        if rest := max(len(told) + len(gaps) - SHOWN, 0):
            # What could not be judged is a gap that a list of findings would hide: one of it is always shown.
            room = SHOWN - 1
            told, gaps = told[: room - min(len(gaps), 1)], gaps[: max(room - len(told), 1)]
            gaps.append(f"::{word} title=agent-compliance::{rest + 1} more are not shown here; the summary of the job has them")
        yield from (*told, *gaps)


def _command(word: str, one: Result) -> str:
    """Without a place where the finding has none: GitHub shows it beside the run then."""
    place = f"file={escaped_property(one.path)},line={one.line}," if one.within else ""
    said = one.message if one.finding.at else shown(one.finding.message[:LONGEST])
    text = said + (f"\n{one.remedy}" if one.remedy else "")
    return f"::{word} {place}title={_title(one.verdict)}::{escaped(text)}"


def _undecided(word: str, one: Verdict) -> str:
    files = f"; {len(one.unread)} files could not be read" if one.unread else ""
    return f"::{word} title={_title(one)}::{escaped(shown(f'could not be judged: {one.why[:LONGEST]}{files}'))}"


def _title(one: Verdict) -> str:
    return escaped_property(shown(f"{one.clause} {one.rule}")[:TITLE])


def escaped(text: str) -> str:
    """As the toolkit escapes a message: nothing in it ends the line."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def escaped_property(text: str) -> str:
    """As the toolkit escapes a property: nothing in it begins another, or the message."""
    return escaped(shown(text)).replace(":", "%3A").replace(",", "%2C")
