"""How a label of a log is written where it is not written as specified; nothing is lost by it."""

from functools import lru_cache

from pytest_agentcompliance.parsing.late import late
from pytest_agentcompliance.parsing.log_labels import LONGEST, PARENT, SPECIFIED, Label, words
from pytest_agentcompliance.parsing.markdown import Line

_ASIDE = late(r"\s*\([^()]*\)\s*$")


def of_label(label: Label, line: Line, name: str, indents: dict[str, int]) -> list[str]:
    """What is otherwise about a label of a field; ``indents`` are those of the labels before it."""
    dresses = []
    if worded := _worded(label.written[:LONGEST], name):
        dresses.append(worded)
    if line.kind == "heading":
        dresses.append("labels as headings")
    else:
        if label.bold:
            dresses.append("labels in bold")
        if not line.marker:
            dresses.append("labels without a list marker")
        elif line.marker[0].isdigit():
            dresses.append("numbered labels")
        if not label.colon:
            dresses.append("labels without a colon")
    parent = PARENT.get(name)
    if parent in indents and line.indent <= indents[parent]:
        dresses.append("sub-labels not indented")
    return dresses


@lru_cache(maxsize=1024)
def _worded(written: str, name: str) -> str:
    """How the words of a label differ from the specified ones; empty where they do not."""
    specified = SPECIFIED[name]
    written = _ASIDE.sub("", written).strip(" :")
    if words(written) != words(specified) or (written.lower() != specified.lower() and name == "notes"):
        return f"label {written[:60]!r} for {specified!r}"
    return ""
