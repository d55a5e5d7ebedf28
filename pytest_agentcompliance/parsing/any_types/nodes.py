"""Nodes of a grammar as rows: what stands around one is told by their order, since to walk up from each would cost its depth."""

from collections.abc import Iterator

Node = tuple[str, int, int]  # its kind, where it starts, where it ends


def rows(said: tuple[list[str], list[int]]) -> Iterator[Node]:
    """The nodes that one rule of ``grammar.nodes`` matched, in order, each before those inside it."""
    kinds, row = said
    return ((kinds[row[at]], row[at + 1], row[at + 2]) for at in range(0, len(row), 3))
