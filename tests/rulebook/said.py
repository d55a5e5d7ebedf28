"""What a rule says of an example beside where it says it: its messages, and the text that it returns."""

from pytest_agentcompliance import workshop
from pytest_agentcompliance.audit import yield_into
from pytest_agentcompliance.rule import Example, Rule


def messages(rule: Rule, example: Example, level: str = "breach") -> list[str]:
    return [finding.message for finding in rule.findings_in(workshop.run_of(example)) if finding.level == level]


def why(rule: Rule, example: Example) -> str:
    """What the rule's generator returns."""
    return yield_into([], rule.findings_in(workshop.run_of(example)))
