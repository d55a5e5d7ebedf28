"""By what SQL is known among the texts of a program."""

import re

_BEGINS = re.compile(
    r"""\(?\s*(?:(?:sql|text|sa\.text|dedent|textwrap\.dedent)\s*\(?\s*)?[rRfFbBuU]{0,2}["'`]{1,3}"""
    r"""(?:\s|--[^\n]{0,200}\n)*\(?(?:(begin|commit|rollback|vacuum|abort|end|start transaction)\b(?!-)|"""
    r"""(select|insert|update|delete|with|create|alter|drop|pragma|set|call|explain|replace|merge|truncate|lock|attach|detach|analyze|"""
    r"""savepoint|release|grant|revoke|refresh|copy|listen|notify|show|declare|fetch|reindex|values|exec|execute|upsert|use)(?=[\s(*]))""",
    re.IGNORECASE,
)
_ENDS = frozenset({"begin", "commit", "rollback", "savepoint", "release", "start transaction", "abort", "end"})


def begins(text: str) -> bool:
    """Whether an argument as it is written is a string that begins as SQL does."""
    return _BEGINS.match(text[:2000]) is not None


def bounds(text: str) -> bool:
    """Whether it begins or ends a transaction."""
    found = _BEGINS.match(text[:2000])
    return found is not None and (found[1] or found[2]).lower() in _ENDS
