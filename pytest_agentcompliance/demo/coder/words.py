"""Where the papers of a story lie, and the words that logs are written in."""

STORIES = "plans/features/wishlist/in-progress"


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
