"""What a bundle is sealed with: who made it, from which rules, and a digest of each of its parts."""

import hashlib
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Literal

from pytest_agentcompliance import catalog, profile
from pytest_agentcompliance.errors import EvidenceError, PolicyError, UsageError

FORMAT = 1  # grows when a reader of the format before could misread a bundle
CODE = (".py", ".yaml", ".json", ".html", ".css", ".js", ".j2", ".jinja", ".md", ".txt")
# What reads evidence beside us: another version of one of these can come to another verdict.
READERS = (
    "ast-grep-py", "markdown-it-py", "detect-secrets", "PyYAML", "pathspec", "Pygments", "griffelib", "confusable-homoglyphs",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Seal:
    """Who made a bundle. ``rules`` is a digest of all our code and profiles, ``plugins`` those of rules that are not ours."""

    version: str
    rules: str
    readers: Mapping[str, str] = field(default_factory=dict)
    plugins: Mapping[str, str] = field(default_factory=dict)
    python: str = ""


@dataclass(frozen=True, slots=True)
class Manifest:
    """The first thing that is read of a bundle. ``members`` are digests of all others; ``masked`` names those in which
    something is masked, ``carried`` the verdicts that are not judged anew."""

    format: int
    made_by: Seal
    members: Mapping[str, str]
    masked: tuple[str, ...] = ()
    carried: tuple[str, ...] = ()
    why_carried: Literal["", "masked", "unsure"] = ""


def sealed_by(names: Iterable[str]) -> Seal:
    """Of this installation, as far as these rules are concerned."""
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    readers = {name: found for name in READERS if (found := _version(name))}
    return Seal(_version("pytest-agentcompliance"), ours(), readers, dict(_plugins(names)), python)


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _plainly(data: bytes) -> str:
    return digest(data.replace(b"\r\n", b"\n"))


@cache
def ours() -> str:
    """One digest of all our code and profiles, whether they were installed or are a checkout; line ends make no difference."""
    home, whole = Path(__file__).parents[1], hashlib.sha256()
    files = {one.relative_to(home).as_posix(): one for one in home.rglob("*") if one.suffix in CODE and one.is_file()}
    named = {name: file.read_bytes() for name, file in files.items() if not name.startswith("profiles/")}
    shelf = profile.shelf()
    named |= {f"profiles/{one.name}": one.read_bytes() for one in shelf.iterdir() if one.name.endswith(".yaml")}
    for name, data in sorted(named.items()):
        whole.update(f"{name} {_plainly(data)}\n".encode())
    return whole.hexdigest()


def hold(said: Seal) -> None:
    """Refuse the bundle of another version or of other rules. Raises ``UsageError``."""
    here = _version("pytest-agentcompliance")
    if said.version != here:
        raise UsageError(
            f"the bundle was made by version {said.version} of agent-compliance and this is {here}; "
            f"replay it with 'pip install pytest-agentcompliance=={said.version}'"
        )
    if said.rules != ours():
        raise UsageError(
            f"the bundle was made with other rules: those of version {here} have the digest {said.rules[:12]} there and "
            f"{ours()[:12]} here; replay it with the installation that made it"
        )
    for name, wanted in said.plugins.items():
        try:
            found = dict(_plugins([name])).get(name)
        except PolicyError as wrong:
            raise UsageError(f"the bundle needs a rule of a plugin: {wrong}") from wrong
        if found != wanted:
            raise UsageError(f"the bundle was made with another rule {name}; install the version of its plugin that made it")


def differing(said: Seal) -> str:
    """What else is not as it was where the bundle was made, as a clause; empty where all is."""
    here = sealed_by(())
    pairs = [(name, wanted, here.readers.get(name, "none")) for name, wanted in said.readers.items()]
    pairs.append(("Python", said.python, here.python))
    return ", ".join(f"{name} was {wanted} there and is {found} here" for name, wanted, found in pairs if wanted != found)


def checked(manifest: Manifest, members: Mapping[str, bytes]) -> None:
    """Hold each member to its digest. Raises ``EvidenceError``."""
    if odd := sorted(members.keys() ^ manifest.members.keys()):
        which = "is not in its manifest" if odd[0] in members else "is missing"
        raise EvidenceError(f"the bundle is damaged: {odd[0][:100]} {which}")
    for name, data in members.items():
        if digest(data) != manifest.members[name]:
            raise EvidenceError(f"the bundle is damaged: {name} does not have the digest that its manifest says")


def _plugins(names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The rules that are not ours, each with a digest of the file that it is written in."""
    for name in sorted(set(names)):
        kind = catalog.find(name)
        file = getattr(sys.modules.get(kind.__module__), "__file__", None)
        if not kind.__module__.startswith("pytest_agentcompliance."):
            yield name, _plainly(Path(file).read_bytes()) if file else ""


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
