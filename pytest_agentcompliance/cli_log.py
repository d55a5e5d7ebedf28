"""The commands ``agent-compliance log show | next | check | fix``."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import click

from pytest_agentcompliance import terminal
from pytest_agentcompliance.reporters.account import Account

F = TypeVar("F", bound=Callable[..., None])
FILE = click.Path(path_type=Path)
_RUN = (
    click.option("--base", metavar="REV", help="Where the run started (default: what CI says, the upstream, main)."),
    click.option("--story", metavar="ID", help="The story that the run works on."),
    click.option("--feature-dir", metavar="DIR", help="The folder that holds the stories."),
    click.option("--policy", type=FILE, metavar="FILE", help="A policy outside the repository; it beats all."),
    click.option("--log", type=FILE, metavar="FILE", help="The log, where more than one could be meant."),
)


def _of_a_run(command: F) -> F:
    """The options that say which run is meant, and which log."""
    for option in reversed(_RUN):
        command = option(command)
    return command


@click.group("log")
def log_commands() -> None:
    """Write the log of a run, look at it, check it, put it into the specified form."""


@log_commands.command("show")
@click.argument("file", type=FILE)
@click.option("--output", type=click.Choice(terminal.FORMATS), default="text", help="How to print it.")
@click.option("--lines", is_flag=True, help="Print what each line was read as.")
def show_log(*, file: Path, output: str, lines: bool) -> None:
    """Print what the reader understands of a log: its chunks, fields, files, commands, signal and tokens."""
    from pytest_agentcompliance.logbook import show

    log = show.read(file)
    if output == "json":
        sys.stdout.buffer.write(show.as_json(log).encode())
        return
    for line in show.line_by_line(log) if lines else show.lines(log):
        click.echo(line)


@log_commands.command("next", short_help="Write down the next chunk, as far as git knows it.")
@click.option("--repo", type=terminal.FOLDER, default=".", metavar="DIR", help="The repository (default: this folder).")
@click.option("--profile", metavar="NAME", help="The profile that says where the log lies (default: the policy's).")
@_of_a_run
@click.option("--name", default="", metavar="TEXT", help="A short name for the chunk (default: left for its author).")
@click.option("--write", is_flag=True, help="Add the chunk to the log; make the log where there is none.")
def next_in_log(
    *, repo: Path, base: str | None, profile: str | None, story: str | None, feature_dir: str | None, policy: Path | None,
    log: Path | None, name: str, write: bool,
) -> None:
    """Print the next chunk of the run's log: its number, the files that no chunk lists yet, what is new, what to run.

    What only its author can say is left empty. Where nothing changed since the last chunk, nothing is written.
    """
    from pytest_agentcompliance import engine
    from pytest_agentcompliance.logbook import next as following

    profiles = (profile,) if profile is not None else ()
    options = engine.Options(repo, base, None, profiles, story, feature_dir, log, policy)
    with terminal.patience() as step:
        one = following.propose(options, name, step)
    if write and one.chunk:
        following.write(one)
    elif one.chunk:
        sys.stdout.buffer.write(f"{one.chunk}\n".encode())
        sys.stdout.flush()
    for line in following.lines(one, written=write):
        click.echo(line, err=True)


@log_commands.command("check", short_help="Judge a log while the run is under way.")
@click.argument("file", required=False, type=FILE)
@click.option("--repo", type=terminal.FOLDER, metavar="DIR", help="The repository (default: this folder).")
@click.option("--profile", metavar="NAME", help="The profile (default: the policy's; for FILE dev-implement-backend-coder-v3).")
@_of_a_run
@click.option("--finished", is_flag=True, help="Judge the end of the log too, though it does not say that the run ended.")
@click.option("--output", type=click.Choice(terminal.FORMATS), default="text", help="How to print it.")
@click.pass_context
def check_log(
    ctx: click.Context, *, file: Path | None, repo: Path | None, base: str | None, profile: str | None, story: str | None,
    feature_dir: str | None, policy: Path | None, log: Path | None, finished: bool, output: str,
) -> None:
    """Judge FILE alone, wherever it lies; without it the log of the run in the work tree, with all that it speaks of.

    What only a finished run owes is not due before the log says that the run ended. Exit codes are those of audit.
    """
    from pytest_agentcompliance.logbook import check

    if file is not None:
        if given := [word for word, value in (("--repo", repo), ("--base", base), ("--story", story),
                     ("--feature-dir", feature_dir), ("--policy", policy), ("--log", log)) if value is not None]:
            raise click.UsageError(f"FILE is judged alone; {given[0]} is for the log of a run, without FILE")
        made = check.of_file(file, profile or check.DEFAULT, finished=finished)
    else:
        from pytest_agentcompliance import engine

        profiles = (profile,) if profile is not None else ()
        with terminal.patience() as step:
            options = engine.Options(repo or Path(), base, None, profiles, story, feature_dir, log, policy)
            made = check.of_run(options, step, finished=finished)
    if output == "json":
        terminal.write(Account(made), "json", "")
    else:
        for style, line in check.lines(made):
            click.echo(click.style(line, **terminal.STYLES[style]) if style else line)
    ctx.exit(made.exit_code())


@log_commands.command("fix", short_help="Rewrite a log into the specified form.")
@click.argument("file", type=FILE)
@click.option("--write", is_flag=True, help="Rewrite the file in place.")
@click.option("--check", is_flag=True, help="Print no log; exit with 1 where it would be rewritten.")
@click.pass_context
def fix_log(ctx: click.Context, *, file: Path, write: bool, check: bool) -> None:
    """Rewrite a log into the specified form and touch no fact; what is left for its author is said on stderr."""
    from pytest_agentcompliance.logbook import fix

    if write and check:
        raise click.UsageError("--write and --check exclude each other")
    one = fix.fixed(fix.read(file), file.as_posix())
    if write and one.changed:
        fix.write(file, one)
    for line in fix.lines(one, file.as_posix()):
        click.echo(line, err=True)
    if write or check:
        said = ("rewritten" if write else "would be rewritten") if one.changed else "nothing to rewrite"
        click.echo(f"{terminal.escaped(file.as_posix())}: {said}", err=True)
        ctx.exit(1 if check and one.changed else 0)
    sys.stdout.buffer.write(one.text.encode())
    sys.stdout.flush()
