"""Whole trees: which files have a word, asked of git in one pass, prose left out, and whatever the paths are called."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from pytest_agentcompliance.evidence import Tree
from pytest_agentcompliance.sources import ends, gather
from pytest_agentcompliance.sources.repository import Repository
from tests.conftest import GitRepo

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
