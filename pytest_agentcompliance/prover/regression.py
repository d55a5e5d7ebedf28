"""A test that fails without the fix and passes with it: run over base with the run's tests, and over the work tree as it stands.

What runs is the command of base's policy, with the test in the place of its ``{test}``; no shell reads it.
"""

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from pytest_agentcompliance import engine
from pytest_agentcompliance.errors import UsageError
from pytest_agentcompliance.parsing.proofs.record import Record
from pytest_agentcompliance.policy import PLACE, Regression
from pytest_agentcompliance.prover import child, overlay, prove
from pytest_agentcompliance.prover.prove import Proved
from pytest_agentcompliance.prover.tape import Tape
from pytest_agentcompliance.sources import patches, standing
from pytest_agentcompliance.sources.repository import Repository

Outcome = Literal["proved", "passes without the fix", "fails with the fix", "cannot be told", "no test ran", "could not run"]
BEFORE, AFTER = "regression before", "regression after"
LONGEST = 500  # characters of the name of a test


@dataclass(frozen=True, slots=True)
class Shown:
    """What the two runs say together. ``after`` is None where the first run already said that nothing is proved."""

    outcome: Outcome
    how: str
    before: Proved
    after: Proved | None = None

    @property
    def status(self) -> int:
        """0: the test shows the fix. 1: it does not. 3: a command could not be run."""
        return {"proved": 0, "could not run": 3}.get(self.outcome, 1)


@dataclass(frozen=True, slots=True)
class _Asked:
    """The command of base's policy for one test, and where the work tree lies."""

    root: Path
    entry: Regression
    command: tuple[str, ...]
    path: str  # of the test's file, from the root on


def run(
    options: engine.Options, test: str, key: str | None = None, timeout: float | None = None,
    said: Callable[[str], None] = lambda _: None,
) -> Shown:
    """Run the test without the fix and with it, and write both proofs. Raises what an audit raises, before anything runs."""
    asked = _asked(options, test)
    given = prove.Options(
        BEFORE, asked.command, options.environ, asked.root, asked.root / asked.entry.folder, options.base,
        timeout=timeout or asked.entry.timeout or None, key=key,
    )  # fmt: skip
    said(f"without the fix: {' '.join(asked.command)}")
    before, apart = _without(given, asked, said)
    if before.ended.how == "not started":
        return Shown("could not run", before.ended.why, before)
    if before.status == 0:
        return Shown("passes without the fix", "base with the tests of the run passes it: it shows nothing of the fix", before)
    if not _failed(before):
        return Shown("no test ran", f"it ended with exit code {before.status}, and no tool says that a test failed", before)
    if not apart:
        why = "in a folder of its own it fails with the fix too: it needs more than git holds and is installed, as what is built"
        return Shown("cannot be told", why, before)
    said(f"with the fix: {' '.join(asked.command)}")
    after = prove.prove(prove.replaced(given, AFTER))
    if after.ended.how == "not started":
        return Shown("could not run", after.ended.why, before, after)
    worked = [one for one in after.record.work if one.check == "tests"]
    if after.status != 0 or any(one.failing for one in worked):
        return Shown("fails with the fix", f"it ended with exit code {after.status} over the work tree too", before, after)
    if not worked or any(one.idle for one in worked):
        return Shown("no test ran", "over the work tree no tool says that a test passed", before, after)
    return Shown("proved", "the test fails without the fix and passes with it", before, after)


def _asked(options: engine.Options, test: str) -> _Asked:
    """What is to be run, by base's policy. Raises ``UsageError`` for a test that cannot be one."""
    with engine.opened(options) as one:
        root, entry = one.repository.root, one.policy.regression
        if root is None:
            raise UsageError(f"{options.repo} is a bare repository, which has no work tree to run anything in")
        if not one.facts.reviewed:
            raise UsageError("--regression runs what base's policy allows, and base has no policy; pass --policy FILE")
    if entry is None:
        raise UsageError(
            "base's policy has no command for it; write one under proofs.regression, as command: [pytest, -q, \"{test}\"]"
        )
    path, colons, node = test.partition("::")
    if not test.isprintable() or len(test) > LONGEST or not path or path.startswith("-") or "\\" in path:
        raise UsageError(f"--regression {test[:60]!r}: that is no test; give its file from the root on, or file::name")
    file = root / path
    if os.path.isabs(path) or ".." in path.split("/") or not file.is_file() or file.resolve() != root.resolve() / path:
        raise UsageError(f"--regression {path}: there is no such file in the repository; give its path from the root on")
    if entry.folder and not path.startswith(f"{entry.folder}/"):
        raise UsageError(f"--regression {path}: the command of base's policy runs in {entry.folder}, and the test lies elsewhere")
    within = path.removeprefix(f"{entry.folder}/") if entry.folder else path
    command = tuple(word.replace(PLACE, within + colons + node) for word in entry.command)
    return _Asked(root, entry, command, path)


def _failed(made: Proved) -> bool:
    return made.ended.how == "exit" and any(one.check == "tests" and one.failing for one in made.record.work)


def _without(given: prove.Options, asked: _Asked, said: Callable[[str], None]) -> tuple[Proved, bool]:
    """The test over base's tree with the tests of the run, in a folder that is gone afterwards.

    Where it fails, whether it passes in such a folder with the fix: else it is the folder that it fails of.
    """
    with Repository(given.repo) as repository:
        now = standing.capture(repository, given.base, given.given)
        if not now.base_tree:
            raise UsageError(f"there is no base to leave the fix out of: {now.lacking}")
        tree = overlay.tree(repository, now.base_tree, now.tree, asked.path)
        found = patches.read(repository, now.base_tree, tree)
        tape = Tape()
        started, clock = datetime.now(UTC), time.perf_counter()
        ended = _apart(repository, tree, given, asked, tape)
        record = Record(
            name=BEFORE, command=given.command, started=started, seconds=round(time.perf_counter() - clock, 3),
            exit_code=ended.code, ended=ended.how, folder=asked.entry.folder, tree=tree, base=now.base, base_tree=now.base_tree,
            patch_id=found.patch_id, files=found.files if len(found.files) <= prove.PATHS else None,
        )  # fmt: skip
        made = prove.noted(given, record, ended, tape, asked.root)
        if not _failed(made):
            return made, True
        said("with the fix, in a folder of its own as well")
        again = _apart(repository, now.tree, given, asked, Tape())
        return made, (again.how, again.code) == ("exit", 0)


def _apart(repository: Repository, tree: str, given: prove.Options, asked: _Asked, tape: Tape) -> child.Ended:
    """Run the command over a tree in a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="agent-compliance-") as name:
        to = Path(name).resolve() / "tree"
        to.mkdir()
        overlay.lay(repository, tree, to, asked.root)
        here = to / asked.entry.folder
        here.mkdir(parents=True, exist_ok=True)
        with _in(here):
            environ = overlay.environ({key: value for key, value in given.given.items() if key != prove.KEY}, to, asked.root)
            return child.run(given.command, environ, tape.feed, given.timeout)


@contextmanager
def _in(folder: Path) -> Iterator[None]:
    was = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(was)
