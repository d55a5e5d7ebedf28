"""The Reviewdog Diagnostic Format as one JSON: https://github.com/reviewdog/reviewdog, proto/rdf."""

from typing import Any

from pytest_agentcompliance.reporters import inert
from pytest_agentcompliance.reporters.account import Account
from pytest_agentcompliance.reporters.ranked import Rank, Result, document, results
from pytest_agentcompliance.reporters.text import shown

HOME = "https://pypi.org/project/pytest-agentcompliance/"
SEVERITY: dict[Rank, str] = {"error": "ERROR", "warning": "WARNING", "note": "INFO"}


def dumps(account: Account) -> str:
    """A ``DiagnosticResult``. reviewdog posts a message as the Markdown of a comment, or prints it: it is to be read as both."""
    source = {"name": "agent-compliance", "url": HOME}
    return document({"source": source, "diagnostics": [_diagnostic(one) for one in results(account)]})


def _diagnostic(one: Result) -> dict[str, Any]:
    told = f"{one.verdict.clause}: {one.message}" + (f" ({one.remedy})" if one.remedy else "")
    return {
        "message": inert.apart(told),
        "location": {"path": one.path, "range": {"start": {"line": one.line}}},
        "severity": SEVERITY[one.rank],
        "code": {"value": shown(one.id)},
    }
