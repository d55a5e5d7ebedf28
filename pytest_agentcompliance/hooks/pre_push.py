"""Before a push: the run that is about to be pushed, as git or pre-commit name it, audited as CI will."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pytest_agentcompliance.errors import UsageError
from pytest_agentcompliance.parsing.globs import matches
from pytest_agentcompliance.sources.base import PUSHED
from pytest_agentcompliance.sources.blobs import is_id

HEADS = "refs/heads/"
REVIEW = "refs/for/"  # to Gerrit, and to Gitea and Forgejo: a push to it asks for the merge of a run into the branch behind it
TO = "PRE_COMMIT_TO_REF"
LIMIT = 1 << 20  # characters of what git says


@dataclass(frozen=True, slots=True)
class Push:
    """``head`` None is the work tree as it stands; ``before`` is what the remote has of the branch, empty where that is new."""

    branch: str
    head: str | None
    before: str = ""

    def environ(self, environ: Mapping[str, str]) -> dict[str, str]:
        """The environment of its audit. A run is all of its branch, so what was pushed before is its base at the very last."""
        return {**environ, PUSHED: self.before}


def of_pre_commit(environ: Mapping[str, str]) -> Iterator[Push]:
    """What pre-commit says (pre-commit.com, "pre-push") of the first ref that it is told of: both ends; of a history that is new
    from its first commit on its branches alone; nothing where a person started the hook by hand: the work tree as it stands."""
    ref = environ.get("PRE_COMMIT_REMOTE_BRANCH", "")
    head = environ.get(TO, "") or environ.get("PRE_COMMIT_LOCAL_BRANCH", "")
    if not ref or ref.startswith((HEADS, REVIEW)):
        yield Push(_branch(ref, environ.get("PRE_COMMIT_LOCAL_BRANCH", "")), head or None, environ.get(PUSHED, ""))


def of_git(text: str) -> Iterator[Push]:
    """What git says on stdin (githooks, "pre-push"): ``<local ref> <local id> <remote ref> <remote id>`` for each ref, with
    an id of zeros for what is deleted, or is new. Tags are no runs. Raises ``UsageError``."""
    if len(text) > LIMIT:
        raise UsageError(f"what stands on stdin has more than {LIMIT:,} characters")
    for line in filter(None, text.split("\n")):
        words = line.rsplit(" ", 3)  # the first is what was typed, as HEAD@{2 days ago}
        if len(words) != 4 or not is_id(words[1]) or not is_id(words[3]):
            raise UsageError(f"{line[:200]!r} is no line of git's to a pre-push hook: '<local ref> <id> <remote ref> <id>'")
        local, head, ref, before = words
        if set(head) != {"0"} and ref.startswith((HEADS, REVIEW)):
            yield Push(_branch(ref, local), head, "" if set(before) == {"0"} else before)


def _branch(ref: str, local: str) -> str:
    """The name of the run's branch: that of the remote, and of what goes into a review the local one, if it has any."""
    if not ref.startswith(REVIEW):
        return ref.removeprefix(HEADS)
    return local.removeprefix(HEADS) if local.startswith(HEADS) else ""


def wanted(push: Push, only: tuple[str, ...]) -> bool:
    """Whether a branch is one of those that agents work on; what is no push always is."""
    return not only or not push.branch or matches(push.branch, only)
