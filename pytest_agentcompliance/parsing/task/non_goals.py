"""The non-goals of a task as something that a path can be held against: globs, folders, files, names; the rest is prose."""

import re
from collections.abc import Iterable
from typing import NamedTuple

from pytest_agentcompliance.parsing.globs import matches, usable
from pytest_agentcompliance.parsing.markdown import word_set
from pytest_agentcompliance.parsing.planned.names import Found, names
from pytest_agentcompliance.parsing.task.record import Item

MOST = 100  # non-goals that are held against paths
# Words that say what kind of work it is, and not on what.
_AROUND = word_set(
    "a an any all the no not new our their user users end of in on to for with or and do does dont must should touch touching"
    " implement implementing change changes changing changed modify modifying modifications modification edit edits editing"
    " update updates work works implementation code development feature features functionality logic support ui app apps"
    " application applications client layer side service services module modules component components package packages folder"
    " folders directory directories file files project projects repo repository native specific related system systems stuff"
    " part parts area build building adding add"
)
_ALIKE: dict[str, frozenset[str]] = {
    name: frozenset(group.split())
    for group in (
        "frontend front-end", "mobile ios android", "authentication auth", "authorization authorisation authz",
        "documentation docs doc", "database db", "infrastructure infra terraform", "websocket websockets", "e2e end-to-end",
    )
    for name in group.split()
}  # fmt: skip
_COMMON = word_set(
    "src lib test tests docs api core common shared utils util index main app server backend internal config types data base"
    " test time performance quality security design data other future more everything anything nothing none"
)
# A sentence that leaves paths alone says so before it names them, and of the paths themselves: not of what is in them.
_FORBIDS = re.compile(
    r"(?i)^\W{0,4}(?:(?:do|does|must|should|will|shall|please)?\s{0,2}(?:not|never|n[o']t)\b|don't|no\b|any\b|avoid\b|without\b"
    r"|(?:modify|chang|touch|edit|updat|refactor|rewrit|remov|delet|renam|migrat|populat|refresh|revis|reviv|alter)\w{0,5}\b)"
)
_TURNED = re.compile(
    r"(?i)\b(?:outside(?: of)?|except(?:ing|ions?)?(?: for)?|other than|beyond|apart from|besides|but|only|unless|instead of"
    r"|rather than|not in|than|elsewhere|because|since|if|when|how|whether|documented|via|using|by)\b"
)
_OF_IT = re.compile(
    r"(?i)[`*]{0,3}\s{0,2}(?:$|[.,;)!—–]|\s-\s|-\s|\(|:|(?:and|or|files?|folders?|director(?:y|ies)|directly|itself|at all|in this"
    r"|modifications?|changes?|edits?|source|code|schemas?|is off|are off)\b)"
)
_WITHIN = re.compile(r"(?i)\b(?:in|of|from|to|within|inside|under)\s{1,2}(?:the\s{1,2})?[`*]{0,3}$")
_PATHS = re.compile(r"`[^`]{0,300}`|[\w.@*-]{0,100}/[^\s,]{0,300}|\b[\w-]{1,100}\.\w{1,10}\b|\b(?:and|or|the)\b")
_ASIDE = re.compile(r"\([^()]{0,300}\)|\s[–—-]\s.*|:\s.*")
_PARTS = re.compile(r"\s+(?:and|or|&)\s+|,\s*(?:and|or)\s+|[,;/]|\s+\+\s+")
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9-]*")
_NAMES_ALONE = re.compile(r"[\w\s/,&+;'-]+")
_MOST_WORDS = 7  # of a non-goal that is a name, or a few of them


class NonGoal(NamedTuple):
    """One non-goal: globs of the paths that it rules out, or names of folders, packages and modules. Both empty: it is prose."""

    text: str
    line: int
    globs: tuple[str, ...] = ()
    words: frozenset[str] = frozenset()

    def rules_out(self, path: str) -> str:
        """What of the non-goal a path falls under; empty where it does not."""
        if glob := next((one for one in self.globs if matches(path, [one])), ""):
            return glob
        if not self.words:
            return ""
        parts = path.lower().split("/")
        for part in (*parts[:-1], parts[-1].lstrip(".").partition(".")[0]):
            if part in self.words:
                return part
        return ""


def read(items: Iterable[Item]) -> list[NonGoal]:
    """The non-goals of a task, each with what it rules out."""
    return [_read(one) for one, _ in zip(items, range(MOST), strict=False)]


def _read(item: Item) -> NonGoal:
    globs = [_glob(found.text, found.kind) for found in names(item.text[:1_000]) if _is_meant(item.text, found)]
    globs = [one for one in dict.fromkeys(globs) if one and usable(one)]
    if globs:
        return NonGoal(item.text, item.line, tuple(globs))
    return NonGoal(item.text, item.line, words=_words(item.text))


def _is_meant(text: str, found: Found) -> bool:
    """Whether a path stands in a non-goal as what is to be left alone: as all that it says, or behind words that forbid."""
    if found.kind not in ("path", "folder", "glob", "name") or (found.kind == "name" and "." not in found.text):
        return False
    if text.strip().strip("`") == found.text:
        return True
    before, after = text[: found.start], text[found.end : found.end + 60]
    if re.search(r"\s[–—-]\s|\(|;|\.\s", before) or _TURNED.search(before) or not _OF_IT.match(after):
        return False
    if not re.search(r"[A-Za-z]", _PATHS.sub("", before)):  # then the paths are all that it says, and not what a sentence is about
        return not {word.lower() for word in _WORD.findall(_PATHS.sub(" ", _ASIDE.sub("", text)))} - _AROUND
    within = _WITHIN.search(before) is not None
    return bool(_FORBIDS.match(text)) and not (within and found.kind in ("path", "name"))


def _glob(text: str, kind: str) -> str:
    """A written path as a glob: a folder stands for what is below it; brackets of a route are none."""
    path = re.sub(r"([\[\]!#?\\ ])", r"\\\1", text.strip().strip("`").removeprefix("./"))
    if kind == "glob":
        return path if "/" in path.rstrip("/") or path.startswith("*") else f"**/{path}"
    if kind == "name":
        return f"**/{path}"
    bare = path.strip("/")
    anchored = f"/{bare}" if "/" in bare else f"**/{bare}"
    return f"{anchored}/**" if kind == "folder" else anchored


def _words(text: str) -> frozenset[str]:
    """The names of a short non-goal, where it is one or several of them and no sentence: ``mobile apps``, ``frontend changes``."""
    bare = _ASIDE.sub("", text.strip().strip("`*_.\"'")).replace("**", "").strip()
    found = set[str]()
    if _TURNED.search(bare) or not _NAMES_ALONE.fullmatch(bare) or len(bare.split()) > _MOST_WORDS:
        return frozenset()
    for part in filter(str.strip, _PARTS.split(bare)):
        told = [word.lower() for word in _WORD.findall(part)]
        left = [word for word in told if word not in _AROUND]
        if len(told) == 2 and left and left != told:  # "user profile" is one name, and may be that of "profile" too
            found |= {mark.join(told) for mark in ("-", "_", "")}
        name = "-".join(left)
        # One word that says on what is clear; of two, a folder may bear both: user-profile.
        if not left or len(left) > 2 or (len(left) == 1 and (len(name) < 2 or name in _COMMON)):
            return frozenset()  # its parts may share what they are about: "retry or circuit breaker middleware"
        found |= {name, name.replace("-", "_"), name.replace("-", "")} if len(left) == 2 else _ALIKE.get(name, frozenset((name,)))
    return frozenset(found)
