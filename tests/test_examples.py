"""Every rule's examples hold, every rule has enough of each kind, and its conventions are kept."""

import pytest

from pytest_agentcompliance import catalog, workshop
from pytest_agentcompliance.rule import Example, Rule

RULES = {name: catalog.find(name) for name in catalog.names()}


@pytest.mark.parametrize(
    ("name", "example"),
    [pytest.param(name, example, id=f"{name}: {example.title}") for name, rule in RULES.items() for example in rule.examples],
)
def test_example(name: str, example: Example) -> None:
    assert workshop.places(RULES[name], example) == example.finds
    assert workshop.places(RULES[name], example, "style") == example.styles


@pytest.mark.parametrize("name", RULES)
def test_rule_shows_twice_what_it_breaks_and_what_it_keeps(name: str) -> None:
    # What could not be read is named, and breaks nothing: it is not judged.
    breaks = [bool(example.finds or (example.unread and example.styles)) for example in RULES[name].examples]
    assert breaks.count(True) >= 2
    assert breaks.count(False) >= 2


@pytest.mark.parametrize("name", RULES)
def test_rule_says_why_and_what_to_do(name: str) -> None:
    rule = RULES[name]
    assert "\n    Why: " in (rule.__doc__ or "")
    assert rule.remedy.text
    assert all(field.description for field in rule.model_fields.values())


def test_rule_that_asks_for_unknown_evidence_is_refused() -> None:
    with pytest.raises(TypeError, match=r"check asks for tape; the evidence of a run is changes, commits, coverage, custody,"):
        type("Wrong", (Rule,), {"check": lambda self, tape: iter(()), "__annotations__": {}})
