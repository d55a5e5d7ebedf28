"""All pages of docs/ that come from the code, and the writing of them."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_agentcompliance import catalog, handbook
from pytest_agentcompliance.errors import UsageError
from pytest_agentcompliance.handbook import profile_page, records, reference, rule_page
from pytest_agentcompliance.handbook.bound import bound, drafts, unbuilt
from pytest_agentcompliance.handbook.records import Record
from pytest_agentcompliance.handbook.standing import STATES
from pytest_agentcompliance.reporters.markup import prose, table

if TYPE_CHECKING:
    import click

OWNED = ("rules", "profiles")  # folders in which nothing else lies


def pages(known: Mapping[str, Record]) -> dict[str, str]:
    """Every page by its path below docs/. Raises ``UsageError`` for a record of a rule that is not there."""
    rules = catalog.names()
    if strangers := sorted(set(known) - set(rules)):
        raise UsageError(f"{records.FILE} has a record of {', '.join(strangers)}, which is no rule")
    made = {"rules/README.md": _rules(), "profiles/README.md": _profiles(), **reference.pages()}
    for name in rules:
        made[f"rules/{name}.md"] = rule_page.page(name, catalog.find(name), bound(name), known.get(name), "../../profiles")
    for draft in drafts():
        made[f"profiles/{draft.name}.md"] = profile_page.page(draft, "../rules")
    return made


def stored(docs: Path) -> dict[str, Record]:
    """The records that lie in a folder of docs; none where it has no file of them."""
    file = docs / records.FILE
    return records.parse(file.read_bytes(), str(file)) if file.is_file() else {}


def stray(docs: Path) -> list[Path]:
    """Pages that lie in our folders and come from no rule or profile any more."""
    made = {docs / path for path in pages(stored(docs))}
    return sorted(file for folder in OWNED for file in (docs / folder).rglob("*.md") if file not in made)


def write(docs: Path, commands: "click.Group", settings: Sequence[tuple[str, str, str]]) -> None:
    """Write all pages below ``docs`` and take away those that nothing stands behind any more.

    ``commands`` and ``settings`` are those of the shell and of pytest, which stand above this room.
    """
    from pytest_agentcompliance.handbook import commands_page

    made = {**pages(stored(docs)), commands_page.PATH: commands_page.page(commands, settings)}
    for path, text in made.items():
        file = docs / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode("utf-8"))
    for file in stray(docs):
        file.unlink()


def _profiles() -> str:
    rows = [(f"[{name}]({name}.md)", *rest) for name, *rest in handbook.profile_rows()]
    return (
        "# Profiles\n\n"
        "A profile is one agent's spec: each sentence of it that binds the agent is a clause, and each clause has the rules that "
        "hold a run to it. `partly` says that its rules do not see all of it; the profile's page says what they do not see. What "
        "only a person can judge is said in every audit, and never counts as kept.\n\n"
        + table(("profile", "clauses", *STATES), rows)
        + "\nOf your own: [writing a profile](../guides/writing-a-profile.md).\n"
    )


def _rules() -> str:
    built = catalog.names()
    waiting = sorted(set(unbuilt()) - set(built))
    parts = [
        "# Rules\n",
        f"A rule holds a run to a clause, with parameters that the profile or the policy gives. There are {len(built)}. A rule's "
        "page says why it is there, what it reads, where it is blind, what it finds and what it lets pass, and how it did on real "
        "repositories. [Evidence](../reference/evidence.md) says what rules read, and what the words mean.\n",
    ]
    if waiting:
        parts.append(f"Profiles wait for {len(waiting)} more, which are not built: {', '.join(waiting)}.\n")
    titles = [(name, prose(title)) for name, title in handbook.rule_rows() if name in set(built)]
    for group, rows in groupby(titles, lambda one: one[0].split("/")[0]):
        parts.append(f"## {group}\n")
        parts.append(table(("rule", "what it holds"), [(f"[{name}]({name}.md)", title) for name, title in rows]))
    parts.append("Of your own: [writing a rule](../guides/writing-a-rule.md).\n")
    return "\n".join(parts)
