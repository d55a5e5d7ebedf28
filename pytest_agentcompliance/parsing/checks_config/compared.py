"""Two states of a repository's configuration files: which checks got looser, by what the settings mean."""

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from pytest_agentcompliance.parsing.checks_config import codes
from pytest_agentcompliance.parsing.checks_config.record import Changed, Config, Fact, outdoes
from pytest_agentcompliance.parsing.checks_config.shadows import shadows

__all__ = ["Around", "Changed", "Looser", "looser"]

Facts = dict[tuple[str, str], Fact]
# What is said once for the whole repository, wherever it is written.
_EVERYWHERE = frozenset(("ci", "hooks", "codecov", "gitleaks", "detect-secrets", "sonar", "semgrep", "trivy"))
_EACH_FILE = frozenset(("tsc", "scripts"))  # two such files of one folder are about different things
_FAMILIES = (
    frozenset(("eslint", "biome")), frozenset(("ruff", "flake8", "pylint")), frozenset(("mypy", "pyright", "ty")),
    frozenset(("gitleaks", "detect-secrets")),
)  # fmt: skip
_FLOOR = re.compile(r"fail[-_]under")  # of the coverage, wherever it is asked for
_COMMANDS = frozenset(("ci", "hooks", "scripts"))


@dataclass(frozen=True, slots=True)
class Looser:
    """One check that got looser: how the setting was, and how it is."""

    path: str
    line: int | None
    tool: str
    name: str
    was: str
    now: str
    style: bool = False


@dataclass(frozen=True)
class Around:
    """What lies around the change. ``still``: files that did not change, by the scope and whether base is asked. ``code``: whether
    code is left in a folder at head. ``read``: any file, by its path and whether base is asked. ``had``: whether a folder had code
    at base."""

    still: Callable[[str, str, bool], Iterable[Config]]
    code: Callable[[str], bool]
    read: Callable[[str, bool], Config | None] = lambda path, base: None
    had: Callable[[str], bool] = lambda folder: True


@dataclass
class _Scope:
    """All that is said of one tool in one place: facts with the files that they stand in."""

    before: Facts
    after: Facts
    at_base: dict[tuple[str, str], str]
    at_head: dict[tuple[str, str], str]
    files: list[Changed]


@dataclass(frozen=True, slots=True)
class _Scopes:
    """All scopes, and what some place has at head that it had not at base, with how strict it is there."""

    all: dict[tuple[str, str], _Scope]
    gained: dict[tuple[str, str], float]


def looser(files: Iterable[Changed], around: Around) -> tuple[tuple[Looser, ...], tuple[str, ...]]:
    """What got looser, in the order of paths and lines; and what could not be told."""
    given, still = list(files), around.still
    shadowed = shadows(given, around.read, around.had)
    changed = shadowed.files
    scopes = _scopes(changed)
    if shadowed.hidden or shadowed.alone:
        around = replace(around, still=lambda where, tool, base: (
            one for one in still(where, tool, base) if base or not shadowed.hides(where, tool, one)
        ))  # fmt: skip
    found: list[Looser] = []
    unknown: dict[str, None] = {}
    for each in changed:
        ends = [config for config in (each.before, each.after) if config is not None]
        unknown |= dict.fromkeys(f"{each.path}: {one.unread[0]}" for one in ends if one.unread and not one.facts)
    known = _Scopes(scopes, _gained(scopes) | (_moved(_scopes(given)) if changed != given else {}))
    for (where, tool), scope in scopes.items():
        for was, now in _pairs(tool, scope):
            if was is not None and was.implied and now is None:
                continue  # it is told with what it follows from
            one = now or was
            assert one is not None
            if now is None:
                reason = _kept(one, where, known, around)
                if reason == "":
                    continue
                if reason:
                    unknown[reason] = None
                    continue
            elif was is None and not _had(now, where, known, around):
                continue
            found.append(_told(tool, was, now, scope))
    return tuple(sorted(_condensed(found, scopes), key=lambda one: (one.path, one.line or 0))), tuple(unknown)


def _scopes(changed: list[Changed]) -> dict[tuple[str, str], _Scope]:
    scopes: dict[tuple[str, str], _Scope] = {}
    for one in changed:
        for side, config in (("before", one.before), ("after", one.after)):
            for fact in config.facts if config is not None else ():
                scope = scopes.setdefault((place(one, fact.tool), fact.tool), _Scope({}, {}, {}, {}, []))
                if one not in scope.files:
                    scope.files.append(one)
                facts, paths = (scope.before, scope.at_base) if side == "before" else (scope.after, scope.at_head)
                there = facts.get(fact.key)
                times = fact.times + (there.times if there is not None else 0)
                if there is None or outdoes(fact, there):
                    facts[fact.key] = fact
                    paths[fact.key] = one.path
                facts[fact.key] = replace(facts[fact.key], times=times)
    return scopes


def place(one: Changed, tool: str) -> str:
    """Where what a file says of a tool holds."""
    if tool in _EVERYWHERE:
        return ""
    return one.path if tool in _EACH_FILE else posixpath.dirname(one.path)


def _pairs(tool: str, scope: _Scope) -> Iterator[tuple[Fact | None, Fact | None]]:
    """The settings that are weaker at head, each as it was and as it is."""
    if tool in codes.TOOLS:
        yield from codes.loosened(tool, scope.before, scope.after)
    for key in dict.fromkeys([*scope.before, *scope.after]):
        was, now = scope.before.get(key), scope.after.get(key)
        one = now or was
        assert one is not None
        if codes.is_code(one) and (any(each[0] == tool for each in scope.after) or was is None):
            continue
        if one.sort == "flag":
            old = was.strength if was else one.default
            new = now.strength if now else one.default
            weaker = new < old
        elif one.sort == "floor":
            weaker = was is not None and (now is None or now.strength < was.strength)
        else:
            weaker = was is not None and now is not None and now.strength < was.strength
        if weaker:
            yield was, now


def _gained(scopes: dict[tuple[str, str], _Scope]) -> dict[tuple[str, str], float]:
    """What some place has at head that it had not at base, and how strict it is there."""
    found: dict[tuple[str, str], float] = {}
    for scope in scopes.values():
        for key, one in scope.after.items():
            was = scope.before.get(key)
            if was is None or was.strength < one.strength:
                found[key] = max(found.get(key, one.strength), one.strength)
    return found


def _moved(scopes: dict[tuple[str, str], _Scope]) -> dict[tuple[str, str], float]:
    """What some place has at head and another one had at base alone."""
    lost = {key for scope in scopes.values() for key in scope.before if key not in scope.after}
    return {key: strength for key, strength in _gained(scopes).items() if key in lost}


def _kept(one: Fact, where: str, scopes: "_Scopes", around: Around) -> str | None:
    """Why a setting that a file no longer has is not lost: empty where it stands elsewhere, a text where none can tell, or None."""
    tool, scope = one.tool, scopes.all[where, one.tool]
    if _replaced(one, scopes.gained) or (tool in _COMMANDS and _run_otherwise(one, scope)):
        return ""
    recommended = scope.after.get(("biome", "recommended"))
    if tool == "biome" and scope.after and (recommended is None or recommended.strength > 0):
        return ""  # most of Biome's rules are recommended ones: where nothing is said of one it is an error
    gone_with = where if tool not in _EACH_FILE | _EVERYWHERE else posixpath.dirname(scope.at_base.get(one.key, where))
    if not gone_with.startswith(".") and not around.code(gone_with):
        return ""
    for config in around.still(where, tool, False):
        if config.by_key.get(one.key, Fact("", "", -9, "", 0)).strength >= one.strength:
            return ""
    whole = not any(key[0] == tool for key in scope.after)
    if whole:
        family = next((each for each in _FAMILIES if tool in each), frozenset())
        if any(other in family and other != tool and each.after and not each.before for (_, other), each in scopes.all.items()):
            return f"{tool} gave way to another tool, whose settings cannot be compared"
        if tool == "tsc" and posixpath.basename(where) != "tsconfig.json":
            return ""
    for each in scope.files:
        if each.after is not None and each.after.unread:
            return f"{each.path}: {each.after.unread[0]}"
        if each.before and each.after and set(each.after.extends) - set(each.before.extends) and tool not in ("tsc",):
            return f"{each.path}: it extends another configuration now, which may say the same"
    return None


def _replaced(one: Fact, gained: Mapping[tuple[str, str], float]) -> bool:
    """Whether another place has the same now, or has it for other files."""
    if gained.get(one.key, -9) >= one.strength:
        return True
    same = (key for key in gained if one.tool == key[0] == "eslint" and _bare(key[1]) == _bare(one.name))
    return any(gained[key] >= one.strength for key in same)


def _run_otherwise(one: Fact, scope: _Scope) -> bool:
    """Whether another command of the same sort is run more often than it was."""
    check, named, tool = one.name.partition(": ")
    if not named:
        return False
    for key, each in scope.after.items():
        if key[1].startswith(f"{check}: ") and each.strength >= one.strength:
            was = scope.before.get(key)
            # Where `tsc` was run beside another type check it was there to build.
            if was is None or each.times > was.times or (tool.startswith("tsc ") and key != one.key):
                return True
    return False


def _had(now: Fact, where: str, scopes: "_Scopes", around: Around) -> bool:
    """Whether something checked before what a new exception leaves out: a first configuration is no exception from anything."""
    tool, scope = now.tool, scopes.all[where, now.tool]
    if any(_covered(each, now) for each in scope.before.values()):
        return False
    if tool == "eslint" and _excepted(now, scope):
        return False
    if any(config.path != each.path for each in scope.files for config in _family(now, where, scopes, around)):
        return False
    # It only moved: another place has lost the same exception.
    for (other, name), each in scopes.all.items():
        if name == tool and other != where and now.key in each.before and now.key not in each.after:
            return False
    present = [one.before for one in scope.files if one.before is not None]
    if tool in _EVERYWHERE and present:
        return True
    if tool == "coverage" and any("coverage" in one.text or "--cov" in one.text for one in present):
        return True
    if tool == "coverage" and any(_FLOOR.search(one.text) for one in around.still(where, "ci", True)):
        return True
    configured = [one for one in present if tool in one.tools]
    if not configured:
        configured = [one for one in around.still(where, tool, True) if tool in one.tools and posixpath.dirname(one.path) == where]
        if any(_excused(each, now, False) or each.key == now.key for one in configured for each in one.facts):
            return False
    if configured or tool in _COMMANDS:
        if tool == "eslint" and "/" in now.name.partition(" for ")[0] and not now.name.startswith("ignore"):
            plugin = now.name.partition("/")[0].lstrip("@")
            return any(plugin in one.text or plugin.partition("-")[0] in one.text for one in configured)
        return True
    above = [one for one in around.still(where, tool, True) if tool in one.tools]
    return any(one.by_key.get(now.key, now).strength > 0 for one in above)


def _bare(name: str) -> str:
    """A rule of ESLint's without the files that it is for."""
    return name.partition(" for ")[0]


def _excepted(now: Fact, scope: _Scope) -> bool:
    """Whether it is no exception from what base asked: it had the same one, the rule is new, or the same rule for types has it."""
    if any(_excused(each, now, key in scope.after) for key, each in scope.before.items()):
        return True
    bare = _bare(now.name)
    asked, was = scope.after.get(("eslint", bare)), scope.before.get(("eslint", bare))
    if " for " in now.name and asked is not None and asked.strength > 0 and was is None:
        return True
    typed = scope.after.get(("eslint", f"@typescript-eslint/{bare}"))
    return typed is not None and typed.strength > 0


def _family(now: Fact, where: str, scopes: "_Scopes", around: Around) -> Iterator[Config]:
    """Configurations of a tool that does the same work, and that name the path which is left out."""
    sort, _, path = now.name.rpartition(" ")
    family = next((each for each in _FAMILIES if now.tool in each), frozenset())
    if sort in ("ignore", "exclude") and path:
        for other in family - {now.tool}:
            there = scopes.all.get((where, other))
            mine = [one.after for one in there.files if one.after is not None] if there is not None else []
            yield from (one for one in [*mine, *around.still(where, other, False)] if other in one.tools and path in one.text)


def _covered(there: Fact, now: Fact) -> bool:
    """Whether base left out a folder in which the path lies that is left out now, or the files that a rule is off for."""
    sort, _, folder = there.name.rpartition(" ")
    if there.strength >= 0 or not folder or sort not in ("ignore", "exclude", "omit"):
        return False
    folder = folder.strip("*/")
    files = now.name.partition(" for ")[2] or now.name.rpartition(" ")[2]
    return bool(folder) and all(one.lstrip("*/").startswith(f"{folder}/") for one in files.split(", "))


def _excused(there: Fact, now: Fact, still: bool) -> bool:
    """Whether base had the same exception for other files, and has it no longer, or had it for all."""
    same = _bare(there.name) == _bare(now.name) and there.strength <= now.strength and not now.name.startswith("ignore")
    return same and (not still or " for " not in there.name)


def _told(tool: str, was: Fact | None, now: Fact | None, scope: _Scope) -> Looser:
    one = now or was
    assert one is not None
    if now is not None:
        path = scope.at_head.get(now.key) or next(iter(scope.at_head.values()))
        return Looser(path, now.line, tool, one.name, was.shown if was else "", now.shown, now.style)
    assert was is not None
    path = scope.at_base.get(was.key) or next(iter(scope.at_base.values()))
    here = next((each for each in scope.files if each.path == path), None)
    line = None
    if here is not None and here.after is not None:
        line = max(1, min(was.line, here.after.text.count("\n") + (not here.after.text.endswith("\n"))))
    return Looser(path, line, tool, one.name, was.shown, "", was.style)


def _condensed(found: list[Looser], scopes: dict[tuple[str, str], _Scope]) -> Iterator[Looser]:
    """A tool whose settings are all gone is one finding."""
    gone: set[tuple[str, str]] = set()
    for one in found:
        gone_whole = [tool for (_, tool), scope in scopes.items() if not scope.after and one.path in scope.at_base.values()]
        if one.now or one.tool in _COMMANDS or one.tool not in gone_whole:
            yield one
        elif (one.path, one.tool) not in gone:
            gone.add((one.path, one.tool))
            alone = sum(each.tool == one.tool and each.path == one.path for each in found) == 1
            yield one if alone else Looser(one.path, one.line, one.tool, "all", f"settings of {one.tool}", "")
