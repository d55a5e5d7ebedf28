"""The command ``agent-compliance canary``."""

import shutil
import sys
from pathlib import Path

import click

from pytest_agentcompliance import terminal


@click.command("canary", short_help="Plant a breach of each rule and demand that it is found.")
@click.option("--repo", type=terminal.FOLDER, default=".", metavar="DIR", help="The repository (default: this folder).")
@click.option("--base", metavar="REV", help="Where a run starts (default: what CI says, the upstream, main; else HEAD).")
@click.option("--profile", "profiles", multiple=True, metavar="NAME", help="Try the rules of this profile; may be repeated.")
@click.option("--policy", type=click.Path(path_type=Path), metavar="FILE", help="A policy outside the repository; it beats all.")
@click.option("--output", type=click.Choice(terminal.FORMATS), default="text", help="How to print it.")
@click.pass_context
def canary(
    ctx: click.Context, *, repo: Path, base: str | None, profiles: tuple[str, ...], policy: Path | None, output: str
) -> None:
    """Try whether the audit still sees: for each bound rule a breach is planted in a throw-away clone and its finding demanded.

    Nothing is written into the repository. Exit code 0: every bound rule found its breach. 2: the question or the policy is
    wrong. 3: could not judge: a rule stayed silent, or fires on everything, or nothing is known that breaks it with its parameters.
    """
    from pytest_agentcompliance import engine
    from pytest_agentcompliance.canary import report, trial

    with terminal.patience() as step:
        made = trial.run(engine.Options(repo, base, None, profiles, policy=policy), step)
    if output == "json":
        sys.stdout.buffer.write(report.dumps(made).encode())
        sys.stdout.flush()
    else:
        for style, line in report.lines(made, shutil.get_terminal_size((terminal.WIDTH, 24)).columns):
            click.echo(click.style(line, **terminal.STYLES[style]) if style else line)
    ctx.exit(made.exit_code)
