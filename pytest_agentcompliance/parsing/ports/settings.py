"""Files of names and values: .env, properties, ini, TOML; and shell scripts, Procfiles and Makefiles, line by line."""

import re
from collections.abc import Iterator
from dataclasses import replace

from pytest_agentcompliance.parsing.ports.commands import of_command
from pytest_agentcompliance.parsing.ports.declared import Declared, at_end, filled, lines_of, port_of, word_set
from pytest_agentcompliance.parsing.ports.names import holds_port, of_client, words

_ENV = re.compile(r"[ \t]*(?:export[ \t]+)?([A-Za-z_][\w.-]{0,100})[ \t]*[=:][ \t]*(.{0,300})")
_COMMENT = re.compile(r"[ \t]#.*")
_SECTION = re.compile(r"[ \t]*\[{1,2}[ \t]*([^\[\]\n]{1,100}?)[ \t]*\]{1,2}[ \t]*(?:[#;].*)?")
_ASSIGNED = re.compile(r"[ \t]*([A-Za-z_][\w.-]{0,100})[ \t]*[=:][ \t]*(.{0,300})")
_PROCESS = re.compile(r"([\w.-]{1,60}):[ \t]*(.+)")
_POSITIONAL = re.compile(r"\$\{\d{1,2}:?-([^{}]{0,100})\}")
_CALLED = re.compile(r"://[^\s\"'`:/$]{1,80}:\$\{?([A-Za-z_]\w{0,100})")  # the port of an address
_SERVES = word_set(
    """
    server http https api dev web app grpc metrics management admin studio inbucket services service listen ui
    """
)
_BINDS = frozenset(("bind", "listen", "address", "addr", "endpoint"))


def of_env(text: str) -> Iterator[Declared]:
    """The variables of a .env file that hold a port. A line that is commented out declares nothing."""
    known: dict[str, str] = {}
    for number, line in enumerate(text.split("\n"), 1):
        found = _ENV.match(line)
        if not found or line.lstrip().startswith("#"):
            continue
        value = filled(_COMMENT.sub("", found[2]), known)
        if (port := port_of(value)) and holds_port(found[1]):
            known[found[1]] = port
            yield Declared(found[1], port, number, found[1], client=of_client([found[1]], port))


def of_sections(text: str) -> Iterator[Declared]:
    """TOML, ini and properties: a port in a section that serves, an address that is bound, ``server.port``."""
    section = ""
    for number, line in enumerate(text.split("\n"), 1):
        if line.lstrip().startswith(("#", ";")):
            continue
        if found := _SECTION.fullmatch(line.rstrip("\r")):
            section = found[1].strip("\"'")
            continue
        found = _ASSIGNED.match(line)
        if not found:
            continue
        name, value = found[1], filled(re.sub(r"[ \t][#;].*", "", found[2])).strip().strip("\"'")
        around = f"{section}.{name}" if section else name
        said = set(words(around))
        if holds_port(name.rpartition(".")[2]):
            port = port_of(value)
            if not port or not (said & _SERVES or "internal" in said or not section or name.isupper()):
                continue
        elif (
            words(name)[-1:]
            and words(name)[-1] in _BINDS
            and re.match(r"(?:0\.0\.0\.0|127\.0\.0\.1|localhost|\[::\]|\*)?:\d", value)
        ):
            port = at_end(value)
        else:
            continue
        if port:
            yield Declared(around, port, number, around, client=of_client([name, section], port))


def of_procfile(text: str) -> Iterator[Declared]:
    """Each process with its command."""
    for number, line in enumerate(text.split("\n"), 1):
        if found := _PROCESS.match(line):
            yield from of_command(found[2], f"process {found[1]}", number)


def of_shell(text: str) -> Iterator[Declared]:
    """The commands of a shell script or a Makefile; a here document is read as if it were some."""
    seen: set[tuple[str, str]] = set()
    known: dict[str, str] = {}
    called = frozenset(_CALLED.findall(text))
    for number, written in lines_of(text):
        line = written.strip().lstrip("@-")
        if line.startswith("#") or not re.search(r"\d\d|\$", line):
            continue
        line = _POSITIONAL.sub(r"\1", _COMMENT.sub("", line))
        given = re.fullmatch(r"([A-Za-z_]\w{0,100})[ \t]*[:?]?=[ \t]*(.{1,200})", line)
        line = f"{given[1]}={given[2]}" if given else line
        for one in of_command(line, "the script", number, known):
            if (one.key, one.port) not in seen:
                seen.add((one.key, one.port))
                yield replace(one, repeats=True) if one.key.rpartition(" ")[2] in called else one
