"""What a package manifest says that the package depends on, each dependency with its line."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Literal

from pytest_agentcompliance.parsing.late import late

Ecosystem = Literal["node", "python", "go", "rust", "ruby", "php"]

LONGEST = 4_000_000  # characters of a manifest that is read
MOST = 20_000  # dependencies of one manifest

_REQUIREMENTS = late(r"(?:[\w.-]{0,100}[-_.])?(?:requirements?|constraints)(?:[-_.][\w.-]{0,100})?\.(?:txt|in)")
_ECOSYSTEMS: dict[str, Ecosystem] = {
    "package.json": "node", "pyproject.toml": "python", "setup.cfg": "python", "setup.py": "python", "pipfile": "python",
    "go.mod": "go", "cargo.toml": "rust", "gemfile": "ruby", "composer.json": "php",
}  # fmt: skip
_LOCKFILES = frozenset({
    "pnpm-lock.yaml", "package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "bun.lock", "bun.lockb", "deno.lock",
    "rush-lock.yaml", "shrinkwrap.yaml", "poetry.lock", "uv.lock", "pdm.lock", "pipfile.lock", "pylock.toml", "conda-lock.yml",
    "pixi.lock", "go.sum", "go.work.sum", "cargo.lock", "gemfile.lock", "gems.locked", "composer.lock", "mix.lock",
    "pubspec.lock", "podfile.lock", "package.resolved", "packages.lock.json", "project.assets.json", "gradle.lockfile",
    "flake.lock", ".terraform.lock.hcl", "chart.lock", "module.bazel.lock",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Dependency:
    """One dependency as it is written. ``group`` is the table that it stands in; ``internal``: a package of the same repository."""

    name: str
    requirement: str
    group: str
    line: int
    ecosystem: Ecosystem
    internal: bool = False

    @property
    def package(self) -> str:
        """What is really installed: of ``"a": "npm:b@1"`` it is ``b``."""
        if self.requirement.startswith("npm:"):
            name, _, _ = self.requirement[4:].rpartition("@")
            return name or self.requirement[4:]
        return self.name

    @property
    def key(self) -> str:
        """The name as its registry compares it: PEP 503 for Python."""
        return re.sub(r"[-_.]+", "-", self.name).lower() if self.ecosystem == "python" else self.name

    @property
    def development(self) -> bool:
        """Whether its group is for work on the package, and not for whoever uses it."""
        return bool(_DEVELOPMENT.search(self.group))


_DEVELOPMENT = late(
    r"(?i)(?:^|[^a-z])(?:dev|devdependencies|development|require-dev|test|tests|testing|lint|linting|docs?|typing|types|build|ci|bench)"
    r"(?:$|[^a-z])|dependency-groups|build-system|tests_require|setup_requires"
)


def ecosystem_of(path: str) -> Ecosystem | None:
    """The ecosystem of a manifest, by its name alone; None where it is no manifest."""
    name = path.rpartition("/")[2].lower()
    return _ECOSYSTEMS.get(name) or ("python" if _is_requirements(path, name) else None)


def is_manifest(path: str) -> bool:
    """Whether ``dependencies`` reads files of this name."""
    return ecosystem_of(path) is not None


def is_lockfile(path: str) -> bool:
    """Whether a package manager writes this file to fix the versions of what it installed."""
    return path.rpartition("/")[2].lower() in _LOCKFILES


def dependencies(text: str, path: str) -> tuple[Dependency, ...]:
    """The dependencies of a manifest in order; none of a text that is none, or longer than ``LONGEST``. Never raises."""
    return tuple(islice(_read(text, path), MOST)) if len(text) <= LONGEST else ()


def refusal(text: str, path: str) -> str:
    """Which bound keeps a manifest from being read whole; empty where none does."""
    if len(text) > LONGEST:
        return f"it has {len(text):,} characters; of a manifest more than {LONGEST:,} are not read"
    if len(text) > MOST and next(islice(_read(text, path), MOST, None), None) is not None:
        return f"it has more than {MOST:,} dependencies"
    return ""


def _read(text: str, path: str) -> Iterator[Dependency]:
    from pytest_agentcompliance.parsing.manifests import node, python, systems

    name = path.rpartition("/")[2].lower()
    if name in ("package.json", "composer.json"):
        return node.read(text, name)
    if name in ("go.mod", "cargo.toml", "gemfile"):
        return systems.read(text, name)
    if name in _ECOSYSTEMS:
        return python.read(text, name)
    return python.requirements(text) if _is_requirements(path, name) else iter(())


def _is_requirements(path: str, name: str) -> bool:
    return bool(_REQUIREMENTS.fullmatch(name)) or (name.endswith((".txt", ".in")) and "/requirements/" in f"/{path.lower()}")
