"""The lines of the diff beside a finding, out of real repositories."""

from collections.abc import Callable

import pytest

from pytest_agentcompliance import engine
from pytest_agentcompliance.audit import without_secrets
from pytest_agentcompliance.place import Place
from pytest_agentcompliance.reporters import collected, excerpts
from pytest_agentcompliance.reporters.account import Exhibits
from pytest_agentcompliance.verdict import Audit, Finding, Level, Outcome, PolicyFacts, Verdict
from tests.conftest import GitRepo

Files = dict[str, str | bytes | None]
Shown = Callable[..., list[tuple[str, int, str]]]


@pytest.fixture
def shown(repo: GitRepo) -> Shown:
    """What is shown of a finding at a line of a file, or of all of it, in a change between two states."""

    def lines(before: Files, after: Files, path: str, line: int | None = None) -> list[tuple[str, int, str]]:
        finding = Finding("seen", Place(path, line), fingerprint="1")
        return [(one.sign, one.number, one.text) for one in exhibits(repo, before, after, finding).excerpts.get("1", ())]

    return lines


def exhibits(repo: GitRepo, before: Files, after: Files, *found: Finding) -> Exhibits:
    repo.commit("base", {"keep.txt": "1\n", **before})
    repo.branch("agent")
    repo.commit("work", after)
    options = engine.Options(repo.root, base="main", head="agent", profiles=("backend-engineer",), environ={})
    run = engine.evidence(options, {"changes", "commits"})
    verdict = Verdict("p", "C", "says", "x/y", "error", Outcome.BROKEN, found)
    return collected.exhibits(Audit("", "", "", PolicyFacts(""), (verdict,)), run, without_secrets)


def text(*lines: object) -> str:
    return "".join(f"{one}\n" for one in lines)


def test_lines_around_a_finding_with_what_they_replaced(shown: Shown) -> None:
    before = {"a.txt": text(1, 2, 3, 4, 5, 6, 7, 8)}
    assert shown(before, {"a.txt": text(1, 2, 3, "four", "more", 5, 6, 7, 8)}, "a.txt", 4) == [
        (" ", 2, "2"), (" ", 3, "3"), ("-", 4, "4"), ("+", 4, "four"), ("+", 5, "more"), (" ", 6, "5"),
    ]  # fmt: skip


def test_removed_lines_stand_where_they_stood(shown: Shown) -> None:
    before = {"a.txt": text(*range(1, 21))}
    after = {"a.txt": text(1, 2, "new", *range(3, 10), *range(12, 20))}  # one added; 10, 11 and the last taken away
    assert shown(before, after, "a.txt", 11) == [
        (" ", 9, "8"), (" ", 10, "9"), ("-", 10, "10"), ("-", 11, "11"), (" ", 11, "12"), (" ", 12, "13"), (" ", 13, "14"),
    ]  # fmt: skip


def test_what_was_taken_from_the_end_is_shown_at_the_end(shown: Shown) -> None:
    assert shown({"a.txt": text(1, 2, 3)}, {"a.txt": text(1)}, "a.txt", 1) == [(" ", 1, "1"), ("-", 2, "2"), ("-", 3, "3")]


def test_line_behind_the_end_is_shown_at_the_end(shown: Shown) -> None:
    assert shown({}, {"a.txt": text(1, 2, 3)}, "a.txt", 99)[-1] == ("+", 3, "3")


def test_many_removed_lines_are_cut(shown: Shown) -> None:
    lines = shown({"a.txt": text(*range(50), "end")}, {"a.txt": text("end")}, "a.txt", 1)
    assert [one[0] for one in lines] == ["-"] * excerpts.REMOVED + [" "]


def test_whole_file_that_is_new_shows_how_it_begins(shown: Shown) -> None:
    assert shown({}, {"a.txt": text(*range(1, 30))}, "a.txt") == [("+", n, str(n)) for n in range(1, 5)]


def test_whole_file_that_changed_shows_its_first_changed_lines(shown: Shown) -> None:
    before, after = {"a.txt": text(*range(1, 30))}, {"a.txt": text(*range(1, 10), "ten", *range(11, 30), "more")}
    assert shown(before, after, "a.txt")[:3] == [("-", 10, "10"), ("+", 10, "ten"), (" ", 11, "11")]


def test_file_that_only_lost_lines_shows_them(shown: Shown) -> None:
    assert shown({"a.txt": text(1, 2, 3)}, {"a.txt": text(1, 3)}, "a.txt")[:2] == [("-", 2, "2"), (" ", 2, "3")]


def test_file_that_was_emptied_shows_what_it_had(shown: Shown) -> None:
    assert shown({"a.txt": text(1, 2)}, {"a.txt": ""}, "a.txt") == [("-", 1, "1"), ("-", 2, "2")]


@pytest.mark.parametrize(("line", "first"), [(None, 1), (3, 1), (9, 7)])
def test_deleted_file_shows_removed_lines(shown: Shown, line: int | None, first: int) -> None:
    lines = shown({"a.txt": text(*range(1, 10))}, {"a.txt": None}, "a.txt", line)
    assert lines[0] == ("-", first, str(first))
    assert {one[0] for one in lines} == {"-"}


def test_finding_of_what_the_change_does_not_have_shows_none(shown: Shown) -> None:
    assert shown({}, {"a.txt": "1\n"}, "keep.txt", 1) == []


def test_empty_file_has_no_line(shown: Shown) -> None:
    assert shown({}, {"a.txt": b""}, "a.txt") == []


def test_bytes_that_are_no_utf8_stay_visible(shown: Shown) -> None:
    assert shown({"b.txt": b"1\r\n"}, {"b.txt": b"caf\xe9\r\n"}, "b.txt", 1) == [("-", 1, "1"), ("+", 1, "caf\udce9")]


def test_text_with_a_mark_of_its_bytes_is_read_by_it(shown: Shown) -> None:
    assert shown({}, {"a.txt": "ab\n".encode("utf-16")}, "a.txt", 1)[0] == ("+", 1, "ab")


def test_very_large_file_shows_no_line(shown: Shown, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(excerpts, "LARGEST", 10)
    assert shown({}, {"a.txt": text(*range(30))}, "a.txt", 1) == []


def test_secret_is_masked_and_a_long_line_is_cut(shown: Shown) -> None:
    key = "AKIA" + "2OGYBAH6Q7ZKLMNP"
    lines = shown({"a.ts": f"const old = '{key}'\n"}, {"a.ts": f"const id = '{key}'; // moved\n" + "y" * 5000 + "\n"}, "a.ts", 1)
    assert all(key not in line for _, _, line in lines)
    assert [one[0] for one in lines] == ["-", "+", "+"]
    assert len(lines[-1][2]) == excerpts.LONGEST


def test_file_whose_name_has_a_secret_shows_its_lines(repo: GitRepo) -> None:
    token = "ghp_" + "a8Kd93jfLq02mZxP7vRt5wYb1nCe4uHs6gTi"
    other = "ghp_" + "b8Kd93jfLq02mZxP7vRt5wYb1nCe4uHs6gTj"
    found = [Finding("seen", Place(without_secrets(f"{folder}/{token}.ts"), 1), fingerprint=folder) for folder in ("one", "two")]
    files: Files = {f"one/{token}.ts": "1\n", f"two/{token}.ts": "2\n", f"two/{other}.ts": "3\n"}
    made = exhibits(repo, {}, files, *found)
    assert [one.text for one in made.excerpts["one"]] == ["1"]
    assert "two" not in made.excerpts, "nobody can say which of the two is meant"
    assert token not in repr(made)


def test_room_is_for_what_breaks_first(repo: GitRepo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(excerpts, "EXCERPTS", 2)
    levels: tuple[Level, ...] = ("style", "breach", "breach", "breach")
    found = [Finding("seen", Place("a.txt", k), level, fingerprint=f"{k}") for k, level in enumerate(levels, 1)]
    made = exhibits(repo, {}, {"a.txt": text(*range(9))}, *found)
    assert list(made.excerpts) == ["2", "3"]
    assert "the lines of 2 findings are not shown" in made.cut
