"""What a run of the demo consists of, and the words that its logs are written in."""

from collections.abc import Mapping
from dataclasses import dataclass

PROFILE = "dev-implement-backend-coder-v3"
STORIES = "plans/features/wishlist/in-progress"

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
    """One commit of the run."""

    message: str
    files: Files


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


def folder(story: str) -> str:
    """Where a story lies."""
    return f"{STORIES}/{story}"


def log_of(story: str) -> str:
    """Where the log of a story belongs."""
    return f"{folder(story)}/_implementation/BACKEND-LOG.md"


def chunk(  # noqa: PLR0917 - one after the other, as the log has them
    title: str, objective: str, files: tuple[str, ...], summary: str, new: str, ran: tuple[str, ...],
    *, reused: str = "the store of the wishlist", notes: str = "none",
) -> str:  # fmt: skip
    """One chunk in the form that the spec asks for."""
    listed = "".join(f"  - {path}\n" for path in files)
    commands = "".join(f"\n  - {command}" for command in ran) or " none"
    return f"""\
## Chunk {title}
- Objective (maps to story requirement/AC): {objective}
- Files changed:
{listed}- Summary of changes:{summary and " " + summary}
- Reuse compliance:
  - Reused: {reused}
  - New: {new}
  - Why new was necessary: the story asks for it, and nothing of the kind is there
- Ports & adapters note:
  - What stayed in core: what is done to the list
  - What stayed in adapters: reading the request
- Commands run (if any):{commands}
- Notes / Risks: {notes}
"""


def tokens(output: int) -> str:
    """The end of a log: what the run read and wrote, in tokens."""
    return f"\n## Worker Token Summary\n- Input: ~1,200 tokens (files read)\n- Output: ~{output:,} tokens (files written)\n"


def line(text: str, start: str) -> int:
    """The number of the first line that starts with these words."""
    return next(number for number, one in enumerate(text.split("\n"), 1) if one.strip().startswith(start))


def last_line(text: str) -> int:
    return text.rstrip("\n").count("\n") + 1
