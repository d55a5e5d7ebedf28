"""What each CI service says of a run: its variables for a pull request and for a push, its merges, and its shallow clones."""

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from pytest_agentcompliance import engine
from pytest_agentcompliance.errors import EvidenceError, UsageError
from pytest_agentcompliance.sources import ends, services
from pytest_agentcompliance.sources.repository import Repository
from tests.conftest import GitRepo, new_repo
from tests.integrations.harness import KEPT
from tests.logbook import shop

OTHER = "agent/SHOP-7-cart"


@dataclass(frozen=True)
class Host:
    """What lies at the host of the repository: main went on after the branch began, and the branch after that."""

    repo: GitRepo
    first: str  # where the branch began
    tip: str  # of main
    work: str  # the last commit of the branch


@pytest.fixture
def host(tmp_path: Path) -> Host:
    repo = new_repo(tmp_path / "host")
    first = repo.commit("start", {"a.py": "a = 1\n"})
    repo.branch(OTHER)
    work = repo.commit("work", {"b.py": "b = 1\n"})
    repo.git("checkout", "-q", "main")
    tip = repo.commit("meanwhile", {"c.py": "c = 1\n"})
    repo.git("config", "uploadpack.allowAnySHA1InWant", "true")
    repo.git("config", "uploadpack.allowFilter", "true")
    return Host(repo, first, tip, work)


def checkout(host: Host, what: str, *refs: str, depth: int = 0) -> GitRepo:
    """As an agent of CI does it: an empty repository, a fetch of these refs, a commit that is checked out by its id."""
    copy = new_repo(host.repo.root.parent / "workspace")
    copy.git("remote", "add", "origin", host.repo.root.as_uri())
    copy.git("fetch", "-q", *([f"--depth={depth}"] if depth else []), "origin", *(refs or ["+refs/heads/*:refs/remotes/origin/*"]))
    copy.git("checkout", "-q", "--detach", what)
    return copy


def merge(host: Host, *, into_source: bool = False) -> str:
    """The merge that a host makes of a pull request; its parents are base and request, or the other way round."""
    ours, theirs = (host.work, host.tip) if into_source else (host.tip, host.work)
    host.repo.git("checkout", "-q", "--detach", ours)
    host.repo.git("merge", "-q", "--no-ff", "--no-edit", theirs)
    made = host.repo.git("rev-parse", "HEAD")
    host.repo.git("update-ref", "refs/pull/1/merge", made)
    host.repo.git("checkout", "-q", "main")
    return made


def read(copy: GitRepo, env: Mapping[str, str]) -> tuple[str, str, list[str], tuple[str, ...]]:
    """How the base was found, the merge base, the changed paths, the notes."""
    with Repository(copy.root) as repository:
        found = ends.find(repository, None, "HEAD", env)
        return found.span.base, found.span.merge_base, [one.path for one in found.changes], found.span.notes


def wrong(copy: GitRepo, env: Mapping[str, str]) -> str:
    with pytest.raises((UsageError, EvidenceError)) as error:
        read(copy, env)
    return str(error.value)


BITBUCKET = {"CI": "true", "BITBUCKET_BUILD_NUMBER": "12", "BITBUCKET_BRANCH": OTHER}
AZURE = {"TF_BUILD": "True", "BUILD_REASON": "PullRequest", "BUILD_SOURCEBRANCH": "refs/pull/1/merge"}
BUILDKITE = {"CI": "true", "BUILDKITE": "true", "BUILDKITE_BRANCH": OTHER, "BUILDKITE_PIPELINE_DEFAULT_BRANCH": "main"}
JENKINS = {"JENKINS_URL": "https://ci.example.org/"}
CIRCLECI = {"CI": "true", "CIRCLECI": "true", "CIRCLE_BRANCH": OTHER, "CIRCLE_PULL_REQUEST": "https://example.org/pull/1"}
PULLS = {
    "bitbucket": {**BITBUCKET, "BITBUCKET_PR_ID": "1", "BITBUCKET_PR_DESTINATION_BRANCH": "main"},
    "azure repos": {**AZURE, "SYSTEM_PULLREQUEST_TARGETBRANCH": "refs/heads/main"},
    "azure of github": {**AZURE, "SYSTEM_PULLREQUEST_TARGETBRANCH": "main"},
    "buildkite": {**BUILDKITE, "BUILDKITE_PULL_REQUEST": "1", "BUILDKITE_PULL_REQUEST_BASE_BRANCH": "main"},
    "jenkins": {**JENKINS, "BRANCH_NAME": "PR-1", "CHANGE_ID": "1", "CHANGE_TARGET": "main", "CHANGE_BRANCH": OTHER},
    "ghprb": {**JENKINS, "ghprbPullId": "1", "ghprbTargetBranch": "main", "ghprbSourceBranch": OTHER},
    "gitlab": {"GITLAB_CI": "true", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main", "CI_DEFAULT_BRANCH": "main"},
}


@pytest.mark.parametrize("name", PULLS)
def test_the_branch_that_a_pull_request_goes_to_is_its_base(host: Host, name: str) -> None:
    said, base, changed, _ = read(checkout(host, host.work), PULLS[name])
    assert (base, changed) == (host.first, ["b.py"])
    assert said in {f"{variable}: origin/main" for variable in PULLS[name]}


@pytest.mark.parametrize("name", ["bitbucket", "azure repos", "ghprb"])
def test_a_clone_without_that_branch_says_how_to_get_it_here_and_in_that_ci(host: Host, name: str) -> None:
    copy = checkout(host, host.work, f"+refs/heads/{OTHER}:refs/remotes/origin/{OTHER}", depth=1)
    said, service = wrong(copy, PULLS[name]), services.of(PULLS[name])
    assert "names 'main', which this clone has not" in said
    assert service is not None
    assert said.endswith(f"  (or {service.whole})")
    command = said.partition("run: ")[2].partition("  (")[0]
    subprocess.run(command, shell=True, cwd=copy.root, env=copy.env, check=True, capture_output=True)
    assert read(copy, PULLS[name])[1] == host.first


@pytest.mark.parametrize("cut", [40, 12])
def test_bitbucket_names_the_commit_that_it_merged_whole_or_cut(host: Host, cut: int) -> None:
    env = {**PULLS["bitbucket"], "BITBUCKET_PR_DESTINATION_COMMIT": host.tip[:cut]}
    said, base, changed, _ = read(checkout(host, host.work), env)
    assert (said, base, changed) == (f"BITBUCKET_PR_DESTINATION_COMMIT: {host.tip[:12]}", host.first, ["b.py"])


def payload(host: Host, base: str) -> dict[str, str]:
    file = host.repo.root.parent / "event.json"
    file.write_text(json.dumps({"pull_request": {"base": {"sha": base}, "head": {"sha": host.work}}}))
    return {"GITHUB_ACTIONS": "true", "GITHUB_EVENT_PATH": str(file), "GITHUB_BASE_REF": "main"}


def merges(host: Host) -> dict[str, dict[str, str]]:
    """What is said where a merge is checked out. Each base that is named is older than what it was made with."""
    return {
        "GitHub Actions": payload(host, host.first),
        "GitLab CI": {
            **PULLS["gitlab"], "CI_MERGE_REQUEST_EVENT_TYPE": "merged_result", "CI_MERGE_REQUEST_DIFF_BASE_SHA": host.first,
            "CI_MERGE_REQUEST_SOURCE_BRANCH_SHA": host.work, "CI_MERGE_REQUEST_TARGET_BRANCH_SHA": host.tip,
        },
        "Bitbucket Pipelines": {**PULLS["bitbucket"], "BITBUCKET_COMMIT": host.work, "BITBUCKET_PR_DESTINATION_COMMIT": host.first},
        "Azure Pipelines": {**PULLS["azure repos"], "SYSTEM_PULLREQUEST_SOURCECOMMITID": host.work},
        "Buildkite": {**PULLS["buildkite"], "BUILDKITE_PULL_REQUEST_USING_MERGE_REFSPEC": "true", "BUILDKITE_COMMIT": host.work},
        "Jenkins": {**PULLS["ghprb"], "ghprbActualCommit": host.work},
    }  # fmt: skip


@pytest.mark.parametrize("name", ["GitHub Actions", "GitLab CI", "Bitbucket Pipelines", "Azure Pipelines", "Buildkite", "Jenkins"])
def test_a_merge_that_ci_made_is_held_to_what_it_was_made_with(host: Host, name: str) -> None:
    made = merge(host, into_source=name == "Bitbucket Pipelines")
    copy = checkout(host, made, "+refs/heads/*:refs/remotes/origin/*", "+refs/pull/1/merge:refs/remotes/pull/1/merge")
    said, base, changed, _ = read(copy, merges(host)[name])
    assert (base, changed) == (host.tip, ["b.py"]), "what others did meanwhile is not the run's"
    assert said == f"the merge that {name} made: {host.tip[:12]}"


@pytest.mark.parametrize("name", ["GitHub Actions", "Azure Pipelines", "Jenkins"])
def test_a_merge_with_another_target_is_not_believed(host: Host, name: str) -> None:
    """A request that was opened to a branch of the agent's own, and then got main for its target: its merge is the old one."""
    host.repo.git("checkout", "-q", "-b", "decoy", host.first)
    decoy = host.repo.commit("decoy", {"bad.py": "bad = 1\n"})
    host.repo.git("checkout", "-q", OTHER)
    host.repo.git("merge", "-q", "--no-edit", "decoy")
    work = host.repo.commit("more", {"c.py": "c = 1\n"})
    host.repo.git("checkout", "-q", "--detach", decoy)
    host.repo.git("merge", "-q", "--no-ff", "--no-edit", work)
    made = host.repo.git("rev-parse", "HEAD")
    host.repo.git("update-ref", "refs/pull/1/merge", made)
    copy = checkout(host, made, "+refs/heads/*:refs/remotes/origin/*", "+refs/pull/1/merge:refs/remotes/pull/1/merge")
    env = merges(Host(host.repo, host.first, host.tip, work))[name]
    assert "bad.py" in read(copy, env)[2]


def test_the_merge_itself_accuses_nobody(tmp_path: Path) -> None:
    """Bitbucket merges the destination into the request; the verdicts are those of the request alone."""
    repo = shop.begun(new_repo(tmp_path / "host"))
    work = repo.commit("SHOP-7: totals", KEPT)
    repo.git("checkout", "-q", "main")
    tip = repo.commit("meanwhile", {"apps/web/page.tsx": "export const Page = () => <p>1</p>\n"})
    host = Host(repo, "", tip, work)
    copy = checkout(host, merge(host, into_source=True), "+refs/heads/*:refs/remotes/origin/*", "+refs/pull/1/merge:refs/x/merge")

    def judged(head: str, env: Mapping[str, str]) -> list[tuple[str, str, str]]:
        made = engine.audit(engine.Options(copy.root, None, head, environ=env))
        return [(one.clause, one.rule, one.outcome) for one in made.verdicts]

    alone = judged(work, {})
    assert ("C3-03", "scope/allowed-paths", "kept") in alone
    assert judged("HEAD", {**PULLS["bitbucket"], "BITBUCKET_COMMIT": work}) == alone


def test_a_merge_of_the_run_itself_is_none_of_ci(host: Host) -> None:
    host.repo.git("checkout", "-q", OTHER)
    host.repo.git("merge", "-q", "--no-edit", "main")
    head = host.repo.git("rev-parse", "HEAD")
    env = {**PULLS["azure repos"], "SYSTEM_PULLREQUEST_SOURCECOMMITID": head}
    assert read(checkout(host, head), env)[:3] == ("SYSTEM_PULLREQUEST_TARGETBRANCH: origin/main", host.tip, ["b.py"])


def test_one_commit_of_a_merge_is_not_enough_and_that_is_said(host: Host) -> None:
    """New pipelines of Azure fetch a depth of 1."""
    copy = checkout(host, merge(host), "+refs/pull/1/merge:refs/remotes/pull/1/merge", depth=1)
    env = merges(host)["Azure Pipelines"]
    said = wrong(copy, env)
    assert said.startswith(f"the merge that Azure Pipelines made names {host.tip} as the base, which this clone has not; run: git")
    assert said.endswith("  (or set fetchDepth: 0 in the step 'checkout: self')")
    command = said.partition("run: ")[2].partition("  (")[0]
    subprocess.run(command, shell=True, cwd=copy.root, env=copy.env, check=True, capture_output=True)
    assert read(copy, env)[1:3] == (host.tip, ["b.py"])


def test_a_boundary_before_the_merge_base_is_said_with_the_remedy_of_that_ci(host: Host) -> None:
    copy = checkout(host, host.work, "+refs/heads/*:refs/remotes/origin/*", depth=1)
    said = wrong(copy, PULLS["jenkins"])
    assert "have no merge base: this clone is shallow; run: git fetch --unshallow origin" in said
    assert said.endswith("(or turn off 'Shallow clone', and let the ref specs have +refs/heads/*:refs/remotes/origin/*)")


def test_a_merge_queue_of_buildkite_names_its_commit(host: Host) -> None:
    env = {**BUILDKITE, "BUILDKITE_PULL_REQUEST_BASE_BRANCH": "", "BUILDKITE_MERGE_QUEUE_BASE_COMMIT": host.tip}
    assert read(checkout(host, host.work), env)[:2] == (f"BUILDKITE_MERGE_QUEUE_BASE_COMMIT: {host.tip[:12]}", host.first)


@pytest.mark.parametrize("env", [
    {**BUILDKITE, "BUILDKITE_PULL_REQUEST": "false", "BUILDKITE_PULL_REQUEST_BASE_BRANCH": "",
     "BUILDKITE_PIPELINE_DEFAULT_BRANCH": "develop"},
    {"GITLAB_CI": "true", "CI_COMMIT_BRANCH": OTHER, "CI_DEFAULT_BRANCH": "develop"},
])  # fmt: skip
def test_a_push_goes_to_the_repositorys_own_branch(host: Host, env: dict[str, str]) -> None:
    host.repo.git("branch", "-q", "-m", "main", "develop")
    said, base, changed, _ = read(checkout(host, host.work), env)
    assert (base, changed) == (host.first, ["b.py"])
    assert said.endswith(": origin/develop")


@pytest.mark.parametrize("env", [
    BITBUCKET,
    {"TF_BUILD": "True", "BUILD_REASON": "IndividualCI", "BUILD_SOURCEBRANCH": f"refs/heads/{OTHER}"},
    {**JENKINS, "BRANCH_NAME": OTHER},
    CIRCLECI,
])  # fmt: skip
def test_a_push_of_which_ci_names_no_base_is_held_to_main(host: Host, env: dict[str, str]) -> None:
    assert read(checkout(host, host.work), env)[:3] == ("origin/main", host.first, ["b.py"])


def test_a_push_without_main_says_what_circleci_needs(host: Host) -> None:
    copy = checkout(host, host.work, f"+refs/heads/{OTHER}:refs/remotes/origin/{OTHER}")
    said = wrong(copy, CIRCLECI)
    assert said.startswith("the run's base is unknown")
    assert "(on CircleCI: write '- checkout: {method: full}', and --base 'origin/<< pipeline.event.github.pull_req" in said


def test_a_clone_without_contents_is_said_and_can_be_filled(host: Host) -> None:
    """CircleCI clones without blobs, and a repository that is audited is asked for nothing."""
    copy = host.repo.root.parent / "workspace"
    words = ["git", "clone", "-q", "--filter=blob:none", "--no-checkout", host.repo.root.as_uri(), str(copy)]
    subprocess.run(words, env=host.repo.env, check=True, capture_output=True)
    clone = GitRepo(copy)
    clone.git("checkout", "-q", "--detach", host.work)
    note = next(one for one in read(clone, CIRCLECI)[3] if "leaves out contents" in one)
    assert note.startswith("this clone leaves out contents (blob:none), and an audit fetches none; ")
    assert "(or write '- checkout: {method: full}'" in note

    def lacking() -> int:
        return clone.git("rev-list", "--objects", "--missing=print", "--all").count("?")

    assert lacking()
    command = note.partition("run: ")[2].partition("  (")[0]
    subprocess.run(command, shell=True, cwd=copy, env=clone.env, check=True, capture_output=True)
    assert not lacking()


@pytest.mark.parametrize("env", [*PULLS.values(), CIRCLECI, BITBUCKET, {**JENKINS, "BRANCH_NAME": OTHER}])
def test_the_branch_is_known_where_a_commit_is_checked_out(env: dict[str, str]) -> None:
    named = {"SYSTEM_PULLREQUEST_SOURCEBRANCH": f"refs/heads/{OTHER}", "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME": OTHER}
    assert services.branch({**named, **env}) == OTHER


def test_a_merge_is_no_branch() -> None:
    assert services.branch(AZURE) == ""
    assert services.branch({}) == ""


def test_the_story_is_found_by_the_branch_that_ci_names(host: Host) -> None:
    log = "plans/in-progress/SHOP-7/_implementation/BACKEND-LOG.md"
    host.repo.git("checkout", "-q", OTHER)
    work = host.repo.commit("log", {log.replace("SHOP-7", name): "# Log\n" for name in ("SHOP-7", "SHOP-8")})
    copy = checkout(host, work)

    def wanted(env: Mapping[str, str]) -> str:
        options = engine.Options(copy.root, "origin/main", None, ("dev-implement-backend-coder-v3",), environ=env)
        with engine.opened(options) as one:
            return one.bound[0].wanted.story

    assert wanted({}) == ""
    assert wanted(PULLS["jenkins"]) == "SHOP-7"


@pytest.mark.parametrize("value", ["a\nb", "--upload-pack=x", "../../x", "refs/heads/", "\x1b[2J"])
def test_a_name_that_is_no_branch_leads_nowhere(host: Host, value: str) -> None:
    env = {**JENKINS, "CHANGE_TARGET": value}
    copy = checkout(host, host.work)
    if value == "refs/heads/":
        assert read(copy, env)[0] == "origin/main"
    else:
        assert f"CHANGE_TARGET names {value!r}, which this clone has not" in wrong(copy, env)


def test_what_was_pushed_before_is_the_last_resort(host: Host) -> None:
    copy = checkout(host, host.work, f"+refs/heads/{OTHER}:refs/remotes/origin/{OTHER}")
    assert read(copy, {"PRE_COMMIT_FROM_REF": host.first})[:2] == (f"PRE_COMMIT_FROM_REF: {host.first[:12]}", host.first)
    for nothing in ("0" * 40, "main", host.tip):
        assert "the run's base is unknown" in wrong(copy, {"PRE_COMMIT_FROM_REF": nothing})
    copy.git("fetch", "-q", "origin", "main:refs/remotes/origin/main")
    assert read(copy, {"PRE_COMMIT_FROM_REF": host.work})[:2] == ("origin/main", host.first), "a run is all of its branch"
