"""The rule over the promises of a report, beyond what its own examples show."""

from collections.abc import Mapping

import pytest

from pytest_agentcompliance import workshop
from pytest_agentcompliance.audit import yield_into
from pytest_agentcompliance.errors import NotJudged
from pytest_agentcompliance.rule import Example
from pytest_agentcompliance.rulebook.report.promises import Promises
from pytest_agentcompliance.verdict import Finding, Level

INTENT = (
    "# Intent\n\nA shop for people who come back.\n\n## Promises\n\n- PRM-001: Carts are never lost\n"
    "- PRM-002: Work is saved every 30 seconds\n  - Module: src/save.py\n- PRM-003: Prices are shown with tax [DEPRECATED in v2]\n"
)
TEST = {"tests/test_cart.py": "def test_kept(): ...\n"}


def judged(report: str, intent: str = INTENT, **after: str) -> tuple[list[Finding], str]:
    """``after``: files of the change, ``src__save`` for src/save.py."""
    found: list[Finding] = []
    files: Mapping[str, str] = {path.replace("__", "/") + ".py": text for path, text in after.items()}
    example = Example("", before={"INTENT.md": intent}, after={"INTENT.md": intent, **TEST, **files}, report=report)
    why = yield_into(found, Promises().findings_in(workshop.run_of(example)))
    return found, why or ""


def said(claims: str, intent: str = INTENT, **after: str) -> list[tuple[str, str]]:
    return [(one.level, one.message) for one in judged(f"## Promises Verified\n\n{claims}\n", intent, **after)[0]]


def test_the_score_is_shown() -> None:
    found, why = judged("## Promises Verified\n\n- [x] Carts do not get lost: tests/test_cart.py\n")
    assert found == []
    assert why == "line 3 is PRM-001 (Carts are never lost) (1.00 alike)"
    [(level, message)] = said("- [x] Parcels arrive next day: tests/test_cart.py")
    assert level == "breach"
    assert "Parcels arrive next day" in message
    assert "none has a word of it" in message


def test_an_id_that_the_intent_has_not() -> None:
    assert said("- [x] PRM-009: tests/test_cart.py") == [
        ("breach", "the intent has no promise 'PRM-009'; it has PRM-001, PRM-002, PRM-003")
    ]


@pytest.mark.parametrize("name", ["prm-1", "PRM_001", "Promise 1", "P1", "PROM-01"])
def test_other_spellings_of_an_id(name: str) -> None:
    assert said(f"- [x] {name}: tests/test_cart.py") == []


def test_the_id_of_one_and_the_words_of_another() -> None:
    [(level, message)] = said("- [x] PRM-001: work is saved every 30 seconds, tests/test_cart.py")
    assert level == "style"
    assert "the words are those of PRM-002" in message


def test_the_id_of_one_and_the_words_of_none() -> None:
    [(level, message)] = said("- [x] PRM-001: end-to-end encryption protects customer messages, tests/test_cart.py")
    assert (level, message) == ("style", "PRM-001 is 'Carts are never lost'; the words are not its own")
    assert said("- [x] PRM-001: held by idempotency keys and retries of the queue, tests/test_cart.py") == []


def test_another_number() -> None:
    [(level, message)] = said("- [x] Work is saved every 60 seconds: tests/test_cart.py")
    assert (level, message) == ("style", "the claim says 60 s where PRM-002 (Work is saved every 30 seconds) says 30")


def test_one_that_was_taken_back_and_one_that_stands_elsewhere() -> None:
    claims = "- [x] PRM-003: tests/test_cart.py\n- [x] A shop for people who come back: tests/test_cart.py"
    assert [level for level, _ in said(claims)] == ["style", "style"]


def test_a_claim_that_joins_two_promises() -> None:
    assert said("- [x] Carts are never lost; work is saved every 30 seconds (test_kept)", src__save="1\n") == []


def test_what_stands_elsewhere_has_half_of_the_claim() -> None:
    intent = INTENT + "\n## Vision\n\nCalm.\n"
    claim = "- [x] Calm dashboards refresh themselves in real time: tests/test_cart.py\n- [x] PRM-001 and PRM-002: test_kept"
    assert [level for level, _ in said(claim, intent)] == ["breach"]


class TestInOtherWords:
    INTENT = (
        "## Promises\n\n- Money is never made or destroyed\n- Staff answer questions about money\n"
        "- Bikes wait five minutes\n- Rides are private\n"
    )

    def test_each_promise_is_given_once_and_as_many_claims_as_can_be_get_one(self) -> None:
        # The first may be either, the second only one of them.
        claims = "- [x] Money tickets have a flag: test_kept\n- [x] Coins cannot be destroyed: test_kept\n"
        claims += "- [x] Bikes wait 5 min: test_kept\n- [x] Rides are private: test_kept"
        found = said(claims, self.INTENT)
        assert [level for level, _ in found] == ["style", "style"]
        assert ["Staff answer" in found[0][1], "Money is never" in found[1][1]] == [True, True]

    def test_one_that_another_line_speaks_of_is_not_meant(self) -> None:
        claims = "- [x] Carts are never lost: test_kept\n- [x] Carts are free of charge on Sundays in May: test_kept"
        assert [level for level, _ in said(claims)] == ["breach"]

    def test_a_word_that_most_promises_have_makes_nothing_alike(self) -> None:
        intent = "## Promises\n\n- An order that was taken is kept\n- A customer sees own orders\n"
        claims = "- [x] A customer sees own orders: test_kept\n- [x] Every order arrives within a day: test_kept"
        assert [level for level, _ in said(claims, intent)] == ["breach"]


def test_what_the_intent_denies() -> None:
    intent = INTENT + "\n## What we do not promise\n\n- Support at night\n"
    assert [level for level, _ in said("- [x] Support at night: test_kept", intent)] == ["breach"]
    assert [level for level, _ in said("- [x] No support at night: test_kept", intent)] == ["style"]


class TestUnmentioned:
    def judged(self, claims: str, level: Level | None = "breach") -> list[str]:
        report = f"## Promises Verified\n\n{claims}\n"
        example = Example("", before={"INTENT.md": INTENT}, after={"INTENT.md": INTENT, **TEST}, report=report)
        return [f"{one.level}: {one.message}" for one in Promises(unmentioned=level).findings_in(workshop.run_of(example))]

    def test_each_promise_is_asked_for(self) -> None:
        silent = "no line of the report speaks of PRM-002 (Work is saved every 30 seconds)"
        assert self.judged("- [x] PRM-001: test_kept") == [f"breach: {silent}"]
        assert self.judged("- [x] PRM-001: test_kept", "style") == [f"style: {silent}"]
        assert self.judged("- [x] PRM-001: test_kept", None) == []

    def test_one_word_is_not_speaking_of_it(self) -> None:
        assert len(self.judged("- [x] PRM-001: test_kept\n\n## Notes\n\nThe seconds are counted.")) == 1
        assert self.judged("- [x] PRM-001: test_kept\n\n## Notes\n\nWork is saved as before.") == []


class TestTests:
    def test_the_title_of_one_that_is_there(self) -> None:
        there = {"tests__test_it": "it('keeps a cart for ever', () => {})\n"}
        assert said("- [x] PRM-001 → `cart › keeps a cart for ever`", **there) == []
        assert [level for level, _ in said("- [x] PRM-001 → `cart › sells a cart for ever`", **there)] == ["breach"]

    def test_for_all_promises_at_once(self) -> None:
        assert [level for level, _ in said("- [x] All promises hold")] == ["style", "breach"]
        assert [level for level, _ in said("- [x] All promises hold\n\n## Tests\n\n- tests/test_cart.py")] == ["style"]

    @pytest.mark.parametrize(
        "claim",
        ["PRM-001 (tests/test_cart.py)", "PRM-001: `test_kept`", "PRM-001\n  - tests/test_cart.py::test_kept",
         "PRM-001: test 'keeps it'", "PRM-001: backend/tests/test_cart.py"],
    )  # fmt: skip
    def test_named(self, claim: str) -> None:
        assert said(f"- [x] {claim}") == []

    def test_one_for_all_of_the_part(self) -> None:
        assert said("- [x] PRM-001\n- [x] PRM-002\n\nAll of these are held by tests/test_cart.py.") == []

    def test_one_that_has_the_id(self) -> None:
        assert said("- [x] PRM-001", tests__test_ids="# PRM-001\ndef test_it(): ...\n") == []
        assert [level for level, _ in said("- [x] PRM-001", src__ids="# PRM-001\n")] == ["breach"]

    def test_absent(self) -> None:
        assert said("- [x] PRM-001: tests/test_gone.py") == [
            ("breach", "'PRM-001: tests/test_gone.py' is ticked with tests/test_gone.py, which is no test at head")
        ]

    def test_as_a_parameter_weighs_it(self) -> None:
        example = Example("", before={"INTENT.md": INTENT}, after={"INTENT.md": INTENT}, report="## Promises\n\n- [x] PRM-001\n")
        assert [one.level for one in Promises(untested="style").findings_in(workshop.run_of(example))] == ["style"]


class TestLeftOut:
    def test_by_a_file_that_it_names(self) -> None:
        assert said("- [x] PRM-001: test_kept", src__save="1\n") == [
            (
                "breach",
                "PRM-002 (Work is saved every 30 seconds) names src/save.py, which the change touches,"
                " and the report does not speak of it",
            )
        ]
        assert said("- [x] PRM-001: test_kept\n\n## Notes\n\n- Saving work every 30 seconds is unchanged", src__save="1\n") == []

    def test_by_its_words(self) -> None:
        [(level, message)] = said("- [x] PRM-001: test_kept", src__work="def save_work(every_seconds=30): ...\n")
        assert (level, message) == (
            "style", "the change speaks of promises that the report does not: PRM-002 (Work is saved every 30 seconds)",
        )  # fmt: skip

    def test_a_change_that_has_nothing_to_do_with_it(self) -> None:
        assert said("- [x] PRM-001: test_kept", src__mail="def mail(): ...\n") == []


class TestNotJudged:
    def test_without_a_report(self) -> None:
        with pytest.raises(NotJudged, match="left no report"):
            list(Promises().findings_in(workshop.run_of(Example("", before={"INTENT.md": INTENT}))))

    def test_without_an_intent(self) -> None:
        with pytest.raises(NotJudged, match=r"there is no intent at INTENT\.md, neither at base nor at head"):
            list(Promises().findings_in(workshop.run_of(Example("", report="## Promises Verified\n- [x] P1\n"))))

    def test_with_one_that_promises_nothing(self) -> None:
        with pytest.raises(NotJudged, match=r"INTENT\.md makes no promise that can be read"):
            judged("## Promises Verified\n- [x] P1\n", "# Intent\n\n## Promises\n\n- [Core promise 1]\n")

    def test_one_that_only_the_run_wrote_counts_and_is_said(self) -> None:
        found: list[Finding] = []
        example = Example("", after={"INTENT.md": INTENT, **TEST}, report="## Promises Verified\n- [x] PRM-001: test_kept\n")
        why = yield_into(found, Promises().findings_in(workshop.run_of(example)))
        assert found == []
        assert (why or "").startswith("judged by INTENT.md, which the run wrote itself: base has none")


def test_what_the_reader_could_not_read_is_no_breach() -> None:
    broken = INTENT + "\n```yaml\npromises: [a, {b\n```\n"
    assert [level for level, _ in said("- [x] Parcels arrive next day: tests/test_cart.py", intent=broken)] == ["style"]


@pytest.mark.walk
def test_a_flood_of_lines_and_promises_is_bounded() -> None:
    intent = "## Promises\n\n" + "".join(f"- PRM-{number}: Thing {number} of many is kept apart\n" for number in range(1, 2_000))
    report = "## Promises Verified\n\n" + "".join(f"- [x] Thing {number} of others: test_kept\n" for number in range(2_000))
    with pytest.raises(NotJudged, match="the report claims 1500 promises more than are read"):
        judged(report, intent)
