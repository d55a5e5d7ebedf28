"""Proofs of commands: what ``agent-compliance prove`` recorded, and how much of it still holds at the end of the run."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from pytest_agentcompliance.parsing.work import Work
from pytest_agentcompliance.place import Place

# From the best to the worst: the same tree; the same but for exempt paths; the same patch on another base; anything else.
Freshness = Literal["exact", "equivalent", "rebased", "stale"]
FRESHNESS: tuple[Freshness, ...] = ("exact", "equivalent", "rebased", "stale")
Ended = Literal["exit", "signal", "timeout", "not started"]

# L0 the agent says so (no proof at all), L1 captured by our wrapper, L2 signed with a key that base trusts, L3 run again where
# the agent could not reach.
Trust = Literal[1, 2, 3]


@dataclass(frozen=True, slots=True)
class Proof:
    """One run of a command, as it was recorded and as it stands now.

    ``exit_code`` is that of the command, negative for the signal that ended it, None where it did not start. ``tree`` is the id of
    the work tree without proofs when it started; ``changed`` are the paths that the command itself changed. ``differs`` are the
    paths outside of exempt ones in which the end of the run is not what was proved; empty where the freshness is not stale.
    ``work`` is read again from ``output``, which may have been cut. ``new``: base has not this proof.
    """

    name: str
    command: tuple[str, ...]
    at: Place
    folder: str = ""  # where it ran, from the root of the repository on; empty for the root
    exit_code: int | None = 0
    ended: Ended = "exit"
    started: datetime | None = None
    seconds: float = 0.0
    sequence: int = 0
    tree: str = ""
    changed: tuple[str, ...] = ()
    freshness: Freshness = "exact"
    differs: tuple[str, ...] = ()
    trust: Trust = 1
    signer: str = ""  # the name of the key that base trusts
    work: tuple[Work, ...] = ()
    output: str = ""
    tools: Mapping[str, str] = field(default_factory=dict)  # name to version, of the toolchain
    digest: str = ""
    new: bool = True
    untouched: bool = False  # nothing differed from base when it started
    note: str = ""  # what is to be said of it: a signature that could not be checked, say

    @property
    def line(self) -> str:
        """The command as it would be typed."""
        import shlex

        return shlex.join(self.command)

    @property
    def green(self) -> bool:
        """Whether the command ended well and no tool in its output says otherwise. That it did any work is another question."""
        return self.ended == "exit" and self.exit_code == 0 and not any(one.failing for one in self.work)


@dataclass(frozen=True, slots=True)
class Refused:
    """A file that claims to be a proof and does not count, and why, as a clause."""

    at: Place
    why: str


@dataclass(frozen=True, slots=True)
class Proofs:
    """All proofs that the run left, in the order of their chain; those that base has already are not among them."""

    proofs: tuple[Proof, ...] = ()
    refused: tuple[Refused, ...] = ()
    folder: str = ".agent-compliance/proofs"
    notes: tuple[str, ...] = ()
    problem: str = ""
