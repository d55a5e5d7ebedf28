"""What a rule says of two trees: its findings, and its reason."""

from collections.abc import Mapping

from pytest_agentcompliance import workshop
from pytest_agentcompliance.audit import yield_into
from pytest_agentcompliance.rule import Example, Rule
from pytest_agentcompliance.verdict import Finding


def judged(rule: Rule, before: Mapping[str, str], after: Mapping[str, str]) -> tuple[list[Finding], str]:
    """``after`` has only what was added or changed."""
    findings: list[Finding] = []
    why = yield_into(findings, rule.findings_in(workshop.run_of(Example("", before=before, after={**before, **after}))))
    return findings, why or ""
