"""Which commit a run started from: what was passed, what CI says, what the repository follows; else an error."""

from collections.abc import Collection, Mapping
from pathlib import Path
from shlex import quote

from pytest_agentcompliance.errors import EvidenceError, UsageError
from pytest_agentcompliance.sources.blobs import is_id
from pytest_agentcompliance.sources.repository import Repository

MAIN = ("main", "master")
FIRST_PARENTS = 20_000  # commits that are looked through
EVENT_LIMIT = 25 * 1024 * 1024  # GitHub caps webhook payloads at 25 MB


def find(repository: Repository, given: str | None, environ: Mapping[str, str]) -> tuple[str, str]:
    """The base commit's id and, in words, how it was found. Raises ``UsageError`` or ``EvidenceError``."""
    if given:
        try:
            return repository.commit(given), given
        except UsageError as wrong:
            raise UsageError(f"{wrong}{_perhaps_elsewhere(repository)}") from wrong
    for source in (_github, _gitlab):
        if found := source(repository, environ):
            return found
    upstream = repository.upstream()
    remote = upstream[0] if upstream else "origin"
    names = []
    # A branch that follows its own copy on the remote says nothing about where it started.
    if upstream and upstream[1] != repository.branch:
        names.append(f"refs/remotes/{remote}/{upstream[1]}")
    own = f"refs/remotes/{remote}/{repository.branch}"
    if repository.branch in MAIN or repository.points_at(f"refs/remotes/{remote}/HEAD") != own:
        names.append(f"refs/remotes/{remote}/HEAD")
    names += [f"refs/remotes/{remote}/{name}" for name in MAIN]
    names += [f"refs/heads/{name}" for name in MAIN if name != repository.branch]
    if one := repository.first(names):
        return one[1], one[0].removeprefix("refs/heads/").removeprefix("refs/remotes/")
    here = ""
    if repository.branch in MAIN:
        here = f"this is {repository.branch} itself; check out the branch that the agent worked on, or "
    raise UsageError(
        "the run's base is unknown: no CI variables, no upstream, no origin/HEAD, no other main or master; "
        f"{here}pass --base REV (the commit, branch or tag that the agent started from){_perhaps_elsewhere(repository)}"
    )


def _perhaps_elsewhere(repository: Repository) -> str:
    """What to do where a clone may lack what its remote has."""
    return f"; if the remote has it and this clone has not, run: {deepen(repository)}" if repository.is_clone else ""


def _github(repository: Repository, environ: Mapping[str, str]) -> tuple[str, str] | None:
    """The pull request's or merge group's base: of the event payload, else the branch in GITHUB_BASE_REF."""
    if environ.get("GITHUB_ACTIONS") != "true":
        return None
    if (sha := _event_base(environ.get("GITHUB_EVENT_PATH", ""))) and is_id(sha):
        return _present(repository, sha, "GitHub's event payload")
    if name := environ.get("GITHUB_BASE_REF"):
        full = f"refs/remotes/origin/{name}"
        if one := repository.first([full, f"refs/heads/{name}"]):
            return one[1], f"GITHUB_BASE_REF: {one[0].removeprefix('refs/remotes/').removeprefix('refs/heads/')}"
        command = deepen(repository) if repository.shadow.shallow else f"git fetch origin {quote(f'+refs/heads/{name}:{full}')}"
        raise EvidenceError(
            f"GITHUB_BASE_REF names {name!r}, which this clone has not; "
            f"run: {command}  (or set fetch-depth: 0 in actions/checkout)"
        )
    return None


def _event_base(path: str) -> str:
    """``pull_request.base.sha`` or ``merge_group.base_sha`` (GitHub's webhook payloads); empty when it is another event."""
    import json

    try:
        if not path or not Path(path).is_file() or Path(path).stat().st_size > EVENT_LIMIT:
            return ""
        event = json.loads(Path(path).read_bytes())
    except (OSError, ValueError, RecursionError):
        return ""
    for names in (("pull_request", "base", "sha"), ("merge_group", "base_sha")):
        value = event
        for name in names:
            value = value.get(name) if isinstance(value, dict) else None
        if isinstance(value, str):
            return value
    return ""


def _gitlab(repository: Repository, environ: Mapping[str, str]) -> tuple[str, str] | None:
    sha = environ.get("CI_MERGE_REQUEST_DIFF_BASE_SHA", "")
    return _present(repository, sha, "CI_MERGE_REQUEST_DIFF_BASE_SHA") if is_id(sha) else None


def _present(repository: Repository, sha: str, said_by: str) -> tuple[str, str]:
    if repository.first([sha]):
        return sha, f"{said_by}: {sha[:12]}"
    raise EvidenceError(f"{said_by} names {sha} as the base, which this clone has not; run: {deepen(repository)}")


def deepen(repository: Repository) -> str:
    """The command that brings the history a clone lacks."""
    remote = (repository.upstream() or ("origin", ""))[0]
    what = f"{quote(remote)} {quote(f'+refs/heads/*:refs/remotes/{remote}/*')}"
    return f"git fetch --unshallow {what}" if repository.shadow.shallow else f"git fetch {what}"


def _on_the_line(repository: Repository, base: str, found: Collection[str]) -> str:
    """The first of the commits on the way from base along first parents; empty where none lies there."""
    for _ in range(FIRST_PARENTS):
        if base in found:
            return base
        parents = repository.parents(base)
        if not parents:
            break
        base = parents[0]
    return ""


def merge_base(repository: Repository, base: str, head: str, said: str) -> tuple[str, list[str], list[str]]:
    """The merge base, the commits after it, and what is to be said about it.

    Never a quiet two-dot diff: where there is no merge base, an ``EvidenceError``.
    """
    found, commits = repository.between(base, head)
    if not found:
        why = "this clone is shallow" if repository.shadow.shallow else "their histories have no common commit"
        hint = f"run: {deepen(repository)}" if repository.shadow.shallow else "pass --base with a commit that head descends from"
        raise EvidenceError(f"{said} ({base[:12]}) and head ({head[:12]}) have no merge base: {why}; {hint}")
    notes = []
    if len(found) > 1:
        # The one on base's own line: another may be a commit of the run, merged into base, which would hide what came before it.
        first = _on_the_line(repository, base, found)
        found = sorted(found, key=lambda one: one != first)
        notes.append(f"base and head have {len(found)} merge bases; the run is compared with {found[0]}")
    if repository.shadow.shallow:
        notes.append("this clone is shallow: commits before its boundary were not seen")
    return found[0], commits, notes
