"""What the commands of the shell share: formats, colours, patience with slow work, text made harmless."""

import os
import shutil
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, TypeVar

import click

from pytest_agentcompliance.errors import AgentComplianceError, UsageError
from pytest_agentcompliance.reporters import formats
from pytest_agentcompliance.reporters.account import Account

FORMATS = ("text", "json")  # of the commands that have no account to give
Amount = Literal["verbose", "summary", "quiet"]  # how much the text shows
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


def colour(environ: Mapping[str, str]) -> bool | None:
    """Whether to colour: never under NO_COLOR or a dumb terminal, always under FORCE_COLOR; None: where a terminal reads.

    As https://no-color.org and https://force-color.org have it; set to nothing they are not set. NO_COLOR is the stronger, as it
    is for Python's own tracebacks.
    """
    if environ.get("NO_COLOR"):
        return False
    if environ.get("FORCE_COLOR"):
        return True
    return False if environ.get("TERM") == "dumb" else None


def write(
    account: Account, name: str, file: str, amount: Amount | None = None, sign: Callable[[bytes], bytes] | None = None
) -> None:
    """An audit in one format, to a file or, where that is empty, to the terminal. ``sign`` is for a statement.

    Raises what the format raises, and ``OSError``.
    """
    made = account.audit
    if name == "json":
        from pytest_agentcompliance.reporters import json

        text = json.dumps(made)
    elif name in formats.RICH:
        text = formats.dumps(name, account)
        if name == formats.STATEMENT and sign is not None:
            text = sign(text.encode()).decode()
    else:
        from pytest_agentcompliance.reporters import text as reporter

        width = WIDTH if file else shutil.get_terminal_size((WIDTH, 24)).columns
        if amount == "quiet":
            lines = iter([reporter.closing(made, account.fail_on)])
        elif amount == "summary":
            lines = reporter.summary(made, width=width, fail_on=account.fail_on)
        else:
            lines = reporter.lines(made, verbose=amount == "verbose", width=width, fail_on=account.fail_on)
        if not file:
            for style, line in lines:
                click.echo(click.style(line, **STYLES[style]) if style else line)
            return
        text = "".join(f"{line}\n" for _, line in lines)
    if not file:
        sys.stdout.buffer.write(text.encode("utf-8", "backslashreplace"))
        sys.stdout.flush()
        return
    Path(file).write_text(text, "utf-8", errors="backslashreplace")


def write_all(
    account: Account, outputs: Sequence[tuple[str, str]], amount: Amount | None = None, sign: Callable[[bytes], bytes] | None = None
) -> bool:
    """Every output that can be made, whatever becomes of the others; whether all were. The verdict is not lost with one of them."""
    lost = False
    for name, file in outputs:
        try:
            write(account, name, file, amount, sign)
        except BrokenPipeError:  # whoever read the terminal's part has read enough
            _forget_stdout()
        except Exception as wrong:
            lost = True
            known = isinstance(wrong, AgentComplianceError | OSError)
            why = (wrong.strerror if isinstance(wrong, OSError) else None) or (
                str(wrong) if known else f"{defect(wrong)}; please report it"
            )
            click.echo(f"agent-compliance: --output {name}{f':{file}' if file else ''} could not be made: {escaped(why)}", err=True)
    if lost:
        from pytest_agentcompliance.reporters import text as reporter

        click.echo(reporter.closing(account.audit, account.fail_on)[1], err=True)
    return not lost


def _forget_stdout() -> None:
    """What still stands in the buffer goes nowhere, instead of failing when the process ends."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


def defect(wrong: BaseException) -> str:
    """A defect of ours on one line, with the place in our code that it came from."""
    import traceback

    ours = [frame for frame in traceback.extract_tb(wrong.__traceback__) if "pytest_agentcompliance" in frame.filename]
    place = f" ({Path(ours[-1].filename).name}:{ours[-1].lineno})" if ours else ""
    return f"{type(wrong).__name__}: {' '.join(str(wrong).split())[:300]}{place}"


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
