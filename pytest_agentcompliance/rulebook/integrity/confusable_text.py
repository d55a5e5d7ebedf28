"""integrity/confusable-text: what is added reads to a person as it reads to a machine."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from pytest_agentcompliance.errors import Unreadable
from pytest_agentcompliance.evidence import ChangeSet, Content, FileChange, Tree
from pytest_agentcompliance.evidence.changes import SUBMODULE, SYMLINK
from pytest_agentcompliance.parsing.globs import matches
from pytest_agentcompliance.parsing.late import late
from pytest_agentcompliance.parsing.lookalikes.paths import plain
from pytest_agentcompliance.place import Place
from pytest_agentcompliance.rule import Candidates, Example, Rule
from pytest_agentcompliance.verdict import Finding, Level, Remedy

if TYPE_CHECKING:  # start-up time: most changes have no such character
    from pytest_agentcompliance.parsing.lookalikes.oddity import Kind, Oddity

PROSE = [
    "*.md", "*.mdx", "*.markdown", "*.rst", "*.adoc", "*.txt", "*.text", "*.org", "*.tex", "*.bib", "*.html", "*.htm",
    "*.po", "*.pot", "*.xliff", "*.xlf", "*.strings", "*.arb", "*.ftl", "*.resx", "*.properties", "*.srt", "*.vtt",
    "*.json", "*.json5", "*.jsonl", "*.ndjson", "*.geojson", "*.csv", "*.tsv", "*.xml", "*.svg",
    "*.log", "*.snap", "*.out", "*.cast", "*.ipynb", "*.patch", "*.diff",
    "**/locale/**", "**/locales/**", "**/i18n/**", "**/l10n/**", "**/lang/**", "**/langs/**", "**/translations/**",
    # What is run or obeyed is no prose, whatever its ending: manifests, settings, and the orders that agents are given.
    "!package.json", "!*config*.json", "!settings*.json", "!.mcp.json", "!composer.json", "!requirements*.txt", "!CMakeLists.txt",
    "!AGENTS.md", "!CLAUDE.md", "!GEMINI.md", "!SKILL.md", "!copilot-instructions.md", "!**/.claude/**", "!**/.cursor/**",
    "!**/.windsurf/**", "!**/.github/workflows/**", "!**/.vscode/**",
]  # fmt: skip
# Bytes of what may be hidden, turned or look alike; each begins with bytes that are rare, so that ASCII is passed over quickly.
SUSPECTS = (
    rb"[\x01-\x08\x0b-\x1f\x7f\xc2\xc5\xc7\xc9\xca\xcd-\xd8\xe1\xe3\xea\xf0\xf3](?:"
    rb"(?<=[\x01-\x08\x0b\x0c\x0e-\x1f\x7f])|(?<=\r)(?!\n)"
    rb"|(?<=\xc2)[\x80-\x9f\xad]|(?<=\xc5)\xbf|(?<=\xc7)[\x80\x83]|(?<=\xc9)[\x90-\xbf]|(?<=\xca)[\x80-\xaf]|(?<=\xcd)[\x8f\xb0-\xbf]"
    rb"|(?<=[\xce-\xd5])[\x80-\xbf]|(?<=\xd6)[\x80-\x8f]|(?<=\xd8)\x9c"
    rb"|(?<=\xe1)[\x82-\x85\x8e-\x9b\x9e\xa0\xb2\xb4\xbc-\xbf]|(?<=\xe3)\x85\xa4|(?<=\xea)[\x93\x99\x9a\x9c-\x9f\xac-\xae]"
    rb"|(?<=\xf0)(?:\x90|\x91\xa2|\x91\xa3|\x96\xbc|\x96\xbd|\x96\xbe|\x9b\xb2|\x9d[\x85\x90-\x9f])|(?<=\xf3)\xa0)",
    rb"\xe2(?:\x80[\x8b-\x8f\xa8-\xae]|\x81[\xa0-\xaf]|\x84[\x80-\x95\x97-\xa1\xa3-\xb8\xba-\xbf]|\x85|\x86[\x80-\x8f]|[\xb0-\xb7])",
    rb"\xef(?:\xac[\x80-\x86]|\xbb\xbf|\xbc[\xa1-\xba]|\xbd[\x81-\x9a]|\xbe\xa0|\xbf[\xb9-\xbb]|\xb8[\x80-\x8d]|\xb8[\x8e\x8f]\xef\xb8)",
    rb"\xef\xb8[\x8e\x8f](?<=[\x00-\x22\x24-\x29\x2b-\x2f\x3a-\x7f]...)",
    rb"\xef\xb8[\x8e\x8f](?<=[#*0-9]...)(?!\xe2\x83\xa3)",
)
BINARY = (
    ".png", ".jpg", ".jpeg", ".gif", ".webp", ".avif", ".ico", ".icns", ".bmp", ".tiff", ".psd", ".woff", ".woff2", ".ttf", ".otf",
    ".eot", ".pdf", ".zip", ".gz", ".tgz", ".bz2", ".xz", ".zst", ".7z", ".jar", ".whl", ".mp3", ".mp4", ".m4a", ".mov", ".webm",
    ".ogg", ".wav", ".wasm", ".dll", ".dylib", ".so", ".exe", ".class", ".pyc", ".sqlite", ".db",
)  # fmt: skip
HEAD = 8000  # bytes by which a file is taken for text or not
_STRANGE = late("[\x01-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f-\x9f\udc80-\udcff\ufffd]")
_BROKEN = late("[\udc80-\udcff\ufffd]")
_DATA = late(r"\s{0,80}[{\[<]")  # how a document begins whose ending nobody knows: JSON, XML
MOST, FEW = 100, 5  # findings of one file, and remarks of one sort; the last says how many more there are


@dataclass(frozen=True, slots=True)
class _Found:
    line: int
    oddity: "Oddity"

    @property
    def key(self) -> tuple[str, str, str]:
        return self.oddity.level, self.oddity.sort, self.oddity.key


class ConfusableText(Rule):
    """No character is added that hides, that turns text around, or that looks like another one.

    Why: who reviews a change reads what the screen shows. A look-alike letter makes a second name of a known one, a
    character that turns the text shows another order than the one that runs, one that nobody sees splits a word that is
    searched for or carries orders to the next agent.

    Reported are controls of direction, characters without width, tags and rows of variation selectors, control
    characters and lone carriage returns, words that mix Latin letters with look-alikes of other scripts (Unicode TR39, through
    the tables of confusable-homoglyphs), full-width and mathematical letters in the place of Latin ones; in added lines, and
    in the names of added files, where backslashes, bytes that are not UTF-8, and dots or spaces at a part's end count too.
    Left alone is what its script or its use needs: marks beside letters from right to left, joiners in emoji and in scripts
    that join, words beside others of their language, Greek in formulas, full-width letters beside ideographs, a byte order
    mark that begins the file. In prose and data, characters that only lie about are remarks on style.
    What counts is head's characters minus those of base, of each file and then of the whole change: one that only moved
    is not new.

    Blind spots: words wholly of another script where the file has other words of that language; look-alikes among ASCII
    (l and 1, O and 0) and of punctuation; spaces of other widths; a Turkish dotless i; escapes that a program turns into such
    characters. Bytes of an encoding that is neither UTF-8 nor marked, and files with the endings of pictures, archives and
    programs, are not looked at.
    """

    prose: list[str] = Field(
        default=PROSE, description="Globs of prose, translations and data; a later !glob takes out files that are run or obeyed."
    )
    allow: list[str] = Field(default=[], description="Globs of files whose lines are left out, such as samples of such characters.")

    candidates: ClassVar[Candidates] = Candidates(contains=SUSPECTS)
    remedy: ClassVar[Remedy] = Remedy(
        "fix", "Take the character out, or type the word anew; where the program needs it, write it as an escape (\\u200b)."
    )
    examples = (
        Example(
            "Controls of direction are reported: what is shown is not what runs.",
            before={"a.py": "x = 1\n"},
            after={"a.py": "x = 1\nif level != 'user\u202e \u2066# admin\u2069 \u2066':\n    pass\n"},
            finds=("a.py:2",),
        ),
        Example(
            "A letter of another script in a Latin word is reported, in code, comments and strings.",
            after={"a.ts": "const p\u0430ypal = 1\n// T\u041eDO later\nif (role === '\u0430dmin') {}\nconst \u0391PI = 2\n"},
            finds=("a.ts:1", "a.ts:2", "a.ts:3", "a.ts:4"),
        ),
        Example(
            "So are a word of look-alikes alone, full-width and mathematical letters, and a click like an exclamation mark.",
            after={"a.js": "\u0441\u043e\u0440\u0443(a)\n\uff41pi()\n// \U0001d413\U0001d40e\U0001d403\U0001d40e\n"
                           "if (env\u01c3=PROD) {}\n"},
            finds=("a.js:1", "a.js:2", "a.js:3", "a.js:4"),
        ),
        Example(
            "Characters that nobody sees are reported: alone, in a row that carries a message, as tags, as a name of their own.",
            after={"a.go": "// T\u200bODO\nvar \u3164 = 1\n", "AGENTS.md": "Be kind.\u200b\n",
                   "notes.md": "Hi\U000e0068\U000e0069 and \U0001f642\ufe01\ufe02\ufe03.\n"},
            finds=("AGENTS.md:1", "a.go:1", "a.go:2", "notes.md:1"),
        ),
        Example(
            "A lone carriage return, a line separator, an escape and a backspace are reported.",
            after={"a.py": "# safe\rrun()\nx = 'b\x08'\nprint('\x1b[2K')\n", "b.js": "// one\u2028evil()\n"},
            finds=("a.py:1", "a.py:2", "a.py:3", "b.js:1"),
        ),
        Example(
            "A new name is reported that has look-alikes, a backslash, a control character, or a dot or space at a part's end.",
            after={"lib/us\u0435r.ts": "1\n", "lib\\b.ts": "1\n", "lib/c.ts\n": "1\n", "lib /d.ts": "1\n", "lib/e\u200b.ts": "1\n"},
            links={"lib/f": "\u0430pps/web"},
            finds=("lib /d.ts", "lib/c.ts\n", "lib/e\u200b.ts", "lib/f", "lib/us\u0435r.ts", "lib\\b.ts"),
        ),
        Example(
            "In prose, what only lies about is a remark: a space without width, a stray selector; colours are not even that.",
            after={"a.md": "See the\u200b guide.\n\ufe0f Note\n", "b.log": "\x1b[32mok\x1b[0m\n", "c.log": "1 %\r2 %\r3 %\n"},
            styles=("a.md:1", "a.md:2", "c.log:1"),
        ),
        Example(
            "So is a letter of the wrong alphabet in a sentence, a Greek one within a formula's name, an acronym that goes on.",
            after={"a.py": "# \u043d\u0443\u0436\u0435\u043d user\u0430, \u0434\u0430\n# \u0415\u0421\u0422\u042cNULL()\n",
                   "b.jl": "inv\u03b3dt = 1 / \u03b3\n", "typescript": "\x1b[2Kpnpm test\r\x1b[1Gok\n"},
            styles=("a.py:1", "a.py:2", "b.jl:1", "typescript:1", "typescript:1"),
        ),
        Example("Emoji with their joiners and selectors, flags and keycaps are kept.", after={
            "a.py": "x = '\u26a0\ufe0f \U0001f469\u200d\U0001f4bb \U0001f3f3\ufe0f\u200d\U0001f308'\n"
                    "x = '1\ufe0f\u20e3 \U0001f44d\U0001f3fd \u2139\ufe0f'\n"
                    "y = '\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f'\n",
        }),
        Example("Languages are kept: what their scripts need, their words beside Latin ones, their alphabets in patterns.", after={
            "a.ts": "const fa = '\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645', he = '\u05e9\u05dc\u05d5\u05dd \u200f(API)'\n"
                    "const hi = '\u0915\u094d\u200d\u0937', th = '\u0e44\u0e17\u0e22\u200b\u0e20\u0e32\u0e29\u0e32'\n"
                    "const cyrillic = /[a-z\u0430-\u044fA-Z\u0410-\u042f\u0451\u0401]/\n"
                    "const zh = '\u4f7f\u7528\uff21\uff30\uff29\uff0c\u597d'\n"
                    "// \u0434\u043b\u044f API-\u0448\u043a\u0430, json-\u0444\u0430\u0439\u043b, '\\n\u043e\u043d\u0430'\n"
                    "const jamo = {'\u1174': '\u3164', '\u3163': '\u1160'}\n"
                    "const word = '[\\\\w\u0430-\u044f]'\n",
            "ru.json": '{"a": "\u0412\u0441\u0435 \u043e \u043d\u0430\u0441", "b": "\u0421\u0421\u0421\u0420"}\n',
            "el.po": 'msgstr "\u039d\u03ad\u03bf \u03b1\u03c1\u03c7\u03b5\u03af\u03bf"\n',
        }),
        Example("Formulas, units, accents, quotes, dashes, boxes and colours are kept, and the mark that begins a file.", after={
            "a.py": "# \u0394t in \u00b5s, \u03b1\u03b2 = \u03c3_x + \u03c1V, cos\u03b1, O(n\u00b2), \u211d\u207f, k\u03a9\n"
                    "# \u201cna\u00efve\u201d caf\u00e9 \u2014 \u2026 \u251c\u2500\u2500 \u2122 N\u00ba 1\u02e2\u1d57\n"
                    "# /\u0261\u028ad/\n",
            "a.jl": "cache.\U0001d4aaest = \u0394\u03b3dt\n",
            "b.cs": "\ufeffusing System;\r\n", "c.sh": "RED='\x1b[1;31m' RESET='\x1b[0m'\n",
        }),
        Example(
            "What only moved, and what base had already, is kept.",
            before={"a.py": "x = 'a\u200bb'\n", "b.py": "p\u0430ypal = 1\ny = 2\n", "old/c\u0430t.py": "1\n"},
            after={"a.py": "if x:\n    x = 'a\u200bb'\n", "c.py": "# moved\np\u0430ypal = 1\n", "new/c\u0430t.py": "1\n2\n"},
        ),
        Example("What is no text is kept.", after={
            "a.png": "\udc89PNG\r\n\x1a\n\0\0\x01\udcff\x1b", "b.zip": "PK\x03\x04\0\0\udce2x\ry",
            "mangled.ico": "\0\0\x01\0\ufffd\ufffdp\u0430y\x1b",
        }),
    )

    def check(self, changes: ChangeSet, tree: Tree) -> Iterator[Finding]:
        yield from self._names(changes, tree)
        fresh: list[tuple[FileChange, _Found]] = []
        gone: Counter[tuple[str, str, str]] = Counter()
        # What tests print may be in any script, and a proof holds it as it was printed.
        mine = (one for one in self.touched(changes) if one.is_text and one.path not in changes.proofs)
        mine = (change for change in mine if not self._same(change.renamed_from, change.path))
        for change in changes.readable(mine):
            base = Counter(one.key for one in self._odd(change.before, change.after))
            for one in self._odd(change.after, change.before):
                if base[one.key]:
                    base[one.key] -= 1
                else:
                    fresh.append((change, one))
            gone += base
        if fresh:
            gone += self._deleted(changes)
        new: dict[str, list[_Found]] = {}
        for change, one in fresh:
            if gone[one.key]:
                gone[one.key] -= 1
            else:
                new.setdefault(change.path, []).append(one)
        for path, found in new.items():
            yield from _told(path, found)

    def _same(self, old: str | None, new: str | None) -> bool:
        """Whether a file only went from one path to the other, and is taken there for what it was here."""
        return old is not None and new is not None and self._kind(old) == self._kind(new)

    def _kind(self, path: str) -> "Kind | None":
        """What a file's lines are taken for; None where they are left out."""
        if not self.searched(path):
            return None
        return "prose" if matches(path, self.prose) else "code"

    def _deleted(self, changes: ChangeSet) -> Counter[tuple[str, str, str]]:
        """What the deleted files had: git prints no patch of those, so that no search finds them."""
        gone = (one for one in changes if one.kind == "deleted" and self.searched(one.path))
        deleted = (one for one in gone if not self._same(one.path, one.renamed_to))
        return Counter(one.key for change in changes.readable(deleted) for one in self._odd(change.before))

    def _odd(self, content: Content | None, beside: Content | None = None) -> list[_Found]:
        """What is odd about the lines of one side that the other has not."""
        if content is None or content.mode in (SYMLINK, SUBMODULE) or (kind := self._kind(content.path)) is None:
            return []
        from pytest_agentcompliance.parsing.languages import language_of
        from pytest_agentcompliance.parsing.lookalikes.text import oddities, suspicious

        known = language_of(content.path) is not None
        if not (known or kind == "prose" or _may_be_text(content.bytes())) or not suspicious(text := content.text()):
            return []
        if not known and "\0" in text and _BROKEN.search(text, 0, HEAD):
            return []
        if not known and language_of(content.path, text) is None and (_DATA.match(text) or "\x1b[" in text[:HEAD]):
            kind = "prose"
        other = beside.text() if beside is not None and beside.mode not in (SYMLINK, SUBMODULE) else ""
        return [_Found(line, one) for line, one in oddities(text.replace("\0", ""), kind, other.replace("\0", ""))]

    def searched(self, path: str) -> bool:
        """Pictures, archives and the like have all kinds of bytes, and nobody reads them."""
        return not path.lower().endswith(BINARY) and not (self.allow and matches(path, self.allow))

    def _names(self, changes: ChangeSet, tree: Tree) -> Iterator[Finding]:
        """What is odd about the names of added files, and about where new links lead."""
        there: set[str] | None = None  # what files and folders of base are called: the run only used, or moved, what was there
        for change in changes:
            named = [("the name", change.path)] if change.kind == "added" else []
            if change.after is not None and change.after.mode == SYMLINK and _target(change.before) != _target(change.after):
                named.append(("where the link leads", _target(change.after)))
            for what, path in named:
                if plain(path):
                    continue
                from pytest_agentcompliance.parsing.lookalikes.names import odd_parts  # start-up time: few paths are odd

                for part, level, said in odd_parts(path):
                    if there is None:
                        there = {one for old in tree.base.files if next(odd_parts(old), None) for one in old.split("/")}
                    if part not in there:
                        message = f"{what} has {said}, in {part[:100]!a}"
                        yield Finding(message, Place(change.path), level, evidence=f"{part[:200]!a} {said}")


def _target(content: Content | None) -> str:
    try:
        return (content.target if content is not None else "") or ""
    except Unreadable:
        return ""  # the ledger was told


def _may_be_text(data: bytes) -> bool:
    """Whether a file can be text by its bytes, where its ending does not say so."""
    from pytest_agentcompliance.parsing import opaque

    head = data[:HEAD]
    if opaque.encoding(data):
        return True
    if b"\0" in head:
        return opaque.binary_text(data)
    return len(_STRANGE.findall(head.decode("utf-8", "surrogateescape"))) <= len(head) / 10


def _told(path: str, found: list[_Found]) -> Iterator[Finding]:
    """One finding for each line and sort, in the order of the lines; of a long row of them the beginning."""
    each: dict[tuple[str, Level], dict[int, list[Oddity]]] = {}
    for one in found:
        each.setdefault((one.oddity.sort, one.oddity.level), {}).setdefault(one.line, []).append(one.oddity)
    made: list[tuple[int, Finding]] = []
    for (sort, level), lines in each.items():
        most = MOST if level == "breach" else FEW
        for number, (line, odd) in enumerate(list(lines.items())[:most], 1):
            more = f", and {len(odd) - 1} more in this line" if len(odd) > 1 else ""
            if number == most < len(lines):
                more += f"; {len(lines) - most} more lines of this file have the like"
            evidence = "; ".join(one.key for one in odd[:20])
            made.append((line, Finding(f"{sort}: {odd[0].said}{more}", Place(path, line), level, evidence=evidence)))
    yield from (finding for _, finding in sorted(made, key=lambda one: one[0]))
