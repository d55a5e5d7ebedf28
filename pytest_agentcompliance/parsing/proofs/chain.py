"""The chain of proofs: each names the digest of the one before, so that one that was altered, taken out or put in shows.

What cannot show: that the last ones were taken away, or that all of them were written anew from some point on. Against that stand
signatures and runs made again where the agent cannot reach.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from pytest_agentcompliance.parsing.proofs.record import Record

NAME = re.compile(r"(\d{4,12})-.{0,300}-([0-9a-f]{8})\.json")


@dataclass(frozen=True, slots=True)
class Link:
    """A proof as the chain sees it: where its file lies, the digest of its statement, and what it says."""

    path: str
    digest: str
    record: Record

    @property
    def file(self) -> str:
        return self.path.rpartition("/")[2]


def broken(links: Sequence[Link], before: Callable[[Link], int | None], known: Callable[[Link], str]) -> dict[str, str]:
    """Which of the run's own proofs do not count, by the path of their file, and why, as a clause.

    ``before`` has the number of the proof that a link follows where base, or what the run started from, has that one; else None.
    ``known`` says where base has the proof itself; empty where it has not.
    """
    found: dict[str, str] = {}
    own, astray = _own(links, known, found)
    _follow(own, {link.digest: link.record.sequence for link in (*astray, *own)}, before, found)
    return found


def _own(links: Sequence[Link], known: Callable[[Link], str], found: dict[str, str]) -> tuple[list[Link], list[Link]]:
    """The links of the chain, and those that lie astray; ``found`` is told of what is altered, renamed or there twice."""
    first = dict[str, Link]()
    runs = dict[tuple[object, ...], Link]()
    own: list[Link] = []
    astray: list[Link] = []  # they may be followed all the same
    for link in links:
        if why := misnamed(link):
            found[link.path] = why
            astray.append(link)
        elif there := known(link):
            found[link.path] = f"it is replayed: base has it already, as {there}"
        elif (other := first.setdefault(link.digest, link)) is not link:
            found[link.path] = f"it is replayed: {other.file} is the same"
        elif (other := runs.setdefault(_run(link.record), link)) is not link:
            found[link.path] = f"it is replayed: {other.file} records the same run of the command"
            own.append(link)  # what follows it is not without one
        else:
            own.append(link)
    return own, astray


def _follow(
    own: Sequence[Link], numbers: Mapping[str, int], before: Callable[[Link], int | None], found: dict[str, str]
) -> None:
    """Tell ``found`` of the links that follow nothing that is there, or what another one follows."""

    def refuse(link: Link, why: str) -> None:
        found.setdefault(link.path, f"the chain is broken: {why}")

    starts: list[Link] = []
    following: dict[str, list[Link]] = defaultdict(list)
    for link in own:
        previous = link.record.previous
        number = numbers.get(previous)
        if number is None:
            number = before(link) if previous else 0
            if number is None:
                refuse(link, f"the proof before it ({previous[:8]}) is not there, or was altered")
                continue
            starts.append(link)
        else:
            following[previous].append(link)
        if link.record.sequence != number + 1:
            refuse(link, f"it is number {link.record.sequence}, and the one before it is number {number}")
    for rivals in (starts, *following.values()):
        for link in rivals if len(rivals) > 1 else ():
            others = ", ".join(sorted(one.file for one in rivals if one is not link)[:3])
            what = "begins a chain" if rivals is starts else "follows the same proof"
            refuse(link, f"{others} {what} too")


def ordered(links: Iterable[Link]) -> list[Link]:
    """In the order of their chain; where that does not tell, by the time they started."""
    return sorted(links, key=lambda one: (one.record.sequence, one.record.started, one.path))


def misnamed(link: Link) -> str:
    """Why the name of the file is not that of this proof. It holds the last one of a chain, which no other one names."""
    name = NAME.fullmatch(link.file)
    if name is None:
        return "its file has not the name that a proof has: a number, a name and the beginning of its digest"
    if name[2] != link.digest[:8]:
        return f"it was altered: its digest begins with {link.digest[:8]}, its file's name says {name[2]}"
    if int(name[1]) != link.record.sequence:
        return f"its file was renamed: it is number {link.record.sequence}, its file's name says {int(name[1])}"
    return ""


def _run(record: Record) -> tuple[object, ...]:
    """What two records of one run of a command have in common, wherever they stand in a chain."""
    return record.started, record.seconds, record.command, record.folder, record.tree, record.output.sha256
