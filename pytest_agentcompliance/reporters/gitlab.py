"""GitLab's Code Quality report: https://docs.gitlab.com/ci/testing/code_quality/, a subset of Code Climate's engine spec."""

import hashlib
from typing import Any

from pytest_agentcompliance.reporters.account import Account
from pytest_agentcompliance.reporters.ranked import Rank, Result, document, results
from pytest_agentcompliance.reporters.text import shown

SEVERITY: dict[Rank, str] = {"error": "major", "warning": "minor", "note": "info"}


def dumps(account: Account) -> str:
    """A list of issues. Of two with one fingerprint GitLab shows one, so it is made of the clause too."""
    return document([_issue(one) for one in results(account)])


def _issue(one: Result) -> dict[str, Any]:
    verdict = one.verdict
    of = "\0".join([verdict.profile, verdict.clause, verdict.rule, one.finding.fingerprint])
    return {
        "type": "issue",
        "check_name": shown(one.id),
        "description": shown(f"{verdict.clause}: {one.message}"),
        "content": {"body": "\n\n".join(filter(None, [shown(verdict.says), one.remedy]))},
        "categories": ["Style" if one.rank == "note" else "Bug Risk"],
        "fingerprint": hashlib.sha256(of.encode("utf-8", "surrogatepass")).hexdigest()[:40],
        "severity": SEVERITY[one.rank],
        "location": {"path": one.path, "lines": {"begin": one.line}},
    }
