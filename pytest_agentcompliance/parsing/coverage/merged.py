"""Several reports of one kind as one: what any of them saw run, ran."""

from collections.abc import Iterable

from pytest_agentcompliance.parsing.coverage.record import FileCoverage, Measured, Totals


def merged(reports: Iterable[Measured]) -> dict[str, FileCoverage]:
    """The files of all reports, by path. Lines win over bare totals; equal totals stay those that the tool counted."""
    found: dict[str, FileCoverage] = {}
    for report in reports:
        for path, one in report.files.items():
            before = found.get(path)
            found[path] = one if before is None else _both(before, one)
    return found


def total(files: Iterable[FileCoverage]) -> Totals:
    """What all files come to."""
    each = [one.totals for one in files]
    return Totals(
        sum(one.covered for one in each), sum(one.total for one in each),
        sum(one.covered_branches for one in each), sum(one.branches for one in each),
    )  # fmt: skip


def _both(a: FileCoverage, b: FileCoverage) -> FileCoverage:
    if not (a.hits and b.hits):
        return a if a.hits or (not b.hits and a.totals.covered >= b.totals.covered) else b
    if a.hits == b.hits:
        return a
    hits = {line: max(a.hits.get(line, 0), b.hits.get(line, 0)) for line in sorted({*a.hits, *b.hits})}
    # Branches cannot be told apart in two reports: the better count of them is the least that ran.
    more = max(a.totals, b.totals, key=lambda one: one.covered_branches)
    totals = Totals(sum(count > 0 for count in hits.values()), len(hits), more.covered_branches, more.branches)
    return FileCoverage(a.path, hits, totals, excluded=a.excluded | b.excluded, sums={**a.sums, **b.sums})
