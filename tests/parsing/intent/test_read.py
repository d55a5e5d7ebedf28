"""Intents in the forms that people and agents write them in, into promises."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_agentcompliance.parsing.intent import read

AS_TAUGHT = """\
### 3. User promises
```yaml
promises:
  - id: PRM-001
    promise: "Work is saved every 30 seconds"
    criticality: CORE
    validation_strategy:
      monitoring:
        - Track save success rate (target: {target})
    implementing_modules: [src/save.py]

  - id: PRM-002
    promise: "Support answers within a day"
```
### 4. Behavioural contracts
```yaml
contracts:
  - id: BHV-001
    when: "User clicks save"
    then: "Data is persisted before success is shown"
    never: "Show success if save failed"
anti_behaviors:
  - id: ANTI-001
    never: "Send email without user action"
invariants:
  - id: INV-001
    statement: "Data is never shared without consent"
```
"""


def promises(text: str) -> list[tuple[int, str, str, str]]:
    return [(one.line, one.kind, one.id, one.text) for one in read(text).promises]


class TestForms:
    @pytest.mark.parametrize("target", ["99.9%", ">99.9%"])  # the second is no valid YAML, and is how the form is taught
    def test_fences_of_yaml(self, target: str) -> None:
        text = AS_TAUGHT.format(target=target)
        assert promises(text) == [
            (4, "promise", "PRM-001", "Work is saved every 30 seconds"),
            (12, "promise", "PRM-002", "Support answers within a day"),
            (18, "contract", "BHV-001", "Data is persisted before success is shown"),
            (23, "never", "ANTI-001", "Send email without user action"),
            (26, "invariant", "INV-001", "Data is never shared without consent"),
        ]
        assert any("src/save.py" in detail for detail in read(text).promises[0].details)
        assert read(text).unread == ()

    def test_lists_with_and_without_ids(self) -> None:
        text = (
            "## Promises\n- **PRM-001**: Tasks are never lost\n- P2 Works offline\n* Tasks sync,\n  when online\n\n"
            "## Anti-Promises\n1. We never sell data\n\n## Invariants\n- INV-1: One owner each\n\n## Non-Goals\n- A chat\n"
        )
        assert promises(text) == [
            (2, "promise", "PRM-001", "Tasks are never lost"),
            (3, "promise", "P2", "Works offline"),
            (4, "promise", "", "Tasks sync, when online"),
            (8, "never", "", "We never sell data"),
            (11, "invariant", "INV-1", "One owner each"),
        ]
        assert (14, "A chat") in read(text).statements

    def test_titles_that_sort_and_titles_that_promise(self) -> None:
        text = (
            "## User Promises\n\n### Must Do\n- Search by ingredient\n\n### Must NOT Do\n- Share data\n\n"
            "### 1. Continuity\n\nNobody explains a thing twice.\n\n### Promise 2: Control\n\nMemory can be deleted.\n\n"
            "**Firm (always):**\n- Open formats\n"
        )
        assert [(kind, said) for _, kind, _, said in promises(text)] == [
            ("promise", "Search by ingredient"),
            ("never", "Share data"),
            ("promise", "Continuity"),
            ("promise", "Control"),
            ("promise", "Open formats"),
        ]
        assert read(text).promises[2].details == ("Nobody explains a thing twice.",)

    def test_tables(self) -> None:
        text = (
            "# Intent\n\n| ID | Promise | Evidence | Confidence |\n|---|---|---|---|\n"
            "| PRM-001 | Input is validated before it is saved | src/models.py | HIGH |\n| PRM-002 | [inferred promise] | | |\n"
        )
        assert promises(text) == [(5, "promise", "PRM-001", "Input is validated before it is saved")]
        assert read(text).promises[0].details == ("src/models.py", "HIGH")

    def test_sentences(self) -> None:
        text = "# Shop\n\nWe promise that carts are kept.\n\n## Core Promise\n\nA shop that never forgets a cart.\n"
        assert [said for *_, said in promises(text)] == ["We promise that carts are kept.", "A shop that never forgets a cart."]

    def test_sentences_that_promise_one_thing_each(self) -> None:
        text = "We promise that carts are kept. We promise that prices have tax; and we guarantee\nan answer. It is short."
        text = f"## Promises\n\n{text}\n"
        assert [one.text for one in read(text).promises] == [
            "We promise that carts are kept",
            "We promise that prices have tax",
            "and we guarantee an answer. It is short.",
        ]
        assert read(text).promises[2].details == ("and we guarantee an answer.", "It is short.")

    def test_quotations_with_an_id(self) -> None:
        text = "## Promises\n\n> **Promise 1.** Carts are kept.\n\n> somebody said so\n\n> **Promise 2.** Prices have tax.\n"
        assert promises(text) == [
            (3, "promise", "Promise 1", "Carts are kept."), (7, "promise", "Promise 2", "Prices have tax."),
        ]  # fmt: skip

    def test_items_below_a_line_with_a_sign(self) -> None:
        first = "✅ **Every key is kept**\n- it is saved\n- it is copied\n"
        text = f"## We guarantee\n\n{first}\n✅ **Each withdrawal works**\n- tried again\n"
        found = read(text).promises
        assert [one.line for one in found] == [3, 7]
        assert found[0].details == ("it is saved", "it is copied")

    def test_what_is_not_promised(self) -> None:
        text = (
            "## Promises\n\nThe shop may promise:\n\n- one account;\n\nThe shop does not promise:\n\n- an answer at night;\n\n"
            "Always:\n\n- carts are kept\n\n## What we do not guarantee\n\n- Uptime\n\n## More promises\n\n- Prices have tax\n"
        )
        assert [said for *_, said in promises(text)] == ["one account;", "carts are kept", "Prices have tax"]
        assert {text.split("\n")[line - 1] for line in read(text).denied} >= {"- an answer at night;", "- Uptime"}
        assert not {5, 13, 21} & read(text).denied

    def test_what_belongs_to_a_promise(self) -> None:
        text = "## Promises\n\n- PRM-001: Carts are kept\n  - Criticality: CORE\n  - Module: src/cart.py\n- PRM-002: Fast\n"
        [first, second] = read(text).promises
        assert first.details == ("Criticality: CORE", "Module: src/cart.py")
        assert second.text == "Fast"

    def test_one_that_was_taken_back(self) -> None:
        text = "## Promises\n- PRM-1: Free for all [DEPRECATED in v2.0]\n- ~~Faxes are answered~~\n- PRM-3: Exports [NEW in v2.0]\n"
        assert [kind for _, kind, _, _ in promises(text)] == ["retired", "retired", "promise"]


@pytest.mark.parametrize(
    "text",
    [
        "# Intent\n\n## Promises\n\n- [Core promise 1]\n- TBD\n- ...\n",
        "# Intent\n\n## Non-promises\n- Speed of light\n\n## Out of scope\n- PDF\n",
        "## What we do not promise\n- Uptime\n",
        "const all = Promise.all([a, b])\n",
        "",
    ],
)
def test_what_promises_nothing(text: str) -> None:
    assert promises(text) == []


def test_what_cannot_be_read_is_said() -> None:
    text = "# Intent\n\n```yaml\npromises: [a, {b\n```\n"
    assert [one.line for one in read(text).unread] == [3]
    assert read("- a\n" * 70_000).unread[0].why.startswith("it has 140,000 lines")


@given(st.text(alphabet="#-*|:`~ \nPRM01promises[]{}>\"'x", max_size=300))
def test_never_fails(text: str) -> None:
    for one in read(f"## Promises\n{text}\n```yaml\npromises:\n{text}").promises:
        assert one.text
        assert one.line > 0
