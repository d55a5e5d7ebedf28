"""What coverage reports say: which lines of which files the tests ran, and whether that still holds."""

from dataclasses import dataclass

from pytest_agentcompliance.parsing.coverage.record import FileCoverage, Measured, Totals

__all__ = ["Coverage", "CoverageReport", "FileCoverage", "Measured", "Totals"]


@dataclass(frozen=True, slots=True)
class CoverageReport:
    """One report. ``stale`` says why it does not speak for the end of the run; empty where it does, as far as can be told.

    ``own``: the run wrote it, or somebody named it; one that was there before claims nothing.
    """

    path: str
    measured: Measured
    stale: str = ""
    own: bool = True


@dataclass(frozen=True, slots=True)
class Coverage:
    """All coverage reports that the run left."""

    reports: tuple[CoverageReport, ...] = ()
    notes: tuple[str, ...] = ()
    problem: str = ""
