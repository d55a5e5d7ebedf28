"""The command ``agent-compliance prove``."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pytest_agentcompliance import terminal

if TYPE_CHECKING:
    from pytest_agentcompliance import engine
    from pytest_agentcompliance.prover.prove import Proved

ENVIRON = dict(os.environ)  # before anything of ours puts something into it


class _Prove(click.Command):
    """An option of the command that is to be proved is none of ours: it stands behind two dashes."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        given = list(args)
        try:
            return super().parse_args(ctx, args)
        except click.NoSuchOption as wrong:
            if "--" in given:
                raise
            hint = "write the command behind two dashes: agent-compliance prove tests -- pytest -q"
            raise click.UsageError(f"no such option {wrong.option_name!r}; {hint}", ctx) from None


@click.command("prove", cls=_Prove, short_help="Run a command and write down what came of it.")
@click.argument("name", metavar="NAME", required=False)
@click.argument("command", nargs=-1, type=click.UNPROCESSED, metavar="-- COMMAND ...")
@click.option("--repo", type=terminal.FOLDER, default=".", metavar="DIR", help="The repository (default: this folder).")
@click.option("--base", metavar="REV", help="Where the run started (default: what CI says, the upstream, main).")
@click.option("--timeout", type=float, metavar="SECONDS", help="End the command, and all that it started, after so long.")
@click.option("--junit", type=terminal.FILE, metavar="FILE", help="A JUnit file that the command writes; its counts are recorded.")
@click.option("--key", metavar="FILE", help="Sign the proof with the ed25519 key in this file (or in AGENT_COMPLIANCE_KEY).")
@click.option("--print", "only_print", is_flag=True, help="Print the statement on stderr and write no file.")
@click.option("--quiet", "-q", is_flag=True, help="Say nothing of our own.")
@click.option("--rerun", is_flag=True, help="Run again what base's policy lists (or these NAMEs of it), and compare; see below.")
@click.option("--regression", metavar="TEST", help="Show that a test fails without the fix and passes with it; see below.")
@click.option("--to", type=terminal.FOLDER, metavar="DIR", help="With --rerun: write the proofs here, outside of the repository.")
@click.option("--policy", type=terminal.FILE, metavar="FILE", help="With these two: a policy outside the repository.")
@click.pass_context
def prove_command(
    ctx: click.Context, *, name: str | None, command: tuple[str, ...], repo: Path, base: str | None, timeout: float | None,
    junit: Path | None, key: str | None, only_print: bool, quiet: bool, rerun: bool, regression: str | None, to: Path | None,
    policy: Path | None,
) -> None:
    """Run COMMAND as it would run without us, and put a proof of it into .agent-compliance/proofs.

    Output, terminal, signals and exit code pass through unchanged. The proof says over which work tree it ran, how it
    ended, what it printed (secrets masked) and what work its tools say that they did. With --timeout the exit code is 124
    where the time was up; 127 where there is no such command, 126 where it cannot be run.

    With --rerun it runs the commands that base's policy lists under proofs.rerun and that the run has recorded, exactly as
    base has them, and compares. Exit code 0: all bear the records out. 1: something differs. 2: the question or the policy
    is wrong. 3: a command could not be run.

    With --regression it runs one test (a file, or file::name) with the command of proofs.regression of base's policy:
    in a folder that holds base with the tests of the run alone, where it has to fail, and over the work tree, where it has
    to pass. Both are written down. Exit code 0: so it was. 1: it was not. 2 and 3 as above.
    """
    from pytest_agentcompliance.prover import prove

    given = _given()
    if rerun and regression is None:
        if to is None or junit is not None or timeout is not None or only_print:
            raise click.UsageError("--rerun needs --to DIR, and takes no --junit, --timeout or --print")
        names = (name, *command) if name is not None else ()
        from pytest_agentcompliance import engine

        options = engine.Options(repo, base, policy=policy, environ=given)
        ctx.exit(_again(options, names, to, key or given.get(prove.KEY) or None, quiet=quiet))
    if regression is not None:
        if rerun or name is not None or to is not None or junit is not None or only_print:
            raise click.UsageError("--regression takes no NAME, --rerun, --to, --junit or --print")
        from pytest_agentcompliance import engine

        options = engine.Options(repo, base, policy=policy, environ=given)
        ctx.exit(_shown(options, regression, key or given.get(prove.KEY) or None, timeout, quiet=quiet))
    if name is None or to is not None or policy is not None:
        raise click.UsageError("Missing argument 'NAME'." if name is None else "--to and --policy go with --rerun")
    asked = prove.Options(
        name, command, given, repo, base=base, timeout=timeout, junit=junit, key=key or given.get(prove.KEY) or None,
        write=not only_print,
    )  # fmt: skip
    made = prove.prove(asked)
    if only_print:
        click.echo(made.statement, err=True, nl=False)
    _say(made, quiet=quiet)
    ctx.exit(made.status)


def _again(options: "engine.Options", names: tuple[str, ...], to: Path, key: str | None, *, quiet: bool) -> int:
    """Run again what is to be; the table goes to stdout, what is being run to stderr."""
    from pytest_agentcompliance.prover import rerun

    said = (lambda _: None) if quiet else (lambda line: click.echo(f"agent-compliance: {terminal.escaped(line)}", err=True))
    rows, notes = rerun.run(options, names, to, key, said)
    for style, line in rerun.lines(rows, notes):
        click.echo(click.style(line, **terminal.STYLES[style]) if style else line)
    return rerun.exit_code(rows)


def _shown(options: "engine.Options", test: str, key: str | None, timeout: float | None, *, quiet: bool) -> int:
    """Show that a test fails without the fix and passes with it."""
    from pytest_agentcompliance.prover import regression

    def told(line: str) -> None:
        if not quiet:
            click.echo(f"agent-compliance: {terminal.escaped(line)}", err=True)

    made = regression.run(options, test, key, timeout, told)
    for one in (made.before, made.after):
        if one is not None:
            _say(one, quiet=quiet)
    told(f"{made.outcome}: {made.how}")
    unwritten = any(one is not None and one.problem for one in (made.before, made.after))
    return 3 if unwritten and not made.status else made.status


def _say(made: "Proved", *, quiet: bool) -> None:
    from pytest_agentcompliance.prover import said

    try:
        for style, line in said.lines(made, quiet=quiet):
            click.secho(f"agent-compliance: {terminal.escaped(line)}", err=True, **terminal.STYLES[style])
    except OSError:  # nobody hears it
        return


def _given() -> dict[str, str]:
    """The environment that we were given. Python itself may have put a locale into it (PEP 538)."""
    given = dict(ENVIRON)
    if sys.platform == "linux" and "LC_CTYPE" in given:
        try:
            first = Path("/proc/self/environ").read_bytes()
        except OSError:
            return given
        if not any(one.startswith(b"LC_CTYPE=") for one in first.split(b"\0")):
            del given["LC_CTYPE"]
    return given
