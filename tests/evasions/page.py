"""The corpus as a table of docs/trust.md: ``python -m tests.evasions.page`` writes it anew."""

from pathlib import Path

from tests.evasions.harness import ATTACKS, CONTROLS, FAMILIES, load

PAGE = Path(__file__).parent.parent.parent / "docs" / "trust.md"
MARK = "<!-- corpus -->\n"
AGAIN = "run: python -m tests.evasions.page"


def table() -> str:
    """One table for each family: what was tried, and what defeats it, or why it does not yet."""
    load()
    twins = {name: sum(one.twin == name for one in CONTROLS.values()) for name in ATTACKS}
    open_ = sum(bool(one.unfinished) for one in ATTACKS.values())
    lines = [f"{len(ATTACKS)} attacks, {len(ATTACKS) - open_} of them defeated or reported, and {len(CONTROLS)} honest twins.", ""]
    for family in FAMILIES:
        found = [one for one in ATTACKS.values() if one.family == family]
        honest = sum(twins[one.name] for one in found)
        lines += [f"### {family.replace('_', ' ').capitalize()}: {len(found)} attacks, {honest} honest", ""]
        lines += ["| tried | defeated by |", "| --- | --- |"]
        for one in found:
            text = " ".join((one.build.__doc__ or one.kind).split())
            answer = f"not yet: {one.unfinished}" if one.unfinished else one.defeated
            answer += f" Limit: {one.reach}" if one.reach else ""
            lines.append(f"| {_cell(text)} | {_cell(answer)} |")
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ").replace("<", "&lt;")


def written(page: str) -> str:
    """The page with the table as it is now."""
    return page.partition(MARK)[0] + MARK + table()


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text("utf-8")), "utf-8")
