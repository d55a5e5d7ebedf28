"""The files that a shell command writes, deletes or prints, as far as its words say so plainly."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise

from pytest_agentcompliance.parsing.shell.scripts import Command, commands
from pytest_agentcompliance.parsing.shell.words import Word
from pytest_agentcompliance.parsing.transcripts import patches

Lines = tuple[int, int]
END = 1 << 30  # the last line, where only the first is known

PRINTERS = frozenset((
    "cat", "less", "more", "bat", "batcat", "nl", "tac", "type", "Get-Content", "gc", "view", "xxd", "od", "hexdump", "base64",
    "strings",
))  # fmt: skip
SEARCHERS = frozenset((
    "grep", "egrep", "fgrep", "rg", "ag", "awk", "gawk", "jq", "yq", "cut", "sort", "uniq", "diff", "cmp", "comm",
))  # fmt: skip
FIRST_IS_NO_FILE = frozenset(("grep", "egrep", "fgrep", "rg", "ag", "awk", "gawk", "jq", "yq"))
NEUTRAL = frozenset(("cat", "nl", "less", "more", "tee", "column", "expand"))  # they hand on all that they are fed
WITH_VALUE: Mapping[str, frozenset[str]] = {
    "head": frozenset(("-n", "-c", "--lines", "--bytes")), "tail": frozenset(("-n", "-c", "--lines", "--bytes")),
    "bat": frozenset(("-r", "--line-range", "-l", "--language", "--style", "--theme")),
    "grep": frozenset(("-A", "-B", "-C", "-m", "--include", "--exclude", "--color")),
    "rg": frozenset(("-A", "-B", "-C", "-m", "-g", "--glob", "-t", "--type", "-T", "--max-count")),
    "awk": frozenset(("-F", "-v")), "cut": frozenset(("-d", "-f", "-c", "-b")), "sort": frozenset(("-k", "-t", "-o", "-S")),
    "xxd": frozenset(("-l", "-s", "-c")), "od": frozenset(("-N", "-j", "-t", "-A", "-w")),
    "nl": frozenset(("-b", "-w", "-s", "-n")),
    "touch": frozenset(("-d", "-t", "-r")), "truncate": frozenset(("-s", "--size", "-r")), "jq": frozenset(("--indent",)),
    "install": frozenset(("-m", "-o", "-g")), "Get-Content": frozenset(("-TotalCount", "-Tail", "-Encoding")),
}  # fmt: skip
COUNT = re.compile(r"-(?:n|-lines=?)?(\+?\d{1,9})")
SED_RANGE = re.compile(r"(\d{1,9})(?:,(\+?\d{1,9}|\$))?p")
AWK_RANGE = re.compile(r"NR\s*>=?\s*(\d{1,9})\s*&&\s*NR\s*<=?\s*(\d{1,9})")
BAT_RANGE = re.compile(r"(?:--line-range=?|-r=?)?(\d{0,9}):(\d{0,9})")
DIFFED = re.compile(r"^--- (\S[^\n]{0,1000})\n\+\+\+ (\S[^\n]{0,1000})$", re.MULTILINE)
IN_PLACE = re.compile(r"-[A-Za-z]*i(?:\..*|[A-Za-z]*)?|--in-place(?:=.*)?")


@dataclass(frozen=True, slots=True)
class Shown:
    """A file that a command prints.

    ``lines`` (first, last) where it is told; ``part``: not the whole, or only what matches; ``wild``: ``path`` is a glob.
    """

    path: str
    lines: Lines | None = None
    part: bool = False
    wild: bool = False


@dataclass(frozen=True, slots=True)
class Touched:
    """A file that a command writes, or deletes."""

    path: str
    gone: bool = False


def touched(command: str) -> tuple[str, ...]:
    """The paths that a command line writes or deletes, as it names them, from the folder in which it starts."""
    return tuple(dict.fromkeys(one.path for one in changes(command)))


def changes(command: str) -> tuple[Touched, ...]:
    """The same, with what becomes of each."""
    found: dict[Touched, None] = {}
    for one in commands(command):
        compares = one.words and one.words[0].text == "[["
        for path in map(one.at, one.into if not compares else ()):
            if path:
                found[Touched(path)] = None
        writer = WRITERS.get(one.name)
        if writer is not None:
            found.update((Touched(path, gone), None) for path, gone in writer(one) if path)
    return tuple(found)


def shown(command: str) -> tuple[Shown, ...]:
    """The files that a command line prints whole or in part, as it names them, from the folder in which it starts."""
    found: list[Shown] = []
    flowing: list[Shown] = []  # what goes down the pipe
    for one in commands(command):
        through = (narrower for each in flowing for narrower in _filtered(one, each))
        now = list(through if one.piped and flowing else _printed(one))
        flowing = now if one.pipes else []
        if not one.pipes and not one.silent:
            found += now
    return tuple(dict.fromkeys(found))


# What is printed


def _printed(one: Command) -> Iterator[Shown]:
    name = one.name
    if name in PRINTERS:
        lines = _bat_lines(one) if name.startswith("bat") else None
        for file in _named(one, [*_operands(one), *one.out_of]):
            yield replace(file, lines=lines, part=lines is not None)
    elif name in ("head", "tail", "sed"):
        for file in _named(one, [*(_operands(one) if name != "sed" else _sed_files(one)), *one.out_of]):
            yield from _narrowed(one, file)
    elif name in SEARCHERS:
        words = _operands(one)[1:] if name in FIRST_IS_NO_FILE and not _has(one, "-e", "-f") else _operands(one)
        for file in _named(one, [*words, *one.out_of]):
            yield from [file] if _prints_all(one) else _narrowed(one, file)
    elif name == "tr" or not one.words:  # ``done < file`` goes over all lines
        yield from (replace(file, part=True) for file in _named(one, one.out_of))
    elif name == "git" and len(one.words) > 2 and one.words[1].text == "show":
        for word in one.words[2:]:
            _, colon, path = word.text.partition(":")
            if colon and word.plain and path and not word.text.startswith("-"):
                yield Shown(path.removeprefix("./"))  # from the root on


def _named(one: Command, words: Iterable[Word]) -> Iterator[Shown]:
    """The files that words name, and the globs that stand for some."""
    for word in words:
        path = one.at(word._replace(plain=word.plain or word.wild))
        if path and path != "-":
            yield Shown(path, wild=word.wild)


def _prints_all(one: Command) -> bool:
    """Whether a search is one that every line answers to."""
    script = next((word.text for word in _operands(one)), "x")
    return script in ("", ".", "^", ".*") if one.name in ("grep", "egrep", "rg", "ag") else script in ("1", "{print}", "{ print }")


def _filtered(one: Command, given: Shown) -> Iterator[Shown]:
    """What a filter lets through of what a file printed."""
    if one.name in ("wc", "xargs", "md5sum", "sha256sum", "true", "cmp"):
        return
    if one.name in NEUTRAL:
        yield given
    elif one.name in ("head", "tail", "sed", "awk", "gawk"):
        yield from _narrowed(one, given)
    else:
        yield replace(given, part=True)


def _narrowed(one: Command, given: Shown) -> Iterator[Shown]:
    """The part of a file that ``head``, ``tail``, ``sed`` and ``awk`` let through."""
    if one.name == "sed" and not _sed_is_quiet(one):
        yield given
        return
    ranges = list(_ranges(one))
    first = given.lines[0] if given.lines is not None else 1
    if not ranges or (given.part and given.lines is None):
        yield Shown(given.path, None, part=not _takes_all(one), wild=given.wild)
    for start, end in ranges:
        last = END if end == END else first + end - 1
        lines = first + start - 1, min(last, given.lines[1]) if given.lines else last
        yield Shown(given.path, lines, part=True, wild=given.wild)


def _takes_all(one: Command) -> bool:
    return one.name == "head" and any(word.text in ("-0", "-n-0") for word in one.words[1:])


def _ranges(one: Command) -> Iterator[Lines]:
    words = [word.text for word in one.words[1:]]
    if one.name in ("head", "tail"):
        if _has(one, "-c", "--bytes", "-f", "-F"):
            return
        values = [after for before, after in pairwise(words) if before in ("-n", "--lines")]
        count = next((found[1] for word in words if (found := COUNT.fullmatch(word))), values[0] if values else "10")
        number = int(count.lstrip("+")) if count.lstrip("+").isdigit() and len(count) < 10 else 0
        if one.name == "head" and number:
            yield 1, number
        elif one.name == "tail" and count.startswith("+"):
            yield max(number, 1), END
    elif one.name == "sed":
        for word in words:
            for found in SED_RANGE.finditer(word) if not word.startswith("-") else ():
                start, end = int(found[1]), found[2] or found[1]
                yield max(start, 1), END if end == "$" else start + int(end) if end.startswith("+") else int(end)
            if not word.startswith("-"):
                return
    elif one.name in ("awk", "gawk") and words:
        for found in (found for word in words for found in [AWK_RANGE.search(word)] if found):
            yield int(found[1]), int(found[2])


def _bat_lines(one: Command) -> Lines | None:
    for word in one.words[1:]:
        if found := BAT_RANGE.fullmatch(word.text):
            return int(found[1] or 1), int(found[2]) if found[2] else END
    return None


def _sed_is_quiet(one: Command) -> bool:
    return any(word.text in ("--quiet", "--silent") or re.fullmatch(r"-[A-Za-z]*n[A-Za-z]*", word.text) for word in one.words[1:])


def _sed_files(one: Command) -> list[Word]:
    return [] if _sed_in_place(one) else _after_script(one)


# What is written


def _sed_in_place(one: Command) -> bool:
    return any(IN_PLACE.fullmatch(word.text) for word in one.words[1:])


def _after_script(one: Command) -> list[Word]:
    """The files of ``sed``, ``perl`` and the like: what comes after the script, which may have an option of its own."""
    files: list[Word] = []
    given = skip = False
    for word in one.words[1:]:
        if skip:
            skip = False
        elif re.fullmatch(r"-[A-Za-z]*[ef]|--expression|--file", word.text):
            given = skip = True
        elif (word.text.startswith("-") and word.text != "-") or (not word.text and not files and _sed_in_place(one)):
            continue  # ``sed -i '' script`` is how BSD has it
        else:
            files.append(word)
    return files if given else files[1:]


def _edited_in_place(one: Command) -> Iterator[tuple[str, bool]]:
    if _sed_in_place(one):
        yield from ((one.at(word), False) for word in _after_script(one))


def _written(one: Command) -> Iterator[tuple[str, bool]]:
    yield from ((path, False) for path in _files(one))


def _deleted(one: Command) -> Iterator[tuple[str, bool]]:
    yield from ((path, True) for path in _files(one))


def _copied(one: Command) -> Iterator[tuple[str, bool]]:
    files = _operands(one)
    moved = one.name == "mv" or (one.name == "git" and one.words[1].text == "mv")
    if one.name == "git":
        files = files[1:]
    if len(files) < 2:
        return
    target = one.at(files[-1])
    for word in files[:-1]:
        path = one.at(word)
        if moved:
            yield path, True
        if target and (len(files) > 2 or target.endswith("/") or files[-1].text.endswith("/") or files[-1].text in (".", "..")):
            name = word.text.rstrip("/").rpartition("/")[2]
            yield (f"{target.rstrip('/')}/{name}" if target != "." else name) if word.plain and name else "", False
        else:
            yield target, False


def _by_git(one: Command) -> Iterator[tuple[str, bool]]:
    verb = one.words[1].text if len(one.words) > 1 else ""
    if verb == "mv":
        yield from _copied(one)
    elif verb == "rm" and not _has(one, "--cached"):
        yield from ((path, True) for path in _files(one)[1:])
    elif verb in ("apply", "am") and not _has(one, "--check", "--stat", "--numstat", "--summary", "--cached", "--abort"):
        yield from _diffed(one)
    elif verb in ("checkout", "restore"):
        words = list(one.words[2:])
        cut = next((at for at, word in enumerate(words) if word.text == "--"), None)
        if verb == "restore" and cut is None:
            words, cut = [word for word in words if not word.text.startswith("-")], -1
        if cut is not None:
            yield from ((one.at(word), False) for word in words[cut + 1 :])


def _downloaded(one: Command) -> Iterator[tuple[str, bool]]:
    for option, value in zip(one.words[1:], one.words[2:], strict=False):
        if option.text in (("-o", "--output") if one.name == "curl" else ("-O", "--output-document")) and value.text != "-":
            yield one.at(value), False


def _dumped(one: Command) -> Iterator[tuple[str, bool]]:
    for word in one.words[1:]:
        if word.text.startswith("of=") and not word.text.startswith("of=/dev/"):
            yield one.at(Word(word.text[3:], word.plain)), False


def _formatted(one: Command) -> Iterator[tuple[str, bool]]:
    if _has(one, "--write", "-w", "--fix"):
        yield from ((path, False) for path in _files(one) if "." in path.rpartition("/")[2])


def _patched(one: Command) -> Iterator[tuple[str, bool]]:
    text = one.fed or next((word.text for word in one.words[1:] if "*** Begin Patch" in word.text), "")
    for piece in patches.read(text):
        yield one.at(Word(piece.path)), piece.gone


def _diffed(one: Command) -> Iterator[tuple[str, bool]]:
    """The files of a diff that ``git apply`` or ``patch`` is fed; of one that lies in a file nothing is known."""
    if _has(one, "--dry-run"):
        return
    for found in DIFFED.finditer(one.fed):
        old, new = found[1], found[2]
        path = (old if new == "/dev/null" else new).partition("\t")[0].rstrip("\r")
        if path != "/dev/null":
            yield one.at(Word(re.sub(r"^[abiwc]/", "", path))), new.startswith("/dev/null")


def _by_powershell(one: Command) -> Iterator[tuple[str, bool]]:
    for option, value in pairwise(one.words):
        if option.text in ("-Path", "-FilePath", "-LiteralPath"):
            yield one.at(value), False
            return
    yield from ((one.at(word), False) for word in one.words[1:2] if not word.text.startswith("-"))


WRITERS: Mapping[str, Callable[[Command], Iterator[tuple[str, bool]]]] = {
    "tee": _written, "touch": _written, "truncate": _written, "sponge": _written, "rm": _deleted, "unlink": _deleted,
    "shred": _written, "del": _deleted, "Remove-Item": _deleted, "mv": _copied, "cp": _copied, "install": _copied, "ln": _copied,
    "sed": _edited_in_place, "perl": _edited_in_place, "ruby": _edited_in_place, "git": _by_git, "curl": _downloaded,
    "wget": _downloaded, "dd": _dumped, "prettier": _formatted, "gofmt": _formatted, "eslint": _formatted,
    "Set-Content": _by_powershell, "Add-Content": _by_powershell, "Out-File": _by_powershell,
    "apply_patch": _patched, "applypatch": _patched, "patch": _diffed,
}  # fmt: skip


def _operands(one: Command) -> list[Word]:
    """The words that are neither the name, nor an option, nor the value of one."""
    values, found, skip, ended = WITH_VALUE.get(one.name, frozenset()), [], False, False
    for word in one.words[1:]:
        if skip:
            skip = False
        elif word.text == "--" and not ended:
            ended = True
        elif word.text.startswith("-") and len(word.text) > 1 and not ended:
            skip = word.text in values
        else:
            found.append(word)
    return found


def _files(one: Command) -> list[str]:
    return [path for path in map(one.at, _operands(one)) if path and path != "-"]


def _has(one: Command, *options: str) -> bool:
    return any(word.text in options for word in one.words[1:])
