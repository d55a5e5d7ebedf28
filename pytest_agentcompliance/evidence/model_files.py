"""The files that hold models of a database, or what those take columns from, at both ends of a run."""

import re
from collections.abc import Callable, Collection
from posixpath import basename, dirname

from pytest_agentcompliance.errors import Unreadable
from pytest_agentcompliance.evidence.changes import ChangeSet, is_file
from pytest_agentcompliance.evidence.tree import Tree

# Files beside the models from which those take columns, bases and enums.
_IMPORTED = re.compile(r"[\"'](?:[^\"'\n]{0,200}/)?([\w.-]{1,100})[\"']")
_FAR = 2  # imports from a file that was changed
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
    from pytest_agentcompliance.parsing.models import CALL_SIGNS, PYTHON_SIGNS, SCRIPT_SIGNS, SCRIPTS

    side, files = tree.head, tree.head.files
    there: set[str] = set()
    for signs, endings in ((PYTHON_SIGNS, (".py",)), (SCRIPT_SIGNS | CALL_SIGNS, SCRIPTS)):
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


def near(texts: dict[str, str], changed: Collection[str]) -> set[str]:
    """The paths that may say anything of the models in files that were changed: without a plan no other is judged.

    Where models are made by calls, almost every file of a large tree has a word of them, so these are followed by their imports:
    what a changed file takes from others, and who takes from it. What holds for all models is always read.
    """
    from pytest_agentcompliance.parsing.models import CALL_SIGNS, SCRIPT_SIGNS, SCRIPTS

    called = {
        path for path, text in texts.items()
        if path.endswith(SCRIPTS) and any(one in text for one in CALL_SIGNS) and not any(one in text for one in SCRIPT_SIGNS)
    }  # fmt: skip
    by_stem: dict[str, list[str]] = {}
    for path in called:
        by_stem.setdefault(_stem(path), []).append(path)
    found = {path for path in called if path in changed or "forFeature" in texts[path] or "define:" in texts[path]}
    edge = [path for path in called if path in changed]
    stems = {_stem(path) for path in edge} - {"index"}
    for _ in range(_FAR):
        named = {_stem(name) for path in edge for name in _IMPORTED.findall(texts[path])}
        edge = [path for name in sorted(named) for path in by_stem.get(name, ()) if path not in found]
        found.update(edge)
    found |= {path for path in called - found if not stems.isdisjoint(map(_stem, _IMPORTED.findall(texts[path])))}
    return found | (texts.keys() - called)


def _stem(path: str) -> str:
    return re.sub(r"\.(?:[mc]?[jt]s)$", "", basename(path))
