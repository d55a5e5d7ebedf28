"""Whether two command lines run the same checks on the same things, though they are written otherwise."""

from functools import lru_cache
from posixpath import basename, normpath

from pytest_agentcompliance.parsing.shell.commands import commands
from pytest_agentcompliance.parsing.shell.prefixes import SHELLS, bare, name_of
from pytest_agentcompliance.parsing.work.ran import Ran
from pytest_agentcompliance.parsing.work.reach import WORDLESS, runs
from pytest_agentcompliance.parsing.work.wrappers import ALL, MOVES, SELECTS

_Meaning = tuple[str, str, tuple[str, ...], frozenset[str], str | None]
_SHOWN = frozenset(  # options that change what is printed, and not what is checked
    ("-v", "-vv", "-vvv", "-q", "-qq", "--verbose", "--quiet", "--silent", "-s", "--color", "--colors", "--no-color",
     "--nocolor", "--ci", "--no-cache", "--pretty", "--watch=false", "--run", "--watchAll=false", "--reporter", "--reporters",
     "--tb", "--no-header", "-rA", "-ra", "-rs", "--output-format", "--no-pretty", "--no-coverage", "--no-cov", "--watch",
     "--noEmit", "--no-watch", "--no-watchman", "--detectOpenHandles", "--forceExit", "--durations", "--no-summary",
     "--show-error-codes", "--force", "-n", "--yes", "-y")
)  # fmt: skip
_SHOWN_VALUES = frozenset(("--reporter", "--reporters", "--tb", "--output-format", "--durations", "-n", "--color"))
_RUNNERS_OWN = frozenset(("-m", "-w", "--workspace", "-c", "-p", "--no-install", "--if-present", "--run", "-T", "--rm", "-lc"))


def same(a: str, b: str, root: str = "") -> bool:
    """Whether two lines run the same checks on the same things, though they are written otherwise.

    ``root`` is the absolute folder that lines start in. Without it an absolute folder is taken for the one that the other
    line is silent of. Two scripts of one name are the same whichever package manager calls them.
    """
    first, second = _meaning(a, root), _meaning(b, root)
    return len(first) == len(second) > 0 and all(_alike(x, y) for x, y in zip(first, second, strict=True))


def covers(ran: str, claimed: str, root: str = "") -> bool:
    """Whether each check of a claimed line is among those that another line ran."""
    done, wanted = _meaning(ran, root), _meaning(claimed, root)
    return bool(wanted) and all(any(_alike(one, other) for other in done) for one in wanted)


@lru_cache(maxsize=1024)
def _meaning(line: str, root: str) -> tuple[_Meaning, ...]:
    """What a line does, without how it is written: its checks; or, where it has none, its commands."""
    checks = runs(line)
    if checks:
        return tuple(
            (ran.check, ran.tool or ran.script, _arguments(ran), frozenset(ran.packages), _place(ran.folder, root))
            for ran in checks
        )
    found: list[_Meaning] = []
    for command in commands(line):
        words = bare(list(command.words))
        if len(words) > 1 and name_of(words[0]) in SHELLS and not words[1].startswith("-"):
            words = words[1:]  # `bash ./build.sh` is `./build.sh`
        if words and (basename(words[0]) not in WORDLESS):
            found.append(("", name_of(words[0]), tuple(words[1:]), frozenset(), _place(command.folder, root)))
    if not found:  # such as `ls src`: what shows something, by its words
        found = [("", "", tuple(bare(list(command.words))), frozenset(), None) for command in commands(line)]
    return tuple(found)


def _arguments(ran: Ran) -> tuple[str, ...]:
    """What the words of a check say of what it does: what narrows it, and options other than those of the display."""
    selected = {part for one in ran.selects for part in one.split(" ")}
    options = list[str]()
    words = list(ran.words)
    for before, word in zip(["", *words], words, strict=False):
        name = word.partition("=")[0]
        if not word.startswith("-") or word == "--" or name in _SHOWN or word in _SHOWN or before in _SHOWN_VALUES:
            continue
        if name in SELECTS | MOVES | ALL or word in selected or name in selected or name in _RUNNERS_OWN:
            continue
        options.append(word)
    return (*sorted(one.replace("=", " ").removeprefix("./").rstrip("/") for one in ran.selects), *sorted(set(options)))


def _place(folder: str | None, root: str) -> str | None:
    if folder is None or folder == ".":
        return None
    folder = normpath(folder)
    if root:
        root = normpath(root)
        if folder == root:
            return None
        folder = folder.removeprefix(root.rstrip("/") + "/")
    return folder


def _alike(one: _Meaning, other: _Meaning) -> bool:
    if one[:4] != other[:4]:
        return False
    here, there = one[4], other[4]
    if here == there:
        return True
    outside = [(x, y) for x, y in ((here, there), (there, here)) if x and x.startswith(("/", "~", "$"))]
    return any(y is None or (not y.startswith("/") and x.endswith("/" + y)) for x, y in outside)
