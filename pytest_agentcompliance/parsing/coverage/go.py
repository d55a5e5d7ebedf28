"""The cover profile of ``go test -coverprofile``: blocks of statements, from line and column to line and column."""

import re

from pytest_agentcompliance.parsing.coverage.gathered import Gathered, Strange, whole
from pytest_agentcompliance.parsing.coverage.record import Totals

LONGEST = 20_000  # lines of one block
_BLOCK = re.compile(rb"(.{1,1000}):(\d{1,8})\.\d{1,8},(\d{1,8})\.\d{1,8} (\d{1,8}) (\d{1,18})\s*")


def read(data: bytes, into: Gathered) -> bool:
    """Whether it is one. A block that several packages' tests ran stands in it several times; its best count is taken."""
    first, _, rest = data.removeprefix(b"\xef\xbb\xbf").lstrip().partition(b"\n")
    if first.strip() not in (b"mode: set", b"mode: count", b"mode: atomic"):
        return False
    into.format, into.spans = "Go cover profile", True
    blocks: dict[tuple[bytes, bytes], tuple[int, int]] = {}
    for line in rest.splitlines():
        if not line.strip() or line.startswith(b"mode:"):  # profiles that were put together have it several times
            continue
        block = _BLOCK.fullmatch(line)
        if block is None:
            raise Strange(f"a line of it is no block of a cover profile: {line[:60]!r}")
        key = block[1], line[block.end(1) : block.start(4)]
        statements, count = int(block[4]), whole(block[5].decode())
        blocks[key] = statements, max(count, blocks.get(key, (0, 0))[1])
        entry = into.file(block[1].decode("utf-8", "replace"))
        start, end = int(block[2]), int(block[3])
        if end - start > LONGEST:
            raise Strange(f"a block of it has {end - start:,} lines")
        for number in range(start, end + 1):
            into.hit(entry, number, count)
    _count(blocks, into)
    return True


def _count(blocks: dict[tuple[bytes, bytes], tuple[int, int]], into: Gathered) -> None:
    """Go counts statements, not lines."""
    sums: dict[bytes, list[int]] = {}
    for (name, _), (statements, count) in blocks.items():
        one = sums.setdefault(name, [0, 0])
        one[0] += statements if count else 0
        one[1] += statements
    for name, (covered, total) in sums.items():
        into.file(name.decode("utf-8", "replace")).claimed = Totals(covered, total)
