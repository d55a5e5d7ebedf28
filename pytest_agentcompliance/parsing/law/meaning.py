"""Whether two versions of a file that guards a repository say the same, and whether a workflow judges changes at all."""

import re
from hashlib import sha256
from typing import Any

from pytest_agentcompliance.parsing import yaml_nodes
from pytest_agentcompliance.parsing.yaml_nodes import Mapping, Node, Scalar, Sequence

DATA = (".yml", ".yaml", ".json")
PROSE = (".md", ".mdc", ".markdown", ".txt", ".rst")

# What people grant, and choose, while an agent works: keys of .claude/settings.local.json.
_GRANTED = frozenset((
    "allow", "ask", "additionalDirectories", "enabledMcpjsonServers", "enableAllProjectMcpServers", "disabledMcpjsonServers",
    "outputStyle", "model", "spinnerTipsEnabled", "feedbackSurveyState", "prefersReducedMotion", "$schema",
))  # fmt: skip
_SIGN = re.compile(r" ?([^\w\s]) ?")
# A line that says which version the page is, and nothing else.
_VERSION = re.compile(
    r"^([ >*_-]{0,6}(?:(?:current|last)[ _])?(?:version|updated?|modified|date)(?:[ _]at)?[*_]{0,2}:[*_]{0,2})"
    r"[ \tvVTZ0-9.:+()*_'\"-]{0,60}$",
    re.MULTILINE | re.IGNORECASE,
)
_RULE = re.compile(r"-{3,}")
_LIKE = str.maketrans({'"': "'"})

# What runs a workflow on a change, or lets another one run it. Releases, schedules, issues and comments judge no change.
_SHIPS = re.compile(r"deploy|release|publish", re.IGNORECASE)
_OF_REMARKS = frozenset(("issue_comment", "issues", "pull_request_review_comment"))  # a bot that answers also answers reviews
JUDGING = frozenset((
    "push", "pull_request", "pull_request_target", "pull_request_review", "merge_group", "workflow_call", "workflow_run",
    "check_run", "check_suite", "status",
))  # fmt: skip
_OF_PUSHES = frozenset(("branches", "branches-ignore", "paths", "paths-ignore"))


MOST_TOLD = 4096  # edits that are known again
_TOLD: dict[tuple[bytes, bytes, str], str] = {}


def idle_edit(before: str, after: str, path: str) -> str:
    """What alone was changed, where an edit changes nothing that the file says; empty where it says something else.

    The states that a run was in have the same edits of the same files: what was told of one is known by the digests of its texts.
    """
    old, new = (sha256(text.encode("utf-8", "surrogatepass")).digest() for text in (before, after))
    key = (old, new, path)
    if key not in _TOLD:
        if len(_TOLD) >= MOST_TOLD:
            _TOLD.clear()
        _TOLD[key] = _idle_edit(before, after, path)
    return _TOLD[key]


def _idle_edit(before: str, after: str, path: str) -> str:
    name = path.lower()
    if name.endswith(PROSE):
        if _prose(before) == _prose(after):
            return "white space, or other marks of layout"
        if _prose(_VERSION.sub(r"\1", before)) == _prose(_VERSION.sub(r"\1", after)):
            return "numbers or dates of its version"
    elif name.endswith(DATA):
        old, new = yaml_nodes.documents(before), yaml_nodes.documents(after)
        if old is not None and new is not None and [*map(_plain, old)] == [*map(_plain, new)]:
            return "comments or layout"
    # In a script a return before the line's end, or a blank behind a backslash, is another command.
    elif "\\" not in before + after and _lines(before) == _lines(after):
        return "white space at the ends of lines"
    return ""


def only_grants(before: str, after: str) -> bool:
    """Whether two versions of an agent's local settings differ at most in what it was allowed to do, as each run writes them."""
    old, new = yaml_nodes.documents(before), yaml_nodes.documents(after)
    if old is None or new is None:
        return False
    return [*map(_ungranted, old or (Mapping((), 1),))] == [*map(_ungranted, new or (Mapping((), 1),))]


def _ungranted(settings: Node) -> Any:
    """Settings without what people grant while a run goes on."""
    if not isinstance(settings, Mapping):
        return _plain(settings)
    permissions = settings.get("permissions")
    rest = {key.text: _plain(value) for key, value in settings.items if key.text not in _GRANTED and value is not permissions}
    if isinstance(permissions, Mapping):
        kept = ((key.text, one) for key, one in permissions.items if key.text not in _GRANTED and _holds(one))
        rest |= {f"permissions.{key}": _plain(one) for key, one in kept}
    return rest


def _holds(node: Node) -> bool:
    return not isinstance(node, Sequence) or bool(node.items)


def judges(workflow: str, path: str) -> bool:
    """Whether a workflow of GitHub's runs on a change: not one that only releases, cleans up by the clock or answers issues.

    One that cannot be read, or that names no trigger, counts as one that does. What runs on pushes alone and is called a
    deployment or a release takes what is merged. One that runs an audit does judge.
    """
    if "agent-compliance" in workflow:
        return True
    read = yaml_nodes.documents(workflow)
    triggers = read[0].get("on") if read and isinstance(read[0], Mapping) else None
    if isinstance(triggers, Scalar):
        return triggers.text in JUDGING
    if isinstance(triggers, Sequence):
        names = {one.text if isinstance(one, Scalar) else "push" for one in triggers.items}
    elif isinstance(triggers, Mapping):
        names = {key.text for key, value in triggers.items if not (key.text == "push" and _of_tags(value))}
    else:
        return True
    if names & JUDGING == {"push"} and _SHIPS.search(path.rpartition("/")[2]):
        return False
    return bool((names - {"pull_request_review"} if names & _OF_REMARKS else names) & JUDGING)


def checks_of(workflow: str) -> frozenset[str]:
    """The names under which a workflow's jobs report their checks: ids, and names of their own."""
    read = yaml_nodes.documents(workflow)
    jobs = read[0].get("jobs") if read and isinstance(read[0], Mapping) else None
    names: set[str] = set()
    for key, job in jobs.items if isinstance(jobs, Mapping) else ():
        called = job.get("name") if isinstance(job, Mapping) else None
        names.add(called.text if isinstance(called, Scalar) else key.text)
    return frozenset(names)


def _of_tags(push: Node) -> bool:
    if not isinstance(push, Mapping):
        return False
    keys = {key.text for key, _ in push.items}
    return bool(keys & {"tags", "tags-ignore"}) and not keys & _OF_PUSHES


def _prose(text: str) -> str:
    """A page without what a formatter changes: white space beside signs, the width of tables, the kind of quotes."""
    tight = _SIGN.sub(r"\1", " ".join(text.translate(_LIKE).split()))
    return _RULE.sub("---", tight)


def _lines(text: str) -> list[str]:
    return [line.rstrip(" \t") for line in text.split("\n") if line.strip(" \t")]


def _plain(node: Node) -> Any:
    """A node without its lines."""
    if isinstance(node, Scalar):
        return node.text, node.plain
    if isinstance(node, Sequence):
        return [_plain(one) for one in node.items]
    return {key.text: _plain(value) for key, value in node.items}, len(node.items)
