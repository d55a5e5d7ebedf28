"""Dockerfiles: EXPOSE, ENV and ARG that hold a port, and the command that is started."""

import json
import re
from collections.abc import Iterator

from pytest_agentcompliance.parsing.ports.commands import of_command
from pytest_agentcompliance.parsing.ports.declared import Declared, filled, lines_of, port_of, range_of
from pytest_agentcompliance.parsing.ports.names import holds_port, of_client

_INSTRUCTION = re.compile(r"[ \t]*(FROM|EXPOSE|ENV|ARG|CMD|ENTRYPOINT)[ \t]+(.*)", re.IGNORECASE)
_PAIR = re.compile(r"([A-Za-z_]\w{0,100})=(\"[^\"]*\"|'[^']*'|[^\s\"']*)")


def of_dockerfile(text: str) -> Iterator[Declared]:
    """What each stage declares; a stage is an owner."""
    known: dict[str, str] = {}
    stage = ""
    for number, line in lines_of(_without_comments(text)):
        if not (found := _INSTRUCTION.match(line)):
            continue
        name, rest = found[1].upper(), found[2].strip()
        if name == "FROM":
            told = re.search(r"\bas[ \t]+(\S{1,80})", rest, re.IGNORECASE)
            stage = f"stage {told[1]}" if told else ""
        elif name == "EXPOSE":
            yield from _expose(" ".join(filled(word, known) for word in rest.split()), stage, number)
        elif name in ("ENV", "ARG"):
            for key, value in _pairs(rest):
                port = port_of(filled(value, known))
                if port:
                    known[key] = port
                if port and holds_port(key):
                    what = f"{name} {key}" + (f" of {stage}" if stage else "")
                    yield Declared(f"{stage} {key}", port, number, what, stage, client=of_client([key], port))
        else:
            yield from of_command(_command(rest), f"{stage} {name}".strip(), number)


def _expose(rest: str, stage: str, number: int) -> Iterator[Declared]:
    for word in rest.split():
        port, _, protocol = word.partition("/")
        if found := range_of(port):
            shown = f"{found}/{protocol}" if protocol and protocol.lower() != "tcp" else found
            what = f"EXPOSE of {stage}" if stage else "EXPOSE"
            yield Declared(f"{stage} EXPOSE {shown}", shown, number, what, stage, repeats=True)


def _pairs(rest: str) -> list[tuple[str, str]]:
    found = [(one[1], one[2]) for one in _PAIR.finditer(rest)]
    if found:
        return found
    key, _, value = rest.partition(" ")
    return [(key, value)]


def _command(rest: str) -> str:
    """The exec form as one line."""
    try:
        words = json.loads(rest)
    except (ValueError, RecursionError):
        return rest
    return (
        " ".join(f'"{word}"' if " " in word else word for word in words if isinstance(word, str))
        if isinstance(words, list)
        else rest
    )


def _without_comments(text: str) -> str:
    return re.sub(r"(?m)^[ \t]*#[^\n]*", "", text)
