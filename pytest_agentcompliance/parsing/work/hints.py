"""What a command line says of who printed an output, for the readers of the families."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from pytest_agentcompliance.parsing.work import Check, Work
from pytest_agentcompliance.parsing.work.commands import Ran

Found = tuple[int, Work]  # the number of the line that says it, and what it says


class Hints(NamedTuple):
    """The checks of the line. ``cut``: a part of the output is missing, so that what is counted line by line is not all."""

    ran: tuple[Ran, ...]
    cut: bool

    def tool(self, *names: str) -> str:
        """Which of the tools of one form it was; the first where the line does not say."""
        return next((ran.tool for ran in self.ran if ran.tool in names), names[0])

    def named(self, *names: str) -> bool:
        """Whether the line names one of the tools itself."""
        return any(ran.tool in names for ran in self.ran)

    def check(self, default: Check) -> Check:
        """The kind of check that the line runs, where it is only one."""
        kinds = {ran.check for ran in self.ran}
        return next(iter(kinds)) if len(kinds) == 1 else default


Reader = Callable[[list[str], Hints], Iterator[Found]]
