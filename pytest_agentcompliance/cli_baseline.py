"""The command ``agent-compliance baseline``."""

from pathlib import Path

import click

from pytest_agentcompliance import terminal


@click.command("baseline", short_help="Write down the findings that are known.")
@terminal.of_a_run
@click.option("--add", is_flag=True, help="Add the findings that are new; without it the baseline only shrinks.")
@click.option("--print", "only_print", is_flag=True, help="Say what would be done and write nothing.")
def baseline_command(
    *, repo: Path, base: str | None, head: str | None, profiles: tuple[str, ...], story: str | None, feature_dir: str | None,
    log: Path | None, policy: Path | None, evidence: dict[str, str], add: bool, only_print: bool,
) -> None:
    """Write the breaches of this run into .agent-compliance/baseline, one line for each, so that an audit that has the file at
    its merge base excuses them. What a waiver excuses and findings of integrity rules are not written.

    Where the file exists, lines are only taken out: those whose rule was judged and whose finding neither this change has nor
    the whole of its file, read as if it were new. Lines of rules that could not be judged, or were not asked, stay.
    """
    from pytest_agentcompliance import engine, renewal

    options = engine.Options(repo, base, head, profiles, story, feature_dir, log, policy, evidence)
    with terminal.patience() as step:
        one = renewal.propose(options, add=add, step=step)
    if not only_print:
        renewal.write(one)
    for style, line in renewal.lines(one):
        click.echo(click.style(line, **terminal.STYLES[style]) if style else line)
