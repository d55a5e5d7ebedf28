"""Base's tree with the tests of the run laid over it, written into a folder of its own, where the fix is not."""

import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from pytest_agentcompliance.errors import UsageError
from pytest_agentcompliance.evidence.changes import SUBMODULE, SYMLINK
from pytest_agentcompliance.parsing.testcode import is_test
from pytest_agentcompliance.sources import trees
from pytest_agentcompliance.sources.repository import Repository

INSTALLED = ("node_modules", ".venv", "venv")  # what a project installs for itself, and no tree holds
MANIFESTS = ("package.json", "pyproject.toml", "setup.py", "setup.cfg")
GONE = "000000"


def tree(repository: Repository, base_tree: str, head_tree: str, test: str) -> str:
    """The id of base's tree with every file of tests as the run has it, and the named one. Raises ``UsageError``."""
    tests: dict[bytes, trees.Entry] = {}
    rest = 0
    for one in repository.differences([(base_tree, head_tree)])[0]:
        path = one.path.decode("utf-8", "surrogateescape")
        if path == test or is_test(path):
            tests[one.path] = trees.GONE if one.new_mode == GONE else (one.new_mode, one.new)
        else:
            rest += 1
    if not rest:
        raise UsageError("nothing but tests differs from base: there is no fix that could be left out")
    return trees.written(repository, base_tree, tests) if tests else base_tree


def lay(repository: Repository, tree_id: str, to: Path, root: Path) -> None:
    """Write a tree into a new folder, and link what the project has installed; no link of the tree's own leads out of it."""
    listed = repository.listing(tree_id)
    for path, (mode, oid) in listed.items():
        file = to / os.fsdecode(path)
        if any(part in (b"", b".", b"..") or part.lower() == b".git" for part in path.split(b"/")):
            continue
        file.parent.mkdir(parents=True, exist_ok=True)
        if mode == SUBMODULE:
            file.mkdir(exist_ok=True)
        elif mode == SYMLINK:
            _link(file, os.fsdecode(repository.blobs.read(oid)), to)
        else:
            with open(file, "xb", opener=lambda name, flags: os.open(name, flags, 0o644)) as opened:
                opened.write(repository.blobs.read(oid))
            if mode.endswith("755"):
                file.chmod(0o755)
    for folder in _projects(listed):
        for name in INSTALLED:
            there, here = root / folder / name, to / folder / name
            if there.is_dir() and not here.exists():
                with suppress(OSError):
                    here.symlink_to(there.resolve(), target_is_directory=True)


def environ(given: Mapping[str, str], to: Path) -> dict[str, str]:
    """Modules of Python are found in the folder before those that an environment has installed from the work tree."""
    ways = [str(to), *(str(to / name) for name in ("src", "lib") if (to / name).is_dir())]
    return {**given, "PYTHONPATH": os.pathsep.join([*ways, *filter(None, [given.get("PYTHONPATH", "")])])}


def _link(file: Path, target: str, to: Path) -> None:
    """A link within the tree; one that leads elsewhere is left out."""
    inside = Path(os.path.normpath(file.parent / target))
    if target and not os.path.isabs(target) and inside.is_relative_to(to):
        with suppress(OSError):
            file.symlink_to(target)


def _projects(listed: Mapping[bytes, tuple[str, str]]) -> Iterator[str]:
    """The folders in which something may have been installed: the root, and those with a manifest."""
    yield ""
    for path in listed:
        folder, _, name = os.fsdecode(path).rpartition("/")
        if folder and name in MANIFESTS:
            yield folder
