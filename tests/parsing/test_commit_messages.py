"""The message of a commit, taken apart."""

import pytest

from pytest_agentcompliance.parsing import commit_words
from pytest_agentcompliance.parsing.commit_messages import read


def test_a_subject_is_taken_apart() -> None:
    one = read("feat(cart)!: SHOP-12: store the cart (#34)\n\nIt outlives a session.\n")
    assert (one.type, one.scope, one.description) == ("feat", "cart", "store the cart")
    assert one.body == ("It outlives a session.",)
    assert one.parted
    assert not read("a\nb\n").parted


@pytest.mark.parametrize(
    "line",
    [
        "Co-Authored-By: Claude Opus 4.6 (1M context) <noreply@anthropic.com>",
        "Signed-off-by: Ada <ada@example.org>",
        "Claude-Session: https://claude.ai/code/session_0123",
        "\U0001f916 Generated with [Claude Code](https://claude.com/claude-code)",
        "via [Happy](https://happy.engineering)",
        "https://example.org/ticket/12",
        "Refs #12",
        "Closes: #12",
        "---",
    ],
)
def test_trailers_tools_and_links_say_nothing(line: str) -> None:
    assert read(f"feat: carts\n\n{line}\n").body == ()


def test_what_a_body_says_is_kept() -> None:
    assert read("fix: tax\n\nFixes the tax of two items.\nSee also the till.\n").body_words == 10


@pytest.mark.parametrize("text", ["", "\n\n", "\udcff\udcfe", "\x00", "feat:", "fixup! ", "(" * 9000, "q-" * 9_000, "qed " * 900])
def test_nothing_makes_it_fail(text: str) -> None:
    one = read(text)
    assert commit_words.done(one.description) == ()
    assert not commit_words.empty(one.words)


@pytest.mark.parametrize(
    ("subject", "revert", "release", "fixup"),
    [
        ('Revert "feat: carts"', True, False, ""),
        ("revert: feat: carts", True, False, ""),
        ("chore: release v1.2.3", False, True, ""),
        ("Bump version to 2.0.0-rc1", False, True, ""),
        ("v3.0", False, True, ""),
        ("feat: support v3.0 of the format", False, False, ""),
        ("squash! feat: carts", False, False, "squash"),
    ],
)
def test_reverts_releases_and_fixups_are_known(subject: str, *, revert: bool, release: bool, fixup: str) -> None:
    one = read(subject)
    assert (one.revert, one.release, one.fixup) == (revert, release, fixup)


@pytest.mark.parametrize(
    ("description", "verbs"),
    [
        ("fix push messages, add a queue and remove logs", ("fix", "add", "remove")),
        ("extract a helper; fixed races; updated docs", ("extract", "fixed", "updated")),
        ("add create, update and delete endpoints for carts", ()),
        ("add carts, add tills and add taxes", ()),  # one kind of thing
        ("restore the composer, keep-awake and summaries", ()),
        ("dashboard: wire up counters, remove a histogram, add panels", ()),
        ("simplify the till by moving taxes out, dropping rounding and adding a cache", ()),
    ],
)
def test_a_list_of_things_done_has_a_verb_for_each(description: str, verbs: tuple[str, ...]) -> None:
    assert commit_words.done(description) == verbs
