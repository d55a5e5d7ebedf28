"""Routes of Python: FastAPI and Flask."""

from collections.abc import Mapping

from pytest_agentcompliance.parsing.routes import Routes, is_candidate
from pytest_agentcompliance.parsing.routes.keeping import once


def read(files: Mapping[str, str]) -> Routes:
    """The routes of the files among these that are of this language; never fails.

    Only files that may declare or mount routes are gone through; others are looked at where one of these asks for what they hold.
    """
    paths = sorted(path for path in files if path.endswith(".py") and _may(path, files[path]))
    if not paths:
        return Routes()
    from pytest_agentcompliance.parsing.routes.python.collecting import collected  # start-up time
    from pytest_agentcompliance.parsing.routes.python.running import Run

    run = Run(files)
    run.all(paths)
    return collected(run)


def _may(path: str, text: str) -> bool:
    return once(("may", path, text), lambda: is_candidate(path, text))
