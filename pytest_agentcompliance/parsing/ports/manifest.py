"""JSON that starts or describes servers: package scripts, Angular and Nx targets, dev containers, tables of ports."""

import re
from collections.abc import Iterator

from pytest_agentcompliance.parsing.ports.commands import of_command
from pytest_agentcompliance.parsing.ports.declared import Declared, at_end, port_of, range_of
from pytest_agentcompliance.parsing.ports.names import holds_port, of_client
from pytest_agentcompliance.parsing.yaml_nodes import Mapping, Node, Scalar, Sequence, walked

_Table = dict[str, "_Table | list[Scalar]"]
_URL = re.compile(r"https?://(?:localhost|\*|\+|0\.0\.0\.0|127\.0\.0\.1|\[::\]):(\d{2,5})")


def roughly(text: str) -> Node:
    """JSON that is no YAML (a long key, a colon on the next line), too deep or too large for that: from a flat list of values."""
    from pytest_agentcompliance.parsing.manifests.keys import of_json

    root: _Table = {}
    for one in of_json(text):
        table = root
        for key in one.path[:-1]:
            held = table.setdefault(key, {})
            if not isinstance(held, dict):
                break
            table = held
        else:
            values = table.setdefault(one.path[-1] if one.path else "", [])
            if isinstance(values, list):
                values.append(Scalar(one.text, one.line, not one.quoted))
    return _node(root)


def _node(table: _Table) -> Mapping:
    items = ((Scalar(key, 1), _node(held) if isinstance(held, dict) else _value(held)) for key, held in table.items())
    return Mapping(tuple(items), 1)


def _value(values: list[Scalar]) -> Node:
    return values[0] if len(values) == 1 else Sequence(tuple(values), values[0].line)


def of_package(document: Node) -> Iterator[Declared]:
    """package.json: its scripts, and ``config.port`` that they may use."""
    if not isinstance(document, Mapping):
        return
    scripts = document.get("scripts")
    for name, command in scripts.items if isinstance(scripts, Mapping) else ():
        if isinstance(command, Scalar) and re.search(r"\d\d", command.text):
            yield from of_command(command.text, f"script {name.text[:80]}", command.line)
    config = document.get("config")
    for name, value in config.items if isinstance(config, Mapping) else ():
        if isinstance(value, Scalar) and holds_port(name.text) and (port := port_of(value.text)):
            yield Declared(f"config {name.text}", port, value.line, f"config.{name.text}", client=of_client([name.text], port))


def of_targets(document: Node) -> Iterator[Declared]:
    """angular.json, project.json: every port among the options of a target, and its commands."""
    for path, node in walked(document, ()):
        if not isinstance(node, Scalar) or not path:
            continue
        if holds_port(path[-1]) and (port := port_of(node.text)):
            yield Declared(
                ".".join(path), port, node.line, ".".join(path[-4:]), ".".join(path[:2]), client=of_client(reversed(path))
            )
        elif path[-1] in ("command", "commands") and re.search(r"\d\d", node.text):
            yield from of_command(node.text, ".".join(path[-4:]), node.line)


def of_devcontainer(document: Node) -> Iterator[Declared]:
    """The ports that a dev container forwards and publishes."""
    for key in ("forwardPorts", "appPort"):
        value = document.get(key) if isinstance(document, Mapping) else None
        for one in value.items if isinstance(value, Sequence) else (value,):
            if isinstance(one, Scalar) and (port := range_of(one.text) or _mapped(one.text)):
                yield Declared(f"{key} {port}", port, one.line, key, key, published=True)


def of_table(document: Node) -> Iterator[Declared]:
    """A file that is a table of ports: every number in it, by its path."""
    for path, node in walked(document, ()):
        if isinstance(node, Scalar) and path and (port := port_of(node.text)):
            yield Declared(".".join(path), port, node.line, ".".join(path), client=of_client(reversed(path)))


def of_launch(document: Node) -> Iterator[Declared]:
    """ASP.NET's launchSettings.json and appsettings.json: the addresses that it listens at."""
    for path, node in walked(document, ()):
        if isinstance(node, Scalar) and path and (path[-1].lower() in ("applicationurl", "urls") or "Kestrel" in path):
            for found in _URL.finditer(node.text[:1000]):
                yield Declared(f"{'.'.join(path)} {found[1]}", found[1], node.line, ".".join(path), ".".join(path))


def _mapped(text: str) -> str:
    from pytest_agentcompliance.parsing.ports.compose import mapping

    found = mapping(text)
    return found[0] if found else at_end(text)
