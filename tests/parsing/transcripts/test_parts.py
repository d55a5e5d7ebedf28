"""The parts of a long document: what a search shows of it, and which parts speak of some files."""

import pytest

from pytest_agentcompliance.parsing.transcripts.parts import parts, shown, speaking

PLAN = "# Plan\n\n## Carts\n\nPOST /carts adds one.\n\n## Till\n\nSee `src/pay/till.ts`.\n\n## API\n\nAll of it.\n"


@pytest.mark.parametrize(
    "output",
    [
        "POST /carts adds one.",
        "5:POST /carts adds one.",
        "docs/plan.md:5:POST /carts adds one.",
        "docs/plan.md-5-POST /carts adds one.",
        "docs/plan.md:POST /carts adds one.",
        "     5→POST /carts adds one.",
        "other\n\n5: POST /carts adds one.\nother",
    ],
)
def test_what_a_search_shows(output: str) -> None:
    assert shown(PLAN, output) == {5}


@pytest.mark.parametrize("output", ["", "docs/plan.md", "5:POST /carts adds two.", "#", "Binary file matches"])
def test_what_shows_nothing(output: str) -> None:
    assert shown(PLAN, output) == frozenset()


def test_parts_end_at_the_next_title() -> None:
    assert [(one.title, one.first, one.last) for one in parts(PLAN)] == [
        ("Plan", 1, 2),
        ("Carts", 3, 6),
        ("Till", 7, 10),
        ("API", 11, 13),
    ]


@pytest.mark.parametrize(
    ("paths", "titles"),
    [
        (["src/cart/add.ts"], ["Carts"]),
        (["src/pay/till.ts"], ["Till"]),
        (["src/api/index.ts"], []),  # a word that is in every project
        ([], []),
    ],
)
def test_parts_that_speak_of_files(paths: list[str], titles: list[str]) -> None:
    assert [one.title for one in speaking(PLAN, paths)] == titles
