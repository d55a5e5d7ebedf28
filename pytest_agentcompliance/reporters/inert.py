"""Text out of the audited tree as Markdown or HTML in which nothing of it links, mentions anybody or opens a tag."""

import html
import re
from collections.abc import Callable

from pytest_agentcompliance.reporters import markup
from pytest_agentcompliance.reporters.text import shown

# Put between the two parts of what would be linked as one: it is not seen, and the parts are linked to nothing.
APART = "\u200b"
ENTITY = "&#8203;"  # the same where the text is Markdown or HTML
# Signs with a meaning in Markdown, which a backslash takes from them; < and > become entities.
SIGNS = re.compile(r"[\\`*_\[\]<>|~$]")
BLOCK = re.compile(r"[ #+=:/-]|\d+[.)]")  # what begins a heading, a list, a rule, indented code, a quick action of GitLab's
# What GitHub and GitLab make something else of, wherever it stands: mentions, references to issues, merge requests, epics,
# labels, milestones, snippets, alerts and commits, addresses, emoji, entities. Each is cut behind its first sign.
LINKED = re.compile(
    r"""[@#!&%~$^](?=[\w"{#]) | G(?=H-\d) | :(?=//|[\w+-]+:|mailto:) | w(?=ww\.) | (?<=mailto):(?=\S) | \[(?=\w+:|\[) | \](?=[(\[:])
        | <(?=[!/?\w]) | \.(?=\.\.?\w)""",
    re.IGNORECASE | re.VERBOSE,
)
HASH = re.compile(r"[0-9a-f]{7,}", re.IGNORECASE)
SHORT = 6  # digits of a hash; what has seven is looked up as a commit


def prose(text: str) -> str:
    """One line of text as Markdown that reads as it is written, in a table too."""
    text = shown(text)
    return (ENTITY if BLOCK.match(text) else "") + _apart(text, ENTITY, lambda part: SIGNS.sub(_signed, part))


def tagged(text: str) -> str:
    """The same where HTML is read and Markdown is not: between the tags of a summary."""
    return _apart(shown(text), ENTITY, lambda part: html.escape(part, quote=False))


def apart(text: str) -> str:
    """The same for what reads it as Markdown or as it stands, nobody knows: nothing is linked, and no sign more is seen."""
    return _apart(shown(text), APART, str)


def code(text: str) -> str:
    """Inline code, in which nothing is linked, in a table too."""
    if "|" in text:  # a table takes its bars first, whatever stands before them
        return f"<code>{prose(text)}</code>"
    return markup.code(shown(text)) if text else ""


def _apart(text: str, between: str, made: Callable[[str], str]) -> str:
    cuts = {found.start() + 1 for found in LINKED.finditer(text)}
    for found in HASH.finditer(text):
        cuts.update(range(found.start() + SHORT, found.end(), SHORT))
    parts, at = [], 0
    for cut in sorted(cuts):
        parts.append(made(text[at:cut]))
        at = cut
    return between.join([*parts, made(text[at:])])


def _signed(found: re.Match[str]) -> str:
    return {"<": "&lt;", ">": "&gt;"}.get(found[0], f"\\{found[0]}")
