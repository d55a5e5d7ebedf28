"""A shell line into its simple commands, with what the exit code of the line says of each."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from pytest_agentcompliance.parsing.command_lines import joined
from pytest_agentcompliance.parsing.shell.chains import DEEPEST, Chain, Pipe, chains, last
from pytest_agentcompliance.parsing.shell.words import Word, tokens

_PROMPT = re.compile(r"\s*[>$%]\s+")
_ASSIGNED = re.compile(r"[A-Za-z_]\w*=(?:\$\(|`)")
_QUITS = re.compile(r"[1-9]\d*|\$.*")
_STRICT = re.compile(r"-[a-z]*e[a-z]*")


class Command(NamedTuple):
    """One simple command: its words without quotes, where it runs (None: nothing says so), and what is fed to it.

    ``masked``: the line can end well though this command failed. ``lost``: only the shell knows the folder. ``typed`` are the
    words with what the shell would make of them, ``into``, ``out_of`` and ``silent`` as in ``chains.Simple``. ``piped``: it reads
    what the one before prints. One without words is the redirection of a loop or a group.
    """

    words: tuple[str, ...]
    folder: str | None
    masked: bool = False
    fed: str = ""
    typed: tuple[Word, ...] = ()
    into: tuple[Word, ...] = ()
    out_of: tuple[Word, ...] = ()
    silent: bool = False
    piped: bool = False
    pipes: bool = False
    lost: bool = False


class _State:
    """What a line has said so far of where it is and of how failures count."""

    def __init__(self, folder: str | None, *, lost: bool = False) -> None:
        self.folder, self.lost, self.strict, self.pipefail = folder, lost, False, False

    def within(self) -> "_State":
        """The same for a group in brackets, which leaves it as it is."""
        inner = _State(self.folder, lost=self.lost)
        inner.strict, inner.pipefail = self.strict, self.pipefail
        return inner

    def take(self, words: tuple[Word, ...]) -> None:
        """What a command changes."""
        name, rest = words[0].text, words[1:]
        if name in ("cd", "pushd"):
            step = next((word for word in rest if not word.text.startswith("-")), Word(".", plain=name == "cd" and not rest))
            self.lost = not step.plain or (self.lost and not step.text.startswith(("/", "~")))
            self.folder = joined(self.folder, step.text)
        elif name == "set":
            self.strict = self.strict or any(_STRICT.fullmatch(word.text) or word.text == "errexit" for word in rest)
            self.pipefail = self.pipefail or any(word.text == "pipefail" for word in rest)


def commands(line: str, folder: str | None = None, *, masked: bool = False, depth: int = 0) -> tuple[Command, ...]:
    """The simple commands of a line which starts in ``folder``, in their order; never fails, whatever the text is."""
    prompt = _PROMPT.match(line)
    return tuple(one for one in every(line[prompt.end() :] if prompt else line, folder, masked, depth) if one.words)


@lru_cache(maxsize=64)  # several readers ask of the same line, one after the other
def every(script: str, folder: str | None = None, masked: bool = False, depth: int = 0) -> tuple[Command, ...]:
    """The same of a script, which has no prompt, with the redirections of loops and groups."""
    return tuple(_of_line(script, _State(folder), masked=masked, depth=depth))


def _of_line(line: str, state: _State, *, masked: bool, depth: int) -> Iterator[Command]:
    found, around = chains(tokens(line))
    yield from _of_list(found, state, masked, depth)
    yield from (Command((), state.folder, masked, into=one.into, out_of=one.out_of, lost=state.lost) for one in around)


def _of_list(found: list[Chain], state: _State, masked: bool, depth: int) -> Iterator[Command]:
    ends = last(found)
    words = [word.text for word in ends.words] if ends else []
    carried = words[:1] in (["exit"], ["return"]) and any("$" in word for word in words[1:2])
    for at, chain in enumerate(found):
        lost = at + 1 < len(found) and not state.strict and not carried
        for (_, pipe), (kept, leaves) in zip(chain.pipes, _outcomes(chain.pipes), strict=True):
            hidden = chain.behind or pipe.negated or pipe.asked or (not kept) or (lost and not leaves)
            yield from _of_pipe(pipe, state, masked or hidden, depth)


def _of_pipe(pipe: Pipe, state: _State, masked: bool, depth: int) -> Iterator[Command]:
    handed = ""  # by `cat <<END |`
    for at, stage in enumerate(pipe.stages):
        pipes = at + 1 < len(pipe.stages)
        hidden = masked or (pipes and not state.pipefail)
        if isinstance(stage, list):
            yield from _of_list(stage, state.within(), hidden, depth + 1)
            continue
        words = tuple(word.text for word in stage.words)
        passed_on = len(words) == 1 and bool(_ASSIGNED.match(words[0]))  # `out=$(pytest)` ends as pytest does
        for text in (text for word in stage.words for text in word.inner) if depth < DEEPEST else ():
            yield from _of_line(text, _State(state.folder, lost=state.lost), masked=hidden or not passed_on, depth=depth + 1)
        state.take(stage.words)
        yield Command(
            words, state.folder, hidden, stage.fed or handed, stage.words, stage.into, stage.out_of, stage.silent, at > 0, pipes,
            state.lost,
        )  # fmt: skip
        handed = stage.fed if words == ("cat",) else ""


def _outcomes(pipes: list[tuple[str, Pipe]]) -> list[tuple[bool, bool]]:
    """Of each in a chain: whether its failure is still one after what follows, and whether it leaves the line at once."""
    found, now = [], (True, False)
    for operator, pipe in reversed(pipes):
        found.append(now)
        now = _fails(pipe) if operator == "||" else now
    return found[::-1]


def _fails(pipe: Pipe) -> tuple[bool, bool]:
    """Whether what stands behind `||` fails itself, and whether it leaves."""
    ends = last([Chain([("", pipe)], behind=False)])
    if ends is None or pipe.negated:
        return False, False
    words = [word.text for word in ends.words]
    if words[:1] in (["exit"], ["return"]):
        quits = len(words) < 2 or bool(_QUITS.fullmatch(words[1]))
        return quits, quits
    return words[:1] == ["false"], False
