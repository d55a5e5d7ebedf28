"""Whether a text speaks of a failure: that a check failed, could not be run, or is left to somebody else."""

import re
from collections.abc import Collection, Iterable

from pytest_agentcompliance.parsing.claimed import words
from pytest_agentcompliance.parsing.work import Check

LONGEST = 2000  # characters of a line that are looked at
NEAR = 2  # lines above and below in which the check may be named
_NOTHING_FAILED = re.compile(
    r"(?i)\b(?:0|no|zero|without|none|any)\s+(?:\w{1,20}\s+){0,2}?(?:fail\w*|errors?|warnings?|issues?|regressions?|problems?|skipped)\b"
    r"|\b(?:fail\w*|errors?|skipped)\s{0,3}[:=|]\s{0,3}0\b(?!\.)|exit(?:ed)?(?: with)?(?: code| status)?:? ?0\b"
    r"|\b(?:not|never|nothing|none)\s+fail\w*"
    r"|\berror[- ](?:handling|handler|messages?|cases?|codes?|paths?|class\w*|format\w*|responses?)\b"
)
_FAILED = re.compile(
    r"(?i)\b(?:fail\w*|broken|broke|breaks|errors?|errored|red|crash\w*|tim(?:e|es|ed) out|time-?outs?|killed|blocked"
    r"|unsuccessful\w*|flak\w*|regress\w*|retr(?:y|ied|ies)|attempt \d"
    r"|not (?:yet )?(?:pass\w*|green|clean|compil\w*|build\w*|succe\w*|work\w*|run)"
    r"|(?:do|does|did|would|could|can|wo|ca)(?: not|n['’]t) (?:pass|compile|build|run|start|succeed|work)"
    r"|cannot (?:run|build|compile|start)|unable to (?:run|build|compile|start|verify|test))\b|[✗✘❌]"
)
_FIXED = re.compile(r"(?i)\b(?:fix(?:ed|es)?|repair\w*|mended|debug\w*|investigat\w*|then (?:pass\w*|green)|re-?r[au]n)\b")


def tells(texts: Iterable[str], check: Check | None, names: Collection[str] = ()) -> bool:
    """Whether any of the texts says of this check, or of one that ``names`` call, that it failed. It is taken generously.

    Who says nothing hides something, and that is said of nobody who told it in other words than ours.
    """
    called = [words.ANY, *([words.NAMES[check]] if check else words.NAMES.values())]
    plain = [name.lower() for name in (*names, *(check or "").split()) if len(name) > 2]
    plain += ["test"] if check == "tests" else []
    for text in texts:
        lines = [line[:LONGEST] for line in text.split("\n")]
        for at, line in enumerate(lines):
            rest = _NOTHING_FAILED.sub(" ", line)
            if not (_FAILED.search(rest) or _FIXED.search(rest)):
                continue
            near = "\n".join(lines[max(0, at - NEAR) : at + NEAR + 1])
            if any(pattern.search(near) for pattern in called) or any(name in near.lower() for name in plain):
                return True
    return False
