"""Whole trees: which files have a word, asked of git in one pass, prose left out, and whatever the paths are called."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pytest_agentcompliance.evidence import Tree
from pytest_agentcompliance.sources import ends, gather
from pytest_agentcompliance.sources import words as room
from pytest_agentcompliance.sources.repository import Repository
from tests.conftest import GitRepo, new_repo

FILES = {
    "src/cart.ts": "export function addUp(items: Item[]) {}\n",
    "src/till.TS": "import { addUp } from './cart'\nconst addUpAll = 1\n",
    "src/odd [x].ts": "addUp\n",
    ":(top)magic.ts": "addUp\n",
    "-dash.ts": "addUp\n",
    "lib/cart.py": "def add_up(): return '@shop/cart-item'\n",
    "README.MD": "addUp, Item and @shop/cart\n",
    "data.bin": "\0addUp\0",
}


@contextmanager
def tree(repo: GitRepo) -> Iterator[Tree]:
    with Repository(repo.root) as repository:
        found = gather.gather(repository, ends.find(repository, "main", "HEAD", {}), {"tree"}).tree
        assert found is not None
        yield found


def started(repo: GitRepo) -> GitRepo:
    repo.commit("start", FILES)
    repo.branch("agent")
    repo.commit("work", {"src/cart.ts": None, "src/new.ts": "addUp, later\n"})
    return repo


def test_files_that_have_a_word_are_told_by_name(repo: GitRepo) -> None:
    with tree(started(repo)) as found:
        where = found.base.where({"addUp", "Item", "add_up", "nowhere", ""})
        assert where == {
            "addUp": {"src/cart.ts", "src/till.TS", "src/odd [x].ts", ":(top)magic.ts", "-dash.ts", "data.bin"},
            "Item": {"src/cart.ts"}, "add_up": {"lib/cart.py"},
        }  # fmt: skip
        assert found.head.where({"addUp", "later"})["later"] == {"src/new.ts"}
        assert found.base.having({"later", "Item"}) == {"Item"}


def test_only_files_of_the_endings_are_searched_whatever_their_case(repo: GitRepo) -> None:
    with tree(started(repo)) as found:
        assert found.base.where({"addUp"}, (".ts",))["addUp"] == {
            "src/cart.ts", "src/till.TS", "src/odd [x].ts", ":(top)magic.ts", "-dash.ts",
        }  # fmt: skip
        assert found.base.where({"addUp"}, (".py",)) == {}


def test_names_within_names_are_found_as_well(repo: GitRepo) -> None:
    """Of two names that begin at one place git prints the longer one alone."""
    with tree(started(repo)) as found:
        assert found.base.having({"@shop/cart-item", "@shop/cart", "cart", "item", "addUp", "addUpAll", "add"}) == {
            "@shop/cart-item", "@shop/cart", "cart", "item", "addUp", "addUpAll",
        }  # fmt: skip


def test_a_tree_that_was_not_changed_has_no_patch_to_search(repo: GitRepo) -> None:
    repo.commit("start", {"a.py": "a = 1\n"})
    with Repository(repo.root) as repository:
        changes = ends.find(repository, "main", "HEAD", {}).changes
        assert list(changes.containing(re.compile(b"a"))) == []
        assert list(changes.containing(re.compile(b"a"), {0, 1})) == []


ENDINGS = (".ts", ".py")
# Words that are one, that stand in another, that begin or end with what is no letter, that are not ASCII.
WORDS = ["a", "ab", "ab_1", "$a", "a$", "a$b", "b$c", "a.b", "a-b", "é", "éa", "aé", "x9", "_", "none", "A"]
TEXTS = [
    "a ab ab_1\n", "a$b$c a.b x9\n$a b a$\n", "éa aé é a\n_ __ 9x9 x9\n", "\0a\0b\r\na-b\fab", "x" * 100_000 + " ab a$b",
    "", "AB A ab-A\u2028a", "a\u00a0ab\u0130ab_1",
]


@pytest.fixture(scope="module")
def words(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Repository, str]]:
    repo = new_repo(tmp_path_factory.mktemp("words") / "repo")
    repo.commit("start", {f"{k}{ending}": text for k, text in enumerate(TEXTS) for ending in (".ts", ".PY", ".md", ".txt", "")})
    with Repository(repo.root) as repository:
        yield repository, ends.find(repository, "main", "HEAD", {}).head_tree


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(names=st.sets(st.sampled_from(WORDS) | st.text("ab_$.é", min_size=1, max_size=4), min_size=1))
def test_many_words_are_found_where_git_finds_each(words: tuple[Repository, str], names: set[str]) -> None:
    repository, head = words
    quickly, room.FEW = room.FEW, 0
    try:
        found = repository._words.where(head, frozenset(names), ENDINGS)
        room.FEW = len(names)
        assert found == repository._words.where(head, frozenset(names), ENDINGS)
    finally:
        room.FEW = quickly


def test_many_words_are_found_in_what_can_be_read_alone(repo: GitRepo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "FEW", 0)
    repo.commit("start", {"a.ts": "one two\n", "b.ts": "two\n", "new\nline.ts": "one\n"})
    blob = repo.git("rev-parse", "HEAD:b.ts")
    (repo.root / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    repo.branch("agent")
    with tree(repo) as found:
        assert found.head.where({"one", "two"}, ENDINGS) == {"one": {"a.ts", "new\nline.ts"}, "two": {"a.ts"}}
