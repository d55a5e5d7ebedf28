"""The face toward hooks: ``agent-compliance hook post-tool-use | stop | pre-push``."""

import json
import os
import sys
from collections.abc import Callable
from typing import Any, TypeVar

import click
from click.exceptions import Exit

from pytest_agentcompliance import terminal
from pytest_agentcompliance.hooks import door
from pytest_agentcompliance.verdict import Severity

T = TypeVar("T")


class Hooks(click.Group):
    """A wrong word in a settings file ends with 1: to a harness for agents, click's 2 would say that the agent must go on."""

    def make_context(self, *args: Any, **extra: Any) -> click.Context:
        return _never_two(lambda: super(Hooks, self).make_context(*args, **extra))

    def invoke(self, ctx: click.Context) -> Any:
        return _never_two(lambda: super(Hooks, self).invoke(ctx))


def _never_two(do: Callable[[], T]) -> T:
    try:
        return do()
    except click.ClickException as wrong:
        wrong.show()
        raise Exit(1) from wrong


@click.group("hook", cls=Hooks, short_help="Answer the hooks of an agent's harness, and of git.")
def hook_commands() -> None:
    """Answer the hooks of Claude Code, of git, of pre-commit and of lefthook. 'init --hooks' writes them down."""


@hook_commands.command("post-tool-use", short_help="Check the log, once a tool finished a chunk of it.")
def post_tool_use() -> None:
    """Read a PostToolUse event on stdin; where a chunk of the log was finished, judge the log and tell the agent."""
    _answer(_after_tool)


@hook_commands.command("stop", short_help="Audit the run when the agent is about to stop.")
@click.option("--times", type=click.IntRange(0, 8), default=3, show_default=True, help="How often an agent is held.")
def stop(*, times: int) -> None:
    """Read a Stop or SubagentStop event on stdin and audit the run; while clauses are broken, tell the agent to go on."""
    _answer(lambda data: _at_end(data, times))


def _after_tool(data: bytes) -> dict[str, object] | None:
    from pytest_agentcompliance.hooks import event, memory, touched

    found = event.parse(data)
    known = memory.load(found.session)
    logs = touched.logs(found, known)
    if not logs:
        return None
    from pytest_agentcompliance.hooks import chunk  # start-up time: a tool mostly touches no log

    return chunk.answer(found, logs, known)


def _at_end(data: bytes, times: int) -> dict[str, object] | None:
    from pytest_agentcompliance.hooks import event, stop

    return stop.answer(event.parse(data), times)


def _answer(made: Callable[[bytes], dict[str, object] | None]) -> None:
    """The answer as the protocol has it: JSON and exit code 0. What goes wrong in us stops nobody: one line, and exit code 1."""
    try:
        answer = made(door.take())
    except Exception as wrong:
        text = " ".join(f"{'' if isinstance(wrong, ValueError) else f'{type(wrong).__name__}: '}{wrong}".split())[:300]
        click.echo(f"agent-compliance: {terminal.escaped(text)}", err=True)
        raise Exit(1) from wrong
    if answer is not None:
        sys.stdout.buffer.write(f"{json.dumps(answer)}\n".encode())
        sys.stdout.flush()


@hook_commands.command("pre-push", short_help="Audit the run that is about to be pushed.")
@click.argument("remote", required=False)
@click.argument("url", required=False)
@click.option("--only", multiple=True, metavar="GLOB", help="Audit pushes to these branches alone; may be repeated.")
@click.option("--base", metavar="REV", help="Where the run started (default: the upstream, origin/HEAD, main).")
@click.option("--profile", "profiles", multiple=True, metavar="NAME", help="Hold the run to this profile; may be repeated.")
@click.option("--fail-on", type=click.Choice(["error", "warning"]), default="error", help="The lowest severity that fails.")
@click.pass_context
def pre_push(
    ctx: click.Context, *, remote: str | None, url: str | None, only: tuple[str, ...], base: str | None, profiles: tuple[str, ...],
    fail_on: Severity,
) -> None:
    """Audit what git or pre-commit say is about to be pushed; by hand, in pre-commit's manual stage, the work tree."""
    from pathlib import Path

    from pytest_agentcompliance import engine
    from pytest_agentcompliance.hooks import pre_push as pushes
    from pytest_agentcompliance.reporters.account import Account

    if os.environ.get("PRE_COMMIT") == "1":
        found = list(pushes.of_pre_commit(os.environ))
    else:
        found = list(pushes.of_git(door.take()[: pushes.LIMIT * 4].decode("utf-8", "surrogateescape")))
        if not found and sys.stdin is not None and sys.stdin.isatty():
            click.echo("agent-compliance: git tells this hook on stdin what is pushed; nothing was audited", err=True)
    codes = {0}
    for push in found:
        if not pushes.wanted(push, only):
            continue
        with terminal.patience() as step:
            options = engine.Options(Path(), base, push.head, profiles, environ=push.environ(os.environ))
            made = engine.audit(options, step)
        if made.meter.files_changed:
            if len(found) > 1:
                click.echo(f"{terminal.escaped(push.branch)}:")
            terminal.write(Account(made), "text", "")
            codes.add(made.exit_code(fail_on))
    ctx.exit(1 if 1 in codes else max(codes))
