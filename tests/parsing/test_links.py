"""Where links lead: as a kernel follows them, which the file system of this machine is asked about, and as their text reads."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_agentcompliance.errors import Unreadable
from pytest_agentcompliance.parsing.links import OUTSIDE, Links, goals, is_absolute, leads_to

LINKS: dict[str, str] = {
    "a/b/top": "../..", "root": ".", "a/web": "../web", "a/deep": "b/top/a/b", "ring/one": "two", "ring/two": "one", "away": "/etc",
}  # fmt: skip


@dataclass(frozen=True)
class Entry:
    target: str | None
    mode: str = "120000"


@dataclass(frozen=True)
class Change:
    path: str
    after: Entry | None


@dataclass(frozen=True)
class Side:
    files: Mapping[str, Entry] = field(default_factory=dict)

    def at(self, path: str) -> Entry | None:
        return self.files.get(path)


class Broken:
    """A tree that cannot be listed, with one link that cannot be read."""

    mode = "120000"

    @property
    def files(self) -> Mapping[str, Entry]:
        raise Unreadable("", "a tree is missing")

    @property
    def target(self) -> str:
        raise Unreadable("b", "missing")

    def at(self, path: str) -> "Entry | Broken | None":
        return Entry("x") if path == "a" else self if path == "b" else None


@pytest.mark.parametrize(
    ("path", "target", "goal"),
    [
        ("a/x", "b/c.ts", "a/b/c.ts"), ("a/x", "./b//c/", "a/b/c"), ("a/x", "../web", "web"), ("a/x", "..", ""), ("x", ".", ""),
        ("x", "..", OUTSIDE), ("a/x", "../../a", OUTSIDE), ("a/b/x", "top/web", "web"), ("a/b/x", "top/../web", OUTSIDE),
        ("a/b/x", "top/a/../web", "web"), ("x", "root/root/root/a", "a"), ("x", "a/web/x", "web/x"), ("x", "a/web/../x", "x"),
        ("ring/x", "one", None), ("ring/one", "two", None), ("ring/x", "one/../y", None), ("x", "away/passwd", OUTSIDE),
        ("x", "a/deep/y", "a/b/y"), ("x", "a\0/../..", "a"), ("x", "", ""), ("x", "a\\..\\b", "a\\..\\b"),
    ],
)  # fmt: skip
def test_links_are_followed_part_by_part(path: str, target: str, goal: str | None) -> None:
    assert leads_to(path, target, LINKS.get) == goal


def test_text_alone_is_read_without_links_and_of_what_is_too_long() -> None:
    assert leads_to("a/b/x", "top/../web") == "a/b/web"
    assert leads_to("a/b/x", "top/../web" + "/." * 3000, LINKS.get) == "a/b/web"
    assert leads_to("x", "a/" * 1_000_000) == "a/" * 999_999 + "a"


def test_chain_that_no_kernel_follows_leads_nowhere() -> None:
    chain = {f"l{k}": f"l{k + 1}" for k in range(100)}
    assert leads_to("x", "l90", chain.get) == "l100"
    assert leads_to("x", "l0", chain.get) is None
    doubling = {f"d{k}": f"d{k + 1}/../d{k + 1}" for k in range(40)}
    assert leads_to("x", "d0", doubling.get) is None


def test_way_that_nobody_follows_to_its_end_leads_out() -> None:
    assert leads_to("x", "a/" * 900, LINKS.get) == "a/" * 899 + "a"
    assert leads_to("x", "b/../" * 600 + "a", LINKS.get) == OUTSIDE
    assert leads_to("x", "b/../" * 600 + "a") == "a"


def test_all_readings_of_a_target() -> None:
    assert list(goals("a/b/x", "c", LINKS.get)) == ["a/b/c"]
    assert list(goals("a/b/x", "top/a/../web", LINKS.get)) == ["a/b/top/web", "web"]
    assert list(goals("a/x", "..\\web", LINKS.get)) == ["a/..\\web", "web"]
    assert list(goals("ring/x", "one", LINKS.get)) == ["ring/one"]


@pytest.mark.parametrize("target", ["/etc", "\\\\host\\x", "~/x", "C:\\x", "c:/x"])
def test_absolute(target: str) -> None:
    assert is_absolute(target)
    assert not is_absolute(f"a{target}")


def test_links_of_a_tree_with_the_changes_over_it() -> None:
    tree = Side({"same": Entry("a"), "went": Entry("b"), "turned": Entry("c"), "file": Entry(None, "100644"), "Case": Entry("d")})
    plain = Entry(None, "100644")
    links = Links([Change("went", None), Change("turned", Entry("e")), Change("new", Entry("f")), Change("n.ts", plain)], tree)
    asked = ("same", "went", "turned", "new", "n.ts", "file", "case", "NEW", "nothing")
    assert [links.at(path) for path in asked] == ["a", None, "e", "f", None, None, "d", "f", None]


def test_without_a_tree_and_with_a_broken_one() -> None:
    assert Links([Change("a", Entry("x"))], None).at("a") == "x"
    assert Links([], None).at("a") is None
    assert [Links([], Broken()).at(path) for path in ("a", "b", "c")] == ["x", None, None]


NAMES = st.sampled_from(["a", "b", "c", "..", "."])
TARGETS = st.lists(NAMES, min_size=1, max_size=4).map("/".join)
ASKED = st.lists(st.sampled_from(["a", "b", "x", "y", "z", "w", ".."]), min_size=1, max_size=6).map("/".join)


@settings(max_examples=100)
@given(links=st.fixed_dictionaries(dict.fromkeys(["w", "a/x", "b/y", "a/b/z"], TARGETS)), asked=ASKED)
def test_as_the_file_system_does(links: dict[str, str], asked: str) -> None:
    with TemporaryDirectory() as folder:
        root = Path(folder).resolve()
        for one in ("a/b/c", "a/c", "b/c", "c"):
            (root / one).mkdir(parents=True, exist_ok=True)
        try:
            for path, target in {**links, "asked": asked}.items():
                (root / path).symlink_to(target)
        except OSError:
            pytest.skip("this file system has no symbolic links")
        goal = leads_to("asked", asked, links.get)
        try:
            real = (root / "asked").resolve(strict=True)
        except (OSError, RuntimeError):
            return  # a ring, or nothing there
        # What climbs out and comes back by the name of the folder that the tree lies in is outside all the same.
        assert goal == OUTSIDE or real == root / (goal or "")
        assert goal is not None
        if not real.is_relative_to(root):
            assert goal == OUTSIDE
