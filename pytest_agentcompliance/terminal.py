"""What the commands of the shell share: formats, colours, patience with slow work, text made harmless."""

import shutil
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import click

from pytest_agentcompliance.errors import UsageError
from pytest_agentcompliance.verdict import Audit

FORMATS = ("text", "json")
EVIDENCE = (
    "log", "logs", "story", "plan", "scope", "decisions", "blockers", "intent", "report", "proofs", "transcript", "task",
    "coverage",
)  # fmt: skip
FOLDER = FILE = click.Path(path_type=Path)
Command = TypeVar("Command", bound=Callable[..., Any])
WIDTH = 80  # columns, in a file and where no terminal says how many it has
PATIENCE = 1.0  # seconds before a waiting person is told what is being done

STYLES: dict[str, dict[str, Any]] = {
    "": {}, "bold": {"bold": True}, "dim": {"dim": True},
    "red": {"fg": "red"}, "yellow": {"fg": "yellow"}, "green": {"fg": "green"},
}


def evidence(ctx: click.Context, option: click.Parameter, given: tuple[str, ...]) -> dict[str, str]:
    """The values of ``--evidence KIND=PATH``."""
    try:
        return by_kind(given)
    except UsageError as wrong:
        raise click.BadParameter(str(wrong)) from wrong


def by_kind(given: Iterable[str]) -> dict[str, str]:
    """Places of evidence, each as ``KIND=PATH``. Raises ``UsageError``."""
    found = {}
    for one in given:
        kind, equals, path = one.partition("=")
        if kind not in EVIDENCE or not equals or not path:
            raise UsageError(f"{one!r} is not KIND=PATH with a KIND of: {', '.join(EVIDENCE)}")
        found[kind] = path
    return found


RUN = (
    click.option("--repo", type=FOLDER, default=".", metavar="DIR", help="The repository (default: this folder)."),
    click.option("--base", metavar="REV", help="Where the run started (default: what CI says, the upstream, main)."),
    click.option("--head", metavar="REV", help="Where it ended (default: the work tree as it stands)."),
    click.option("--profile", "profiles", multiple=True, metavar="NAME", help="Hold the run to this profile; may be repeated."),
    click.option("--story", metavar="ID", help="The story that the run worked on."),
    click.option("--feature-dir", metavar="DIR", help="The folder that holds the stories."),
    click.option("--log", type=FILE, metavar="FILE", help="The log that the agent wrote."),
    click.option("--policy", type=FILE, metavar="FILE", help="A policy outside the repository; it beats all."),
    click.option("--evidence", multiple=True, callback=evidence, metavar="KIND=PATH", help="Where evidence lies: log=GLOB."),
)


def of_a_run(command: Command) -> Command:
    """Give a command the options that say which run is meant, and how it is to be read."""
    for option in reversed(RUN):
        command = option(command)
    return command


def write(made: Audit, name: str, file: str, verbose: bool) -> None:
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


@contextmanager
def patience() -> Iterator[Callable[[str], None]]:
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


def escaped(text: str) -> str:
    """Text that may come from the audited tree, with its control characters escaped, on as many lines as it has."""
    from pytest_agentcompliance.reporters.text import shown

    return "\n".join(map(shown, text.split("\n")))
