"""The body of ``apply_patch``, in which Codex writes its edits, into the pieces that it changes."""

from collections.abc import Iterator
from dataclasses import dataclass

BEGIN, END = "*** Begin Patch", "*** End Patch"
ADD, UPDATE, DELETE, MOVE = "*** Add File: ", "*** Update File: ", "*** Delete File: ", "*** Move to: "


@dataclass(frozen=True, slots=True)
class Piece:
    """One file of a patch, or one hunk of it: ``after`` is the whole file where ``before`` is None. ``gone``: deleted."""

    path: str
    before: str | None = None
    after: str | None = None
    gone: bool = False


def read(text: str) -> Iterator[Piece]:
    """The pieces of a patch in their order; nothing where there is none. Never fails, whatever the text is."""
    start = text.find(BEGIN)
    if start < 0:
        return
    kind, path, target, lines = "", "", "", list[str]()
    for line in [*(one.removesuffix("\r") for one in text[start:].split("\n")[1:]), END]:
        if line.startswith(MOVE) and kind == UPDATE:
            target = line[len(MOVE) :].strip()
            continue
        sign = next((one for one in (ADD, UPDATE, DELETE) if line.startswith(one)), "")
        if not sign and line.strip() != END:
            lines.append(line)
            continue
        yield from _pieces(kind, path, target, lines)
        if not sign:
            return
        kind, path, target, lines = sign, line[len(sign) :].strip(), "", []


def _pieces(kind: str, path: str, target: str, lines: list[str]) -> Iterator[Piece]:
    if not path:
        return
    if kind == ADD:
        yield Piece(path, after="".join(f"{line[1:]}\n" for line in lines if line.startswith("+")))
    elif kind == DELETE:
        yield Piece(path, gone=True)
    elif kind == UPDATE:
        if target and target != path:
            yield Piece(path, gone=True)
        hunks = list(_hunks(lines))
        for before, after in hunks:
            yield Piece(target or path, before, after) if before else Piece(target or path)  # it says not where
        if not hunks:
            yield Piece(target or path)


def _hunks(lines: list[str]) -> Iterator[tuple[str, str]]:
    before: list[str] = []
    after: list[str] = []
    for line in [*lines, "@@"]:
        if line.startswith("@@"):
            if before != after:
                yield "".join(before), "".join(after)
            before, after = [], []
        elif line.startswith("-"):
            before.append(f"{line[1:]}\n")
        elif line.startswith("+"):
            after.append(f"{line[1:]}\n")
        elif not line.startswith("*** End of File"):
            before.append(f"{line[1:]}\n")
            after.append(f"{line[1:]}\n")
