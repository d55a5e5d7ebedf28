"""Where evidence is looked for: what a person passed, and what the profile and the policy say."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

# What the run itself writes: a proof still holds where only this was written after it.
WRITTEN = ("log", "logs", "report", "transcript", "proofs", "blockers")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A log that a person named, or globs by kind; ``unknown`` says why no story is known.

    ``given`` are the kinds whose place a person passed: it may lie outside of the tree. ``keys`` are those that base trusts,
    name to public key; ``reruns`` is the folder of what ``prove --rerun`` wrote, outside of the tree.
    """

    log_file: Path | None = None
    unknown: str = ""
    story: str = ""
    globs: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    given: frozenset[str] = frozenset()
    keys: Mapping[str, str] = field(default_factory=dict)
    reruns: Path | None = None
    environ: Mapping[str, str] = field(default_factory=dict)
    branch: str = ""  # that the run was made on, as far as its name is known

    @property
    def log_globs(self) -> tuple[str, ...]:
        return self.globs.get("log", ())

    @property
    def written(self) -> tuple[str, ...]:
        """Globs of all that the run itself writes as evidence."""
        return tuple(glob for kind in WRITTEN for glob in self.globs.get(kind, ()))


NOWHERE = Wanted()
