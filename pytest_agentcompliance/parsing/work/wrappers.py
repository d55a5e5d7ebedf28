"""What stands before a command and only runs it, and the options that package managers and task runners share."""

import re
from posixpath import basename

_ASSIGNMENT = re.compile(r"[A-Za-z_][A-Za-z0-9_]*=")
_DURATION = re.compile(r"\d{1,9}(?:\.\d{1,9})?[smhd]?")
_PREFIXES = {  # commands that run another, and those of their options that take a value
    "sudo": ("-u", "-g"), "time": ("-f", "-o"), "command": (), "env": ("-u", "-C", "-S"), "nice": ("-n",), "nohup": (), "exec": (),
    "cross-env": (), "dotenv": ("-e", "-f"), "stdbuf": (), "xvfb-run": ("-s", "-n"), "ionice": ("-c", "-n"), "caffeinate": (),
    "timeout": ("-k", "-s", "--kill-after", "--signal"), "gtimeout": ("-k", "-s"), "npx": ("-p", "--package"), "bunx": (),
    "pnpx": (), "uvx": ("--from", "--with", "-p"), "pipx": ("--spec",), "doppler": (), "op": (), "xargs": ("-n", "-I", "-P", "-L"),
    "dotenvx": ("-f",), "bundle": (), "cross-env-shell": (), "unbuffer": (), "proxychains": (), "corepack": (),
}  # fmt: skip
_RUN_FIRST = frozenset(("pipx", "doppler", "op", "dotenvx", "bundle"))  # and then `run` or `exec`
SELECTS = frozenset(("--filter", "-F", "--filter-prod", "--scope", "--projects", "--package", "--include", "--from"))
MOVES = frozenset(("-C", "--dir", "--cwd", "--prefix", "--directory", "--project-directory"))
ALL = frozenset(("-r", "--recursive", "-ws", "--workspaces", "--all", "--affected", "-A", "m"))
RUN = frozenset(("run", "run-script", "exec", "dlx", "x", "rum", "urn"))
VALUED = frozenset(  # options whose value is the next word
    ("--workspace-concurrency", "--concurrency", "--loglevel", "--with", "--python", "--extra", "--group", "--env-file", "-u",
     "--output-logs", "--reporter", "-j", "--jobs", "--parallel-jobs", "--log-order", "--env", "-n", "--name", "-f", "--file",
     "-e", "--cache-dir", "--user", "--service", "--cache", "--token", "--team", "--graph")
)  # fmt: skip


def bare(words: list[str]) -> list[str]:
    """The words without assignments, and without commands that only run another."""
    at = 0
    while at < len(words):
        name = basename(words[at])
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
    return words[at:]


def name_of(word: str) -> str:
    """The name of a program, without its folder, its version and its ending."""
    name = basename(word.replace("\\", "/"))
    if word.startswith("@") and word.count("/") == 1:  # a package with its scope
        name = word if word.rpartition("@")[0] in ("", word) else word.rpartition("@")[0]
        return name or word
    name = re.sub(r"(?<=.)@[\w.^~-]+$", "", name)
    return re.sub(r"\.(?:exe|cmd|bat|ps1)$", "", name)
