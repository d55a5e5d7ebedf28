"""Which story a run worked on: from the log's path in the change, then the branch name. Never a guess between two."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from pytest_agentcompliance.errors import Unreadable
from pytest_agentcompliance.evidence import ChangeSet, Content, FileChange
from pytest_agentcompliance.evidence.changes import is_file
from pytest_agentcompliance.parsing.log_places import same_log

TOKEN = re.compile(r"(\*\*/|\*\*|\*|\{\w+\})")
STARS = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*"}
WORDS = re.compile(r"[^\W_]+")
IN_BRANCH = re.compile(r"(?<![A-Za-z0-9])[A-Za-z][A-Za-z0-9]*(?:-[A-Za-z][A-Za-z0-9]*)*-\d+(?![A-Za-z0-9])")


@dataclass(frozen=True, slots=True)
class Story:
    """The story's id, or an empty ``name`` and the reason why there is none."""

    name: str
    why: str = ""


def find(
    templates: Iterable[str], values: Mapping[str, str], changes: ChangeSet, branch: str | None, paths: Callable[[], Iterable[str]]
) -> Story:
    """``templates`` say where a story's log lies; ``paths`` lists all paths of head, when the branch must be checked."""
    patterns = [_pattern(template, values) for template in templates if "{story}" in template]
    written = (change.path for change in changes if change.after is not None)
    logs = {path: hit["story"] for path in written for pattern in patterns if (hit := pattern.fullmatch(path))}
    found = sorted(set(logs.values()))
    named = IN_BRANCH.findall(branch or "")
    if len(found) > 1:
        found = [name for name in found if name.casefold() in {one.casefold() for one in named}] or found
    if len(found) > 1:  # a log that only moved, or was formatted, is not what this run wrote
        found = sorted({logs[path] for path in logs if logs[path] in found and wrote(changes, changes.by_path[path])}) or found
    if len(found) == 1:
        return Story(found[0])
    if found:
        some = ", ".join(found[:5]) + (" ..." if len(found) > 5 else "")
        return Story("", f"{len(found)} stories could be meant ({some}); pass --story")
    if named:
        folders = {part.casefold(): part for path in paths() for part in path.split("/")[:-1]}
        known = {folders[one.casefold()] for one in named if one.casefold() in folders}
        if len(known) == 1:
            return Story(known.pop())
    return Story("", "no story was found in the change or in the branch name; pass --story, or name it in the policy")


def wrote(changes: ChangeSet, change: FileChange) -> bool:
    """Whether a run wrote words to a log: it did not where the log only moved with its story's folder, or was formatted."""
    if change.renamed_from is not None or change.after is None:
        return False
    before = change.before or moved_from(changes, change.path)
    if before is None or not is_file(before.mode) or not is_file(change.after.mode):
        return True
    try:
        return WORDS.findall(before.text()) != WORDS.findall(change.after.text())
    except Unreadable:
        return True


def moved_from(changes: ChangeSet, path: str) -> Content | None:
    """What lay at base in the folder of the stage that the run moved a log out of."""
    change = changes.by_path.get(path)
    if change is None or change.before is not None:
        return None
    gone = [one for one in changes if one.after is None and same_log(one.path, path)]
    same = [one for one in gone if one.path == change.renamed_from] or gone
    return same[0].before if same else None


def _pattern(template: str, values: Mapping[str, str]) -> re.Pattern[str]:
    """A template as a pattern: stars as in a glob, other values put in, ``{story}`` a group that may recur."""
    seen = False
    parts = []
    for part in TOKEN.split(template):
        if part == "{story}":
            parts.append("(?P=story)" if seen else "(?P<story>[^/]+)")
            seen = True
        elif part.startswith("{") and part[1:-1] in values:
            parts += [STARS.get(one) or re.escape(one) for one in TOKEN.split(values[part[1:-1]])]
        else:
            parts.append(STARS.get(part) or re.escape(part))
    return re.compile("".join(parts))
