"""The face toward the shell: ``agent-compliance audit | verify | trace | baseline | canary | init | demo | rules | explain``."""

import os
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource
from click.exceptions import Exit

from pytest_agentcompliance import terminal
from pytest_agentcompliance.cli_baseline import baseline_command
from pytest_agentcompliance.cli_canary import canary
from pytest_agentcompliance.cli_hook import hook_commands
from pytest_agentcompliance.cli_log import log_commands
from pytest_agentcompliance.cli_prove import prove_command
from pytest_agentcompliance.cli_schema import schema_command
from pytest_agentcompliance.cli_trace import trace_command
from pytest_agentcompliance.cli_verify import verify_command
from pytest_agentcompliance.errors import AgentComplianceError, EvidenceError, UsageError
from pytest_agentcompliance.reporters import formats
from pytest_agentcompliance.reporters.account import Account
from pytest_agentcompliance.verdict import Severity

# pydantic would load plugins of the environment into the audit, and look for them in every installed distribution.
os.environ["PYDANTIC_DISABLE_PLUGINS"] = "__all__"
# the profiles that have a show
DEMOS = ("dev-implement-backend-coder-v3", "backend-implementer", "backend-developer-v6", "backend-engineer")
STACKS: dict[str, tuple[str, ...]] = {"backend-developer-v6": ("node", "python")}  # several shows, the first of them unasked


class Commands(click.Group):
    """Errors end in one line on stderr: exit code 2 for what was asked, 3 for what could not be read or went wrong in us."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except AgentComplianceError as wrong:
            click.echo(f"agent-compliance: {terminal.escaped(str(wrong))}", err=True)
            ctx.exit(3 if isinstance(wrong, EvidenceError) else 2)
        except KeyboardInterrupt:
            click.echo("agent-compliance: interrupted; nothing was judged", err=True)
            ctx.exit(130)  # as a shell has it: 1 would say that a clause is broken
        except (click.ClickException, click.Abort, Exit, BrokenPipeError):
            raise  # click's own
        except OSError as wrong:  # the disk is full, say
            click.echo(f"agent-compliance: {terminal.escaped(str(wrong))}; nothing was judged", err=True)
            ctx.exit(3)
        except Exception as wrong:  # a traceback's exit code would say that a clause is broken
            told = terminal.escaped(terminal.defect(wrong))
            click.echo(f"agent-compliance: internal error: {told}; nothing was judged, please report it", err=True)
            ctx.exit(3)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="pytest-agentcompliance", prog_name="agent-compliance")
@click.pass_context
def main(ctx: click.Context) -> None:
    """Say, clause by clause, whether an AI coding agent kept to its spec."""
    ctx.color = terminal.colour(os.environ)


main.add_command(log_commands)
main.add_command(baseline_command)
main.add_command(canary)
main.add_command(hook_commands)
main.add_command(prove_command)
main.add_command(schema_command)
main.add_command(trace_command)
main.add_command(verify_command)


def _outputs(ctx: click.Context, option: click.Parameter, given: tuple[str, ...]) -> list[tuple[str, str]]:
    found = []
    for one in given or ("text",):
        name, _, file = one.partition(":")
        if name not in formats.FORMATS:
            raise click.BadParameter(f"there is no format {name!r}; there are: {', '.join(formats.FORMATS)}")
        if name == formats.PAGE and not file and sys.stdout.isatty():
            raise click.BadParameter(f"a terminal cannot show {name}; give it a file, as in {name}:audit.html")
        found.append((name, file))
    if len([file for _, file in found if not file]) > 1:
        raise click.BadParameter("only one format can go to the terminal; give the others a file, as in json:audit.json")
    return found


@main.command("audit")
@terminal.of_a_run
@click.option("--reruns", type=terminal.FOLDER, metavar="DIR",
              help="What 'prove --rerun --to DIR' wrote, outside of the repository.")
@click.option("--fail-on", type=click.Choice(["error", "warning"]), default="error", help="The lowest severity that fails.")
@click.option("--output", "outputs", multiple=True, callback=_outputs, metavar="FORMAT[:FILE]",
              help=f"{', '.join(formats.FORMATS)}: to the terminal or a file; may be repeated.")
@click.option("--bundle", type=terminal.FILE, metavar="FILE",
              help="Write all the evidence that the verdicts rest on, with secrets masked, as .tar or .tar.gz.")
@click.option("--from-bundle", type=terminal.FILE, metavar="FILE",
              help="Judge what such a file holds; neither a repository nor git is asked.")
@click.option("--sign-with", type=terminal.FILE, metavar="KEY",
              help="Sign the svr with the ed25519 key in this file, which lies outside of the repository.")
@click.option("--verbose", "-v", "amount", flag_value="verbose", help="Show every finding and every reason.")
@click.option("--summary", "amount", flag_value="summary", help="Show one line for each rule that is broken.")
@click.option("--quiet", "-q", "amount", flag_value="quiet", help="Show the last line alone.")
@click.option("--session-ini", type=click.Path(path_type=Path), hidden=True)  # these three are of the face toward pytest
@click.option("--session-setting", "session_settings", multiple=True, hidden=True)
@click.option("--session-module", "session_modules", multiple=True, type=click.Path(path_type=Path), hidden=True)
@click.pass_context
def audit_run(
    ctx: click.Context, *, repo: Path, base: str | None, head: str | None, profiles: tuple[str, ...], story: str | None,
    feature_dir: str | None, log: Path | None, policy: Path | None, evidence: dict[str, str], reruns: Path | None,
    fail_on: Severity, outputs: list[tuple[str, str]], bundle: Path | None, from_bundle: Path | None,
    sign_with: Path | None, amount: terminal.Amount | None, session_ini: Path | None, session_settings: tuple[str, ...],
    session_modules: tuple[Path, ...],
) -> None:
    """Judge a run: its diff and its log, held to the agent's spec.

    Exit code 0: nothing is broken. 1: a clause is broken. 2: the question or the policy is wrong.
    3: evidence that is there could not be read, there is no merge base, or an output could not be made.
    """
    from pytest_agentcompliance import engine
    from pytest_agentcompliance import outputs as places
    from pytest_agentcompliance.sources.session import Session

    if from_bundle is not None:
        _hold_alone(ctx)
    session = Session(session_ini, session_settings, session_modules) if session_ini or session_modules else None
    options = engine.Options(
        repo, base, head, profiles, story, feature_dir, log, policy, evidence, session=session, reruns=reruns
    )
    home = repo if from_bundle is None else None
    files = [(f"--output {name}:{file}", Path(file)) for name, file in outputs if file]
    places.hold([*files, *([] if bundle is None else [(f"--bundle {bundle}", bundle)])], home)
    sign = _signing(sign_with, home, outputs) if sign_with is not None else None  # a wrong key is told before anything is read
    with terminal.patience() as step:
        # What is shown beside the verdicts is read where a format shows it.
        rich = any(name in formats.RICH for name, _ in outputs)
        if bundle is not None or from_bundle is not None:
            from pytest_agentcompliance import bundle as bundles  # start-up time

            done = bundles.write(options, bundle, step) if bundle is not None else bundles.read(from_bundle or Path(), step)
            account, said, lost = done.account, done.said, done.lost
        else:
            account, said, lost = engine.account(options, step) if rich else Account(engine.audit(options, step)), (), False
    account = replace(account, fail_on=fail_on)
    for line in said:
        click.echo(f"agent-compliance: {terminal.escaped(line)}", err=True)
    if from_bundle is not None and sign is not None:
        click.echo("agent-compliance: what is signed is what the bundle says; sign only one that you made yourself", err=True)
    whole = terminal.write_all(account, outputs, amount, sign) and not lost
    code = account.audit.exit_code(fail_on)
    ctx.exit(code if whole or code else 3)


def _hold_alone(ctx: click.Context) -> None:
    """A bundle has its own run, policy and evidence: what asks for others cannot be meant. Raises ``UsageError``."""
    free = {"from_bundle", "fail_on", "outputs", "amount", "sign_with"}
    given = [one for one in ctx.command.params if one.name and one.name not in free]
    asked = [one.opts[0] for one in given if ctx.get_parameter_source(one.name or "") is not ParameterSource.DEFAULT]
    if asked:
        raise click.UsageError(f"--from-bundle judges the run that the bundle holds, as it was; leave out {', '.join(asked)}")


def _signing(key: Path, repo: Path | None, outputs: list[tuple[str, str]]) -> Callable[[bytes], bytes]:
    from pytest_agentcompliance.prover import signing
    from pytest_agentcompliance.sources import location

    if formats.STATEMENT not in (name for name, _ in outputs):
        raise click.UsageError(f"--sign-with signs a statement; ask for one by --output {formats.STATEMENT}:FILE")
    signer = signing.opened(key, None if repo is None else location.locate(repo).root, "--sign-with")
    if signer.note:
        click.echo(f"agent-compliance: {terminal.escaped(signer.note)}", err=True)
    return signer.sign


@main.command("rules", short_help="List the rules, and those not built yet.")
def list_rules() -> None:
    """List the rules that are installed, and those that are not built yet."""
    from pytest_agentcompliance import handbook

    _table(("rule", "what it holds"), handbook.rule_rows())


@main.command("profiles", short_help="List the profiles and what is built.")
def list_profiles() -> None:
    """List the profiles: their clauses, and how many of them are not built yet."""
    from pytest_agentcompliance import handbook

    _table(("profile", "clauses", "enforced", "partly", "a person", "not built"), handbook.profile_rows())


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
@click.option("--repo", type=terminal.FOLDER, default=".", metavar="DIR", help="The repository (default: this folder).")
@click.option("--profile", metavar="NAME", help="The profile to write down, instead of the one that is proposed.")
@click.option("--hooks", is_flag=True, help="Write the hooks for Claude Code into .claude/settings.json instead.")
@click.option("--print", "only_print", is_flag=True, help="Print what would be written, and write nothing.")
def init(*, repo: Path, profile: str | None, hooks: bool, only_print: bool) -> None:
    """Look at the repository, propose a profile and its paths, write agent-compliance.yaml; or, with --hooks, the hooks."""
    if hooks:
        from pytest_agentcompliance.hooks import settings

        if profile:
            raise click.UsageError("--profile is for the policy; hooks hold an agent to whatever that says")
        merged = settings.merged(repo)
        click.echo(merged.text if only_print else settings.write(merged), nl=not only_print)
        return
    from pytest_agentcompliance import adoption

    proposal = adoption.propose(repo, profile)
    if only_print:
        click.echo(proposal.text, nl=False)
        return
    click.echo(adoption.write(proposal))


@main.command("demo", short_help="Make a small repository and audit it.")
@click.argument("run", required=False)
@click.option("--profile", type=click.Choice(DEMOS), default=DEMOS[0], show_default=True, help="Whose spec the agent breaks.")
@click.option("--stack", type=click.Choice(["node", "python"]), help="In which stack, for a profile that has several.")
@click.option("--keep", type=click.Path(path_type=Path), metavar="DIR", help="Make the repository here and leave it.")
def demo(run: str | None, profile: str, stack: str | None, keep: Path | None) -> None:
    """Make a small repository in which an agent broke its spec in a few runs, and run the pytest audit on them, or on one RUN."""
    from pytest_agentcompliance.demo import SHOWS, play

    stacks = STACKS.get(profile, ())
    if stack and not stacks:
        raise UsageError(f"the demo of {profile} has one stack; leave out --stack")
    play.run(SHOWS[f"{profile}-{stack}" if stack and stack != stacks[0] else profile], keep, click.echo, run)


if __name__ == "__main__":
    main()
