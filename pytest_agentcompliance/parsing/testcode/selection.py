"""Which tests a runner's configuration lets run: two versions of it, compared by what they leave out."""

import json
import re
import shlex
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pytest_agentcompliance.parsing import pytest_ini
from pytest_agentcompliance.parsing.testcode.tokens import Token, joined, partners, split, tokens

_SCRIPTS = re.compile(
    r"(?:^|/)(?:jest|vitest|vite|playwright|cypress|karma|\.mocharc|vitest\.workspace)(?:\.[\w-]+)*\.(?:[cm]?[jt]s|json)$"
)
_LEAVES_OUT = frozenset({
    "testPathIgnorePatterns", "modulePathIgnorePatterns", "testIgnore", "exclude", "grepInvert", "excludeSpecPattern", "ignore",
})  # fmt: skip
_TAKES_IN = frozenset({
    "testMatch", "testRegex", "include", "specPattern", "roots", "testDir", "dir", "grep", "testNamePattern",
})  # fmt: skip
_FLAGS = frozenset({"passWithNoTests", "allowOnly"})
_OTHERS = frozenset({
    "coverage", "typecheck", "benchmark", "resolve", "optimizeDeps", "server", "build", "deps", "plugins", "transform",
})  # fmt: skip
_RUNS = re.compile(
    r"\b(?:jest|vitest|mocha|ava|tap|playwright test|cypress run|pytest|go test|node --test|tsx --test|turbo (?:run )?test\S*"
    r"|(?:npm|pnpm|yarn|bun)(?: run)?(?: -r)? test\S*|bun test)"
)
_QUIET = re.compile(
    r"--passWithNoTests|--pass-with-no-tests|\|\| ?(?:true|exit 0|echo|:)(?!\w)|; ?exit 0|--testPathIgnorePatterns[= ]\S+"
    r"|--exclude[= ]\S+|--ignore[= ]\S+|--deselect[= ]\S+|(?<=\s)(?:-t|--testNamePattern|--grep)[= ]\S+"
)
_SWALLOWS = re.compile(
    r"\bitems \[ : \] =|\bitems \. (?:remove|clear|pop) \(|\bdel items\b|pytest_deselected"
    r"|\badd_marker \( pytest \. mark \. (?:skip|xfail)|\. outcome = |\bexitstatus = |\b_exit \(|\bsys \. exit \( 0"
    r"|\bdef pytest_ignore_collect \(|\bcollect_ignore(?:_glob)? (?:=|\. (?:append|extend))"
)
_WILD = re.compile(r"[*?^$()|\\]+|\[[^\]]*\]|\{[^}]*\}")
# How the tests are called that pytest finds unless it is told of others.
_DEFAULT = {"python_files": ("test", "*"), "python_classes": ("test", "*"), "python_functions": ("test", "*")}
_OPTIONAL = re.compile(r"getoption|config \. option|environ|getenv|platform")


@dataclass(frozen=True, slots=True)
class LeftOut:
    """One setting by which fewer tests run; ``line`` is that of head, None where something went."""

    line: int | None
    what: str
    before: str
    after: str
    pattern: str = ""  # of the paths that are left out


def concerns(path: str) -> bool:
    """Whether a file says which tests run."""
    name = path.rpartition("/")[2]
    return name in pytest_ini.NAMES or name in ("conftest.py", "package.json") or _SCRIPTS.search(path) is not None


def left_out(path: str, before: str, after: str) -> list[LeftOut]:
    """What the second version of a configuration keeps from running, and the first did not. ``before`` is empty for a new file."""
    name = path.rpartition("/")[2]
    try:
        if name == "conftest.py":
            return list(_hooks(path, before, after))
        if name in pytest_ini.NAMES:
            return list(_pytest(name, before, after))
        if name == "package.json":
            return list(_package(before, after))
        return list(_settings(path, before, after))
    except (ValueError, RecursionError, TypeError):
        return []  # the runner cannot read it either


def _line(text: str, said: str) -> int | None:
    at = text.find(said) if said else -1
    return text.count("\n", 0, at) + 1 if at >= 0 else None


def hits(pattern: str, folder: str, path: str) -> bool:
    """Whether a pattern of a runner's, glob or expression, may mean a path: all of it that is no wildcard stands there in order."""
    rest = path.removeprefix(folder).lstrip("/")
    if not path.startswith(folder):
        return False
    at = 0
    pieces = _WILD.split(pattern.removeprefix("<rootDir>").removeprefix("/"))
    for place, piece in enumerate(pieces):
        if plain := piece.strip("/."):
            whole = place == 0 or piece.startswith("/")
            found = f"/{rest}/".find(f"/{plain}" if whole else plain, at)
            if found < 0:
                return False
            at = found + len(plain)
    return True


# pytest


def _pytest(name: str, before: str, after: str) -> Iterator[LeftOut]:
    was, now = (_table(name, text) for text in (before, after))
    fresh = Counter(_leaving(_words(now.get("addopts")))) - Counter(_leaving(_words(was.get("addopts"))))
    for option in fresh:
        yield LeftOut(_line(after, option.split("=")[0].split(" ")[0]), "pytest leaves tests out", "", f"addopts = {option}")
    for key in ("testpaths", "python_files", "python_classes", "python_functions"):
        had, has = _words(was.get(key)), _words(now.get(key))
        if before and has and (missing := [one for one in had if not _covered(one, has)]):
            yield LeftOut(
                _line(after, key),
                "pytest looks for tests in fewer places",
                f"{key} = {' '.join(missing)}",
                f"{key} = {' '.join(has)}",
            )
        elif not had and has and key in _DEFAULT and not any(one.lower().startswith(_DEFAULT[key]) for one in has):
            yield LeftOut(_line(after, key), "pytest looks for tests of other names", "", f"{key} = {' '.join(has)}")
    more = [one for one in _words(now.get("norecursedirs")) if one not in _words(was.get("norecursedirs"))]
    if (more := [one for one in more if re.search(r"test|spec", one)]):
        yield LeftOut(_line(after, "norecursedirs"), "pytest leaves folders out", "", f"norecursedirs = {' '.join(more)}")


def _table(name: str, text: str) -> Mapping[str, Any]:
    found: dict[str, Any] = {}
    for section in pytest_ini.tables(name, text) if text else []:
        found |= section
    return found


def _words(value: Any) -> list[str]:
    if value is None:
        return []
    return [str(one) for one in value] if isinstance(value, list) else shlex.split(str(value), comments=True)


def _leaving(options: list[str]) -> Iterator[str]:
    waiting = ""
    for word in options:
        if waiting:
            yield f"{waiting} {word}"
            waiting = ""
        elif word in ("-k", "-m", "--ignore", "--ignore-glob", "--deselect"):
            waiting = word
        elif word.startswith(("--ignore=", "--ignore-glob=", "--deselect=", "-k=", "-m=")) or word in ("--collect-only", "--co"):
            yield word


def _covered(path: str, others: list[str]) -> bool:
    return any(one in (path, ".", "*") or path.startswith(one.rstrip("/*") + "/") or one == "test*" for one in others)


def _hooks(path: str, before: str, after: str) -> Iterator[LeftOut]:
    was, now = (_statements(path, text) for text in (before, after))
    old = Counter(said for _, said, _ in was)
    for line, said, optional in now:
        if old[said]:
            old[said] -= 1
        elif _SWALLOWS.search(said) and not optional:
            yield LeftOut(line, "a hook takes tests out, or changes what came of them", "", said)


def _statements(path: str, text: str) -> list[tuple[int, str, bool]]:
    """The lines of a conftest, each with whether something that is asked for from outside decides on it."""
    rows: list[list[Token]] = [[]]
    depth = 0
    for token in tokens(path, text):
        depth += (token.text in ("(", "[", "{")) - (token.text in (")", "]", "}")) if token.kind == "sign" else 0
        if token.kind == "end" and depth <= 0:
            rows.append([])
        elif token.kind != "end":
            rows[-1].append(token)
    found: list[tuple[int, str, bool]] = []
    function: list[str] = []
    for row in rows:
        if not row:
            continue
        said = joined(row)
        if row[0].column == 0:
            function = []
        function.append(said)
        found.append((row[0].line, said, any(_OPTIONAL.search(each) for each in function)))
    return found


# JavaScript


def _package(before: str, after: str) -> Iterator[LeftOut]:
    was, now = (json.loads(text) if text else {} for text in (before, after))
    if not isinstance(was, dict) or not isinstance(now, dict):
        return
    scripts = [one.get("scripts") for one in (was, now)]
    had, has = ({str(k): str(v) for k, v in one.items()} if isinstance(one, dict) else {} for one in scripts)
    everything = " ; ".join(has.values())
    for key, said in had.items():
        if not re.search(r"(?:^|:)test\b|^test", key) or has.get(key) == said:
            continue
        new = has.get(key, "")
        lost = [part for part in re.split(r"&&|;", said) if (ran := _RUNS.search(part)) and ran[0] not in everything]
        if lost and (key == "test" or key not in has) and not _RUNS.search(new):
            yield LeftOut(_line(after, f'"{key}"'), f"the script \u201c{key}\u201d runs fewer tests", said, new)
    for key, said in has.items():
        quiet = Counter(one.strip() for one in _QUIET.findall(said)) - Counter(
            one.strip() for one in _QUIET.findall(had.get(key, ""))
        )
        if quiet and key in had and _RUNS.search(said):
            yield LeftOut(_line(after, f'"{key}"'), f"the script \u201c{key}\u201d lets tests go missing", had[key], said)
    if isinstance(now.get("jest"), dict):
        old = was.get("jest") if isinstance(was.get("jest"), dict) else {}
        yield from _settings("jest.config.json", json.dumps(old), json.dumps(now["jest"]), after)


def _settings(path: str, before: str, after: str, shown: str = "") -> Iterator[LeftOut]:
    was, now = (_entries(path, text) for text in (before, after))
    for key, said in now.items():
        name = key.rpartition(".")[2]
        old = was.get(key, Counter())
        if name in _LEAVES_OUT and (more := said - old):
            for one in more:
                yield LeftOut(_line(shown or after, one.strip("'")), f"{name} leaves tests out", "", one, one.strip("'\"`"))
        elif name in _FLAGS and said["true"] and before and not old["true"]:
            yield LeftOut(_line(shown or after, name), f"{name} is on", "", f"{name}: true")
    for key, old in was.items():
        name = key.rpartition(".")[2]
        if name in _TAKES_IN and key in now and (
            missing := old - now[key]
        ) and now[key] and len(now[key]) <= len(old) and _narrower(old, now[key]):
            yield LeftOut(_line(shown or after, name), f"{name} takes fewer tests in", " ".join(missing), " ".join(now[key]))


def _narrower(old: Counter[str], new: Counter[str]) -> bool:
    """Whether entries were taken away, or one was made longer: what is only written differently is left to the reader."""
    return not (new - old) or len(new) < len(old) or any(
        one.strip("'").startswith(each.strip("'").rstrip("*")) and len(one) > len(each) for one in new - old for each in old - new
    )


def _entries(path: str, text: str) -> dict[str, Counter[str]]:
    """The settings that say which tests run, each under the names that it stands below."""
    found = tokens(path if not path.endswith(".json") else "x.ts", text)
    pairs = partners(found)
    entries: dict[str, Counter[str]] = {}
    above: list[tuple[int, str]] = []  # end, name
    for place, token in enumerate(found):
        while above and above[-1][0] < place:
            above.pop()
        if place + 2 >= len(found) or found[place + 1].text != ":" or token.kind == "sign":
            continue
        name = token.text.strip("'\"")
        opened = place + 2
        end = pairs.get(opened, opened)
        if found[opened].text == "{":
            above.append((end, name))
        elif name in _LEAVES_OUT | _TAKES_IN | _FLAGS and not any(each in _OTHERS for _, each in above):
            if name in (
                "exclude", "include", "dir", "ignore"
            ) and path.rpartition("/")[2].startswith("vit") and "test" not in [each for _, each in above]:
                continue
            key = ".".join([*(each for _, each in above), name])
            said = found[opened + 1 : end] if found[opened].text == "[" else [found[opened]]
            entries.setdefault(key, Counter()).update(joined(part).strip() for part in split(said, ",") if part)
    return entries
