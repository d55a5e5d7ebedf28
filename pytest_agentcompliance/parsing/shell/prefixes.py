"""What stands before a command and only runs it; shells and interpreters, and what they are told to run on their line."""

import re
from collections.abc import Sequence
from itertools import pairwise

SHELLS = frozenset(("sh", "bash", "zsh", "dash", "ash", "ksh", "powershell", "pwsh"))
_SCRIPT = re.compile(r"-[a-z]*c|-[Cc]ommand")
_STRICT = re.compile(r"-[a-z]*e[a-z]*")
_ASSIGNMENT = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\+?=")
_VERSION = re.compile(r"(?<=.)@[\w.^~-]+$")
_ENDING = re.compile(r"\.(?:exe|cmd|bat|ps1)$")
_DURATION = re.compile(r"\d{1,9}(?:\.\d{1,9})?[smhd]?")
_PREFIXES = {  # commands that run another, and those of their options that take a value
    "sudo": ("-u", "-g"), "time": ("-f", "-o"), "command": (), "builtin": (), "env": ("-u", "-C", "-S"), "nice": ("-n",),
    "nohup": (), "exec": (), "cross-env": (), "dotenv": ("-e", "-f"), "stdbuf": (), "xvfb-run": ("-s", "-n"),
    "ionice": ("-c", "-n"), "caffeinate": (), "timeout": ("-k", "-s", "--kill-after", "--signal"), "gtimeout": ("-k", "-s"),
    "npx": ("-p", "--package"), "bunx": (), "pnpx": (), "uvx": ("--from", "--with", "-p"), "pipx": ("--spec",), "doppler": (),
    "op": (), "xargs": ("-n", "-I", "-P", "-L"), "dotenvx": ("-f",), "bundle": (), "cross-env-shell": (), "unbuffer": (),
    "proxychains": (), "corepack": (),
}  # fmt: skip
_RUN_FIRST = frozenset(("pipx", "doppler", "op", "dotenvx", "bundle"))  # and then `run` or `exec`
_INTERPRETER = re.compile(r"(?:python|pypy|node|nodejs|perl|ruby|php|deno|bun|lua|tsx)[\d.]*")
_CODE = re.compile(r"-[a-zA-Z]{0,3}[cepr]|--eval|--print|eval")


def bare(words: Sequence[str]) -> list[str]:
    """The words without assignments, and without commands that only run another."""
    at = 0
    while at < len(words):
        name = words[at].rpartition("/")[2]
        if _ASSIGNMENT.match(words[at]) or name == "--":
            at += 1
            continue
        if name not in _PREFIXES:
            break
        at += 1
        while at < len(words) and words[at].startswith("-") and words[at] != "--":
            at += 2 if words[at] in _PREFIXES[name] else 1
        if name in ("timeout", "gtimeout") and at < len(words) and _DURATION.fullmatch(words[at]):
            at += 1
        if name in _RUN_FIRST and at < len(words) and words[at] in ("run", "exec"):
            at += 1
    return list(words[at:])


def name_of(word: str) -> str:
    """The name of a program, without its folder, its version and its ending."""
    name = word.replace("\\", "/").rpartition("/")[2]
    if word.startswith("@") and word.count("/") == 1:  # a package with its scope
        name = word if word.rpartition("@")[0] in ("", word) else word.rpartition("@")[0]
        return name or word
    name = _VERSION.sub("", name) if "@" in name else name
    return _ENDING.sub("", name) if "." in name else name


def told(words: Sequence[str], fed: str = "") -> str | None:
    """What a shell is told to run, by an option or its input; None where the words start no shell, or one that reads a file."""
    if not words or name_of(words[0]) not in SHELLS:
        return None
    at = next((k for k, word in enumerate(words[1:6], 1) if _SCRIPT.fullmatch(word)), None)
    if at is None and len(words) > 1 and not words[1].startswith("-"):
        return None
    text = words[at + 1] if at is not None and at + 1 < len(words) else fed
    flags = "set -e;" if any(_STRICT.fullmatch(word) for word in words[1:4]) else ""
    flags += "set -o pipefail;" if "pipefail" in words[1 : (at or 1) + 1] else ""
    return flags + text


def code_of(words: Sequence[str]) -> str:
    """The code that an interpreter is given on its line; empty where it is given a file or a module."""
    if not words or not _INTERPRETER.fullmatch(name_of(words[0])):
        return ""
    for before, word in pairwise(words[1:]):
        if _CODE.fullmatch(before):
            return word
        if before == "-m" or not before.startswith("-"):
            return ""
    return ""
