"""security/secrets: no key, token or password is written into the repository."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from pytest_agentcompliance.errors import Unreadable
from pytest_agentcompliance.evidence import ChangeSet, Commit, FileChange, History, Line
from pytest_agentcompliance.evidence.changes import SUBMODULE, decode
from pytest_agentcompliance.parsing import hints
from pytest_agentcompliance.parsing.globs import matches
from pytest_agentcompliance.place import Place
from pytest_agentcompliance.rule import Candidates, Example, Rule
from pytest_agentcompliance.verdict import Finding, Level, Remedy

if TYPE_CHECKING:  # start-up time: the forms of tokens are compiled when the rule is asked
    from pytest_agentcompliance.parsing.secrets.leaks import Leak

GENERATED = [
    "*-lock.json", "*-lock.yaml", "*.lock", "*.lockb", "npm-shrinkwrap.json", "go.sum", "go.work.sum", "*.snap",
    "**/__snapshots__/**",
    "*.min.js", "*.min.css", "*.map", "*.tsbuildinfo", "*.svg", "*.ipynb", "**/node_modules/**", "**/vendor/**", "**/dist/**",
    "**/cassettes/**", "*.har", "*.pb.go", "*_pb2.py", ".pnp.*",
]  # fmt: skip
_PROSE = re.compile(r"(?i)\.(?:mdx?|rst|adoc|txt|html?|mdc|log|jsonl|ndjson|cast|http|rest)$")  # what is said or was said
_CODE = re.compile(r"(?i)\.(?:py|pyi|[cm]?[jt]sx?|go|rs|java|kts?|swift|rb|php|cs|cc?|cpp|h|hpp|scala|ex|exs|lua|dart|vue|"
                   r"svelte|astro|sql|css|scss)$")
_POSED = re.compile(r"(?i)(?:^|/)(?:__)?(?:fixtures?|mocks?|testdata|test[-_]data|stories|storybook|examples?|samples?|golden|"
                    r"cassettes|playwright|cypress|e2e|locales?|i18n|translations?)(?:__)?/|[/_.-]test[-_]?data[^/]*$")
_FIREBASE = ("google-services.json", "GoogleService-Info.plist")  # the keys in them go out with every application
# Pictures, sounds, films, type faces, archives: many bytes, in which nothing is written.
_MEDIA = re.compile(r"(?i)\.(?:png|jpe?g|gif|webp|avif|ico|bmp|tiff?|mp[34]|m4[av]|mov|webm|og[gv]|wav|woff2?|ttf|otf|eot|pdf|"
                    r"zip|t?gz|bz2|xz|7z|jar|whl|wasm|pyc|so|exe)$")
_CONTROLS = bytes(one for one in range(32) if one not in b"\t\n\r\f\x1b")
SHORT, ALIKE, PARTS = 2000, 200, 100  # bytes that are compared line by line; that are looked for; pieces of one content
MOST, MOST_BINARY = 20_000_000, 2_000_000  # characters of one file
# In parts, so that no scanner takes this file for a leak.
_SAMPLE = "sk-ant-" "api03-" "Qm7Zr2Vx9Lk4Hd8Tn3Wp6Yb1Gc5Jf0Rs-Ku_Ea7Io2Mv"
_HEX = "9f2c71e04b8a" "d65398c1f07e2ab4d61c"


class Secrets(Rule):
    """No key, token or password is written into the repository.

    Why: a secret in a repository belongs to everybody who can read it, and to everybody who ever will. Taking the line out
    again does not help: the commit keeps it. It has to be made invalid, which costs more than the work that it was written
    for.

    The added lines of all files are searched, and those of each commit of the run, so that what one commit added and another
    took away is found, and so are the commits' messages. Known are the forms that some fifty providers give their tokens,
    private keys, passwords in URLs, the detectors of detect-secrets, and values that are named as secret (``api_key``,
    ``DB_PASSWORD``, ``Authorization: Bearer``) and look random. A finding shows the kind, the letters that all of its kind
    begin with, and the length, never the value. Nothing in the change silences it: comments that tell scanners to look away
    are not read.

    What is none: references (``process.env.X``, ``${X}``), placeholders, values that say that they are made up, count up or
    repeat themselves, test keys of Stripe, documented examples, hashes, ids, public keys, the anonymous keys of Supabase,
    passwords made of common words (``postgres:postgres``), URLs of one's own machine. In tests and fixtures only tokens whose
    form is a provider's count; a private key there is a matter of style. In prose and logs a named value must look random. In files
    that tools write (``generated``) only forms count that nothing else has. What only moved is not new.

    The fingerprint of a finding is made of the rule, the path, the kind and the name; that of a token with enough randomness
    also of a digest of it, so that a waiver is for that token alone. A short password has none: its digest could be tried
    out.

    Blind spots: a secret in pieces (``"sk-" + "ant-..."``), encoded or encrypted, or in the name of a
    file; a password of words alone, without a digit
    or shorter than eight characters; a token without a form under a name that says nothing; what stands in an archive, a
    picture or another binary format; a token of a provider that looks made up; the user of ``curl -u``; what a merge of
    another branch brought, and states of the work tree that no commit has.
    """

    generated: list[str] = Field(
        default=GENERATED, description="Globs of files that tools write: only forms of tokens that nothing else has count there."
    )

    remedy: ClassVar[Remedy] = Remedy(
        "fix", "Read it from the environment or a secret store, and have it revoked: what was committed once is known."
    )
    examples = (
        Example(
            "A token of a known form is reported wherever it stands, and whatever a comment says.",
            before={"a.py": "x = 1\n"},
            after={"a.py": f'x = 1\nclient = Client("{_SAMPLE}")  # pragma: allowlist secret\n', "b.md": f"Use `{_SAMPLE}`.\n"},
            finds=("a.py:2", "b.md:1"),
        ),
        Example(
            "So is a value that is named as secret and looks random, and a password in a URL.",
            after={
                ".env": f"DATADOG_API_KEY={_HEX}\nDB_PASSWORD=hX7#kQ2!vB9z\n",
                "a.ts": f"const jwtSecret = process.env.JWT_SECRET || '{_HEX}'\n",
                "b.yaml": "url: postgres://app:" "Zt5kW9qLm2@db.prod.acme.io:5432/app\n",
            },
            finds=(".env:1", ".env:2", "a.ts:1", "b.yaml:1"),
        ),
        Example(
            "What a later commit took away again is still known to who has the history.",
            before={"a.py": "x = 1\n"},
            commits=({"a.py": f'x = 1\nkey = "{_SAMPLE}"\n'}, {"a.py": 'import os\nkey = os.environ["KEY"]\n'}),
            finds=("a.py:2",),
        ),
        Example("A private key is reported where it begins.",
            after={"k.pem": "-----BEGIN " "PRIVATE KEY-----\n" + "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8c"
                                                                 "Kj\n" * 2
                   + "-----END " "PRIVATE KEY-----\n"},
            finds=("k.pem:1",)),
        Example(
            "References, placeholders, hashes and ids are kept.",
            after={
                ".env.example": "API_KEY=your-api-key\nSECRET=changeme\nTOKEN=<TOKEN>\nAWS=AKIA" "IOSFODNN7EXAMPLE\n",
                "a.py": 'key = os.environ["API_KEY"]\nsecret: str = Field(default="")\ntoken_id = '
                        '"4f1c2b7e-8d3a-4e5f-9a6b-7c8d9e0f1a2b"\n',
                "b.ts": "const apiKey = process.env.API_KEY\nconst password = t('auth.password.label2')\n",
                "de.json": '{"password": "Passwort", "tokenHash": "' + _HEX + '"}\n',
                "package-lock.json": '{"integrity": "sha512-' + "Qm7Zr2Vx9Lk4Hd8Tn3Wp6Yb1Gc5Jf0Rs" * 2 + '=="}\n',
            },
        ),
        Example(
            "Passwords of one's own machine, in tests, and of common words are kept.",
            after={
                "docker-compose.yml": "url: postgres://postgres:postgres@localhost:5432/app\nPOSTGRES_PASSWORD: postgres123\n",
                "tests/test_a.py": 'PASSWORD = "hX7#kQ2!vB9z"\nTOKEN = "' + _HEX + '"\n',
            },
        ),
        Example("A regular expression that describes tokens is kept.", after={"a.py": 'RE = re.compile(r"sk-ant-[A-Za-z0-9_-]'
            '{20,}")\n'}),
        Example(
            "What only moved is kept.",
            before={"a.py": f'KEY = "{_SAMPLE}"\n', "c.py": f'api_key = "{_HEX}"\n'},
            after={"a.py": "x = 1\n", "b.py": f'    KEY = "{_SAMPLE}"\n'},
        ),
    )  # fmt: skip

    def check(self, changes: ChangeSet, commits: History | None) -> Iterator[Finding]:
        seen: set[str] = set()
        for change, leak, more in _together(self._new(changes, changes.readable(self.touched(changes)))):
            seen.add(leak.value)
            level = self._level(change.path, leak)
            yield Finding(f"{leak.shown} was added{more}", Place(change.path, leak.line), level, _evidence(leak))
        known: dict[tuple[str, str], frozenset[str]] = {}  # the secrets of each step from a content to the next
        for commit in commits or ():
            yield from self._of_commit(commit, changes, seen, known)

    def wanted(self) -> Candidates:
        """The forms as bytes: most changes have none of them."""
        from pytest_agentcompliance.parsing.secrets.hints import HINTS

        return Candidates(contains=HINTS)

    def touched(self, changes: ChangeSet) -> Iterator[FileChange]:
        media = {one.position for one in changes if _MEDIA.search(one.path)}
        among = frozenset(one.position for one in changes if one.position not in media) if media else None
        hit = {one.position for one in changes.containing(self.wanted().hints, among)}
        return (one for one in changes if one.position in hit)

    def _of_commit(
        self, commit: Commit, changes: ChangeSet, seen: set[str], known: dict[tuple[str, str], frozenset[str]]
    ) -> Iterator[Finding]:
        """What a commit added that the run's own change does not show."""
        for leak in self._leaks("message.md", commit.message):
            if leak.value not in seen:
                seen.add(leak.value)
                yield Finding(f"{leak.shown} stands in the message of commit {commit.id[:9]}", None, "breach", f"message "
                    f"{_evidence(leak)}")
        try:
            mine = commit.changes
        except Unreadable:  # the ledger knows
            return
        # What the run's change ends with was looked at there. Contents are read before patches: those cost git a process a commit.
        among = {one.position for one in mine if not _ends(one, changes.by_path.get(one.path)) and self._holds(one, seen, known)}
        for change, leak in self._new(mine, mine.readable(one for one in mine if one.position in among)) if among else ():
            if leak.value not in seen:
                seen.add(leak.value)
                gone = f"{leak.shown} was added by commit {commit.id[:9]}; the history keeps it, though a later one took it away"
                yield Finding(gone, Place(change.path, leak.line), self._level(change.path, leak), _evidence(leak))

    def _holds(self, change: FileChange, seen: set[str], known: dict[tuple[str, str], frozenset[str]]) -> bool:
        """Whether a file of a commit has a secret that its last version had not, and that was not told yet."""
        after, before = change.after, change.before
        if after is None or after.mode == SUBMODULE or _MEDIA.search(change.path):
            return False
        try:
            step = (after.oid, before.oid if before else "")
            if step not in known:
                text, plain = _fresh(after.bytes(), before.bytes() if before else b"")
                known[step] = frozenset(leak.value for leak in self._leaks(change.path, text, plain))
            fresh = known[step] - seen
            had = before.bytes() if fresh and before is not None else b""
        except Unreadable:  # the ledger knows
            return False
        return any(had.count(value.encode("utf-8", "surrogateescape")) == 0 for value in fresh)

    def _new(self, changes: ChangeSet, touched: Iterator[FileChange]) -> Iterator[tuple[FileChange, "Leak"]]:
        """The leaks on added lines, but those that a removed line of the same change held."""
        found = [(change, leak) for change in touched for leak in self._of_lines(change)]
        if not found:
            return
        gone = _gone(changes, {leak.value for _, leak in found})
        for change, leak in found:
            if gone[leak.value]:
                gone[leak.value] -= 1
            else:
                yield change, leak

    def _leaks(self, path: str, text: str, plain: bool = True) -> tuple["Leak", ...]:
        if not text:
            return ()
        from pytest_agentcompliance.parsing.secrets.leaks import leaks

        return leaks(
            text[:MOST],
            weakly=plain and not _is_posed(path) and not matches(path, self.generated),
            prose=_PROSE.search(path) is not None,
            settings=_CODE.search(path) is None and not path.lower().endswith(".json"),
        )

    def _of_lines(self, change: FileChange) -> Iterator["Leak"]:
        lines, plain = _added(change)
        for one in self._leaks(change.path, "\n".join(line.text for line in lines), plain):
            yield replace(one, line=lines[one.line - 1].number)

    def _level(self, path: str, leak: "Leak") -> Level:
        public = leak.kind == "Google key" and path.rpartition("/")[2] in _FIREBASE
        return "style" if public or (leak.kind == "private key" and _is_posed(path)) else "breach"


def _together(found: Iterator[tuple[FileChange, "Leak"]]) -> Iterator[tuple[FileChange, "Leak", str]]:
    """One finding for a secret of a file, however often it stands there."""
    rows: dict[tuple[str, str], list[tuple[FileChange, Leak]]] = {}
    for change, leak in found:
        rows.setdefault((change.path, leak.value), []).append((change, leak))
    for (change, leak), *rest in rows.values():
        yield change, leak, f", and in {len(rest)} more place{'s' * (len(rest) > 1)} of the file" if rest else ""


def _is_posed(path: str) -> bool:
    """Whether a file is of the tests, or made to show something."""
    from pytest_agentcompliance.parsing.testcode import is_test

    return is_test(path) or _POSED.search(path) is not None


def _added(change: FileChange) -> tuple[tuple[Line, ...], bool]:
    """The added lines, and whether they are text. Of what git prints no text of, they are the lines that base does not have."""
    try:
        data = change.after.bytes() if change.after and change.after.mode != SUBMODULE else b""
        if b"\0" not in data:
            return change.added, True
        old = change.before.bytes() if change.before else b""
    except Unreadable:
        return (), True
    had = Counter(_rows(old))
    fresh = []
    for number, text in enumerate(_rows(data), 1):
        if had[text]:
            had[text] -= 1
        else:
            fresh.append(Line(number, text))
    return tuple(fresh), _text(data)[1]


def _text(data: bytes) -> tuple[str, bool]:
    """A content as text, and whether it is one: of a binary file every byte is a letter."""
    if b"\0" not in data:
        return decode(data[:MOST]), True
    if data[:2] in (b"\xff\xfe", b"\xfe\xff") or _is_wide(data[:4000]) or _is_text(data):
        return decode(data[:MOST]).replace("\0", ""), True
    return data[:MOST_BINARY].decode("latin-1"), False


def _is_wide(data: bytes) -> bool:
    """UTF-16 without its mark: every other byte is NUL, and the ones between are not."""
    even, odd = data[::2].count(0), data[1::2].count(0)
    return max(even, odd) * 10 > len(data) * 3 and min(even, odd) * 50 < len(data)


def _is_text(data: bytes) -> bool:
    """Text that a few NULs were put into, as somebody would who wants it to be taken for binary."""
    if data.startswith(b"SQLite format"):
        return False
    try:
        data[:MOST].decode()
    except UnicodeDecodeError:
        return False
    return (len(data) - len(data.translate(None, _CONTROLS))) * 100 < len(data)


def _fresh(data: bytes, old: bytes) -> tuple[str, bool]:
    """What a content has that the last one had not, as text, where a secret can be; and whether it is text."""
    if b"\0" in data:
        return _text(data)
    keys = b"PRIVATE KEY-" in data  # both ends of a key are told, whichever of them is new
    rows = data if keys else b"\n".join(_apart(data, old))  # most of a file is as it was
    if not _may_hold(rows):
        return "", True
    rows = _without(rows, old, keys)
    return (decode(rows[:MOST]) if _may_hold(rows) else "", True)


def _may_hold(rows: bytes) -> bool:
    from pytest_agentcompliance.parsing.secrets.hints import HINTS

    return hints.of(HINTS).stand_in(rows)


def _without(data: bytes, old: bytes, keys: bool) -> bytes:
    """The lines that another content has not."""
    had = frozenset(old.split(b"\n"))
    return b"\n".join([row for row in data.split(b"\n") if row not in had or (keys and b"PRIVATE KEY-" in row)])


def _apart(data: bytes, old: bytes) -> Iterator[bytes]:
    """The lines of a content that another seems not to have, at memory's speed: none of those that are missing in it is left out.

    What both have around the middle of what is left to compare parts it in two.
    """
    left = [(data, old)]
    for _ in range(PARTS):
        if not left:
            return
        some, had = _between(*left.pop())
        middle = some.find(b"\n", len(some) // 2) + 1
        end = some.find(b"\n", middle + ALIKE) + 1
        at = had.find(b"\n" + some[middle:end]) if middle and end else -1
        if len(some) < SHORT or at == -1:
            if some:
                yield _without(some, had, keys=False)
        else:
            left += [(some[end:], had[at + 1 + end - middle :]), (some[:middle], had[: at + 1])]
    yield from (_without(some, had, keys=False) for some, had in left)


def _between(data: bytes, old: bytes) -> tuple[bytes, bytes]:
    """Two contents without the lines that both begin and end with."""
    most = min(len(data), len(old))
    start = data.rfind(b"\n", 0, _common(most, lambda at, end: data[at:end] == old[at:end])) + 1
    one, two = len(data), len(old)
    same = _common(most - start, lambda at, end: data[one - end : one - at] == old[two - end : two - at])
    end = data.find(b"\n", one - same) if same else -1
    tail = one - end if end != -1 else 0
    return data[start : one - tail], old[start : two - tail]


def _common(most: int, same: Callable[[int, int], bool]) -> int:
    """How far two texts are the same, of ``most``: found in steps that double and then halve, each at memory's speed."""
    at, step = 0, 1
    while at + step <= most and same(at, at + step):
        at, step = at + step, step * 2
    while step:
        if at + step <= most and same(at, at + step):
            at += step
        step //= 2
    return at


def _rows(data: bytes) -> list[str]:
    return [row.rstrip("\r") for row in _text(data)[0].split("\n")]


def _ends(one: FileChange, last: FileChange | None) -> bool:
    """Whether a commit left a file as the run's change has it."""
    return bool(last and last.after and one.after and last.after.oid == one.after.oid)


def _gone(changes: ChangeSet, values: set[str]) -> Counter[str]:
    """How often each value stands on removed lines and in deleted files."""
    gone: Counter[str] = Counter()
    some = re.compile(b"|".join(re.escape(value[:200].encode("utf-8", "surrogateescape")) for value in sorted(values)))
    hit = {one.position for one in changes.containing(some)} | {one.position for one in changes if one.kind == "deleted"}
    for change in changes.readable(one for one in changes if one.position in hit and one.before is not None):
        if change.kind == "deleted":
            assert change.before is not None
            text = change.before.text() if some.search(change.before.bytes()) else ""
        else:
            text = "\n".join(line.text for line in change.removed)
        gone.update({value: text.count(value) for value in values if value in text})
    return gone


def _evidence(leak: "Leak") -> str:
    """What tells this finding from others: no digest of what could be guessed."""
    from pytest_agentcompliance.parsing.secrets.plausible import random_value

    digest = sha256(leak.value.encode("utf-8", "surrogatepass")).hexdigest()[:12] if random_value(leak.value, 24) else ""
    return " ".join(word for word in (leak.kind, leak.named, digest) if word)
