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
                    _installed(there.resolve(), here, to, root.resolve())


def _installed(there: Path, here: Path, to: Path, root: Path) -> None:
    """Link what is installed. A package that is but a link into the work tree, as workspaces have it, is linked to this tree's."""
    listed = [(one, one.relative_to(there)) for one in _packages(there)]
    back = {name: inside for one, name in listed if (inside := _back(one, root)) is not None}
    if not back:
        here.symlink_to(there, target_is_directory=True)
        return
    for one, name in listed:
        target = to / back[name] if name in back else one
        (here / name).parent.mkdir(parents=True, exist_ok=True)
        if target.exists():  # base may not have it
            (here / name).symlink_to(target, target_is_directory=target.is_dir())


def _packages(folder: Path) -> Iterator[Path]:
    """What lies in a folder of packages, and in those that group some: @scope, .bin."""
    for one in sorted(folder.iterdir()):
        if one.name.startswith(("@", ".bin")) and one.is_dir() and not one.is_symlink():
            yield from sorted(one.iterdir())
        else:
            yield one


def _back(one: Path, root: Path) -> Path | None:
    """Where in the work tree a link leads, to what was not installed there."""
    real = one.resolve() if one.is_symlink() else None
    inside = real.relative_to(root) if real is not None and real.is_relative_to(root) else None
    return inside if inside is not None and inside.parts and not {*INSTALLED} & {*inside.parts} else None


def environ(given: Mapping[str, str], to: Path, root: Path) -> dict[str, str]:
    """Modules of Python are found in the folder before those that an environment has installed from the work tree."""
    ways = [str(to), *(str(to / name) for name in ("src", "lib")), *(str(to / inside) for inside in _editable(root))]
    kept = dict.fromkeys(way for way in ways if os.path.isdir(way))
    return {**given, "PYTHONPATH": os.pathsep.join([*kept, *filter(None, [given.get("PYTHONPATH", "")])])}


def _editable(root: Path) -> Iterator[Path]:
    """The folders of the work tree that its own environment takes modules from, as ``pip install -e`` leaves them."""
    root = root.resolve()
    for name in INSTALLED[1:]:
        for file in sorted((root / name).glob("lib/python*/site-packages/*.pth")):
            with suppress(OSError, ValueError):
                for line in file.read_text("utf-8", "replace").splitlines():
                    real = Path(line).resolve() if line.startswith("/") else root
                    if real != root and real.is_relative_to(root):
                        yield real.relative_to(root)


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
