"""Kubernetes manifests, Helm values, and the YAML in which servers are told where to listen."""

import re
from collections.abc import Iterator

from pytest_agentcompliance.parsing.ports.commands import of_command
from pytest_agentcompliance.parsing.ports.declared import Declared, at_end, filled, port_of, word_set
from pytest_agentcompliance.parsing.ports.names import holds_port, of_client, words
from pytest_agentcompliance.parsing.yaml_nodes import Mapping, Node, Scalar, Sequence, walked

_OPENED = frozenset(("containerPort", "hostPort", "port", "targetPort", "nodePort"))
_PROBES = word_set(
    """
    livenessProbe readinessProbe startupProbe httpGet tcpSocket grpc backend lifecycle annotations
    """
)
_OFFLINE = frozenset(("httpPort", "httpsPort", "lambdaPort", "websocketPort", "albPort"))
_LISTENS = re.compile(
    r"(?i)(?:.*[_-])?listen(?:[_-]?(?:address|addr|port|on|host))?(?:es)?|bind(?:[_-]?addr(?:ess)?)?|endpoint|web\.listen.*"
)
_ANY = re.compile(r"(?:0\.0\.0\.0|\[::\]|\*|):\d{2,5}")
_SERVERS = frozenset(("server", "http", "management", "admin", "web", "api", "grpc", "metrics", "dev", "preview"))


def is_manifest(document: Node) -> bool:
    """Whether a document is an object of Kubernetes."""
    return isinstance(document, Mapping) and document.get("apiVersion") is not None and document.get("kind") is not None


def of_manifest(document: Node) -> Iterator[Declared]:
    """The ports that a pod's containers and a service open; what probes and ingresses point at is theirs."""
    if not isinstance(document, Mapping):
        return
    kind = _text(document.get("kind"))
    metadata = document.get("metadata")
    owner = f"{kind} {_text(metadata.get('name')) if isinstance(metadata, Mapping) else ''}".strip()[:100]
    if kind in ("Ingress", "NetworkPolicy", "CustomResourceDefinition", "VirtualService", "ConfigMap", "HTTPRoute"):
        if kind == "ConfigMap" and isinstance(data := document.get("data"), Mapping):
            yield from _variables(data, owner)
        return
    for path, node in walked(document, ()):
        if _PROBES & set(path):
            continue
        if isinstance(node, Mapping) and path and path[-1] == "ports":
            named = _text(node.get("name")) or _text(node.get("protocol")) or "port"
            for key, value in node.items:
                if key.text in _OPENED and isinstance(value, Scalar) and (port := port_of(value.text)):
                    own = f"{owner} {named} {key.text}"
                    yield Declared(own, port, value.line, f"{key.text} of {owner}", owner, published=True)
        elif isinstance(node, Mapping) and path and path[-1] == "env":
            name, held = _text(node.get("name")), node.get("value")
            if holds_port(name) and isinstance(held, Scalar) and (port := port_of(held.text)):
                yield Declared(f"{owner} {name}", port, held.line, f"{name} of {owner}", owner, client=of_client([name], port))
        elif isinstance(node, Sequence) and path and path[-1] in ("args", "command"):
            line = " ".join(one.text for one in node.items if isinstance(one, Scalar))
            yield from of_command(line, owner, node.line)


def of_values(document: Node) -> Iterator[Declared]:
    """Helm's values: every port that is not a store's, by its path."""
    for path, node in walked(document, ()):
        if not isinstance(node, Scalar) or not path or not holds_port(path[-1]) or _PROBES & set(path):
            continue
        if port := port_of(node.text):
            yield Declared(".".join(path), port, node.line, ".".join(path), path[0], client=of_client(reversed(path), port))


def of_servers(document: Node) -> Iterator[Declared]:
    """Any other YAML: ``server.port``, addresses of all interfaces, what is said to listen, serverless-offline."""
    for path, node in walked(document, ()):
        if not isinstance(node, Scalar) or not path or len(node.text) > 200:
            continue
        last, text = path[-1], filled(node.text)
        client = of_client(reversed(path), port_of(text))
        if (last in _OFFLINE and "offline" in path[-2 if len(path) > 1 else 0]) or (
            holds_port(last) and ("listen" in words(last) or (len(path) > 1 and path[-2].lower() in _SERVERS and len(path) < 4))
        ):
            port = port_of(text)
        elif _LISTENS.fullmatch(last) and _ANY.fullmatch(text):
            port, client = at_end(text), False
        else:
            continue
        if port:
            yield Declared(".".join(path), port, node.line, ".".join(path), path[0], client=client)


def untemplated(text: str) -> str:
    """A Helm template as the YAML around its actions: lines of actions alone are blank, others hold a word instead."""
    text = re.sub(r"(?m)^[ \t]*\{\{[^{}\n]{0,500}\}\}[ \t]*$", "", text)
    return re.sub(r"\{\{[^{}\n]{0,500}\}\}", "x", text)


def _variables(data: Mapping, owner: str) -> Iterator[Declared]:
    for key, value in data.items:
        if holds_port(key.text) and isinstance(value, Scalar) and (port := port_of(value.text)):
            yield Declared(
                f"{owner} {key.text}", port, value.line, f"{key.text} of {owner}", owner, client=of_client([key.text], port)
            )


def _text(node: Node | None) -> str:
    return node.text if isinstance(node, Scalar) else ""
