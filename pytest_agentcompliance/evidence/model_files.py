"""The files that hold models of a database, or what those take columns from, at both ends of a run."""

import re
from collections.abc import Callable, Collection
from posixpath import basename, dirname

from pytest_agentcompliance.errors import Unreadable
from pytest_agentcompliance.evidence.changes import ChangeSet, is_file
from pytest_agentcompliance.evidence.tree import Tree

# Files beside the models from which those take columns, bases and enums.
_BESIDE = re.compile(r"(?i)enum|mixin|base|types?\b|common|constants|helpers?|columns|shared")


def changed(changes: ChangeSet, wanted: Callable[[str], bool]) -> frozenset[str]:
    """The paths that the change touched and that could hold models."""
    return frozenset(path for one in changes for path in (one.path, one.renamed_from) if path and wanted(path))


def signed(path: str, text: str) -> bool:
    """Whether a file has a word that one with models has."""
    from pytest_agentcompliance.parsing.models import SIGNS

    return path.endswith(".prisma") or any(sign in text for sign in SIGNS)


def at_head(tree: Tree, wanted: Callable[[str], bool]) -> dict[str, str]:
    """The texts of head that hold models, and of those beside them."""
    from pytest_agentcompliance.parsing.models import PYTHON_SIGNS, SCRIPT_SIGNS, SCRIPTS

    side, files = tree.head, tree.head.files
    there: set[str] = set()
    for signs, endings in ((PYTHON_SIGNS, (".py",)), (SCRIPT_SIGNS, SCRIPTS)):
        there.update(path for paths in side.where(signs, endings).values() for path in paths)
    homes = {dirname(path) for path in there} | {dirname(dirname(path)) for path in there}
    beside = {path for path in files if dirname(path) in homes and _BESIDE.search(basename(path))}
    found: dict[str, str] = {}
    for path in sorted(there | beside | {path for path in files if path.endswith(".prisma")}):
        if path in files and is_file(files[path].mode) and wanted(path):
            try:
                found[path] = files[path].text()
            except Unreadable:
                continue
    return found


def at_base(head: dict[str, str], changes: ChangeSet, paths: Collection[str]) -> dict[str, str]:
    """The same at base: what the change touched, as it was. A file that was renamed has its new path."""
    base = dict(head)
    for one in changes.readable(change for change in changes if change.path in paths):
        base.pop(one.path, None)
        if one.before is not None and is_file(one.before.mode) and (one.path in head or signed(one.path, one.before.text())):
            base[one.path] = one.before.text()
    return base
