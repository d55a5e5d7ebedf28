"""The chain of proofs: what was altered, taken out, put in, swapped or doubled shows; what was left alone never does."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_agentcompliance.parsing.proofs import chain, statement
from pytest_agentcompliance.parsing.proofs.chain import Link
from pytest_agentcompliance.parsing.proofs.record import Record

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
FOLDER = ".agent-compliance/proofs"


def link(record: Record) -> Link:
    """A proof under the name that belongs to it."""
    digest = statement.digest(statement.to_statement(record))
    return Link(f"{FOLDER}/{record.sequence:04}-{record.name}-{digest[:8]}.json", digest, record)


def following(before: Link | None, name: str, *, tree: str = "a1" * 20) -> Link:
    """The proof of one more command behind another proof."""
    number = before.record.sequence + 1 if before else 1
    return link(
        Record(
            name=name, command=(name, "-q"), started=START + timedelta(minutes=number), seconds=1.25, exit_code=0, tree=tree,
            sequence=number, previous=before.digest if before else "",
        )
    )  # fmt: skip


def chained(names: Sequence[str], before: Link | None = None) -> list[Link]:
    made: list[Link] = []
    for name in names:
        before = following(before, name)
        made.append(before)
    return made


def refused(own: Sequence[Link], base: Sequence[Link] = ()) -> dict[str, str]:
    numbers = {one.digest: one.record.sequence for one in base}
    paths = {one.digest: one.path for one in base}
    links = chain.ordered(own)
    return chain.broken(links, lambda one: numbers.get(one.record.previous), lambda one: paths.get(one.digest, ""))


EDITS: list[Callable[[Record], Record]] = [
    lambda one: replace(one, exit_code=1), lambda one: replace(one, tree="b2" * 20), lambda one: replace(one, name="other"),
    lambda one: replace(one, command=("true",)), lambda one: replace(one, seconds=9.5), lambda one: replace(one, base="c3" * 20),
    lambda one: replace(one, version="9"), lambda one: replace(one, started=START), lambda one: replace(one, rerun_of="d4" * 32),
]  # fmt: skip
NAMES = st.lists(st.sampled_from(["tests", "lint", "types"]), min_size=1, max_size=6)
LONGER = st.lists(st.sampled_from(["tests", "lint", "types"]), min_size=3, max_size=6)


@given(NAMES, st.integers(0, 6), st.randoms())
def test_an_untouched_chain_is_never_refused_wherever_base_has_come_to(names: list[str], merged: int, order: object) -> None:
    whole = chained(names)
    own = whole[merged:]
    order.shuffle(own)  # type: ignore[attr-defined]
    assert refused(own, whole[:merged]) == {}


@given(LONGER, st.data())
def test_a_middle_one_that_is_gone_shows_at_the_next(names: list[str], data: st.DataObject) -> None:
    whole = chained(names)
    gone = data.draw(st.integers(0, len(whole) - 2))
    left = [*whole[:gone], *whole[gone + 1 :]]
    assert list(refused(left)) == [whole[gone + 1].path]


@given(NAMES, st.data())
def test_any_edit_shows_at_the_file_the_last_one_too(names: list[str], data: st.DataObject) -> None:
    whole = chained(names)
    at = data.draw(st.integers(0, len(whole) - 1))
    record = data.draw(st.sampled_from(EDITS))(whole[at].record)
    edited = Link(whole[at].path, statement.digest(statement.to_statement(record)), record)
    found = refused([*whole[:at], edited, *whole[at + 1 :]])
    assert "altered" in found[whole[at].path]
    assert set(found) == {one.path for one in whole[at : at + 2]}


@given(LONGER, st.data())
def test_two_files_that_changed_places_show(names: list[str], data: st.DataObject) -> None:
    whole = chained(names)
    a, b = data.draw(st.lists(st.integers(0, len(whole) - 1), min_size=2, max_size=2, unique=True))
    swapped = list(whole)
    swapped[a], swapped[b] = replace(whole[a], path=whole[b].path), replace(whole[b], path=whole[a].path)
    assert {whole[a].path, whole[b].path} <= refused(swapped).keys()


@given(NAMES, st.data())
def test_a_copy_shows_under_its_own_name_and_under_another(names: list[str], data: st.DataObject) -> None:
    whole = chained(names)
    one = data.draw(st.sampled_from(whole))
    number = data.draw(st.integers(1, 12))
    copy = replace(one, path=f"{FOLDER}/{number:04}-copy-{one.digest[:8]}.json")
    found = refused([*whole, copy])
    assert len(found) >= 1
    assert found.keys() <= {copy.path, one.path}


@given(NAMES, st.data())
def test_one_that_is_put_in_shows_where_it_was_put(names: list[str], data: st.DataObject) -> None:
    whole = chained(names)
    before = data.draw(st.sampled_from([None, *whole[:-1]]))
    put_in = following(before, "build", tree="b2" * 20)
    assert put_in.path in refused([*whole, put_in])


@given(NAMES, st.data())
def test_a_run_that_is_recorded_again_further_on_is_replayed(names: list[str], data: st.DataObject) -> None:
    whole = chained(names)
    one = data.draw(st.sampled_from(whole))
    again = link(replace(one.record, sequence=len(whole) + 1, previous=whole[-1].digest))
    assert "replayed" in refused([*whole, again])[again.path]


@given(NAMES)
def test_a_proof_that_base_has_is_replayed_under_another_name(names: list[str]) -> None:
    whole = chained(names)
    again = replace(whole[0], path=f"{FOLDER}/0001-again-{whole[0].digest[:8]}.json")
    assert refused([again], whole) == {again.path: f"it is replayed: base has it already, as {whole[0].path}"}


@given(NAMES)
def test_what_cannot_show_is_that_the_last_ones_are_gone(names: list[str]) -> None:
    whole = chained([*names, "tests"])
    assert refused(whole[:-1]) == {}


def test_two_beginnings_are_told_apart_from_none() -> None:
    one, other = following(None, "tests"), following(None, "lint")
    found = refused([one, other])
    assert set(found) == {one.path, other.path}
    assert "begins a chain too" in found[one.path]


def test_a_number_that_does_not_follow_is_refused() -> None:
    first = following(None, "tests")
    jumped = link(replace(following(first, "lint").record, sequence=7))
    assert refused([first, jumped]) == {
        jumped.path: "the chain is broken: it is number 7, and the one before it is number 1"
    }  # fmt: skip


@pytest.mark.parametrize("name", ["x.json", "0001-tests.json", "1-tests-{}.json", "0001-tests-{}.json.bak", "0002-tests-{}.json"])
def test_a_file_under_another_name_is_refused(name: str) -> None:
    one = following(None, "tests")
    moved = replace(one, path=f"{FOLDER}/{name.format(one.digest[:8])}")
    assert set(refused([moved])) == {moved.path}


def test_one_that_was_renamed_is_followed_all_the_same() -> None:
    whole = chained(["tests", "lint"])
    moved = replace(whole[0], path=f"{FOLDER}/first.json")
    assert set(refused([moved, whole[1]])) == {moved.path}
