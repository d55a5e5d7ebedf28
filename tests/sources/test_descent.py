"""Trees that are compared place by place, many pairs at once, say what they say name by name, pair by pair."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_agentcompliance.errors import EvidenceError
from pytest_agentcompliance.sources import descent
from pytest_agentcompliance.sources.blobs import Object
from pytest_agentcompliance.sources.descent import Descent

Entries = list[tuple[bytes, bytes, bytes]]
ENTRY = st.tuples(
    st.sampled_from([b"100644", b"100755", b"40000", b"120000", b"160000"]), st.sampled_from([b"a", b"a.b", b"b", b"c"]),
    st.sampled_from([bytes([n]) * 20 for n in range(3)]),
)  # fmt: skip


def in_order(entries: Entries) -> Entries:
    return sorted(entries, key=lambda one: one[1] + b"/" * (one[0] == b"40000"))


TREE = st.lists(ENTRY, max_size=5).map(in_order)


# Names and ids of which a part looks like an entry.
ODD = st.tuples(
    st.sampled_from([b"100644", b"40000"]),
    st.one_of(st.integers(0, 40).map(b"%03d".__mod__), st.sampled_from([b"x100644 y", b"100644 100644", b"1", b" ", b"0 0"])),
    st.sampled_from([b"1" * 20, b"100644 a\x00100644 b\x00" + b"4 ", b"\x00" * 20, b"4 a\x00" * 5]),
)  # fmt: skip
WIDE = st.lists(ODD, max_size=12)


class Kept:
    """Objects by their ids, and how often they were asked for."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.asked: Counter[str] = Counter()

    def put(self, *entries: tuple[bytes, bytes, bytes], zeros: bytes = b"") -> str:
        data = b"".join(zeros + b"%s %s\0%s" % one for one in entries)
        oid = hashlib.sha1(b"tree %d\0" % len(data) + data).hexdigest()
        self.objects[oid] = data
        return oid

    def sweep(self, oids: Iterable[str]) -> list[Object]:
        self.asked.update(asked := list(oids))
        return [Object(oid, "tree", self.objects[oid]) for oid in asked]


def reader(kept: Kept) -> Descent:
    blobs: Any = kept
    return Descent(blobs)


def by_names(old: Entries, new: Entries) -> tuple[Counter[tuple[str, str]], Counter[bytes]]:
    """The folders and the blobs that differ, told by sets alone."""
    gone, come = set(old) - set(new), set(new) - set(old)
    folders = defaultdict(list)
    for mode, name, oid in gone:
        if mode == b"40000":
            folders[name].append(oid.hex())
    pairs = [(folders[name].pop() if folders[name] else "", oid.hex()) for mode, name, oid in come if mode == b"40000"]
    pairs += [(oid, "") for rest in folders.values() for oid in rest]
    return Counter(pairs), Counter(oid for mode, _, oid in (*gone, *come) if mode not in (b"40000", b"160000"))


@given(old=TREE, new=TREE, same=st.booleans())
def test_place_by_place_says_what_names_say(old: Entries, new: Entries, same: bool) -> None:
    if same:  # another id for each name, as most commits have it
        new = [(mode, name, bytes([oid[0] + k % 2]) * 20) for k, (mode, name, oid) in enumerate(old)]
    if any(len({one[2] for one in side if one[:2] == key}) > 1 for side in (old, new) for key in {one[:2] for one in side}):
        return  # which of two of one name belong together is anybody's guess
    kept = Kept()
    one = reader(kept)
    ids = kept.put(*old), kept.put(*new)
    one._load(ids)
    pairs, blobs = one._differ(*ids)
    assert (Counter(pairs), Counter(blobs)) == by_names(old, new)


def test_a_name_that_is_there_twice_is_told_by_names() -> None:
    kept = Kept()
    a, b, c = (bytes([n]) * 20 for n in range(3))
    one = reader(kept)
    ids = kept.put((b"100644", b"x", a), (b"100644", b"x", b)), kept.put((b"100644", b"x", b), (b"100644", b"x", c))
    assert one.met([ids]) == {a.hex(), c.hex()}


@given(some=st.lists(st.tuples(WIDE, st.booleans()), min_size=2, max_size=5), data=st.data())
def test_trees_read_beside_one_another_are_what_they_are_alone(some: list[tuple[Entries, bool]], data: st.DataObject) -> None:
    """Each tree is one that came before with a part of it changed, in order or not; the same is said, and the same refused."""
    kept = Kept()
    trees: list[Entries] = [in_order(some[0][0])]
    for entries, sort in some[1:]:
        one = data.draw(st.sampled_from(trees))
        start = data.draw(st.integers(0, len(one)))
        made = [*one[:start], *entries[:3], *one[start + data.draw(st.integers(0, 3)) :]]
        trees.append(in_order(made) if sort else made)
    ids = [kept.put(*tree) for tree in trees]
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(descent, "WIDE", 1)
        near = reader(kept)
        for old, (new, after) in zip(ids, list(zip(ids, trees, strict=True))[1:], strict=False):
            near._load((old, new), before={new: old})
            assert near._trees[new] == after
            assert all(ends[-1] == len(kept.objects[tree]) for tree, (_, ends) in near._wide.items())
            alone = reader(kept)
            alone._load((old, new))
            assert differing(near, old, new) == differing(alone, old, new)


def differing(one: Descent, old: str, new: str) -> object:
    try:
        pairs, blobs = one._differ(old, new)
    except EvidenceError as wrong:
        return str(wrong)
    return Counter(pairs), Counter(blobs)


def test_what_is_cut_out_of_a_tree_makes_of_it_what_it_makes_of_it_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(descent, "WIDE", 1)
    kept = Kept()
    good = kept.put(*((b"100644", b"%02d" % n, bytes([n]) * 20) for n in range(20)))
    data, said = kept.objects[good], Counter[str]()
    for start in range(0, len(data), 7):
        for many in (1, 7, 30, 31):
            other = data[:start] + data[start + many :]
            oid = hashlib.sha1(b"tree %d\0" % len(other) + other).hexdigest()
            kept.objects[oid] = other
            found = []
            for before in ({oid: good}, None):
                one = reader(kept)
                one._load([good])
                try:
                    one._load([oid], before=before)
                    found.append(str(one._trees[oid]))
                except EvidenceError as wrong:
                    found.append(str(wrong))
            assert found[0] == found[1]
            said[found[0] if "broken" in found[0] else "read"] += 1
    assert len(said) > 10
    assert said["read"] > 10


def test_zeros_before_a_mode_make_no_difference() -> None:
    kept = Kept()
    entry = (b"100644", b"x", b"1" * 20)
    inner = bytes.fromhex(kept.put(entry))
    one = reader(kept)
    plain, odd = kept.put((b"40000", b"d", inner), entry), kept.put((b"40000", b"d", inner), entry, zeros=b"0")
    assert one.met([(plain, odd)]) == set()
    assert one.listing(odd) == one.listing(plain) == {b"d/x": ("100644", entry[2].hex()), b"x": ("100644", entry[2].hex())}


def chain(kept: Kept, number: int, width: int) -> list[tuple[str, str]]:
    """Pairs of trees in a row, each with one file more in a folder of a folder."""
    trees = []
    for k in range(number):
        files = [(b"100644", b"%05d" % n, hashlib.sha1(b"%d" % n).digest()) for n in range(width + k)]
        deep = bytes.fromhex(kept.put(*files))
        trees.append(kept.put((b"40000", b"d", bytes.fromhex(kept.put((b"40000", b"e", deep))))))
    return list(pairwise(trees))


@pytest.mark.parametrize(("kept_entries", "at_once"), [(200_000, 128), (40, 128), (40, 2), (0, 1)])
def test_large_trees_are_gone_through_a_few_at_a_time(monkeypatch: pytest.MonkeyPatch, kept_entries: int, at_once: int) -> None:
    monkeypatch.setattr(descent, "KEPT", kept_entries)
    monkeypatch.setattr(descent, "AT_ONCE", at_once)
    kept = Kept()
    pairs = chain(kept, 300, 3)
    assert reader(kept).met(pairs) == {hashlib.sha1(b"%d" % n).hexdigest() for n in range(3, 302)}


def test_trees_are_read_once_as_long_as_they_are_few() -> None:
    kept = Kept()
    pairs = chain(kept, 300, 3)
    one = reader(kept)
    assert one.met(pairs) == one.met(pairs)
    assert set(kept.asked.values()) == {1}


def test_what_stands_in_many_places_is_counted_in_each(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = Kept()
    file = (b"100644", b"f", b"1" * 20)
    inner = bytes.fromhex(kept.put(file))
    shared = kept.put(*((b"40000", b"%d" % n, inner) for n in range(5)))
    apart = kept.put(*((b"100644", b"%d" % n, bytes([n]) * 20) for n in range(5)))
    for most in (4, 5):
        monkeypatch.setattr(descent, "MOST", most)
        for tree in (shared, apart):
            if most == 5:
                assert reader(kept).met([("", tree)])
            else:
                with pytest.raises(EvidenceError, match="5 files"):
                    reader(kept).met([("", tree)])
    assert len(reader(kept).met([("", apart), (apart, "")])) == 5  # of each change, and not of all of them


def test_names_in_no_order_are_refused_in_either_tree() -> None:
    kept = Kept()
    good = kept.put((b"100644", b"a", b"1" * 20))
    for entries in ([b"b", b"a"], [b"a", b"b", b"a"]):
        odd = kept.put(*((b"100644", name, b"2" * 20) for name in entries))
        for pair in ((good, odd), (odd, good), ("", odd)):
            with pytest.raises(EvidenceError, match=f"tree {odd} is broken: its names are in no order"):
                reader(kept).met([pair])
