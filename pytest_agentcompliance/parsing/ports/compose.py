"""Compose files: the ports that services publish, expose, and are told of in their environment and commands."""

import re
from collections.abc import Iterator

from pytest_agentcompliance.parsing.ports.commands import of_command
from pytest_agentcompliance.parsing.ports.declared import Declared, filled, port_of, range_of
from pytest_agentcompliance.parsing.ports.names import holds_port, of_client
from pytest_agentcompliance.parsing.yaml_nodes import Mapping, Node, Scalar, Sequence

_VARIABLE = re.compile(r"\$\w{1,100}")


def is_compose(document: Node) -> bool:
    """Whether a document has services as Compose has them, whatever the file is called."""
    if not isinstance(document, Mapping) or not isinstance(services := document.get("services"), Mapping):
        return False
    return any(
        isinstance(one, Mapping) and any(one.get(key) is not None for key in ("image", "build", "extends", "ports", "expose"))
        for _, one in services.items
    )


def of_compose(document: Node) -> Iterator[Declared]:
    """What each service declares."""
    services = document.get("services") if isinstance(document, Mapping) else None
    for name, service in services.items if isinstance(services, Mapping) else ():
        if isinstance(service, Mapping):
            owner = f"service {name.text[:80]}"
            yield from _ports(service.get("ports"), owner)
            yield from _expose(service.get("expose"), owner)
            yield from of_environment(service.get("environment"), owner)
            command = service.get("command")
            if isinstance(command, Scalar):
                yield from of_command(command.text, owner, command.line)
            elif isinstance(command, Sequence):
                words = " ".join(_quoted(one.text) for one in command.items if isinstance(one, Scalar))
                yield from of_command(words, owner, command.line)


def mapping(text: str) -> tuple[str, str] | None:
    """A short mapping ``[address:][host:]container[/protocol]``: all of it without the address, and its container's part."""
    text = filled(text.strip()).strip()
    body, _, protocol = text.partition("/")
    parts = body.rsplit(":", 2)
    container = _range(parts[-1])
    host = _range(parts[-2]) if len(parts) > 1 else ""
    if not container and not host:
        return None
    container = container or parts[-1]
    tail = f"/{protocol}" if protocol and protocol != "tcp" else ""
    return (f"{host}:{container}{tail}" if host else f"{container}{tail}"), f"{container}{tail}"


def _range(text: str) -> str:
    """A port, a range of ports, or a variable that has no default."""
    return text if _VARIABLE.fullmatch(text) else range_of(text)


def of_environment(node: Node | None, owner: str) -> Iterator[Declared]:
    """The variables of a service: a mapping, or a list of ``NAME=value``."""
    pairs: list[tuple[str, str, int]] = []
    if isinstance(node, Mapping):
        pairs = [(key.text, value.text, value.line) for key, value in node.items if isinstance(value, Scalar)]
    elif isinstance(node, Sequence):
        texts = [(one.text.partition("="), one.line) for one in node.items if isinstance(one, Scalar)]
        pairs = [(name, value, line) for (name, _, value), line in texts]
    for name, value, line in pairs:
        if holds_port(name) and (port := port_of(filled(value))):
            yield Declared(f"{owner} {name}", port, line, f"{name} of {owner}", owner, client=of_client([name], port))


def _ports(node: Node | None, owner: str) -> Iterator[Declared]:
    for one in node.items if isinstance(node, Sequence) else ():
        found = None
        if isinstance(one, Scalar):
            found = mapping(one.text)
        elif isinstance(one, Mapping):
            target, published, protocol = (_text(one.get(key)) for key in ("target", "published", "protocol"))
            host, _, _ = published.rpartition("/")
            found = mapping(f"{host or published}:{target}/{protocol}" if published else f"{target}/{protocol}") if target else None
        if found:
            yield Declared(f"{owner} publishes {found[1]}", found[0], _line(one), f"published by {owner}", owner, published=True)


def _expose(node: Node | None, owner: str) -> Iterator[Declared]:
    for one in node.items if isinstance(node, Sequence) else ():
        if isinstance(one, Scalar) and (found := mapping(one.text)):
            yield Declared(f"{owner} exposes {found[0]}", found[0], one.line, f"exposed by {owner}", owner)


def _text(node: Node | None) -> str:
    return filled(node.text) if isinstance(node, Scalar) else ""


def _line(node: Node) -> int:
    """A long mapping's line is that of its published port."""
    published = node.get("published") or node.get("target") if isinstance(node, Mapping) else None
    return published.line if published else node.line


def _quoted(word: str) -> str:
    return f'"{word}"' if " " in word and '"' not in word else word
