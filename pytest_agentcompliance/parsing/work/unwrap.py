"""A simple command into the checks that it runs, through whatever runs them: shells, containers, interpreters, managers."""

import re
from collections.abc import Iterator
from dataclasses import replace
from posixpath import basename

from pytest_agentcompliance.parsing.shell.commands import Command, commands
from pytest_agentcompliance.parsing.shell.prefixes import SHELLS, bare, name_of, told
from pytest_agentcompliance.parsing.work import managers, tools
from pytest_agentcompliance.parsing.work.ran import Known, Ran, by_name, made

_DEEPEST = 8  # commands in commands
_MANAGERS = frozenset(("pnpm", "npm", "yarn", "bun"))
_PYTHON_RUNNERS = frozenset(("uv", "poetry", "pdm", "hatch", "pipenv", "rye", "conda", "micromamba"))
_MONOREPO = frozenset(("turbo", "nx", "lerna", "moon"))
_MAKERS = frozenset(
    ("make", "gmake", "just", "task", "rake", "rails", "mise", "composer", "artisan", "mix", "poe", "invoke", "inv")
)


def of(command: Command, depth: int = 0) -> Iterator[Ran]:
    """The checks that a simple command runs, in their order."""
    words = bare(list(command.words))
    text = told(words, command.fed)
    if text is not None:
        for one in commands(text, command.folder, masked=command.masked, depth=depth + 1) if depth < _DEEPEST else ():
            yield from of(one, depth + 1)
        return
    if words and name_of(words[0]) in SHELLS:
        yield from _read(words[1:], Known(tuple(words), command.folder, command.masked, depth=depth))
        return
    if len(words) > 1 and words[0] == "eval" and depth < _DEEPEST:
        for one in commands(" ".join(words[1:]), command.folder, masked=command.masked, depth=depth + 1):
            yield from of(one, depth + 1)
        return
    yield from _read(words, Known(tuple(words), command.folder, command.masked, depth=depth))


def _read(words: list[str], known: Known) -> Iterator[Ran]:
    words = bare(words)
    if not words or known.depth > _DEEPEST:
        return
    known = replace(known, depth=known.depth + 1)
    name, rest = name_of(words[0]), words[1:]
    if re.fullmatch(r"(?:python|pypy)[\d.]*|py", name):
        yield from _python(rest, known)
    elif name in ("node", "tsx", "ts-node") and rest:
        yield from _node(rest, known)
    elif name in ("coverage", "kcov", "nyc", "c8"):
        yield from _covered(name, rest, known)
    elif name in ("docker", "docker-compose", "podman", "kubectl"):
        yield from _contained(name, rest, known)
    elif name in _MANAGERS and not (name == "bun" and rest[:1] in (["test"], ["build"])):
        yield from managers.managed(name, rest, known, _read)
    elif name in _PYTHON_RUNNERS and not tools.tool(name, rest):
        yield from managers.python_run(rest, known, _read)
    elif name in ("tox", "nox"):
        yield from managers.sessions(rest, known)
    elif name in _MONOREPO:
        yield from managers.monorepo(name, rest, known)
    elif name in _MAKERS:
        yield from managers.maker(name, rest, known)
    else:
        yield from _tool(name, rest, known)


def _tool(name: str, rest: list[str], known: Known) -> Iterator[Ran]:
    found = tools.tool(name, rest)
    if found:
        one, words = found
        yield made(known, one.check, one.name, tools.narrowed(one, words), words)
    elif name.endswith((".sh", ".bash")):  # which is called what it does: `./scripts/run_tests.sh`
        for ran in by_name(name.rpartition(".")[0], rest, known):
            yield replace(ran, script=name)


def _python(rest: list[str], known: Known) -> Iterator[Ran]:
    at = 0
    while at < len(rest) and rest[at].startswith("-") and rest[at] not in ("-m", "-c"):
        at += 2 if rest[at] in ("-W", "-X") else 1
    if at >= len(rest) or rest[at] == "-c":
        return
    if rest[at] != "-m":
        if basename(rest[at]) == "manage.py":
            yield from _django(rest[at + 1 :], known)
        elif basename(rest[at]) == "setup.py":
            yield from by_name(rest[at + 1] if at + 1 < len(rest) else "", rest[at + 2 :], known)
        elif basename(rest[at]) in ("runtests.py", "run_tests.py"):
            yield from by_name(rest[at].removeprefix("./"), rest[at + 1 :], known)
        return
    module, words = rest[at + 1] if at + 1 < len(rest) else "", rest[at + 2 :]
    if module == "unittest":
        if {"-h", "--help"}.isdisjoint(words):
            yield made(known, "tests", "unittest", _unittest(words), words)
    elif module == "build":
        yield made(known, "build", "build", (), words)
    elif module:
        yield from _read([module, *words], known)


def _unittest(words: list[str]) -> tuple[str, ...]:
    found, at, discover = list[str](), 0, words[:1] == ["discover"] or not words or words[0].startswith("-")
    while at < len(words):
        if words[at] in ("-k", "-p", "--pattern") and at + 1 < len(words):
            at += 1
            found.append(f"{words[at - 1]} {words[at]}")
        elif words[at] in ("-s", "-t", "--start-directory", "--top-level-directory"):
            at += 1
        elif not words[at].startswith("-") and words[at] != "discover" and not (discover and words[at] == "."):
            found.append(words[at])
        at += 1
    return tuple(found)


def _django(words: list[str], known: Known) -> Iterator[Ran]:
    verb, rest = words[0] if words else "", words[1:]
    if verb == "test":
        yield made(known, "tests", "unittest", _unittest(["discover", *rest]), rest)
    elif verb == "check" or (verb == "makemigrations" and not {"--check", "--dry-run"}.isdisjoint(rest)):
        yield made(known, "schema", "django", (), rest)


def _node(rest: list[str], known: Known) -> Iterator[Ran]:
    if "--test" in rest:
        yield made(known, "tests", "node", tools.narrowed(None, rest), rest)
        return
    at = 0
    while at < len(rest) and rest[at].startswith("-"):
        at += 2 if rest[at] in ("-r", "--require", "--import", "--loader") else 1
    if at >= len(rest):
        return
    parts = rest[at].replace("\\", "/").split("/")
    if "node_modules" in parts[:-1]:  # a tool by the path of its file
        package = parts[len(parts) - parts[::-1].index("node_modules") :]
        name = package[0] if package[0] != ".bin" else package[1]
        yield from _read([{"typescript": "tsc", "@playwright": "playwright"}.get(name, name), *rest[at + 1 :]], known)
    elif basename(rest[at]) == "ace" and rest[at + 1 :]:
        yield from by_name(rest[at + 1], rest[at + 2 :], known)


def _covered(name: str, rest: list[str], known: Known) -> Iterator[Ran]:
    if name == "coverage":
        if rest[:1] != ["run"]:
            return
        at = 1
        while at < len(rest) and rest[at].startswith("-") and rest[at] != "-m":
            at += 2 if rest[at] in ("--source", "--rcfile", "--omit", "--include", "--data-file") else 1
        yield from _python(rest[at:], known)
        return
    at = 0
    while at < len(rest) and rest[at].startswith("-"):
        at += 2 if rest[at] in ("-r", "--reporter", "--include", "--exclude", "-o", "--all") else 1
    yield from _read(rest[at:], known)


def _contained(name: str, rest: list[str], known: Known) -> Iterator[Ran]:
    """What runs in a container: `docker compose exec -T api pytest`."""
    words = rest[1:] if rest[:1] == ["compose"] else rest
    verb = next((k for k, word in enumerate(words[:8]) if word in ("exec", "run", "build", "buildx")), None)
    if verb is None:
        return
    if words[verb] in ("build", "buildx"):
        yield made(known, "build", "docker", (), words[verb:])
        return
    at = verb + 1
    while at < len(words) and words[at].startswith("-"):
        if words[at] == "--":
            break
        valued = words[at] in ("-e", "--env", "-u", "--user", "-w", "--workdir", "--name", "-v", "--volume", "-p", "--network",
                               "--env-file", "--entrypoint", "-n", "-c", "--mount", "--platform")  # fmt: skip
        at += 2 if valued else 1
    inner = words[at + 1 :]
    command = Command(tuple(inner), None, known.masked)
    yield from (replace(ran, words=known.words) for ran in of(command, known.depth))
