"""One check that a command line runs, and how it is made of what the words before the tool have said."""

from dataclasses import dataclass

from pytest_agentcompliance.parsing.work import Check, tools

_EMPTY = (
    "--passWithNoTests", "--pass-with-no-tests", "--if-present", "--suppress-no-test-exit-code", "--no-error-on-unmatched-pattern"
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Ran:
    """One check that a line runs. ``tool`` is empty where a ``script`` is called, which the line names and does not show.

    ``words``: the simple command as it was typed, without what stands before it. ``selects``: what narrows it, each as it was
    typed (``-k slow``, ``tests/test_a.py``). ``packages``: of a monorepo, those that it names; ``everything``: all of them.
    ``folder``: where it runs, None where no `cd` says so. ``passes_empty``: it ends well where there is nothing to run.
    ``masked``: the line can end well though the check failed (`|| true`, `; echo`, `| tee` without pipefail).
    """

    check: Check
    tool: str
    words: tuple[str, ...]
    selects: tuple[str, ...] = ()
    passes_empty: bool = False
    masked: bool = False
    script: str = ""
    packages: tuple[str, ...] = ()
    folder: str | None = None
    everything: bool = False


@dataclass(frozen=True, slots=True)
class Known:
    """What the words before a tool have said of it."""

    words: tuple[str, ...]
    folder: str | None
    masked: bool
    packages: tuple[str, ...] = ()
    everything: bool = False
    passes_empty: bool = False
    depth: int = 0


def made(  # noqa: PLR0917 - in the order of its fields
    known: Known, check: Check, tool: str, selects: tuple[str, ...], words: list[str], script: str = ""
) -> Ran:
    """A check with what is known of where and how it runs."""
    empty = known.passes_empty or any(word.partition("=")[0] in _EMPTY and not word.endswith("=false") for word in words)
    return Ran(check, tool, known.words, selects, empty, known.masked, script, known.packages, known.folder, known.everything)


def by_name(name: str, rest: list[str], known: Known) -> tuple[Ran, ...]:
    """The check that a script is by its name; nothing where the name does not say."""
    check = tools.script(name)
    words = [word for word in rest if word != "--"]
    return (made(known, check, "", tools.narrowed(None, words), words, name),) if check else ()
