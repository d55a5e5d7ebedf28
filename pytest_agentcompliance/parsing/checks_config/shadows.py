"""A new configuration file that takes the place of another one: what that one asked is what the new one is held against."""

import posixpath
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from pytest_agentcompliance.parsing.checks_config.record import Changed, Config, Fact

Read = Callable[[str, bool], Config | None]  # a file by its path, at base or at head

# The files of one folder of which a tool reads one alone: the first that there is.
_FLAT = tuple(f"eslint.config.{ending}" for ending in ("js", "mjs", "cjs", "ts", "mts", "cts"))
_ORDER: dict[str, tuple[str, ...]] = {
    "ruff": (".ruff.toml", "ruff.toml", "pyproject.toml"),
    "mypy": ("mypy.ini", ".mypy.ini", "pyproject.toml", "setup.cfg"),
    "coverage": (".coveragerc", "setup.cfg", "tox.ini", "pyproject.toml"),
    "flake8": ("setup.cfg", "tox.ini", ".flake8"),
    "pylint": ("pylintrc", ".pylintrc", "pyproject.toml", "setup.cfg", "tox.ini"),
    "pyright": ("pyrightconfig.json", "pyproject.toml"),
    "eslint": (
        *_FLAT, ".eslintrc.js", ".eslintrc.cjs", ".eslintrc.yaml", ".eslintrc.yml", ".eslintrc.json", ".eslintrc", "package.json",
    ),
    "pytest": ("pytest.ini", ".pytest.ini", "pyproject.toml", "tox.ini", "setup.cfg"),
}  # fmt: skip
# These hold the settings of many tools, and count for one where they have any of it; the others count by being there.
_SHARED = ("pyproject.toml", "setup.cfg", "tox.ini", "package.json")
_COVERAGE = re.compile(r"^\[(?:coverage:|tool\.coverage\b)", re.MULTILINE)
_PYTEST = re.compile(r"^\[(?:tool:pytest|pytest|tool\.pytest\.)", re.MULTILINE)
_IN_OPTIONS = "--cov-fail-under"
_IN_REPORT = re.compile(r"^[ \t]*fail_under[ \t]*=", re.MULTILINE)
_EXTEND = re.compile(r"""^[ \t]*extend[ \t]*=[ \t]*["']([^"'\n]{1,300})["']""", re.MULTILINE)
_DEEPEST = 5


@dataclass(slots=True)
class Shadows:
    """The changed files, each held against what it takes the place of; and what counts no longer, by folder and tool."""

    files: list[Changed]
    hidden: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    alone: set[tuple[str, str]] = field(default_factory=set)

    def hides(self, where: str, tool: str, config: Config) -> bool:
        """Whether a file that is still there is not read any more for the files of a folder."""
        away = (where, tool) in self.alone and posixpath.dirname(config.path) != where
        return away or config.path in self.hidden.get((where, tool), ())


def shadows(files: Iterable[Changed], read: Read, code: Callable[[str], bool]) -> Shadows:
    """``read``: a file by its path, at base or at head. ``code``: whether a folder had code at base."""
    found = Shadows(list(files))
    for tool, names in _ORDER.items():
        for at, one in enumerate(found.files):
            folder, _, name = one.path.rpartition("/")
            if name not in names or not _counts(tool, one.path, one.after) or _counts(tool, one.path, one.before):
                continue
            others = [other for other in names if other != name]
            there = next((other for other in others if _counts(tool, other, read(posixpath.join(folder, other), True))), None)
            if there is not None:
                again = name in _FLAT and there in _FLAT  # one file with another ending
                if names.index(name) < names.index(there) and not again:
                    _beside(found, at, tool, posixpath.join(folder, there), read)
            elif tool == "ruff" and not _moved(found.files, one, tool):
                _below(found, at, read, code)
    return found


def _counts(tool: str, path: str, config: Config | None) -> bool:
    """Whether a tool takes its settings from a file."""
    if config is None:
        return False
    name = path.rpartition("/")[2]
    if name not in _SHARED:
        return True
    if tool == "pytest":
        return _PYTEST.search(config.text) is not None
    return tool in config.tools and (tool != "coverage" or _COVERAGE.search(config.text) is not None)


def _facts(tool: str, config: Config) -> tuple[Fact, ...]:
    """What a file says of a tool that another file takes from it; of pytest's options the threshold of the coverage."""
    in_options = _IN_OPTIONS in config.text
    if tool == "pytest":
        asked = in_options and not _IN_REPORT.search(config.text)
        return tuple(one for one in config.facts if asked and one.key == ("coverage", "threshold"))
    mine = (one for one in config.facts if one.tool == tool)
    return tuple(one for one in mine if not (in_options and one.key == ("coverage", "threshold")))


def _beside(found: Shadows, at: int, tool: str, there: str, read: Read) -> None:
    """A new file over another of the same folder."""
    one, was = found.files[at], read(there, True)
    if one.after is None or was is None:
        return
    taken = _facts(tool, was)
    if not taken:
        return
    now = _extended(one.after, read, 0) if tool == "ruff" else one.after
    if now is None:
        return
    found.hidden.setdefault((posixpath.dirname(there), taken[0].tool), set()).add(there)
    place = next((place for place, each in enumerate(found.files) if each.path == there), None)
    if place is not None:
        # It changed as well: what it says at base counts already, and at head it says nothing any more.
        other = found.files[place]
        if other.after is not None:
            gone = {fact.key for fact in _facts(tool, other.after)}
            kept = replace(other.after, facts=tuple(fact for fact in other.after.facts if fact.key not in gone))
            found.files[place] = replace(other, after=kept)
        found.files[at] = replace(one, after=now)
    else:
        found.files[at] = replace(one, before=_with(one.before, was, taken), after=now)


def _below(found: Shadows, at: int, read: Read, code: Callable[[str], bool]) -> None:
    """A new file in a folder for which the nearest one above counted: Ruff takes nothing from that unless it is extended."""
    one = found.files[at]
    now = _extended(one.after, read, 0) if one.after is not None else None
    folder = above = posixpath.dirname(one.path)
    while above and now is not None:
        above = posixpath.dirname(above)
        for name in _ORDER["ruff"]:
            path = posixpath.join(above, name)
            was = read(path, True)
            if was is None or not _counts("ruff", path, was):
                continue
            taken = _facts("ruff", was)
            if not code(folder):
                # No code of the folder was looked at: what it is excepted from by name counts, and not what it never had.
                taken = tuple(fact for fact in taken if fact.name.startswith(("select ", "ignore ", "per-file ")))
                named = tuple(fact for fact in now.facts if fact.name.startswith(("ignore ", "per-file ")))
                selected = tuple(fact for fact in taken if fact.name.startswith("select "))
                others = tuple(fact for fact in now.facts if fact.tool != "ruff")
                now = replace(now, facts=(*others, *named, *(replace(fact, line=1) for fact in selected)))
            now = _excused(now, taken)
            found.alone.add((folder, "ruff"))
            found.files[at] = replace(one, before=_with(one.before, was, taken), after=now)
            return


def _excused(now: Config, taken: tuple[Fact, ...]) -> Config:
    """Without the codes that are off for some files where the file above has them off for some: its paths are other ones."""
    off = tuple(fact.name.rpartition("\t")[2] for fact in taken if fact.name.startswith("per-file "))
    same = {fact for fact in now.facts if fact.name.startswith("per-file ") and fact.name.rpartition("\t")[2].startswith(off)}
    return replace(now, facts=tuple(fact for fact in now.facts if fact not in same))


def _with(own: Config | None, was: Config, taken: tuple[Fact, ...]) -> Config:
    """The file as it would have been at base, with what another one said: a line of that means nothing here."""
    facts = tuple(replace(fact, line=1) for fact in taken)
    tools = frozenset(fact.tool for fact in taken)
    if own is None:
        return replace(was, facts=facts, tools=tools)
    return replace(own, facts=(*own.facts, *facts), tools=own.tools | tools)


def _moved(files: list[Changed], one: Changed, tool: str) -> bool:
    """Whether a file of the same name is gone from another folder."""
    name = one.path.rpartition("/")[2]
    return any(
        each.path != one.path and each.path.rpartition("/")[2] == name and _counts(tool, each.path, each.before)
        and not _counts(tool, each.path, each.after)
        for each in files
    )  # fmt: skip


def _extended(config: Config, read: Read, depth: int) -> Config | None:
    """A file of Ruff's with what it extends; None where that is not known."""
    written = _EXTEND.search(config.text)
    if written is None:
        return config
    path = posixpath.normpath(posixpath.join(posixpath.dirname(config.path), written[1]))
    there = read(path, False) if depth < _DEEPEST and not path.startswith(("..", "/")) else None
    there = _extended(there, read, depth + 1) if there is not None else None
    if there is None:
        return None
    own = tuple(fact for fact in config.facts if not fact.shown.endswith("(the default)"))
    selects = any(fact.tool == "ruff" and fact.shown.startswith("select:") for fact in own)
    have = {fact.key for fact in own}
    more = (fact for fact in there.facts if fact.tool == "ruff" and fact.key not in have)
    kept = (replace(fact, line=1) for fact in more if not (selects and fact.name.startswith("select ")))
    return replace(config, facts=(*own, *kept))
