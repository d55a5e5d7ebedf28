"""history/commit-message: each commit is one logical change, with a concise message that says purpose and impact."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from pytest_agentcompliance.errors import Unreadable
from pytest_agentcompliance.evidence import Commit, History
from pytest_agentcompliance.place import Place
from pytest_agentcompliance.rule import Example, Rule
from pytest_agentcompliance.verdict import Finding, Level, Remedy

if TYPE_CHECKING:
    from pytest_agentcompliance.parsing.commit_messages import Message

KINDS = frozenset({"feat", "feature", "fix", "bugfix", "perf", "refactor"})
# One change made everywhere: its subject says all, however many files it takes.
MECHANICAL = re.compile(
    r"(?i)\b(?:renam|mov(?:e|ed|es|ing)\b|format|prettier|lint|white-?space|licen[sc]e|copyright|header|import|bump|upgrad|delet|remov|"
    r"dropp?(?:ed|s)?\b|replac|migrat|rebrand|typo|spelling|revert|merge|sync|scaffold|initial|bootstrap|vendor|generat|relocat|"
    r"convert|strip|sort|type hints?|annotat|translat|i18n|codemod|port(?:ed)? )"
)
_BY_THE_WAY = re.compile(
    r"(?i)\b(?:drive-?by|while (?:(?:i|we) (?:was|were|am|'m) )?(?:at it|here|there)|unrelatedly|also,? unrelated|"
    r"unrelated (?:fix|change|clean|bug|refactor|improve|tweak|update|edit)\w{0,8})\b"
)

# What is said to be left out did not come along.
_ELSEWHERE = re.compile(
    r"(?i)\b(?:no|not|never|without|split|separate(?:ly)?|left|leave|avoid|out of|skip|exclud\w{0,4}|drop\w{0,4}|revert\w{0,4})\b"
)
_TYPED = re.compile(r"(?i)\A(?:[-*+\u2022]|\d{1,2}[.)])[ \t]+[*_`]{0,3}([a-z]{2,10})(?:\([^()\n]{1,80}\))?!?[*_`]{0,3}:[ \t]")
_UPDATE = re.compile(r"(?i)\A(?:update[sd]?|change[sd]?|edit(?:s|ed)?|modif(?:y|ies|ied))[ \t]+[`'\"]?([\w./\\@-]{3,200})[`'\"]?\Z")
_WIP = re.compile(r"(?i)\A\W*(?:wip|work in progress)(?!\w)")
NEAR = 100  # characters around a word that may say the opposite
ENOUGH = 4  # words of a body that say something
MOST_TOLD = 90  # characters of a subject that a finding shows

_CODE = {f"src/{area}/{name}.py": "x = 1\n" for area in ("cart", "till", "tax", "mail") for name in "abcdefgh"}


def _example(title: str, *messages: str, finds: tuple[str, ...] = (), styles: tuple[str, ...] = ()) -> Example:
    """One commit for each message, each of one file."""
    steps = tuple({f"{chr(97 + number)}.py": "x = 1\n"} for number in range(len(messages)))
    return Example(title, commits=steps, messages=messages, finds=finds, styles=styles)


class CommitMessage(Rule):
    """Each commit is one logical change, and its message says in a few words what it is for and what it does.

    Why: the message is all that blame, bisect and a release note have to go by. "fix" and "update" say nothing that git does not
    know, and of a commit that does three things none can be taken back alone.

    Reported are commits without a subject; those whose subject has no word that says anything, or only names a file; those that
    were left to be squashed, and those that call themselves work in progress; subjects that are too long; subjects that list
    three or more things that are done, each with its verb; bodies that say themselves that something unrelated came along, or
    whose items are of several types (feat, fix, perf, refactor); and large commits, of many files of code in several folders,
    that say nothing besides their subject. Where a body says what an empty subject does not, that is a matter of style. Merges
    are not read, and of reverts and releases neither the length nor what they list. Trailers, links, and the line of a tool that
    says it wrote the commit are no part of a message.

    Blind spots: whether a message is true; what a commit of two things does under a subject that names one; messages in other
    languages than English, of which only the length and the shape are judged. A list behind a dash or a colon is taken to tell
    the parts of what stands before it.
    """

    longest: int = Field(default=100, ge=20, description="Characters of a subject, the number of a pull request not counted.")
    concise: int = Field(default=80, ge=20, description="Characters of a subject from which its length is a matter of style.")
    types: list[str] = Field(default=[], description="The types that a subject has to begin with (feat, fix); none: any.")
    large: int = Field(default=30, ge=2, description="Files of code in one commit from which it needs a body.")
    areas: int = Field(default=3, ge=1, description="Folders, two levels deep, in which the files of a large commit lie at least.")
    several: int = Field(default=3, ge=2, description="Things with a verb each, in one subject, that are too many.")

    remedy: ClassVar[Remedy] = Remedy(
        "fix", "Reword the commit, or split it, before it is merged: one change in each, and a subject that says what it is for."
    )
    examples = (
        _example("A subject that says nothing is reported.", "fix\n", "WIP\n", "chore: update files\n", "address review comments\n",
                 finds=("a.py", "b.py", "c.py", "d.py")),
        _example("So is one whose type and ticket are all that it says.", "feat(SHOP-12): implementation\n", "SHOP-13\n",
                 finds=("a.py", "b.py")),
        _example("So are commits that were left to be squashed.", "fixup! feat: store the cart\n", finds=("a.py",)),
        _example("So is a subject that only names the file.", "Update a.py\n", finds=("a.py",)),
        _example("So is a subject that goes on and on.", f"feat: store the cart {'and the basket ' * 8}in the session\n",
                 finds=("a.py",)),
        _example("So is a subject that lists what else was done.", "fix push messages, add a retry queue and remove debug logs\n",
                 finds=("a.py",)),
        _example("So is a body whose items are of several types.",
                 "feat: carts\n\n- feat: store the cart\n- fix: tax of two items\n", finds=("a.py",)),
        _example("So is one that says that something unrelated came along.",
                 "feat: store the cart\n\nThe cart outlives a session. Unrelated fix: the tax of two items.\n", finds=("a.py",)),
        Example("So is a large commit that says no more than its subject.", before={}, commits=(_CODE,),
                messages=("feat: carts\n\nCo-Authored-By: Claude <noreply@anthropic.com>\n",), finds=("src/cart/a.py",)),
        _example("A body that says what the subject does not makes it a matter of style.",
                 "address review comments\n\nThe tax is rounded once, at the end, so that two items cost twice as much as one.\n",
                 styles=("a.py",)),
        _example(
            "Short subjects that say what they do are kept.",
            "fix typo in the cart\n", "feat(cart)!: store carts in the session (#12)\n", "Bump lodash from 4.17.20 to 4.17.21\n",
            "v1.2.0\n", "chore: release v1.3.0\n", "Initial commit\n", "test: cover the cart\n",
        ),
        _example(
            "One change with several parts is kept.",
            "refactor: simplify the till and add the missing call\n", "feat: add create, update and delete endpoints for carts\n",
            "fix(app): restore the composer, keep-awake and summaries\n",
            "fix: dashboard of the scraper \u2014 wire up counters, remove a histogram, add panels\n",
        ),
        _example(
            "What is said to be left out did not come along.",
            "feat: store the cart\n\nTwo unrelated fixes that rode along are split\ninto commits of their own.\n",
        ),
        _example("Reverts are kept as git writes them.", f'Revert "feat: {"store the cart " * 7}"\n\nThis reverts commit 0123.\n'),
        _example("Other languages are kept.", "fix(web): \u4fee\u590d\u6536\u4ef6\u7bb1\n", "Korrigiere die Steuer\n"),
        Example(
            "A large commit of one change everywhere is kept.", commits=(_CODE,), messages=("refactor: rename Cart to Basket\n",),
        ),
        Example("A large commit that says why is kept.", commits=(_CODE,),
                messages=("feat: carts\n\nCarts outlive a session now, so that nobody loses one to a time-out.\n",)),
    )  # fmt: skip

    def check(self, commits: History) -> Iterator[Finding]:
        from pytest_agentcompliance.parsing import commit_messages  # start-up time: when the rule is asked

        for commit in commits:
            if len(commit.parents) > 1:
                continue
            message = commit_messages.read(commit.message)
            try:
                paths = sorted(commit.changes.paths - commit.changes.proofs)
            except Unreadable:  # its message can still be read
                paths = []
            for said, level in self._wrong(commit, message, paths):
                yield _finding(commit, message, said, level, paths)

    def _wrong(self, commit: Commit, message: "Message", paths: list[str]) -> Iterator[tuple[str, Level]]:
        """What is wrong with a message, the worst first; an empty subject needs no second word."""
        if not message.subject:
            yield "has no message", "breach"
            return
        if message.fixup:
            yield f"was left to be squashed ({message.fixup}!)", "breach"
            return
        from pytest_agentcompliance.parsing import commit_words

        told: Level = "style" if message.body_words >= ENOUGH else "breach"
        if empty := _empty(message, paths, root=not commit.parents):
            yield empty, told
            return
        if _WIP.match(message.type or message.description) or _WIP.match(message.subject):
            yield "calls itself work in progress", "style"
        if self.types and message.type.lower() not in {one.lower() for one in self.types} and not message.revert:
            yield f"begins with none of the types {', '.join(self.types)}", "breach"
        if not message.parted:
            yield "has no empty line between its subject and the rest", "style"
        if message.revert or message.release:
            return
        length = len(message.subject)
        if length > self.concise + len(" (#12345)") * message.subject.endswith(")"):
            long = length > self.longest + len(" (#12345)") * message.subject.endswith(")")
            yield f"has a subject of {length} characters", "breach" if long else "style"
        done = commit_words.done(message.description)
        listed = f"does {len(done)} things ({', '.join(done)})" if len(done) >= self.several else ""
        if several := listed or _besides(message, squashed=_is_squashed(commit)):
            yield several, "breach"
        elif large := self._silent(message, paths):
            yield large, "breach"

    def _silent(self, message: "Message", paths: list[str]) -> str:
        """What a large commit does not say."""
        from pytest_agentcompliance.parsing.testcode import is_source

        if message.body_words >= ENOUGH or MECHANICAL.search(message.description):
            return ""
        code = [path for path in paths if is_source(path)]
        folders = {"/".join(path.split("/")[:-1][:2]) for path in code}
        if len(code) < self.large or len(folders) < self.areas:
            return ""
        return f"changes {len(code)} files of code in {len(folders)} folders and says nothing besides its subject"


def _empty(message: "Message", paths: list[str], *, root: bool) -> str:
    """Why a subject says nothing; empty where it says something."""
    from pytest_agentcompliance.parsing import commit_words

    words = message.words
    if root or message.release or message.subject.lower().startswith("initial commit"):
        return ""
    if not words and not re.search(r"\w", message.description):
        return "says nothing besides an id" if message.description != message.subject else "has a subject without a word"
    if commit_words.empty(words):
        return "says neither what was changed nor why"
    update = _UPDATE.match(message.description)
    if update and any(path.endswith("/" + update[1].lstrip("./")) or path == update[1].lstrip("./") for path in paths):
        name = update[1].rpartition("/")[2].lower()
        if "." in name and "lock" not in name and not name.startswith(("readme", "changelog", "license")):
            return f"only names the file {name}, as git does"
    return ""


def _besides(message: "Message", *, squashed: bool) -> str:
    """What a body says of other changes in the commit. A platform that squashes a branch lists its commits: those were apart."""
    text = " ".join(message.body)
    for said in _BY_THE_WAY.finditer(text):
        if not _ELSEWHERE.search(text, max(said.start() - NEAR, 0), said.end() + NEAR):
            return f"says itself that something else came along ({said[0]!r})"
    kinds = dict.fromkeys(found[1].lower() for line in message.body if (found := _TYPED.match(line)) is not None)
    named = [kind for kind in kinds if kind in KINDS]
    if len(named) > 1 and not squashed:
        return f"is {' and '.join(named)} in one"
    return ""


def _is_squashed(commit: Commit) -> bool:
    return commit.committer.email in ("noreply@github.com", "noreply@gitlab.com") or bool(
        re.search(r"\(#\d{1,9}\)\Z", commit.message.partition("\n")[0].rstrip())
    )


def _finding(commit: Commit, message: "Message", said: str, level: Level, paths: list[str]) -> Finding:
    from pytest_agentcompliance.parsing.testcode import is_source

    shown = message.subject if len(message.subject) <= MOST_TOLD else message.subject[: MOST_TOLD - 1] + "\u2026"
    told = f"commit {commit.id[:9]} {shown!r} {said}" if shown else f"commit {commit.id[:9]} {said}"
    place = next((path for path in paths if is_source(path)), paths[0] if paths else None)
    what = re.sub(r"\d+", "", said)
    return Finding(told, Place(place) if place else None, level, f"{what} | {message.subject}")
