"""The demo played: the repository is made, pytest audits it, and what is seen is explained."""

import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from textwrap import fill
from typing import Any

from pytest_agentcompliance.demo.repository import make, switch
from pytest_agentcompliance.demo.tale import Show, Tale
from pytest_agentcompliance.errors import AgentComplianceError, UsageError

# -P: whatever lies in the repository's folder, it is no module of ours or of pytest's.
PYTEST = ("-P", "-m", "pytest", "--agent-compliance", "-p", "no:cacheprovider")
KEPT = ("PATH", "HOME", "SYSTEMROOT", "TMPDIR", "TEMP", "TMP", "LANG", "LC_ALL", "TERM", "NO_COLOR", "USERPROFILE")
WIDTH = 100  # columns, where no terminal says how many it has
PATIENCE = 120  # seconds

Verdicts = list[dict[str, Any]]


def run(show: Show, keep: Path | None, echo: Callable[[str], None], name: str | None = None) -> None:
    """Play a show; ``keep`` is a folder in which the repository is made and left, ``name`` the only run to be played.

    Raises ``UsageError`` where the folder is not empty or there is no such run, ``AgentComplianceError`` when the audit does not
    find what was planned.
    """
    told = [tale for tale in show.runs if name in (None, tale.name)]
    if not told:
        raise UsageError(f"the demo of {show.profile} has no run {name!r}; its runs are {', '.join(one.name for one in show.runs)}")
    with ExitStack() as stack:
        folder = tempfile.TemporaryDirectory(prefix="agent-compliance-demo-", ignore_cleanup_errors=True)
        scratch = Path(stack.enter_context(folder))
        root = make((keep or scratch / "demo").absolute(), show)
        echo(_told(f"A small repository, {show.told}. The policy on main holds it to {show.profile}."))
        for number, tale in enumerate(told, 1):
            switch(root, tale.branch)
            output, code, verdicts = audited(root, scratch / "verdicts.json")
            _tell(tale, output, verdicts, echo, whole=number == 1)
            as_planned(tale, code, verdicts)
        switch(root, show.runs[0].branch)
        echo(_told(
            "Each line of pytest above is one clause of the agent's spec and the rule that holds the run to it, with the file "
            "and the line. What is skipped could not be judged, or its rule is not built yet; nothing of that counts as kept."
        ))  # fmt: skip
        echo("\nTo try next\n")
        for command, why in _next(show, root if keep else None):
            echo(f"  {command}\n      {why}")


def _tell(tale: Tale, output: str, verdicts: Verdicts, echo: Callable[[str], None], *, whole: bool) -> None:
    """One run: what was asked, pytest's output as a whole or its last line, and what the agent did, clause by clause."""
    echo("")
    echo(_told(f"The run {tale.name!r}: the agent was asked {tale.asked} (story {tale.story}, branch {tale.branch})."))
    echo(f"\n$ git switch {tale.branch} && python {' '.join(PYTEST)}\n")
    lines = output.rstrip("\n").split("\n")
    echo("\n".join(lines if whole else ["[...]", lines[-1]]))
    echo("\nWhat was seen\n")
    messages = {(one["clause"], one["rule"]): one["findings"] for one in verdicts}
    for breach in tale.breaches:
        echo(_told(f"  {breach.clause}  The agent {breach.deed}.", indent=9))
        if not whole:
            for finding in messages.get((breach.clause, breach.rule), [])[:1]:
                echo(f"         {_place(finding)}: {finding['message']}")
    echo("")


def audited(root: Path, file: Path) -> tuple[str, int, Verdicts]:
    """pytest's output and exit code in a repository, and the verdicts that it reports, which it leaves in ``file``."""
    terminal = sys.stdout.isatty()
    width = shutil.get_terminal_size((WIDTH, 24)).columns if terminal else WIDTH
    done = subprocess.run(
        [sys.executable, *PYTEST, f"--color={'yes' if terminal else 'no'}", f"--agent-compliance-output=json:{file}"],
        cwd=root, env={**_environment(), "COLUMNS": str(width)}, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, timeout=PATIENCE, check=False,
    )  # fmt: skip
    output = done.stdout.decode("utf-8", "replace")
    try:
        verdicts: Verdicts = json.loads(file.read_bytes())["verdicts"]
    except (OSError, ValueError, KeyError) as wrong:
        raise AgentComplianceError(f"the demo's audit was not made:\n{output}") from wrong
    return output, done.returncode, verdicts


def found(verdicts: Verdicts) -> dict[tuple[str, str], tuple[str, ...]]:
    """Clause and rule of each verdict that found something, with the places, sorted; remarks on style are told too."""
    return {
        (one["clause"], one["rule"]): tuple(sorted(_place(finding) for finding in one["findings"]))
        for one in verdicts
        if one["findings"] or one["outcome"] in ("broken", "crashed")
    }


def planned(tale: Tale) -> dict[tuple[str, str], tuple[str, ...]]:
    """What an audit of a run is to find, in the same form."""
    return {(one.clause, one.rule): tuple(sorted(one.places)) for one in tale.breaches}


def _place(finding: Mapping[str, Any]) -> str:
    return f"{finding['path']}:{finding['line']}" if finding.get("line") else str(finding.get("path") or "")


def as_planned(tale: Tale, code: int, verdicts: Verdicts) -> None:
    """Raises ``AgentComplianceError`` when other things are found, or in other places, than the tale announces."""
    wanted, got = planned(tale), found(verdicts)
    if code != 1 or got != wanted:
        differs = sorted({clause for clause, _ in wanted.items() ^ got.items()})
        names = ", ".join(f"{clause}[{rule}]" for clause, rule in differs) or "none"
        raise AgentComplianceError(
            f"the demo's run {tale.name!r} did not go as planned: pytest exits with {code}, and these verdicts differ: {names}"
        )


def _next(show: Show, kept: Path | None) -> Iterator[tuple[str, str]]:
    if kept is None:
        yield from show.next
        yield f"agent-compliance demo{show.option} --keep demo", "the same once more, in a folder that stays, to be mended"
    else:
        yield from show.next[:2]
        yield f"cd {shlex.quote(str(kept))} && git log -p main..", "what the agent did"
        yield "agent-compliance audit", "the same verdicts without pytest, there; mend a file and run it again"
    yield "agent-compliance init", "in a repository of yours: it proposes a policy"


def _told(text: str, indent: int = 0) -> str:
    return fill(text, WIDTH, subsequent_indent=" " * indent, break_on_hyphens=False)


def _environment() -> dict[str, str]:
    """What the audit of the demo sees of this process: nothing that CI, pytest or git would read as advice."""
    return {name: os.environ[name] for name in KEPT if name in os.environ}
