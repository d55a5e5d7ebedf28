"""The traceability matrix: what it says of each clause of each profile, of a project's own, and of one that a policy changed."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from markdown_it import MarkdownIt

from pytest_agentcompliance import catalog, profile
from pytest_agentcompliance.cli import main
from pytest_agentcompliance.handbook import matrix, matrix_text
from tests.conftest import GitRepo

ALL = [*profile.names(), profile.INTEGRITY]
OURS = """
extends: backend-engineer
clauses:
  BE-14: {severity: error}
  BE-15: null
  O-01: {says: "Ask @everyone, see www.example.org, #12 and <b>", section: House, not_built: [our/rule]}
  O-02: {says: half of it, rules: {content/todo: {}}, not_built: [our/rule]}
"""
POLICY = "profiles:\n  - name: ours\n    clauses:\n      BE-12: {off: we write Python}\n"


def traced(*words: str) -> Result:
    return CliRunner().invoke(main, ["trace", *words])


def document(*words: str) -> dict[str, Any]:
    done = traced("--output", "json", *words)
    assert done.exit_code == 0, done.output
    found: dict[str, Any] = json.loads(done.stdout_bytes)
    return found


@pytest.fixture
def own(repo: GitRepo) -> GitRepo:
    repo.write("agent-compliance.yaml", POLICY)
    repo.write(".agent-compliance/profiles/ours.yaml", OURS)
    return repo


@pytest.mark.parametrize("name", ALL)
def test_matrix_has_each_clause_with_its_rules_and_what_they_read(name: str, tmp_path: Path) -> None:
    [found] = document("--repo", str(tmp_path), "--profile", name)["profiles"]
    applied = profile.load(name)
    assert [(one["clause"], one["section"], one["says"]) for one in found["clauses"]] == [
        (one.id, one.section, one.says) for one in applied.clauses
    ]
    for row, clause in zip(found["clauses"], applied.clauses, strict=True):
        assert [(one["rule"], one["severity"]) for one in row["rules"]] == [(one.name, one.severity) for one in clause.rules]
        for one in row["rules"]:
            kind = catalog.find(one["rule"])
            assert {*one["needs"], *one["also_reads"]} == kind.reads
            assert set(one["needs"]) == kind.needs
        assert (row["state"] in ("partly", "person")) == bool(row["why"])
        assert row["state"] == ("person" if clause.person else "partly" if clause.partly else "enforced")


@pytest.mark.parametrize("name", ALL)
def test_totals_add_up_in_every_section(name: str, tmp_path: Path) -> None:
    [found] = document("--repo", str(tmp_path), "--profile", name)["profiles"]
    states = Counter(one["state"] for one in found["clauses"])
    assert found["totals"] == {
        "clauses": len(found["clauses"]),
        **{state: states[state] for state in ("enforced", "partly", "person", "not-built", "off")},
    }
    for word, number in found["totals"].items():
        assert sum(one["totals"][word] for one in found["sections"]) == number
    assert [one["section"] for one in found["sections"]] == list(dict.fromkeys(one["section"] for one in found["clauses"]))


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("width", [50, 80, 200])
def test_text_keeps_to_its_width_and_leaves_nothing_out(name: str, width: int) -> None:
    made = matrix.Trace((matrix.matrix(profile.load(name)),))
    rows = ["".join(text for _, text in line) for line in matrix_text.lines(made, width)]
    assert max(map(len, rows[1:-1])) <= min(width, 110)
    assert max(map(len, (rows[0], rows[-1]))) <= 80  # the names, and the totals
    # Folded words have a space where the fold was, but for paths that are longer than a line.
    flat = "".join("".join(rows).split())
    for row in made.matrices[0].rows:
        assert "".join(row.says.split()) in flat
        assert "".join(row.why.split()) in flat
        assert "".join(row.section.split()) in flat
        assert all(one.rule in flat for one in row.rules)


def test_text_says_of_each_clause_how_far_it_is_held() -> None:
    made = matrix.Trace((matrix.matrix(profile.load("backend-engineer")),))
    lines = ["".join(text for _, text in line) for line in matrix_text.lines(made)]
    at = lines.index("  BE-09  partly    Input is validated at the API boundary")
    assert lines[at + 1 : at + 4] == [
        "                   api/input-validated (warning) reads changes",
        "                   not seen: whether what is checked is what is read, and",
        "                     handlers and checks in other files",
    ]
    assert "Code Quality                                    2 enforced, 1 partly, 1 a person" in lines
    assert "  BE-17  a person  Meaningful names" in lines
    assert lines[-1] == "backend-engineer: 17 clauses: 9 enforced, 7 partly, 1 a person; 18 rules"


def test_without_profile_and_policy_all_are_shown_in_short(repo: GitRepo) -> None:
    lines = traced("--repo", str(repo.root)).stdout.splitlines()
    assert [line.split()[0] for line in lines[1:7]] == ALL
    assert lines[7].split() == ["without", "integrity", "120", "84", "33", "3", "-"]
    assert len(document("--repo", str(repo.root))["profiles"]) == len(ALL)
    table = traced("--repo", str(repo.root), "--output", "markdown").stdout
    assert "| backend-engineer | 17 | 9 | 7 | 1 | 0 |" in table


def test_policy_of_the_work_tree_says_which_profiles_and_changes_them(own: GitRepo) -> None:
    found = document("--repo", str(own.root))
    assert found["policy"] == "agent-compliance.yaml"
    assert [one["profile"] for one in found["profiles"]] == ["ours", "integrity"]
    ours = found["profiles"][0]
    rows = {one["clause"]: one for one in ours["clauses"]}
    assert "BE-15" not in rows
    assert (rows["BE-12"]["state"], rows["BE-12"]["why"]) == ("off", "we write Python")
    assert rows["BE-14"]["rules"][0]["severity"] == "error"
    assert rows["BE-06"]["section"] == "Database/Models"  # inherited
    assert (rows["O-01"]["state"], rows["O-01"]["section"]) == ("not-built", "House")
    assert rows["O-02"]["state"] == "partly"  # a rule of it is not built
    assert [(one["rule"], one["built"]) for one in rows["O-02"]["rules"]] == [("content/todo", True), ("our/rule", False)]
    assert "ours differs from backend-engineer: BE-15 is dropped" in ours["differences"]
    assert ours["totals"] == {"clauses": 18, "enforced": 7, "partly": 8, "person": 1, "not-built": 1, "off": 1}


def test_text_of_a_policy_says_what_it_changed_and_where_an_audit_reads_it(own: GitRepo) -> None:
    below = own.root / "src"
    below.mkdir()
    done = traced("--repo", str(below))  # the policy lies at the root
    lines = done.stdout.splitlines()
    assert "                   switched off by the policy: we write Python" in lines
    assert "                   our/rule: not built yet" in lines
    assert "under no heading                                                        1 partly" in lines
    assert "as agent-compliance.yaml of the work tree has it; an audit reads it at the" in lines
    assert lines[-2] == "ours: 18 clauses: 7 enforced, 8 partly, 1 a person, 1 not built, 1 off; 17 rules"
    assert lines[-1].startswith("integrity: 4 clauses: 4 enforced")


def test_a_profile_that_is_asked_for_stands_alone_with_what_the_policy_changes_of_it(own: GitRepo) -> None:
    found = document("--repo", str(own.root), "--profile", "ours")
    assert [one["profile"] for one in found["profiles"]] == ["ours"]
    assert found["profiles"][0]["totals"]["off"] == 1
    found = document("--repo", str(own.root), "--profile", "backend-engineer")
    assert (found["policy"], found["profiles"][0]["totals"]["off"]) == ("", 0)


def test_policy_from_outside_beats_that_of_the_work_tree(own: GitRepo, tmp_path: Path) -> None:
    other = tmp_path / "other.yaml"
    other.write_text("profiles: [{name: backend-implementer}]\n")
    found = document("--repo", str(own.root), "--policy", str(other))
    assert (found["policy"], [one["profile"] for one in found["profiles"]]) == (str(other), ["backend-implementer", "integrity"])


def test_markdown_is_a_page_on_which_a_profile_can_only_say_text(own: GitRepo) -> None:
    text = traced("--repo", str(own.root), "--output", "markdown").stdout
    rendered = MarkdownIt("gfm-like", {"linkify": False}).render(text).replace("\u200b", "")
    assert "<h2>Database/Models</h2>" in rendered
    assert "<td>Ask @everyone, see www.example.org, #12 and &lt;b&gt;</td>" in rendered
    assert "@everyone" not in text
    assert "www." not in text
    assert " #12" not in text
    assert rendered.count("<table>") == len(matrix.trace(own.root).matrices[0].sections) + 3 + 2  # integrity's, and the totals
    [closing] = [line for line in text.splitlines() if line.startswith("| all | 18")]
    assert closing == "| all | 18 | 7 | 8 | 1 | 1 | 1 |"


def test_colours_are_those_of_a_terminal_only(own: GitRepo, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "\x1b" not in traced("--repo", str(own.root)).output
    monkeypatch.setenv("FORCE_COLOR", "1")
    coloured = CliRunner().invoke(main, ["trace", "--repo", str(own.root)], color=True).output
    assert "\x1b[1m  BE-12  \x1b[0m\x1b[31moff       \x1b[0mNo any type" in coloured
    assert "\x1b" not in traced("--repo", str(own.root), "--output", "markdown").output


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--profile", "backend-enginer"], "there is no profile 'backend-enginer'"),
        (["--profile", "../x"], "cannot be the name of a profile"),
        (["--policy", "nowhere.yaml"], "--policy nowhere.yaml: there is no such file"),
        (["--repo", "nowhere"], "--repo nowhere: there is no such folder"),
    ],
)
def test_what_cannot_be_shown_is_said(words: list[str], says: str) -> None:
    done = traced(*words)
    assert done.exit_code == 2
    assert says in done.output


def test_a_policy_that_is_wrong_or_a_link_is_refused(own: GitRepo, tmp_path: Path) -> None:
    own.write("agent-compliance.yaml", POLICY + "      BE-99: {off: x}\n")
    done = traced("--repo", str(own.root))
    assert (done.exit_code, "has no clause 'BE-99'" in done.output) == (2, True)
    (own.root / "agent-compliance.yaml").unlink()
    (tmp_path / "secret").write_text("a: b\n")
    (own.root / "agent-compliance.yaml").symlink_to(tmp_path / "secret")
    done = traced("--repo", str(own.root))
    assert (done.exit_code, "it is no regular file" in done.output) == (2, True)
