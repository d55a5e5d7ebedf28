"""What each CI service says of a run in the variables that it sets for a job, and how it is told to clone a whole history."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

EVENT_LIMIT = 25 * 1024 * 1024  # GitHub caps webhook payloads at 25 MB


@dataclass(frozen=True, slots=True)
class Service:
    """The names of a service's variables; of several the first that is set counts.

    ``signs``: only this service sets them. ``bases``: the commit that a request starts from, or goes to. ``targets``: the branch
    that it goes to. ``own``: the repository's own branch, which a pushed one will go to some day. ``heads``: the last commit
    of the request itself, where the service checks out a merge that it made. ``branches``: the branch that was pushed, or
    that the request comes from. ``whole``: what its users write down for a clone with all of its history.
    """

    name: str
    signs: tuple[str, ...]
    whole: str
    bases: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    own: tuple[str, ...] = ()
    heads: tuple[str, ...] = ()
    branches: tuple[str, ...] = ()


# docs.github.com/actions/reference/variables-reference: GITHUB_BASE_REF and GITHUB_HEAD_REF are set for pull requests alone. What
# is checked out is refs/pull/N/merge; the base that the payload names may be older than what that was merged into.
GITHUB = Service(
    "GitHub Actions", ("GITHUB_ACTIONS",), "set fetch-depth: 0 in actions/checkout",
    targets=("GITHUB_BASE_REF",), branches=("GITHUB_HEAD_REF",),
)  # fmt: skip
# docs.gitlab.com/ci/variables/predefined_variables: a pipeline of merged results checks out a merge, and has the two *_BRANCH_SHA;
# any other of a merge request has the base of its diff alone.
GITLAB = Service(
    "GitLab CI", ("GITLAB_CI", "CI_MERGE_REQUEST_DIFF_BASE_SHA"), 'set GIT_DEPTH: "0" in the job\'s variables',
    bases=("CI_MERGE_REQUEST_TARGET_BRANCH_SHA", "CI_MERGE_REQUEST_DIFF_BASE_SHA"),
    targets=("CI_MERGE_REQUEST_TARGET_BRANCH_NAME",), own=("CI_DEFAULT_BRANCH",), heads=("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA",),
    branches=("CI_MERGE_REQUEST_SOURCE_BRANCH_NAME", "CI_COMMIT_BRANCH"),
)  # fmt: skip
# support.atlassian.com/bitbucket-cloud/docs/variables-and-secrets: BITBUCKET_PR_* are set for pull requests alone, and the commit
# may be cut to 12 digits. Such a pipeline merges the destination into the source before its first step (bitbucket-cloud/kb/
# clone-depth-not-applying-for-pull-request-pipelines); one of a push has 50 commits.
BITBUCKET = Service(
    "Bitbucket Pipelines", ("BITBUCKET_BUILD_NUMBER",), "set clone: {depth: full} in bitbucket-pipelines.yml",
    bases=("BITBUCKET_PR_DESTINATION_COMMIT",), targets=("BITBUCKET_PR_DESTINATION_BRANCH",), heads=("BITBUCKET_COMMIT",),
    branches=("BITBUCKET_BRANCH",),
)  # fmt: skip
# learn.microsoft.com/azure/devops/pipelines/build/variables: System.PullRequest.* exist in the builds of pull requests alone; the
# target is refs/heads/main where Azure Repos has the repository, and main where GitHub has it. What is checked out is
# refs/pull/N/merge, and new pipelines fetch one commit of it.
AZURE = Service(
    "Azure Pipelines", ("TF_BUILD",), "set fetchDepth: 0 in the step 'checkout: self'",
    targets=("SYSTEM_PULLREQUEST_TARGETBRANCH",), heads=("SYSTEM_PULLREQUEST_SOURCECOMMITID",),
    branches=("SYSTEM_PULLREQUEST_SOURCEBRANCH", "BUILD_SOURCEBRANCH"),
)  # fmt: skip
# buildkite.com/docs/pipelines/configure/environment-variables: the base branch is empty unless there is a pull request; where the
# test merge commit is built (docs/pipelines/source-control/github), the commit stays that of the request. Agents keep their
# clones, and fetch into them what they check out.
BUILDKITE = Service(
    "Buildkite", ("BUILDKITE",), "leave --depth out of BUILDKITE_GIT_CLONE_FLAGS and BUILDKITE_GIT_FETCH_FLAGS",
    bases=("BUILDKITE_MERGE_QUEUE_BASE_COMMIT",), targets=("BUILDKITE_PULL_REQUEST_BASE_BRANCH",),
    own=("BUILDKITE_PIPELINE_DEFAULT_BRANCH",), heads=("BUILDKITE_COMMIT",), branches=("BUILDKITE_BRANCH",),
)  # fmt: skip
# plugins.jenkins.io/branch-api (CHANGE_TARGET and CHANGE_BRANCH, of change requests alone) and plugins.jenkins.io/ghprb
# (ghprbTargetBranch, ghprbSourceBranch, ghprbActualCommit; ${sha1} is the merge that GitHub made).
JENKINS = Service(
    "Jenkins", ("JENKINS_URL",), "turn off 'Shallow clone', and let the ref specs have +refs/heads/*:refs/remotes/origin/*",
    targets=("CHANGE_TARGET", "ghprbTargetBranch"), heads=("ghprbActualCommit",),
    branches=("CHANGE_BRANCH", "ghprbSourceBranch", "BRANCH_NAME"),
)  # fmt: skip
# circleci.com/docs/reference/variables: no variable of a job names what a pull request goes to, only values of the pipeline do; and
# circleci.com/docs/reference/configuration-reference: a checkout leaves out contents unless its method is full.
CIRCLECI = Service(
    "CircleCI", ("CIRCLECI",),
    "write '- checkout: {method: full}', and --base 'origin/<< pipeline.event.github.pull_request.base.ref >>' for a pull request",
    branches=("CIRCLE_BRANCH",),
)  # fmt: skip

# Jenkins last but one: it hands its variables on to whatever it starts.
SERVICES = (GITHUB, GITLAB, BITBUCKET, AZURE, BUILDKITE, JENKINS, CIRCLECI)


def of(environ: Mapping[str, str]) -> Service | None:
    """The service whose job this is."""
    return next((one for one in SERVICES if any(environ.get(sign, "").lower() not in ("", "false") for sign in one.signs)), None)


def value(environ: Mapping[str, str], names: tuple[str, ...]) -> tuple[str, str]:
    """The first of these variables that is set, with its value; both empty where none is."""
    return next(((name, environ[name].strip()) for name in names if environ.get(name, "").strip()), ("", ""))


def branch(environ: Mapping[str, str]) -> str:
    """The branch that was pushed, or that the request comes from: CI checks out a commit and no branch. Empty where none says."""
    service = of(environ)
    name = value(environ, service.branches)[1] if service else ""
    return "" if name.startswith("refs/") and not name.startswith("refs/heads/") else name.removeprefix("refs/heads/")


def event(environ: Mapping[str, str]) -> tuple[str, str]:
    """Of GitHub's payload: the base's commit (of a pull request or a merge group), and the request's own last one."""
    import json  # start-up time: elsewhere there is no payload

    path = environ.get("GITHUB_EVENT_PATH", "")
    try:
        if not path or not Path(path).is_file() or Path(path).stat().st_size > EVENT_LIMIT:
            return "", ""
        payload = json.loads(Path(path).read_bytes())
    except (OSError, ValueError, RecursionError):
        return "", ""
    base = _in(payload, "pull_request", "base", "sha") or _in(payload, "merge_group", "base_sha")
    return base, _in(payload, "pull_request", "head", "sha")


def _in(found: object, *names: str) -> str:
    for name in names:
        found = found.get(name) if isinstance(found, dict) else None
    return found if isinstance(found, str) else ""
