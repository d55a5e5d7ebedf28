"""What pytest read of the audited tree before it asked for the audit, held to what it was at the merge base."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pytest_agentcompliance.errors import Unreadable, UsageError
from pytest_agentcompliance.evidence.changes import is_file
from pytest_agentcompliance.parsing import pytest_ini
from pytest_agentcompliance.sources.repository import Repository


@dataclass(frozen=True, slots=True)
class Session:
    """A session of pytest that asks for the audit.

    ``ini`` is the folder from which it looks for its configuration, or the file that it was told to take; ``settings`` are
    those that nobody gave on the command line; ``modules`` are files of the tree whose code has run in it already.
    """

    ini: Path | None = None
    settings: tuple[str, ...] = ()
    modules: tuple[Path, ...] = ()


def hold(repository: Repository, base_tree: str, session: Session) -> None:
    """Raises ``UsageError`` where the run changed what its own audit depends on, with the next step."""
    root = repository.root
    if root is None:
        return
    for file in session.modules:
        if _now(file) != _then(repository, base_tree, root, file):
            raise UsageError(
                f"{_within(root, file) or file}, which pytest loaded before the audit, was changed by the run that it would judge; "
                "run 'python -I -m pytest -c /dev/null --rootdir=. --agent-compliance-only', or 'agent-compliance audit'"
            )
    if session.ini is None or not session.settings:
        return
    sides = [
        (file, pytest_ini.said(file.name, _now(file), session.settings),
         pytest_ini.said(file.name, _then(repository, base_tree, root, file), session.settings))
        for file in _candidates(root, session.ini)
    ]  # fmt: skip
    if not any(now or then for _, now, then in sides):
        return
    for file, now, then in sides:
        if now != then:
            # A file that says nothing of ours can still push aside one that does.
            speaks = [(one, said) for one, *both in sides for said in both if said]
            where, words = next(((one, said) for one, said in speaks if one == file), speaks[0])
            what = ", ".join(_shown(key, value) for key, value in words.items())
            moved = "" if where == file else f", which takes the place of {_within(root, where) or where}"
            raise UsageError(
                f"{_within(root, file) or file}{moved}, which sets {what}, was changed by the run that it would judge; "
                "pass it on the command line"
            )


def _candidates(root: Path, start: Path) -> Iterator[Path]:
    if not start.is_dir():
        yield start
        return
    for folder in (start, *start.parents):
        yield from (folder / name for name in pytest_ini.NAMES)
        if folder.resolve() == root:
            return


def _now(file: Path) -> bytes | None:
    try:
        return file.read_bytes().replace(b"\r\n", b"\n") if file.is_file() else None
    except OSError as wrong:
        raise UsageError(f"{file}: {wrong.strerror}") from wrong


def _then(repository: Repository, base_tree: str, root: Path, file: Path) -> bytes | None:
    """None where there was no such file, or something else: a link leads to what may have changed."""
    path = _within(root, file)
    if path is None:
        return None
    try:
        entry = repository.entry(base_tree, path)
        if entry is None or not is_file(entry[0]):
            return None
        return repository.blobs.read(entry[1]).replace(b"\r\n", b"\n")
    except Unreadable as wrong:
        raise UsageError(f"{path} at the merge base could not be read: {wrong.reason}") from wrong


def _within(root: Path, file: Path) -> str | None:
    """The file's path in the tree; the last part of it is taken as it is written, so that a link stays one."""
    try:
        return (file.parent.resolve() / file.name).relative_to(root.resolve()).as_posix()
    except (OSError, RuntimeError, ValueError):
        return None


def _shown(key: str, value: object) -> str:
    if key == "addopts" and isinstance(value, list):
        return f"addopts = {' '.join(value)}"
    return f"{key} = {value}" if key else "what cannot be read"
