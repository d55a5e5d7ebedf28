"""What a show of the demo consists of: the repository as it was, and runs of an agent in it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

DEFAULT = "dev-implement-backend-coder-v3"  # the show that is played where no profile is asked for
Files = Mapping[str, str | None]  # path to text; None: the file is deleted


@dataclass(frozen=True, slots=True)
class Breach:
    """One thing that the agent did, the verdict that it breaks, and the places that the audit is to name."""

    clause: str
    rule: str
    deed: str
    places: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One commit of the run. ``proved`` are commands that are recorded after it, by name, as ``agent-compliance prove`` does."""

    message: str
    files: Files
    proved: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Tale:
    """One run: what was asked, what the agent did, what it should have done, and what an audit finds of the first.

    ``breaches`` stand in the order of the clauses. Nothing else is found, and in the mended run nothing at all.
    """

    name: str
    story: str
    asked: str
    broken: tuple[Step, ...]
    mended: tuple[Step, ...]
    breaches: tuple[Breach, ...]

    @property
    def branch(self) -> str:
        return f"agent/{self.story.lower()}"

    def end(self, path: str) -> str:
        """A file as the broken run leaves it."""
        return next(text for step in reversed(self.broken) if (text := step.files.get(path)) is not None)


@dataclass(frozen=True, slots=True)
class Show:
    """What is told of one profile: the repository ``before``, and the runs in it in the order in which they are told.

    ``told`` says in the first sentence what there is beside the repository, ``next`` are commands to try, each with its reason.
    ``policy`` is what main has; empty: what ``init`` proposes. ``stack`` tells the shows of one profile apart; empty for the one
    that is played unasked. ``tools`` are programs, name to shell script, that stand in where commands are proved for ones that a
    machine with Python and git alone has not: they print what those print.
    """

    profile: str
    before: Files
    runs: tuple[Tale, ...]
    told: str
    next: tuple[tuple[str, str], ...]
    policy: str = ""
    stack: str = ""
    tools: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return f"{self.profile}-{self.stack}" if self.stack else self.profile

    @property
    def option(self) -> str:
        """How the command names it; nothing for the one that is played unasked."""
        profile = "" if self.profile == DEFAULT else f" --profile {self.profile}"
        return profile + (f" --stack {self.stack}" if self.stack else "")


def line(text: str, start: str) -> int:
    """The number of the first line that starts with these words."""
    return next(number for number, one in enumerate(text.split("\n"), 1) if one.strip().startswith(start))


def last_line(text: str) -> int:
    return text.rstrip("\n").count("\n") + 1
