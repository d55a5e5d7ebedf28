"""What the words of a commit's subject come to: nothing at all, or several things that were done."""

import re
from collections.abc import Collection

# Words that say nothing of what was changed or why, not even together.
EMPTY = frozenset(re.findall(r"\w+", """
    update updates updated updating fix fixes fixed fixing change changes changed misc miscellaneous stuff things thing wip work
    works working progress in cleanup cleanups clean cleaned up tmp temp minor small tiny little more some various several
    multiple other others another final finally done finished save saved saving checkpoint snapshot implementation implement
    implemented implementing commit commits edit edits edited tweak tweaks improvement improvements improve improved bug bugs
    bugfix bugfixes issue issues problem problems code codes file files review reviews address addressed addresses comment
    comments feedback pr requested suggestion suggestions again it the a an and to for of on all my our this that ok now
    refactor refactors refactored refactoring rework stage step part latest new next last stable general adjustments
    modifications patch hotfix oops asdf blah xxx init
"""))  # fmt: skip
_VERBS = re.findall(r"\w+", """
    add fix update remove implement refactor rename improve bump replace move extract introduce create delete drop migrate simplify
    document enable disable handle convert enhance optimize optimise allow prevent correct resolve restore rewrite harden reformat
    upgrade expose wire rework redesign relocate deprecate unify align
""")  # fmt: skip
VERBS = frozenset(verb + ending for verb in _VERBS for ending in ("", "s", "d", "ed", "es")) | {
    "clean", "cleaned", "make", "made", "use", "used", "dropped", "split", "write", "wrote",
}  # fmt: skip
_PARTS = re.compile(r"[,;]|[ \t][+&][ \t]|(?<!\w)(?:and|then)(?!\w)")
_OVERVIEW = re.compile(r"[ \t](?:-{1,2}|\u2013|\u2014|\u2192|=>|via|by|using|so|to)[ \t]|:[ \t]")
_WORD = re.compile(r"[\w'\u2019-]+")


def empty(words: Collection[str]) -> bool:
    """Whether words, in small letters, say nothing; none at all are no such words."""
    return bool(words) and all(word in EMPTY for word in words)


def done(description: str) -> tuple[str, ...]:
    """The verbs of the things that a subject lists as done, where it lists nothing but that, in more than one way.

    What stands behind a dash, a colon or a "by" tells the parts of one thing, and a verb without its object is a name:
    "add create, update and delete endpoints" is one thing.
    """
    first = _PARTS.search(description)
    if first is None or _OVERVIEW.search(description, 0, first.start()):
        return ()
    parts = [_WORD.findall(part.lower()) for part in _PARTS.split(description)]
    found = [part[0] if len(part) > 1 and part[0] in VERBS and part[1] not in VERBS else "" for part in parts]
    verbs = tuple(verb for verb in found if verb)
    return verbs if found[0] and len({verb[:4] for verb in verbs}) > 1 else ()
