"""How settings become facts: flags, lists of what is left out, lists of what is looked at, numbers."""

import re
from collections.abc import Iterable, Iterator

from pytest_agentcompliance.parsing.checks_config import data
from pytest_agentcompliance.parsing.checks_config.record import Fact
from pytest_agentcompliance.parsing.yaml_nodes import Mapping, Node, Scalar

# What no check has ever looked at: output, dependencies, caches.
_HARMLESS = re.compile(
    r"(?:^|[/*.!(|])(?:node_modules|dist|build|out|output|coverage|htmlcov|\.venv|venv|env|\.?tox|\.nox|\.git|\.?cache|__pycache__|"
    r"\.next|\.nuxt|\.output|\.svelte-kit|\.turbo|\.vercel|\.nx|storybook-static|generated|__generated__|gen|vendor|third_party|"
    r"site-packages|\.eggs|target|bin|obj|tmp|temp|docs|worktrees|cdk\.out|playwright-report|test-results|public|[^/]*\.egg-info|\.(?:mypy|ruff|pytest)_cache|"
    r"\.(?:claude|cursor|agents|serverless|sst|aws-sam|terraform|beads|vscode|idea|worktrees|husky|changeset|yarn|pnpm-store|wrangler|expo|parcel-cache|docusaurus|vitepress|angular))"
    r"(?:$|[/*)|\\])"
    r"|\.(?:min\.js|d\.ts|gen\.ts|generated\.ts|map|snap|lock|log|md|mdx|svg|png|pyc|json|ya?ml|css|html)$|(?:_pb2|_pb2_grpc)\.pyi?|"
    r"\.d\.ts|\.config\.|\.eslintrc|next-env|routeTree\.gen|-lock\.",
    re.IGNORECASE,
)


_TESTS = re.compile(
    r"(?:^|[/*.])(?:tests?|specs?|__tests?__|__mocks__|mocks?|fixtures?|e2e|stories|conftest|testing|test[-_]utils?|test-setup|migrations)"
    r"(?:$|[/*.)}])|(?:^|/)test_\*|_test\.|\.\{?(?:test|spec|stories|bench)\b|\.storybook",
    re.IGNORECASE,
)


def harmless(glob: str) -> bool:
    """Whether a path that is left out holds no code that anybody wrote."""
    return _HARMLESS.search(glob.strip().rstrip("/").removeprefix("^").removesuffix("$").replace("\\", "")) is not None


def configured(tool: str, node: Node | None) -> Iterator[Fact]:
    """That there is a configuration at all, whatever it says."""
    if node is not None:
        yield Fact(tool, "is configured", 0, tool, node.line)


def flag(
    tool: str, mapping: Node | None, key: str, *, good: bool = True, default: float = 0, style: bool = False
) -> Iterator[Fact]:
    """A setting that is true or false; ``good``: true is the strict one."""
    node = data.at(mapping, key)
    value = data.truth(node)
    if node is not None and value is not None:
        strength = 1 if value is good else -1
        yield Fact(tool, key, strength, f"{key} = {str(value).lower()}", node.line, default=default, style=style)


def left_out(tool: str, name: str, node: Node | None, *, style: bool = False) -> Iterator[Fact]:
    """Each path that is left out. Nobody asks for the coverage of tests."""
    for one in data.texts(node):
        path = one.text.strip()
        if "cov" in tool and _TESTS.search(path):
            continue
        if path and not path.startswith("!") and not harmless(path):
            yield Fact(tool, f"{name} {_path(path)}", -1, f"{name}: {path}", one.line, style=style)


def off(tool: str, name: str, node: Node | None) -> Iterator[Fact]:
    """Each check that is switched off by its name."""
    yield from (Fact(tool, f"{name} {one.text}", -1, f"{name}: {one.text}", one.line) for one in data.texts(node) if one.text)


def on(tool: str, name: str, nodes: Iterable[Scalar]) -> Iterator[Fact]:
    """Each check that is switched on by its name."""
    yield from (Fact(tool, f"{name} {one.text}", 1, f"{name}: {one.text}", one.line) for one in nodes if one.text)


def floor(tool: str, name: str, node: Node | None) -> Iterator[Fact]:
    value = data.number(node)
    if node is not None and value is not None:
        yield Fact(tool, name, value, f"{name} = {_plain(value)}", node.line, "floor")


def limit(tool: str, name: str, node: Node | None, *, style: bool = False) -> Iterator[Fact]:
    value = data.number(node)
    if node is not None and value is not None:
        yield Fact(tool, name, -value, f"{name} = {_plain(value)}", node.line, "limit", style=style)


def mapping(node: Node | None) -> Mapping | None:
    return node if isinstance(node, Mapping) else None


def _plain(value: float) -> str:
    return str(int(value)) if value == int(value) else str(value)


def _path(glob: str) -> str:
    """A path as it is compared: ``./src/``, ``src/**`` and ``src`` are one."""
    return glob.removeprefix("./").removeprefix("**/").removesuffix("/**/*").removesuffix("/**").removesuffix("/*").strip("/")
