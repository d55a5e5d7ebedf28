"""The first policy of a repository: look at what lies there, propose a profile and its paths, write them down."""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

from pytest_agentcompliance import policy, profile
from pytest_agentcompliance.errors import UsageError
from pytest_agentcompliance.profile import Draft
from pytest_agentcompliance.sources import survey
from pytest_agentcompliance.sources.location import locate

LOG = re.compile(r"(?:(?P<above>.+)/)?(?P<story>[^/]+)/_implementation/BACKEND-LOG\.md", re.DOTALL)
STAGES = frozenset({
    "archive", "backlog", "completed", "done", "elaboration", "in-progress", "needs-code-review", "ready-for-qa", "ready-to-work",
    "qa", "uat",
})  # fmt: skip
STORY_FOLDER = re.compile(r"STORY-(?:\d+|X+)")
SPEC_FOLDERS = (".claude/agents/", "agents/", "docs/")
SPEC_NAME = re.compile(r"^name:\s*[\"']?([\w-]{1,80})", re.MULTILINE)
OF_V1 = re.compile(r"^version:\s*[\"']?1\b|STORY-X+/", re.MULTILINE)  # what the later spec no longer says
PLAIN = re.compile(r"[A-Za-z0-9_.*@+/-]+")
V1, V3 = "dev-implement-backend-coder-v1", "dev-implement-backend-coder-v3"
SPECS = {
    "dev-implement-backend-coder": V3,
    "backend-developer": "backend-developer-v6",
    "backend-engineer": "backend-engineer",
    "backend-implementer": "backend-implementer",
}


@dataclass(frozen=True, slots=True)
class Guess:
    """A profile that the repository points to, and what in it does."""

    profile: str
    why: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """A policy that is not written yet. ``why`` are the reasons, one sentence each."""

    text: str
    path: Path
    profile: str
    why: tuple[str, ...]


def propose(repo: Path, profile_name: str | None = None) -> Proposal:
    """The policy for the repository that ``repo`` lies in; of this profile, or of the one that fits best.

    Raises ``UsageError`` outside a repository and in a bare one, ``PolicyError`` for an unknown profile.
    """
    root = locate(repo).root
    if root is None:
        raise UsageError(f"{repo} is a bare repository; run init in a work tree of it, and commit what it writes")
    paths = list(survey.paths(root))
    guesses = list(_guesses(root, paths))
    chosen = Guess(profile_name, "you asked for it") if profile_name else guesses[0]
    draft = profile.read(chosen.profile, lambda name: survey.head(root / profile.FOLDER / f"{name}.yaml") or None)
    why = [f"profile {chosen.profile}: {chosen.why}"]
    others = {one.profile: one.why for one in reversed(guesses[:-1]) if one.profile != chosen.profile}
    why += [f"also possible is {name}: {reason}" for name, reason in reversed(others.items())]
    values = dict(_values(draft, paths, why))
    return Proposal(_text(draft, values), root / policy.FILE, draft.name, tuple(why))


def write(proposal: Proposal) -> str:
    """Write the policy down and say what comes next. Raises ``UsageError`` where one is there already."""
    name = proposal.path.name
    try:
        with proposal.path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(proposal.text)
    except FileExistsError as wrong:
        raise UsageError(
            f"{proposal.path} is there already and stays as it is; edit it, or remove it first; "
            "'agent-compliance init --print' shows what would be proposed"
        ) from wrong
    except OSError as wrong:
        raise UsageError(f"{proposal.path} cannot be written: {wrong.strerror}") from wrong
    reasons = "".join(f"  {''.join(char if char.isprintable() else '?' for char in reason)}\n" for reason in proposal.why)
    return (
        f"wrote {proposal.path}\n{reasons}\n{proposal.text}\n"
        "Commit it where agents start from (main, say): a run is judged by the policy at its merge base.\n"
        f'  git add {name} && git commit -m "Hold agents to their spec"\n'
        "Then, on a branch that an agent worked on:\n"
        "  pytest --agent-compliance   or, without pytest: agent-compliance audit"
    )


def _guesses(root: Path, paths: Sequence[str]) -> Iterator[Guess]:
    """What the repository points to, the strongest sign first; there is always one."""
    yield from _from_specs(root, paths)
    logs = [found for path in paths if (found := LOG.fullmatch(path))]
    staged = [log for log in logs if _stage(log)]
    if staged:
        yield Guess(V3, f"{staged[0][0]} is the log of a story in a folder of its stage")
    there = frozenset(paths)
    for name in ("specs/openapi.yaml", "specs/openapi.yml", "specs/openapi.json"):
        if name in there:
            yield Guess("backend-developer-v6", f"{name} is there")
    if "docs/plans/backend-plan.md" in there:
        yield Guess("backend-engineer", "docs/plans/backend-plan.md is there")
    tops = {path.split("/")[0] for path in paths}
    if "plans" in tops and any(path.startswith("packages/backend/") for path in paths):
        yield Guess(V3, "packages/backend/ and plans/ are there")
    if len(logs) > len(staged):
        first = next(log for log in logs if not _stage(log))
        yield Guess(V1, f"{first[0]} is the log of a story")
    if story := next((part for path in paths for part in path.split("/")[:-1] if STORY_FOLDER.fullmatch(part)), None):
        yield Guess(V1, f"there is a folder {story}")
    yield Guess("backend-implementer", "it asks for no documents of its own, and fits any backend")


def _from_specs(root: Path, paths: Iterable[str]) -> Iterator[Guess]:
    """The specs of agents that lie in the repository, told by their file's name or the name in their front matter."""
    specs = [path for path in paths if path.startswith(SPEC_FOLDERS) and path.lower().endswith(".md")]
    for path in sorted(specs, key=lambda path: next(k for k, folder in enumerate(SPEC_FOLDERS) if path.startswith(folder))):
        text = survey.head(root / path)
        name = path.rpartition("/")[2].split(".")[0]
        said = SPEC_NAME.search(text[:2000]) if text.startswith("---") else None
        found = SPECS.get(name) or (SPECS.get(said[1]) if said else None)
        if found == V3 and OF_V1.search(text):
            found = V1
        if found:
            yield Guess(found, f"{path} is its spec")


def _stage(log: re.Match[str]) -> bool:
    return (log["above"] or "").rpartition("/")[2].lower() in STAGES


def _values(draft: Draft, paths: Sequence[str], why: list[str]) -> Iterator[tuple[str, str]]:
    """The template values that the repository tells, for those that the profile has."""
    if "feature_dir" in draft.values and (folder := _feature_dir(paths, staged="stage" in draft.values)):
        yield "feature_dir", folder
        why.append(f"feature_dir {folder}: the stories lie below it")
    if "story" in draft.values:
        yield "story", "auto"


def _feature_dir(paths: Sequence[str], *, staged: bool) -> str:
    """The folder that the stories lie in; a glob where there are several; empty where the profile's default must do."""
    found: set[str] = set()
    for path in paths:
        if log := LOG.fullmatch(path):
            above = log["above"] or ""
            found.add(above.rpartition("/")[0] if staged else above)
        elif staged and "/in-progress/" in path:
            found.add(path.partition("/in-progress/")[0])
    if len(found) > 1:
        columns = zip(*(folder.split("/") for folder in found), strict=False)
        shared = [parts[0] for parts in takewhile(lambda parts: len(set(parts)) == 1, columns)]
        folder = "/".join([*shared, "**"])
    else:
        folder = next(iter(found), "")
    # A folder whose name would have to be quoted or escaped is left to the default.
    return folder if folder != "**" and PLAIN.fullmatch(folder) and folder.count("*") in (0, 2) else ""


def _text(draft: Draft, values: dict[str, str]) -> str:
    lines = [
        "# What the runs of agents are held to here. A run is judged by this file as it stands at its merge base.",
        f"# 'agent-compliance explain {draft.name}' lists the clauses.",
        "profiles:",
        f"  - name: {draft.name}",
        *(f"    {word}: {value if value[0].isalnum() else json.dumps(value)}" for word, value in values.items()),
    ]
    return "\n".join(lines) + "\n"
