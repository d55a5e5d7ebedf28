"""The page of all commands and options: what click knows of the shell's, and what the plugin says of pytest's."""

import inspect
import re
from collections.abc import Iterator, Sequence

import click

from pytest_agentcompliance.reporters.markup import code, fence, prose, table

PATH = "reference/commands.md"
# What is code in a help text: a command in quotes, an option, a variable, a key of the policy, a folder.
ITEM = re.compile(
    r"'((?:agent-compliance|prove|init|log) [^']*)'"
    r"|(?<!\w)(--[a-z][a-z-]*|AGENT_COMPLIANCE_[A-Z]+|proofs\.\w+|\.agent-compliance/\w+)"
)


def page(main: click.Group, settings: Sequence[tuple[str, str, str]]) -> str:
    """The page. ``settings`` are pytest's options: name, metavar, what it is."""
    short = [(f"[{name}](#{name})", _told(one.get_short_help_str(200))) for name, one in _below(main)]
    parts = [
        "# Commands and options\n",
        "Each command says the same with `--help`.\n",
        table(("command", "what it does"), [*short, ("[pytest](#pytest)", "The same audit as tests.")]),
    ]
    for words, command in _all(main, ()):
        parts += _section(words, command)
    parts += _pytest(settings)
    return "\n".join(parts)


def _below(group: click.Group) -> list[tuple[str, click.Command]]:
    return sorted((name, one) for name, one in group.commands.items() if not one.hidden)


def _all(group: click.Group, above: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    for name, command in _below(group):
        yield (*above, name), command
        if isinstance(command, click.Group):
            yield from _all(command, (*above, name))


def _section(words: tuple[str, ...], command: click.Command) -> Iterator[str]:
    yield f"## {' '.join(words)}\n"
    context = click.Context(command)
    if not isinstance(command, click.Group):
        yield fence(" ".join(["agent-compliance", *words, *command.collect_usage_pieces(context)]), "text")
    yield f"{_told(inspect.cleandoc(command.help or ''))}\n"
    rows = [_row(one, context) for one in command.params if isinstance(one, click.Option) and not one.hidden]
    if rows:
        yield table(("option", "what it is"), rows)


def _row(option: click.Option, context: click.Context) -> tuple[str, str]:
    names = ", ".join(code(one) for one in [*option.opts, *option.secondary_opts])
    kind = option.type
    if isinstance(kind, click.Choice):
        values = f" {' or '.join(code(str(one)) for one in kind.choices)}"
    elif isinstance(kind, click.IntRange):
        values = f" {code(f'{kind.min}')} to {code(f'{kind.max}')}"
    else:
        values = "" if option.is_flag else f" {code(option.make_metavar(context))}"
    default = option.default
    shown = isinstance(default, str) and default not in ("", ".") and "default:" not in (option.help or "")
    return names + values, _told(option.help or "") + (f" Default: {code(str(default))}." if shown else "")


def _told(text: str) -> str:
    """A help text; what is typed in it is code."""
    return ITEM.sub(lambda found: f"`{found[1] or found[2]}`", prose(text))


def _pytest(settings: Sequence[tuple[str, str, str]]) -> Iterator[str]:
    yield "## pytest\n"
    yield (
        "`pytest --agent-compliance` audits the run: every verdict is a test. `pytest --agent-compliance-only` does the same, and "
        "loads nothing of the tree, nor its ini file.\n"
    )
    yield table(
        ("option", "what it is"), [(f"`--agent-compliance-{name}` `{metavar}`", _told(text)) for name, metavar, text in settings]
    )
    yield (
        "Those that do not say that they stand on the command line alone can stand in pytest's ini file too, as "
        "`agent_compliance_profile` for `--agent-compliance-profile`. They count there while the file says the same at the merge "
        "base; [the trust model](../trust.md#pytest-inside-the-audited-tree) says why.\n"
    )
    yield "Fixtures for checks of your own: `agent_run`, `agent_changes`, `agent_log`.\n"
