"""The face toward the shell: ``agent-compliance audit | init | demo | rules | profiles | explain | log``."""

import os
import shutil
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from click.exceptions import Exit

from pytest_agentcompliance.errors import AgentComplianceError, EvidenceError, UsageError
from pytest_agentcompliance.verdict import Audit, Severity

# pydantic would load plugins of the environment into the audit, and look for them in every installed distribution.
os.environ["PYDANTIC_DISABLE_PLUGINS"] = "__all__"

FORMATS = ("text", "json")
EVIDENCE = ("log", "logs", "story", "plan", "scope", "decisions", "blockers", "intent")
WIDTH = 80  # columns, in a file and where no terminal says how many it has
PATIENCE = 1.0  # seconds before a waiting person is told what is being done
FOLDER = click.Path(path_type=Path)


class Commands(click.Group):
    """Errors end in one line on stderr: exit code 2 for what was asked, 3 for what could not be read or went wrong in us."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except AgentComplianceError as wrong:
            click.echo(f"agent-compliance: {_shown(str(wrong))}", err=True)
            ctx.exit(3 if isinstance(wrong, EvidenceError) else 2)
        except KeyboardInterrupt:
            click.echo("agent-compliance: interrupted; nothing was judged", err=True)
            ctx.exit(130)  # as a shell has it: 1 would say that a clause is broken
        except (click.ClickException, click.Abort, Exit, BrokenPipeError):
            raise  # click's own
        except OSError as wrong:  # the disk is full, say
            click.echo(f"agent-compliance: {_shown(str(wrong))}; nothing was judged", err=True)
            ctx.exit(3)
        except Exception as wrong:  # a traceback's exit code would say that a clause is broken
            click.echo(f"agent-compliance: internal error: {_shown(_told(wrong))}", err=True)
            ctx.exit(3)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="pytest-agentcompliance", prog_name="agent-compliance")
def main() -> None:
    """Say, clause by clause, whether an AI coding agent kept to its spec."""


def _evidence(ctx: click.Context, option: click.Parameter, given: tuple[str, ...]) -> dict[str, str]:
    found = {}
    for one in given:
        kind, equals, path = one.partition("=")
        if kind not in EVIDENCE or not equals or not path:
            raise click.BadParameter(f"{one!r} is not KIND=PATH with a KIND of: {', '.join(EVIDENCE)}")
        found[kind] = path
    return found


def _outputs(ctx: click.Context, option: click.Parameter, given: tuple[str, ...]) -> list[tuple[str, str]]:
    found = []
    for one in given or ("text",):
        name, _, file = one.partition(":")
        if name not in FORMATS:
            raise click.BadParameter(f"there is no format {name!r}; there are: {', '.join(FORMATS)}")
        found.append((name, file))
    if len([file for _, file in found if not file]) > 1:
        raise click.BadParameter("only one format can go to the terminal; give the others a file, as in json:audit.json")
    return found


@main.command("audit")
@click.option("--repo", type=FOLDER, default=".", metavar="DIR", help="The repository (default: this folder).")
@click.option("--base", metavar="REV", help="Where the run started (default: what CI says, the upstream, main).")
@click.option("--head", metavar="REV", help="Where it ended (default: the work tree as it stands).")
@click.option("--profile", "profiles", multiple=True, metavar="NAME", help="Hold the run to this profile; may be repeated.")
@click.option("--story", metavar="ID", help="The story that the run worked on.")
@click.option("--feature-dir", metavar="DIR", help="The folder that holds the stories.")
@click.option("--log", type=click.Path(path_type=Path), metavar="FILE", help="The log that the agent wrote.")
@click.option("--policy", type=click.Path(path_type=Path), metavar="FILE", help="A policy outside the repository; it beats all.")
@click.option("--evidence", multiple=True, callback=_evidence, metavar="KIND=PATH", help="Where evidence lies, as log=GLOB.")
@click.option("--fail-on", type=click.Choice(["error", "warning"]), default="error", help="The lowest severity that fails.")
@click.option("--output", "outputs", multiple=True, callback=_outputs, metavar="FORMAT[:FILE]",
              help="text or json, to the terminal or a file; may be repeated.")
@click.option("--verbose", "-v", is_flag=True, help="Show every finding and every reason.")
@click.pass_context
def audit_run(
    ctx: click.Context, *, repo: Path, base: str | None, head: str | None, profiles: tuple[str, ...], story: str | None,
    feature_dir: str | None, log: Path | None, policy: Path | None, evidence: dict[str, str], fail_on: Severity,
    outputs: list[tuple[str, str]], verbose: bool,
) -> None:
    """Judge a run: its diff and its log, held to the agent's spec.

    Exit code 0: nothing is broken. 1: a clause is broken. 2: the question or the policy is wrong.
    3: evidence that is there could not be read, or there is no merge base.
    """
    from pytest_agentcompliance import engine

    options = engine.Options(repo, base, head, profiles, story, feature_dir, log, policy, evidence)
    with _patience() as step:
        made = engine.audit(options, step)
    for name, file in outputs:
        _write(made, name, file, verbose)
    ctx.exit(made.exit_code(fail_on))


def _write(made: Audit, name: str, file: str, verbose: bool) -> None:
    if name == "json":
        from pytest_agentcompliance.reporters import json

        text = json.dumps(made)
    else:
        from pytest_agentcompliance.reporters import text as reporter

        width = WIDTH if file else shutil.get_terminal_size((WIDTH, 24)).columns
        lines = reporter.lines(made, verbose=verbose, width=width)
        if not file:
            for style, line in lines:
                click.echo(click.style(line, **STYLES[style]) if style else line)
            return
        text = "".join(f"{line}\n" for _, line in lines)
    if not file:
        sys.stdout.buffer.write(text.encode("utf-8", "backslashreplace"))
        sys.stdout.flush()
        return
    try:
        Path(file).write_text(text, "utf-8", errors="backslashreplace")
    except OSError as wrong:
        raise UsageError(f"--output {name}:{file}: {wrong.strerror}") from wrong


STYLES: dict[str, dict[str, Any]] = {
    "": {}, "bold": {"bold": True}, "dim": {"dim": True},
    "red": {"fg": "red"}, "yellow": {"fg": "yellow"}, "green": {"fg": "green"},
}


@contextmanager
def _patience() -> Iterator[Callable[[str], None]]:
    """Tell a person at a terminal what is being done, once it takes a second; nothing of it in a pipe."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    doing, done = ["starting"], threading.Event()

    def wait() -> None:
        if done.wait(PATIENCE):
            return
        from rich.console import Console

        with Console(stderr=True).status(doing[0]) as status:
            while not done.wait(0.1):
                status.update(doing[0])

    def step(what: str) -> None:
        doing[0] = what

    thread = threading.Thread(target=wait, daemon=True)
    thread.start()
    try:
        yield step
    finally:
        done.set()
        thread.join()


def _shown(text: str) -> str:
    """Text that may come from the audited tree, with its control characters escaped, on as many lines as it has."""
    from pytest_agentcompliance.reporters.text import shown

    return "\n".join(map(shown, text.split("\n")))


@main.group("log")
def log_commands() -> None:
    """Write the log of a run, look at it, check it, put it into the specified form."""


@log_commands.command("show")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--output", type=click.Choice(FORMATS), default="text", help="How to print it.")
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
@click.option("--repo", type=FOLDER, default=".", metavar="DIR", help="The repository (default: this folder).")
@click.option("--base", metavar="REV", help="Where the run started (default: what CI says, the upstream, main).")
@click.option("--profile", metavar="NAME", help="The profile that says where the log lies (default: the policy's).")
@click.option("--story", metavar="ID", help="The story that the run works on.")
@click.option("--feature-dir", metavar="DIR", help="The folder that holds the stories.")
@click.option("--policy", type=click.Path(path_type=Path), metavar="FILE", help="A policy outside the repository; it beats all.")
@click.option("--log", type=click.Path(path_type=Path), metavar="FILE", help="The log, where more than one could be meant.")
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
    with _patience() as step:
        one = following.propose(options, name, step)
    if write and one.chunk:
        following.write(one)
    elif one.chunk:
        sys.stdout.buffer.write(f"{one.chunk}\n".encode())
        sys.stdout.flush()
    for line in following.lines(one, written=write):
        click.echo(line, err=True)


@log_commands.command("check", short_help="Judge a log while the run is under way.")
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--repo", type=FOLDER, metavar="DIR", help="The repository (default: this folder).")
@click.option("--base", metavar="REV", help="Where the run started (default: what CI says, the upstream, main).")
@click.option("--profile", metavar="NAME", help="The profile (default: the policy's; for FILE dev-implement-backend-coder-v3).")
@click.option("--story", metavar="ID", help="The story that the run works on.")
@click.option("--feature-dir", metavar="DIR", help="The folder that holds the stories.")
@click.option("--policy", type=click.Path(path_type=Path), metavar="FILE", help="A policy outside the repository; it beats all.")
@click.option("--log", type=click.Path(path_type=Path), metavar="FILE", help="The log, where more than one could be meant.")
@click.option("--finished", is_flag=True, help="Judge the end of the log too, though it does not say that the run ended.")
@click.option("--output", type=click.Choice(FORMATS), default="text", help="How to print it.")
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
        with _patience() as step:
            options = engine.Options(repo or Path(), base, None, profiles, story, feature_dir, log, policy)
            made = check.of_run(options, step, finished=finished)
    if output == "json":
        _write(made, "json", "", verbose=False)
    else:
        for style, line in check.lines(made):
            click.echo(click.style(line, **STYLES[style]) if style else line)
    ctx.exit(made.exit_code())


@log_commands.command("fix", short_help="Rewrite a log into the specified form.")
@click.argument("file", type=click.Path(path_type=Path))
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
        click.echo(f"{_shown(file.as_posix())}: {said}", err=True)
        ctx.exit(1 if check and one.changed else 0)
    sys.stdout.buffer.write(one.text.encode())
    sys.stdout.flush()


def _told(wrong: Exception) -> str:
    """A defect of ours on one line, with the place in our code that it came from."""
    import traceback

    ours = [frame for frame in traceback.extract_tb(wrong.__traceback__) if "pytest_agentcompliance" in frame.filename]
    place = f" ({Path(ours[-1].filename).name}:{ours[-1].lineno})" if ours else ""
    text = " ".join(str(wrong).split())[:300]
    return f"{type(wrong).__name__}: {text}{place}; nothing was judged, please report it"


@main.command("rules", short_help="List the rules, and those not built yet.")
def list_rules() -> None:
    """List the rules that are installed, and those that are not built yet."""
    from pytest_agentcompliance import handbook

    _table(("rule", "what it holds"), handbook.rule_rows())


@main.command("profiles", short_help="List the profiles and what is built.")
def list_profiles() -> None:
    """List the profiles: their clauses, and how many of them are not built yet."""
    from pytest_agentcompliance import handbook

    _table(("profile", "clauses", "enforced", "a person", "not built"), handbook.profile_rows())


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    if not sys.stdout.isatty():
        for row in rows:
            click.echo("\t".join(row))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, header_style="bold")
    for name in head:
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(*row)
    Console().print(table)


@main.command("explain", short_help="Explain a rule, a clause or a profile.")
@click.argument("name", metavar="RULE|CLAUSE|PROFILE")
def explain(name: str) -> None:
    """Explain a rule (scope/allowed-paths), a clause (C3-03) or a profile: what it asks, why, its parameters and examples."""
    from pytest_agentcompliance import handbook

    text = handbook.explain(name)
    if sys.stdout.isatty():
        from rich.console import Console
        from rich.markdown import Markdown

        Console().print(Markdown(text))
    else:
        click.echo(text)


@main.command("init", short_help="Propose a policy and write it.")
@click.option("--repo", type=FOLDER, default=".", metavar="DIR", help="The repository (default: this folder).")
@click.option("--profile", metavar="NAME", help="The profile to write down, instead of the one that is proposed.")
@click.option("--print", "only_print", is_flag=True, help="Print the policy and write nothing.")
def init(*, repo: Path, profile: str | None, only_print: bool) -> None:
    """Look at the repository, propose a profile and its paths, write agent-compliance.yaml."""
    from pytest_agentcompliance import adoption

    proposal = adoption.propose(repo, profile)
    if only_print:
        click.echo(proposal.text, nl=False)
        return
    click.echo(adoption.write(proposal))


@main.command("demo", short_help="Make a small repository and audit it.")
@click.option("--keep", type=click.Path(path_type=Path), metavar="DIR", help="Make the repository here and leave it.")
def demo(keep: Path | None) -> None:
    """Make a small repository in which an agent broke several clauses, and run the pytest audit on it."""
    from pytest_agentcompliance.demo import play

    play.run(keep, click.echo)


if __name__ == "__main__":
    main()
