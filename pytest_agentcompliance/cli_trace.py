"""The command ``agent-compliance trace``."""

import shutil
import sys
from pathlib import Path

import click

from pytest_agentcompliance import terminal

WAYS = ("text", "json", "markdown")


@click.command("trace", short_help="Show what of a spec is enforced, and by which rule.")
@click.option("--repo", type=terminal.FOLDER, default=".", metavar="DIR", help="The repository (default: this folder).")
@click.option("--profile", "profiles", multiple=True, metavar="NAME", help="The matrix of this profile; may be repeated.")
@click.option("--policy", type=terminal.FILE, metavar="FILE", help="A policy outside the repository; it beats all.")
@click.option("--output", type=click.Choice(WAYS), default="text", show_default=True, help="How to print it.")
def trace_command(*, repo: Path, profiles: tuple[str, ...], policy: Path | None, output: str) -> None:
    """Print the traceability matrix of a profile; nothing is run or judged for it.

    Each clause of the spec stands under its heading, with what it says, how far it is held (enforced, partly, by a person, not
    built), by which rules at which severity, and which evidence each of them reads. What rules do not see of a clause is said.

    Without --profile it is that of the profiles in agent-compliance.yaml of the work tree, as that changes them, and of
    integrity, which is bound in every audit; where there is no such file, a line for each profile that is installed.
    """
    from pytest_agentcompliance.handbook import matrix

    made = matrix.trace(repo, profiles, policy)
    if output == "text":
        from pytest_agentcompliance.handbook import matrix_text

        width = shutil.get_terminal_size((terminal.WIDTH, 24)).columns
        for line in matrix_text.lines(made, width):
            click.echo("".join(click.style(text, **terminal.STYLES[style]) if style else text for style, text in line).rstrip())
        return
    if output == "json":
        import json

        text = json.dumps(matrix.as_json(made), indent=1, ensure_ascii=False) + "\n"
    else:
        from pytest_agentcompliance.handbook import matrix_page

        text = matrix_page.page(made)
    sys.stdout.buffer.write(text.encode("utf-8", "backslashreplace"))
    sys.stdout.flush()
