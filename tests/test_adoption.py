"""``agent-compliance init``: what it proposes for which repository, and that the audit can run on what it writes."""

import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from pytest_agentcompliance import adoption, engine, policy
from pytest_agentcompliance.cli import main
from pytest_agentcompliance.errors import PolicyError, UsageError
from pytest_agentcompliance.sources import survey
from tests.conftest import GitRepo

V1, V3 = "dev-implement-backend-coder-v1", "dev-implement-backend-coder-v3"
LATER_SPEC = "---\nversion: 3.1.0\n---\n\n# Agent: dev-implement-backend-coder\n"
EARLIER_SPEC = "# Agent: dev-implement-backend-coder\n\n- STORY-XXX/PLAN.md\n"


@pytest.mark.parametrize(
    ("files", "profile", "values"),
    [
        ({}, "backend-implementer", {}),
        ({"src/app.py": ""}, "backend-implementer", {}),
        ({"specs/openapi.yaml": ""}, "backend-developer-v6", {}),
        ({"docs/plans/backend-plan.md": ""}, "backend-engineer", {}),
        ({"packages/backend/x.ts": "", "plans/x.md": ""}, V3, {"story": "auto"}),
        ({"packages/backend/x.ts": "", "plans/a/in-progress/S-1/x.md": ""}, V3, {"feature_dir": "plans/a", "story": "auto"}),
        ({"stories/STORY-014/x.md": ""}, V1, {"story": "auto"}),
        ({"work/S-1/_implementation/BACKEND-LOG.md": ""}, V1, {"feature_dir": "work", "story": "auto"}),
        ({"work/done/S-1/_implementation/BACKEND-LOG.md": ""}, V3, {"feature_dir": "work", "story": "auto"}),
        (
            {"plans/a/done/S-1/_implementation/BACKEND-LOG.md": "", "plans/b/UAT/S-2/_implementation/BACKEND-LOG.md": ""},
            V3, {"feature_dir": "plans/**", "story": "auto"},
        ),
        ({"a/done/S-1/_implementation/BACKEND-LOG.md": "", "b/done/S-2/_implementation/BACKEND-LOG.md": ""}, V3, {"story": "auto"}),
        ({"done/S-1/_implementation/BACKEND-LOG.md": ""}, V3, {"story": "auto"}),
        ({".claude/agents/backend-engineer.md": "", "specs/openapi.yaml": ""}, "backend-engineer", {}),
        ({"agents/coder.agent.md": "---\nname: backend-implementer\n---\n", "specs/openapi.yaml": ""}, "backend-implementer", {}),
        ({".claude/agents/dev-implement-backend-coder.md": LATER_SPEC}, V3, {"story": "auto"}),
        ({".claude/agents/dev-implement-backend-coder.agent.md": EARLIER_SPEC}, V1, {"story": "auto"}),
        # A spec outside the folders of specs is somebody's example; a module is not the repository's own work.
        ({"tests/backend-engineer.md": "", "node_modules/x/specs/openapi.yaml": ""}, "backend-implementer", {}),
    ],
)  # fmt: skip
def test_proposal_fits_the_repository(repo: GitRepo, files: dict[str, str], profile: str, values: dict[str, str]) -> None:
    for path, text in files.items():
        repo.write(path, text)
    proposal = adoption.propose(repo.root)
    [chosen] = policy.parse(proposal.text, "x").profiles
    assert (chosen.name, chosen.values) == (profile, values)
    assert proposal.profile == profile
    assert proposal.why


@pytest.mark.parametrize("name", ["dev-implement-backend-coder-v3", "dev-implement-backend-coder-v1", "backend-engineer",
                                  "backend-developer-v6", "backend-implementer"])  # fmt: skip
def test_audit_runs_with_what_init_wrote(repo: GitRepo, name: str) -> None:
    repo.write("plans/shop/in-progress/S-1/S-1.md", "a story")
    adoption.write(adoption.propose(repo.root, name))
    repo.commit("adopt")
    repo.branch("work")
    repo.commit("work", {"src/app.py": "x = 1\n"})
    made = engine.audit(engine.Options(repo.root, environ={}))
    assert made.policy.reviewed
    assert {verdict.profile for verdict in made.verdicts} == {name, "integrity"}


def test_policy_that_is_there_stays_as_it_is(repo: GitRepo) -> None:
    file = repo.write(policy.FILE, "mine")
    with pytest.raises(UsageError, match=r"is there already.*edit it, or remove it first; 'agent-compliance init --print'"):
        adoption.write(adoption.propose(repo.root))
    assert file.read_text() == "mine"


def test_link_in_the_place_of_the_policy_is_not_followed(repo: GitRepo, tmp_path: Path) -> None:
    (repo.root / policy.FILE).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(UsageError, match="is there already"):
        adoption.write(adoption.propose(repo.root))
    assert not (tmp_path / "elsewhere").exists()


def test_policy_goes_to_the_root_from_any_folder(repo: GitRepo) -> None:
    repo.write("a/b/c.txt", "")
    assert adoption.propose(repo.root / "a" / "b").path == repo.root / policy.FILE


def test_init_is_told_what_comes_next(repo: GitRepo) -> None:
    done = CliRunner().invoke(main, ["init", "--repo", str(repo.root)])
    assert done.exit_code == 0
    for words in ("wrote ", "profile backend-implementer: ", "git add agent-compliance.yaml && git commit", "  pytest --agent"):
        assert words in done.output
    text = (repo.root / policy.FILE).read_text()
    assert 4 <= text.count("\n") <= 7


def test_print_writes_nothing(repo: GitRepo) -> None:
    done = CliRunner().invoke(main, ["init", "--repo", str(repo.root), "--print", "--profile", "backend-engineer"])
    assert policy.parse(done.output, "x").profiles[0].name == "backend-engineer"
    assert not (repo.root / policy.FILE).exists()


def test_profile_of_the_project_can_be_asked_for(repo: GitRepo) -> None:
    repo.write(".agent-compliance/profiles/ours.yaml", f"extends: {V3}\n")
    [chosen] = policy.parse(adoption.propose(repo.root, "ours").text, "x").profiles
    assert (chosen.name, chosen.values) == ("ours", {"story": "auto"})


def test_unknown_profile_names_the_nearest(repo: GitRepo) -> None:
    with pytest.raises(PolicyError, match="did you mean 'backend-engineer'"):
        adoption.propose(repo.root, "backend-enginer")


def test_no_repository_and_a_bare_one_are_refused(repo: GitRepo, tmp_path: Path) -> None:
    (tmp_path / "plain").mkdir()
    with pytest.raises(UsageError, match="not in a git repository"):
        adoption.propose(tmp_path / "plain")
    repo.git("init", "--quiet", "--bare", str(tmp_path / "bare"))
    with pytest.raises(UsageError, match="bare repository; run init in a work tree"):
        adoption.propose(tmp_path / "bare")


def test_hostile_names_reach_neither_the_policy_nor_the_terminal(repo: GitRepo) -> None:
    repo.write("plans\n- name: x/\x1b[31m/done/S-1/_implementation/BACKEND-LOG.md", "")
    proposal = adoption.propose(repo.root)
    [chosen] = policy.parse(proposal.text, "x").profiles
    assert (chosen.name, chosen.values) == (V3, {"story": "auto"})
    assert "\x1b" not in adoption.write(proposal)


def test_survey_enters_no_link_and_reads_no_pipe(repo: GitRepo) -> None:
    repo.write("a/x.md", "text")
    (repo.root / "loop").symlink_to(repo.root, target_is_directory=True)
    os.mkfifo(repo.root / "pipe.md")
    assert list(survey.paths(repo.root)) == ["pipe.md", "a/x.md"]
    assert survey.head(repo.root / "pipe.md") == ""
    assert survey.head(repo.root / "a" / "x.md") == "text"
    assert survey.head(repo.root / "gone") == ""
