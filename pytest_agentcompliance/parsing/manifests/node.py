"""The dependencies of package.json, and of composer.json, which is built alike."""

from collections.abc import Iterator

from pytest_agentcompliance.parsing.manifests import Dependency
from pytest_agentcompliance.parsing.manifests.keys import of_json

_NODE = frozenset({"dependencies", "devDependencies", "peerDependencies", "optionalDependencies"})
_PHP = frozenset({"require", "require-dev"})
_LOCAL = ("workspace:", "file:", "link:", "portal:", "./", "../")


def read(text: str, name: str) -> Iterator[Dependency]:
    """The dependencies of a manifest of this name."""
    php = name == "composer.json"
    for one in of_json(text):
        if len(one.path) != 2 or not one.quoted or one.path[0] not in (_PHP if php else _NODE):
            continue
        group, module = one.path
        if php and "/" not in module:
            continue  # php itself, and its extensions
        yield Dependency(module, one.text, group, one.line, "php" if php else "node", one.text.startswith(_LOCAL))
