"""Whether a claim is one of some promises, by its words."""

import pytest

from pytest_agentcompliance.parsing.intent import likeness

PROMISES = (
    "Users can search recipes by ingredient",
    "Saved recipes are never lost",
    "Your work is auto-saved every 30 seconds",
    "A transfer is either completed in full or not at all",
    "Accounts are locked after five failed sign-in attempts",
    "We never share a user's data with third parties without explicit consent",
    "Deleted recipes can be restored for 30 days",
)
WEIGHTS = likeness.Weights(PROMISES)


@pytest.mark.parametrize(
    ("claim", "number"),
    [
        ("Search by ingredient", 0),
        ("Recipe search: found by its ingredients, with an index", 0),
        ("No saved recipe is lost - writes are transactional", 1),
        ("Auto-save every 30s (tests/test_save.py)", 2),
        ("Account lockout on repeated failed logins", 4),
        ("User data is not shared with third parties", 5),
        ("Removed recipes are restorable for 30 days", 6),
    ],
)
def test_other_words_for_a_promise(claim: str, number: int) -> None:
    found, share = likeness.nearest(claim, PROMISES, WEIGHTS)
    assert found == number
    assert share >= likeness.LIKE


@pytest.mark.parametrize(
    "claim", ["Meal plans are made weekly", "Images are compressed before upload", "Passwords are hashed with bcrypt", "Dark mode"]
)
def test_what_nobody_promised(claim: str) -> None:
    assert likeness.nearest(claim, PROMISES, WEIGHTS)[1] < likeness.UNLIKE


def test_words_that_say_nothing_of_their_own() -> None:
    assert likeness.nearest("All promises verified and tested", PROMISES, WEIGHTS)[1] == 0
    assert likeness.nearest("", PROMISES, WEIGHTS)[1] == 0
    assert likeness.nearest("anything", (), likeness.Weights(()))[0] == -1


def test_a_promise_is_wholly_like_itself() -> None:
    assert all(likeness.score(one, one, WEIGHTS) == pytest.approx(1) for one in PROMISES)


@pytest.mark.parametrize(
    ("one", "many"),
    [("order", "orders"), ("version", "versions"), ("delay", "delays"), ("category", "categories"), ("price", "prices"),
     ("box", "boxes"), ("class", "classes"), ("status", "status"), ("saved", "saves")],
)  # fmt: skip
def test_one_and_many_are_the_same_word(one: str, many: str) -> None:
    assert likeness.stems(one) == likeness.stems(many)
