"""The message of a commit: its subject taken apart, and what its body says besides trailers, links and a tool's signature."""

import re
from dataclasses import dataclass

LONGEST = 100_000  # characters of a message that are read
LONGEST_SUBJECT = 2_000
MOST_LINES = 2_000

_TYPE = re.compile(r"([A-Za-z][\w-]{1,20})[ \t]*(?:\(([^()\n]{1,80})\))?!?:(?:[ \t]+|\Z)")
_PULL = re.compile(r"[ \t]*\((?:#\d{1,9}|GH-\d{1,9}|![0-9]{1,9})\)\Z")
_FIXUP = re.compile(r"(?i)(fixup|squash|amend)!(?:[ \t]|\Z)")
_REVERT = re.compile(r"(?i)revert\b")
_RELEASE = re.compile(
    r"(?i)(?:(?:prepare|cut|publish|tag|bump|release|version)s?\b[ \t]*)*(?:\w+[ \t]+)?(?:to[ \t]+)?v?\d+\.\d+[\w.+-]*\Z"
)
_TICKET = re.compile(r"\A[\[(]?(?:[A-Z][A-Z0-9]{1,11}-\d{1,9}|#\d{1,9})[\])]?[ \t]*[:|-]?[ \t]*")
_TRAILER = re.compile(
    r"(?i)(?:[a-z][a-z-]{1,40}-(?:by|id|session|url|link|agent|model|version)|refs?|see|cc|bug|issue|closes?|fix(?:es)?|resolves?|"
    r"relates to|part of|related|link|ticket|story|jira|task|skip-checks|git-subtree-\w+)[ \t]*(?::|[ \t]#\d)"
)
_TOOL = re.compile(
    r"(?i)\W*(?:generated|made|created|written|authored|assisted|co-?authored)[ \t]+(?:with|by|using|via)\b|\W*via[ \t]+\["
)
_LINK = re.compile(r"(?i)\W*(?:https?://\S{1,2000}|\[[^\]]{0,200}\]\([^)]{0,2000}\))\W*\Z")
_WORD = re.compile(r"[^\W\d_](?:[\w'’]*\w)?")


@dataclass(frozen=True, slots=True)
class Message:
    """One message. ``description`` is the subject without its type, its scope, ticket numbers and the number of a pull request."""

    subject: str
    type: str = ""
    scope: str = ""
    description: str = ""
    body: tuple[str, ...] = ()  # the lines that say something
    fixup: str = ""  # fixup, squash, amend
    parted: bool = True  # whether an empty line stands between the subject and the rest

    @property
    def revert(self) -> bool:
        """Whether it is git's message of a revert, or one of its kind."""
        return _REVERT.match(self.subject) is not None or self.type.lower() == "revert"

    @property
    def release(self) -> bool:
        """Whether it only names a version."""
        return _RELEASE.match(self.description) is not None

    @property
    def words(self) -> tuple[str, ...]:
        """Those of the description, in small letters."""
        return tuple(_WORD.findall(self.description.lower()))

    @property
    def body_words(self) -> int:
        return sum(len(_WORD.findall(line)) for line in self.body)


def read(message: str) -> Message:
    """Take a message apart; whatever its bytes, it has a subject, which may be empty."""
    lines = [line.strip() for line in message[:LONGEST].replace("\r\n", "\n").split("\n")[:MOST_LINES]]
    while lines and not lines[0]:
        lines.pop(0)
    subject = lines[0][:LONGEST_SUBJECT] if lines else ""
    fixup = _FIXUP.match(subject)
    bare = _PULL.sub("", subject[fixup.end() :].strip() if fixup else subject)
    kind = _TYPE.match(bare)
    description = bare[kind.end() :].strip() if kind else bare
    while (ticket := _TICKET.match(description)) is not None and ticket.end():
        description = description[ticket.end() :]
    body = tuple(line for line in lines[1:] if _says(line))
    return Message(
        subject, kind[1] if kind else "", (kind[2] or "") if kind else "", description, body,
        fixup[1].lower() if fixup else "", len(lines) < 2 or not lines[1],
    )  # fmt: skip


def _says(line: str) -> bool:
    """Whether a line of a body says anything of the change."""
    if not _WORD.search(line):
        return False
    return not (_TRAILER.match(line) or _TOOL.match(line) or _LINK.match(line))
