"""What reports claim of promises, the tests that they name, the ids that they use."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_agentcompliance.parsing.intent import ids, tests_named
from pytest_agentcompliance.parsing.intent.claimed import lines, read


def claims(text: str) -> list[tuple[int, str, bool | None]]:
    return [(one.line, one.text, one.ticked) for one in read(text).claims]


class TestClaims:
    def test_boxes_signs_bullets_and_what_stands_below_them(self) -> None:
        text = (
            "## Implemented\n- [x] a cart\n\n## Promises Verified\n- [x] PRM-001: kept\n  - tests/test_cart.py\n✅ PRM-002: fast\n"
            "- PRM-003\n- [ ] PRM-004\n\n## Notes\n- PRM-005 is open\n"
        )
        assert claims(text) == [(5, "PRM-001: kept", True), (7, "PRM-002: fast", True), (8, "PRM-003", None)]
        assert read(text).claims[0].more == ("tests/test_cart.py",)
        assert read(text).line == 4

    def test_rows_of_a_table(self) -> None:
        text = (
            "**Promises kept**\n\n| Promise | Status | Test |\n|---|---|---|\n"
            "| PRM-001 carts | KEPT | a.test.ts |\n| PRM-002 tax | PARTIAL | |\n"
        )
        assert claims(text) == [(5, "PRM-001 carts", True)]

    @pytest.mark.parametrize(
        "said",
        ["None", "- N/A", "- No promises are affected", "- [x] None apply", "### Not affected\n- P1 carts",
         "Not verified yet:\n- P1 carts", "- P1: pending", "- [x] P1: not verified"],
    )  # fmt: skip
    def test_what_claims_nothing(self, said: str) -> None:
        assert claims(f"## Promises Verified\n\n{said}\n") == []

    @pytest.mark.parametrize(
        "said", ["All promises from the intent", "Verified all promises", "Every user promise", "All 8 promises kept"]
    )
    def test_a_word_for_all(self, said: str) -> None:
        assert [one.general for one in read(f"## Promises Verified\n- [x] {said}\n").claims] == [True]

    def test_json(self) -> None:
        assert claims('{"promises_verified": ["PRM-001: carts are kept"]}') == [(1, "PRM-001: carts are kept", None)]

    def test_without_such_a_part(self) -> None:
        assert read("## Notes\n- [x] PRM-001\n").line == 0
        assert claims("## Notes\n- [x] PRM-001\n") == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("tests/test_cart.py::test_kept", (("tests/test_cart.py",), ("test_kept",))),
        ("`src/cart.test.ts:14`", (("src/cart.test.ts",), ())),
        ("see pkg/cart_test.go and CartServiceTest.java", (("pkg/cart_test.go", "CartServiceTest.java"), ())),
        ("TestCart, test_kept()", ((), ("TestCart", "test_kept"))),
        ("src/contest.py, latest.ts, a test, the tests", ((), ())),
    ],
)
def test_names_of_tests(text: str, found: tuple[tuple[str, ...], tuple[str, ...]]) -> None:
    named = tests_named.read(text)
    assert (named.files, named.cases) == found


class TestTitles:
    def test_what_stands_below_one_with_an_id_belongs_to_it(self) -> None:
        first = "### P1: Carts are kept\n\n- [x] written first\n- [x] tests/test_cart.py\n"
        one, two = read(f"## Promises Verified\n\n{first}\n### P2\n\nTaxed.\n").claims
        assert (one.text, one.line, one.ticked) == ("P1: Carts are kept", 3, True)
        assert one.more == ("written first", "tests/test_cart.py")
        assert (two.text, two.ticked, two.more) == ("P2", None, ("Taxed.",))

    def test_one_in_words_is_one_where_its_tests_are_said(self) -> None:
        carts, prices = "- written first\n- Test: test_kept", "- Verified by: test_taxed"
        text = f"## Promises\n\n**Carts are kept**\n{carts}\n\n**Prices have tax**\n{prices}\n"
        assert [one.text for one in read(text).claims] == ["Carts are kept", "Prices have tax"]

    def test_one_that_sorts_promises_is_none(self) -> None:
        text = "## Promises\n\n### Security\n\n- [x] P1 (tests/test_a.py)\n- [x] P2\n\n### Not affected\n\n- [x] P3\n"
        assert [one.line for one in read(text).claims] == [5, 6]


def test_a_comment_says_nothing() -> None:
    text = "## Promises\n\n- [x] P1 carts <!-- tests/test_cart.py -->\n<!-- P2 -->\n\n<!--\n- [x] P3\n-->\n"
    [one] = read(text).claims
    assert one.all == "P1 carts"
    assert [said for _, said in lines(text)] == ["Promises", "P1 carts"]


@pytest.mark.parametrize("text", ["Nothing is ever lost", "None of your orders is forgotten", "Nothing that you wrote is sold"])
def test_promises_that_begin_with_nothing(text: str) -> None:
    assert [one.text for one in read(f"## Promises\n- [x] {text}\n").claims] == [text]


@pytest.mark.parametrize("text", ["test 'keeps the cart'", 'covered by it("keeps the cart")', "the “keeps the cart” test"])
def test_titles_of_cases(text: str) -> None:
    assert tests_named.read(text).titles == ("keeps the cart",)


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("PRM-001", [("prm", 1)]),
        ("**P1** carts", [("p", 1)]),
        ("Promise #3", [("promise", 3)]),
        ("PRM-001-FIX-1", [("prm", 1)]),
        ("PRM-002 to PRM-004", [("prm", 2), ("prm", 3), ("prm", 4)]),
        ("PRM-1, PRM-3", [("prm", 1), ("prm", 3)]),
        ("fast: P95 at 310ms, p2p, HTTP 404, 30 days", []),
    ],
)
def test_ids(text: str, keys: list[tuple[str, int]]) -> None:
    assert [one.key for one in ids.within(text)] == keys


def test_ids_of_the_intent_itself() -> None:
    assert [one.key for one in ids.within("keeps CART-7 and SHOP-8", ["cart"])] == [("cart", 7)]


@given(st.text(alphabet="-*[x] P1|\n#:.✅", max_size=200))
def test_never_fails(text: str) -> None:
    for one in read(f"## Promises Verified\n{text}").claims:
        assert one.line > 1
