"""Two versions of a baseline compared: lines that begin with the fingerprint of a finding that is known."""

from collections.abc import Iterator, Mapping

from pytest_agentcompliance.parsing.law.differences import Difference, settled

MOST_TOLD = 20  # added lines that are told one by one


def baseline(before: bytes, after: bytes) -> tuple[Difference, ...]:
    """Each line that head adds, at its place, and how many it takes away. Comments and empty lines say nothing."""
    return settled(_baseline(_known(before), _known(after)))


def _baseline(old: Mapping[str, tuple[int, str]], new: Mapping[str, tuple[int, str]]) -> Iterator[Difference]:
    came = [line for fingerprint, line in new.items() if fingerprint not in old]
    for number, text in came[:MOST_TOLD]:
        yield Difference(f"a finding is added to what is excused: {text[:100]}", number, "weaker")
    if more := len(came) - MOST_TOLD if len(came) > MOST_TOLD else 0:
        said = f"{more} more findings are added" if more > 1 else "1 more finding is added"
        yield Difference(f"{said} to what is excused", came[MOST_TOLD][0], "weaker")
    if gone := sum(fingerprint not in new for fingerprint in old):
        yield Difference(f"{gone} finding{'s are' if gone > 1 else ' is'} no longer excused", 1, "stricter")


def _known(data: bytes) -> dict[str, tuple[int, str]]:
    """The first line of each fingerprint, with its number."""
    found: dict[str, tuple[int, str]] = {}
    for number, text in enumerate(data.decode("utf-8", "replace").split("\n"), 1):
        words = text.split()
        if words and not text.startswith("#"):
            found.setdefault(words[0], (number, " ".join(words)))
    return found
