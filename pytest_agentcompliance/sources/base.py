"""Which commit a run started from: what was passed, what CI says, what the repository follows; else an error."""

import re
from collections.abc import Collection, Mapping
from shlex import quote
from types import MappingProxyType

from pytest_agentcompliance.errors import EvidenceError, UsageError
from pytest_agentcompliance.sources import services
from pytest_agentcompliance.sources.blobs import is_id
from pytest_agentcompliance.sources.repository import Repository
from pytest_agentcompliance.sources.services import Service

MAIN = ("main", "master")
FIRST_PARENTS = 20_000  # commits that are looked through
ID = re.compile(r"[0-9a-f]{7,64}")  # an id, or the beginning of one
NOTHING: Mapping[str, str] = MappingProxyType({})
PUSHED = "PRE_COMMIT_FROM_REF"  # pre-commit.com: what the remote has of the branch that is pushed


def find(repository: Repository, given: str | None, environ: Mapping[str, str], head: str = "") -> tuple[str, str]:
    """The base commit's id and, in words, how it was found. Raises ``UsageError`` or ``EvidenceError``.

    ``head`` is the commit that the run ended with: a merge that CI made tells what it merged into.
    """
    if given:
        try:
            return repository.commit(given), given
        except UsageError as wrong:
            raise UsageError(f"{wrong}{_perhaps_elsewhere(repository)}") from wrong
    service = services.of(environ)
    if service and (found := _said(repository, service, environ, head)):
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
        return one[1], _short(one[0])
    # What is about to be pushed: the remote has its branch up to there, which is less than the whole run.
    if (pushed := environ.get(PUSHED, "")) and (one := repository.first([pushed] if is_id(pushed) else [])):
        return one[1], f"{PUSHED}: {pushed[:12]}"
    here = ""
    if repository.branch in MAIN:
        here = f"this is {repository.branch} itself; check out the branch that the agent worked on, or "
    raise UsageError(
        "the run's base is unknown: no CI variables, no upstream, no origin/HEAD, no other main or master; "
        f"{here}pass --base REV (the commit, branch or tag that the agent started from){_perhaps_elsewhere(repository)}"
        f"{f'  (on {service.name}: {service.whole})' if service else ''}"
    )


def _perhaps_elsewhere(repository: Repository) -> str:
    """What to do where a clone may lack what its remote has."""
    return f"; if the remote has it and this clone has not, run: {deepen(repository)}" if repository.is_clone else ""


def _said(repository: Repository, service: Service, environ: Mapping[str, str], head: str) -> tuple[str, str] | None:
    """What the service says: what its own merge was made with, the commit that it names, the branch that it names."""
    payload = services.event(environ) if service is services.GITHUB else ("", "")
    own = payload[1] or services.value(environ, service.heads)[1]
    merged = _merged_into(repository, own, head)
    if merged and not _is_of_another_target(repository, merged, payload[0], service, environ):
        return _present(repository, merged, f"the merge that {service.name} made", service)
    if is_id(payload[0]):
        return _present(repository, payload[0], "GitHub's event payload", service)
    variable, commit = services.value(environ, service.bases)
    if ID.fullmatch(commit):
        return _present(repository, commit, variable, service)
    for names, asked in ((service.targets, True), (service.own, False)):
        variable, name = services.value(environ, names)
        name = name.removeprefix("refs/heads/")
        if not name or (not asked and name in (repository.branch, services.branch(environ))):
            continue
        full = f"refs/remotes/origin/{name}"
        if one := repository.first([full, f"refs/remotes/upstream/{name}", f"refs/heads/{name}"]):
            return one[1], f"{variable}: {_short(one[0])}"
        if asked or repository.is_clone:
            command = deepen(repository) if repository.shadow.shallow else f"git fetch origin {quote(f'+refs/heads/{name}:{full}')}"
            raise EvidenceError(f"{variable} names {name!r}, which this clone has not; run: {command}  (or {service.whole})")
    return None


def _merged_into(repository: Repository, own: str, head: str) -> str:
    """The other parent of a merge of the request's last commit, which CI made; empty where head is no such merge.

    It is what the request goes to as the merge has it. What a payload or a branch says may be older or newer, and then what
    others did meanwhile would count as the run's.
    """
    parents = repository.parents(head) if head and is_id(own) else ()
    if len(parents) != 2 or own not in parents:
        return ""
    return parents[1 - parents.index(own)]


def _is_of_another_target(
    repository: Repository, merged: str, named: str, service: Service, environ: Mapping[str, str]
) -> bool:
    """Whether the merge was made with something else than the target has: a request that got a new target keeps its old merge
    for a while, and what that target had and the new one has not would count as nobody's."""
    target = services.value(environ, service.targets)[1].removeprefix("refs/heads/")
    tip = repository.first([f"refs/remotes/{remote}/{target}" for remote in ("origin", "upstream")]) if target else None
    if tip is None and is_id(named):
        # What the event names may be older than the merge, never beside it.
        return repository.first([named]) is not None and not _descends(repository, merged, named)
    return tip is not None and not _descends(repository, tip[1], merged)


def _descends(repository: Repository, commit: str, ancestor: str) -> bool:
    try:
        return ancestor in repository.between(commit, ancestor)[0]
    except EvidenceError:  # a clone that was cut off cannot tell
        return True


def _short(name: str) -> str:
    return name.removeprefix("refs/heads/").removeprefix("refs/remotes/")


def _present(repository: Repository, commit: str, said_by: str, service: Service) -> tuple[str, str]:
    try:
        found = repository.commit(commit) if not is_id(commit) else (repository.first([commit]) or ("", ""))[1]
    except UsageError:
        found = ""
    if found:
        return found, f"{said_by}: {found[:12]}"
    raise EvidenceError(
        f"{said_by} names {commit} as the base, which this clone has not; run: {deepen(repository)}  (or {service.whole})"
    )


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


def merge_base(
    repository: Repository, base: str, head: str, said: str, environ: Mapping[str, str] = NOTHING
) -> tuple[str, list[str], list[str]]:
    """The merge base, the commits after it, and what is to be said about it.

    Never a quiet two-dot diff: where there is no merge base, an ``EvidenceError``.
    """
    service = services.of(environ)
    or_else = f"  (or {service.whole})" if service else ""
    found, commits = repository.between(base, head)
    if not found:
        why = "this clone is shallow" if repository.shadow.shallow else "their histories have no common commit"
        hint = "pass --base with a commit that head descends from"
        if repository.shadow.shallow:
            hint = f"run: {deepen(repository)}{or_else}"
        raise EvidenceError(f"{said} ({base[:12]}) and head ({head[:12]}) have no merge base: {why}; {hint}")
    notes = []
    if len(found) > 1:
        # The one on base's own line: another may be a commit of the run, merged into base, which would hide what came before it.
        first = _on_the_line(repository, base, found)
        found = sorted(found, key=lambda one: one != first)
        notes.append(f"base and head have {len(found)} merge bases; the run is compared with {found[0]}")
    if repository.shadow.shallow:
        notes.append("this clone is shallow: commits before its boundary were not seen")
    remote = (repository.upstream() or ("origin", ""))[0]
    if left_out := repository.setting(f"remote.{remote}.partialclonefilter"):
        notes.append(
            f"this clone leaves out contents ({left_out}), and an audit fetches none; for those that it lacks "
            f"run: git fetch --refetch --no-filter {quote(remote)}{or_else}"
        )
    return found[0], commits, notes
