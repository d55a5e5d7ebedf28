"""A script into the commands that touch files: through the shells that it starts, without what stands before a command."""

from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from posixpath import normpath

from pytest_agentcompliance.parsing.shell.commands import Command as Typed
from pytest_agentcompliance.parsing.shell.commands import every
from pytest_agentcompliance.parsing.shell.prefixes import bare, told
from pytest_agentcompliance.parsing.shell.words import Word

NESTED = 3  # of ``bash -c "bash -c ..."``


@dataclass(frozen=True, slots=True)
class Command:
    """One simple command. ``into`` are the files that its output goes to, ``out_of`` those that it is fed, ``fed`` the text.

    ``folder`` is where a ``cd`` before it went, empty where none was, None where only the shell knows. ``piped``: it reads what
    the one before prints. ``silent``: its standard output goes to a file. ``masked``: the line can end well though it failed.
    """

    words: tuple[Word, ...]
    into: tuple[Word, ...]
    out_of: tuple[Word, ...]
    fed: str
    folder: str | None
    piped: bool
    pipes: bool
    silent: bool
    masked: bool

    @property
    def name(self) -> str:
        return self.words[0].text.rpartition("/")[2] if self.words and self.words[0].plain else ""

    def at(self, word: Word) -> str:
        """The path that a word names, from where the script started; empty where that is not plain."""
        path = word.text
        if not word.plain or not path or "\0" in path or len(path) > 1000 or self.folder is None or len(self.folder) > 1000:
            return ""
        return path if path.startswith(("/", "~")) or not self.folder else normpath(f"{self.folder}/{path}")


@lru_cache(maxsize=64)
def commands(script: str) -> tuple[Command, ...]:
    """The simple commands of a script in their order; never fails, whatever the text is."""
    return tuple(chain.from_iterable(_through(one, 0, lost=False) for one in every(script)))


def _through(one: Typed, depth: int, *, lost: bool) -> list[Command]:
    lost, texts = lost or one.lost, bare(one.words)
    cut = one.words[: len(one.words) - len(texts)]
    if "xargs" in cut:  # whose command takes what it is fed
        texts = list(one.words[cut.index("xargs") :])
    inner = told(texts, one.fed) if depth < NESTED else None
    if inner:
        found = every(inner, one.folder, one.masked)
        return list(chain.from_iterable(_through(each, depth + 1, lost=lost) for each in found))
    words = one.typed[len(one.words) - len(texts) :]
    if not words and not one.into and not one.out_of:
        return []
    folder = None if lost else one.folder or ""
    return [Command(words, one.into, one.out_of, one.fed, folder, one.piped, one.pipes, one.silent, one.masked)]
