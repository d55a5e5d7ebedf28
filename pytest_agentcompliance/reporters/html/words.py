"""Texts of the audited tree as the page shows them: harmless, and never longer than a page can bear."""

from pytest_agentcompliance.reporters.text import shown

LONGEST = 1200  # characters of a message
LONGEST_NAME = 400  # of a path or a name, which keeps its two ends


def told(text: str) -> str:
    """A sentence."""
    cut = shown(text[: LONGEST + 1])
    return cut if len(cut) <= LONGEST else cut[:LONGEST] + "..."


def name(text: str) -> str:
    """A path or another name, whose two ends tell what it is."""
    half = LONGEST_NAME // 2
    whole = shown(text if len(text) <= 2 * LONGEST_NAME else text[:LONGEST_NAME] + text[-LONGEST_NAME:])
    return whole if len(whole) <= LONGEST_NAME else f"{whole[:half]}...{whole[-half:]}"


def brief(id: str) -> str:
    """An object's id, as long as people read one; what stands behind it stays."""
    first, plus, rest = id.partition("+")
    return name(first[:10] + plus + rest)


def counted(number: int, what: str) -> str:
    return f"{number:,} {what}" + ("" if number == 1 else "s")
