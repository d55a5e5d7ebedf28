"""lcov.info, as lcov, gcov's tools, jest, vitest, c8, cargo and coverage.py write it."""

import re

from pytest_agentcompliance.parsing.coverage.gathered import Entry, Gathered, whole

_RECORD = re.compile(rb"^SF:", re.MULTILINE)


def read(data: bytes, into: Gathered) -> bool:
    """Whether it is one. Of a file that stands in it twice, under two tests, each line counts with the larger number."""
    if not _RECORD.search(data):
        return False
    into.format = "lcov"
    entry: Entry | None = None
    taken: dict[bytes, bool] = {}
    for line in data.splitlines():
        kind, _, rest = line.partition(b":")
        if kind == b"SF":
            entry, taken = into.file(rest.decode("utf-8", "replace").strip()), {}
        elif entry is None:
            continue
        elif kind == b"DA":
            number, count, *more = rest.decode("ascii", "replace").split(",", 2)[:3] if b"," in rest else ("", "")
            at = whole(number)
            into.hit(entry, at, whole(count))
            if more and at in entry.hits:
                entry.sums[at] = more[0].strip()
        elif kind == b"BRDA":
            branch, _, times = rest.rpartition(b",")
            taken[branch] = taken.get(branch, False) or times.strip() not in (b"-", b"0")
        elif line.strip() == b"end_of_record":
            if taken:
                entry.branches[:] = max(entry.branches[0], sum(taken.values())), max(entry.branches[1], len(taken))
            entry = None
    return True
