"""All pages of docs/ that come from the code, and the writing of them."""

from collections.abc import Mapping
from pathlib import Path

from pytest_agentcompliance import catalog, handbook
from pytest_agentcompliance.errors import UsageError
from pytest_agentcompliance.handbook import profile_page, records, rule_page
from pytest_agentcompliance.handbook.bound import bound, drafts, unbuilt
from pytest_agentcompliance.handbook.markdown import prose, table
from pytest_agentcompliance.handbook.records import Record

OWNED = ("rules", "profiles")  # folders in which nothing else lies


def pages(known: Mapping[str, Record]) -> dict[str, str]:
    """Every page by its path below docs/. Raises ``UsageError`` for a record of a rule that is not there."""
    rules = catalog.names()
    if strangers := sorted(set(known) - set(rules)):
        raise UsageError(f"{records.FILE} has a record of {', '.join(strangers)}, which is no rule")
    made = {"README.md": _index()}
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


def write(docs: Path) -> None:
    """Write all pages below ``docs`` and take away those that nothing stands behind any more."""
    for path, text in pages(stored(docs)).items():
        file = docs / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode("utf-8"))
    for file in stray(docs):
        file.unlink()


def _index() -> str:
    waiting = set(unbuilt()) - set(catalog.names())
    rules = [(name if name in waiting else f"[{name}](rules/{name}.md)", prose(title)) for name, title in handbook.rule_rows()]
    profiles = [(f"[{name}](profiles/{name}.md)", *rest) for name, *rest in handbook.profile_rows()]
    return (
        "# Handbook\n\n"
        "These pages come from the code: `python -m pytest_agentcompliance.handbook docs` writes them anew.\n\n"
        "## Profiles\n\n" + table(("profile", "clauses", "enforced", "a person", "not built"), profiles)
        + f"\n## Rules\n\n{len(catalog.names())} are built, {len(waiting)} are waited for.\n\n"
        + table(("rule", "what it holds"), rules)
    )
