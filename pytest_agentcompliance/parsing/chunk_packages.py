"""Which packages' code the claims of a chunk touch, so far as there is anything to type check it with."""

from collections.abc import Collection, Iterable
from functools import cached_property

from pytest_agentcompliance.parsing.claims import Match, Paths
from pytest_agentcompliance.parsing.globs import matches
from pytest_agentcompliance.parsing.packages import Package, Packages


class ChunkPackages:
    """Finds them. ``changed`` are the paths of the change, ``head`` and ``base`` the paths and packages of its two ends."""

    def __init__(
        self,
        changed: Collection[str],
        head: tuple[Collection[str], Packages],
        base: Packages,
        *,
        code: Iterable[str],
        exempt: Iterable[str],
        scripts: Collection[str],
    ) -> None:
        self._changed, self._head, self._packages, self._base = Paths(changed), head[0], head[1], base
        self._code, self._exempt, self._scripts = tuple(code), tuple(exempt), scripts
        self._known: dict[str, Package | None] = {}

    def of(self, claims: Iterable[str]) -> frozenset[Package]:
        """The packages whose code the claimed paths are, each of which has something to type check."""
        found = {claim: self._find(claim) for claim in claims}
        listed = {path for match in found.values() if match.how in ("whole", "end") for path in match.paths}
        sure: set[Package] = set()
        for match in found.values():
            if match.how == "folder" and not listed.isdisjoint(match.paths):
                continue  # its files are listed beside it
            if match.how != "ambiguous":
                sure |= {package for path in match.paths if (package := self._package(path))}
        for match in found.values():
            if match.how == "ambiguous":
                meant = {package for path in match.paths if (package := self._package(path))}
                sure |= meant if len(meant) == 1 else set()  # of several, one that is listed beside it is there already
        return frozenset(sure)

    def _find(self, claim: str) -> Match:
        match = self._changed.find(claim)
        if match.how != "none":
            return match
        plain = claim.removeprefix("./")
        if plain in self._head:
            return Match((plain,), "whole")
        match = self._tree.find(claim)
        return match if match.how in ("whole", "end") else Match((), "none")

    def _package(self, path: str) -> Package | None:
        if path not in self._known:
            self._known[path] = self._judged(path)
        return self._known[path]

    def _judged(self, path: str) -> Package | None:
        if not matches(path, self._code) or (self._exempt and matches(path, self._exempt)):
            return None
        if path not in self._head:
            gone = self._base.of(path)
            if gone and self._packages.at(gone.folder, gone.language) is None:
                return None  # the package went with the file
        package = self._packages.of(path)
        return package if package and self._packages.has_checks(package, path, self._scripts) else None

    @cached_property
    def _tree(self) -> Paths:
        return Paths(self._head)
