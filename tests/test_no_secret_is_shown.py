"""Whatever a rule finds: a token in what it was found in stands in no output, neither whole nor in part."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import islice

import pytest

from pytest_agentcompliance import audit, catalog, workshop
from pytest_agentcompliance.errors import AgentComplianceError, NotJudged, Unreadable
from pytest_agentcompliance.parsing.secrets import masked
from pytest_agentcompliance.profile import BoundRule, Clause
from pytest_agentcompliance.reporters import json, text
from pytest_agentcompliance.rule import Example
from pytest_agentcompliance.verdict import Audit, PolicyFacts

TOKEN = "ghp_" + "9fK2mQ7xLz4TnB8vRc3WpY6sHd1JgE5uAo0X"  # of nobody
SHOWN = TOKEN[:14]  # more than that of it is too much
EACH = 3  # words of an example's findings in whose place it is put
TEXTS = ("before", "after", "commits", "report", "task", "messages", "transcript", "coverage", "log")
WORDS = frozenset(("def", "class", "return", "import", "const", "function", "export", "from", "self"))  # a language's own


def put(given: object, word: str) -> object:
    """A text, or all texts of a collection, with the token in the place of a word; paths and names of fields stay."""
    if isinstance(given, str):
        return re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", TOKEN, given)
    if isinstance(given, tuple):
        return tuple(put(one, word) for one in given)
    if isinstance(given, Mapping):
        return {key: put(value, word) for key, value in given.items()}
    return given


def planted(name: str) -> Iterator[tuple[Example, Example]]:
    """The examples of a rule, and each with the token where the rule's findings look."""
    kind = catalog.find(name)
    for one in kind.examples:
        if not one.finds and not one.styles:
            continue
        try:
            found = list(kind(**one.given).findings_in(workshop.run_of(one)))
        except (AgentComplianceError, NotJudged, Unreadable):
            continue
        said = " ".join(f"{each.message} {each.evidence}" for each in found)
        texts = str([getattr(one, field) for field in TEXTS])
        words = dict.fromkeys(word for word in re.findall(r"[A-Za-z_]\w{2,}", said) if word not in WORDS)
        there = (word for word in words if re.search(rf"(?<!\w){re.escape(word)}(?!\w)", texts))
        for word in islice(there, EACH):
            yield one, replace(one, **{field: put(getattr(one, field), word) for field in TEXTS})  # type: ignore[arg-type]


@pytest.mark.parametrize("name", catalog.names())
def test_no_output_shows_a_secret(name: str) -> None:
    for one, example in planted(name):
        bound = BoundRule(name, catalog.find(name)(**one.given), "error")
        verdict = audit.judge("p", Clause("C", "says", "error", (bound,)), bound, workshop.run_of(example))
        whole = Audit("base", "1" * 40, "2" * 40, PolicyFacts("none"), (verdict,))
        assert SHOWN not in json.dumps(whole), one.title
        assert SHOWN not in "\n".join(line for _, line in text.lines(whole, verbose=True)), one.title


def test_token_that_is_glued_to_a_name_is_masked() -> None:
    token = "ghp_" + "a1B2c3D4e5" * 4
    assert token not in masked(f"CreateUser_{token} is made here")[0]
