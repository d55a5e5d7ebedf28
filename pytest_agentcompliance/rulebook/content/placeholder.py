"""content/placeholder: nothing is added that only stands where the work should be."""

import contextlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field, field_validator

from pytest_agentcompliance.errors import Unreadable
from pytest_agentcompliance.evidence import ChangeSet, Content, FileChange, Tree
from pytest_agentcompliance.evidence.changes import is_file
from pytest_agentcompliance.parsing.globs import matches
from pytest_agentcompliance.place import Place
from pytest_agentcompliance.rule import Candidates, Example, Rule
from pytest_agentcompliance.verdict import Finding, Remedy

if TYPE_CHECKING:  # start-up time: the readers of code are imported when a file is a candidate
    from pytest_agentcompliance.parsing.placeholders import Reading, StandIn

    Key = tuple[str, str]

BOOK = "placeholder.yaml"
ALLOW = [
    "**/test/**", "**/tests/**", "**/__tests__/**", "**/spec/**", "**/e2e/**", "**/testing/**", "**/*-testing/**",
    "**/testing-*/**", "*.test.*", "*.tests.*", "*.spec.*", "*_test.go", "*_test.py", "test_*.py", "conftest.py",
    "**/playwright/**", "**/cypress/**", "**/*test-util*", "**/*testUtil*", "**/*test_util*",
    "**/*test-helper*", "**/*testHelper*", "**/*test_helper*",
    "**/*fixture*/**", "*.fixture.*", "*.fixtures.*", "**/mock/**", "**/mocks/**", "**/__mocks__/**", "*.mock.*", "*.mocks.*",
    "**/mock-data/**", "**/mockData/**", "test-*.*", "*Example.*", "**/*Example/**", "**/*Demo/**", "**/*DemoPage/**",
    "**/fake/**", "**/fakes/**", "*.fake.*", "**/stubs/**", "*.stub.*", "**/stories/**", "*.stories.*", "**/*storybook/**",
    "**/seed/**", "**/seeds/**", "**/seeders/**", "seed.*", "*.seed.*", "**/demo/**", "**/demos/**", "demo.*", "demo[A-Z]*",
    "*Demo.*", "*-demo.*", "**/example/**", "**/examples/**", "example.*", "*.example.*", "**/samples/**", "**/playground/**",
    "**/scripts/**", "**/templates/**", "*.template.*", "**/docs/**", "**/__design__/**", "**/bench/**", "**/benchmarks/**",
    "**/node_modules/**", "**/vendor/**", "**/third_party/**", "**/dist/**", "**/build/**", "**/.vite/**", "**/.next/**",
    "**/generated/**", "*.generated.*", "*.gen.*",
    "*.pb.go", "*_pb2.py", "*_pb2_grpc.py", "*.min.js", "*.d.ts", "*.pyi",
]  # fmt: skip
MARKERS = ["TODO", "FIXME", "XXX", "HACK"]
_CODE = (".ts", ".mts", ".cts", ".tsx", ".js", ".mjs", ".cjs", ".jsx", ".py", ".pyw", ".go")
_NEAR = 3  # lines between words and the code that they speak of, which are one placeholder
_WORD = re.compile(r"[A-Za-z_]{3,}")
_SHOWN = 100  # characters of a placeholder in its message
_WORDS = (
    rb"mplemented", rb"MPLEMENTED", rb"501[,)\s;}]", rb"tub", rb"STUB", rb"laceholder", rb"PLACEHOLDER", rb"imulat", rb"SIMULAT",
    rb"mock", rb"Mock", rb"MOCK", rb"fake", rb"Fake", rb"FAKE", rb"dummy", rb"Dummy", rb"DUMMY", rb"or now", rb"oming soon",
    rb"n production,? (?:this|we|you|it|these|one)", rb"n (?:a |an |the )?(?:real|actual|full|proper)[ -]",
    rb" would (?:normally|typically|usually|eventually|ideally|come|be)", rb"ith (?:the |an? |your )?(?:actual|real|proper)\b",
    rb"or (?:the |an? |your )?(?:actual|real|proper)\b",
    # The last word first: one fixed word is found ten times as quickly as one of several.
    *(
        word + b"(?:" + b"|".join(b"(?<=%s %s)" % (kind, word) for kind in (b"eal", b"ctual", b"ull", b"roper", b"omplete")) + b")"
        for word in (b"implementation", b"logic", b"integration", b"wiring")
    ),
    rb" be (?:completed|wired|filled|fleshed)",
    rb"mplement (?:this )?(?:later|in )", rb"mplementation (?:later|in (?:a |the )?(?:f|n|l))",
    rb"ardcoded", rb"ardCoded", rb"ARDCODED", rb"ard-coded", rb"emporary (?:stub|mock|imp|hard|[\w-]+ data)",
    rb"not (?:yet )?(?:wired|hooked|supported yet)", rb"sample_?[dDuUiIpPoO]", rb"SAMPLE_D", rb"orem ipsum", rb"faker", rb"mimesis",
    rb"ohn (?:Doe|Smith)", rb"ane (?:Doe|Smith)", rb"@example\.", rb"@test\.",
)  # fmt: skip
# A comment behind the code, and one between the braces: it may speak to tools alone.
_HASH, _SLASH = rb"[ \t]*(?:#[^\n]*)?\r?\n", rb"[ \t]*(?:/[/*][^\n]*)?\r?\n"
_WITHIN = rb"\{(?: ?|[ \t]*/\*[^*\n]{0,200}\*/[ \t]*)\}"
_EMPTY = (
    rb"\n\+[ \t]+pass" + _HASH, rb"\n\+[ \t]+\.\.\." + _HASH, rb": pass" + _HASH, rb": \.\.\." + _HASH,
    rb"func [^\n{}]{1,200}" + _WITHIN,
    rb"function\b[^\n{}]{0,200}" + _WITHIN, rb"=> " + _WITHIN + rb"(?:[\r\n;]|[ \t]*/[/*])",
    rb"\n\+[ \t]+(?!constructor)[\w$#*][\w$#* ]{0,80}\([^()\n]{0,200}\)[^\n(){}=]{0,80}" + _WITHIN + _SLASH,
    rb"\{(?:(?<=[)>\w]\{)|(?<=[)>\w] \{))" + _SLASH + rb"(?:\+[ \t]*\r?\n){0,3}\+[ \t]*\}",
    rb"\{" + _SLASH + rb"\+[ \t]*/[/*][^\n]*\n(?:\+[ \t]*(?:/[/*]|\*)[^\n]*\n){0,8}\+[ \t]*\}",
)  # fmt: skip


class Placeholder(Rule):
    """Nothing is added that only stands where the work should be: stubs, empty bodies, fake data.

    Why: a stub compiles, passes its type check, and is reported as done. Nobody learns what is missing until the
    feature is used.

    In TypeScript, JavaScript, Python and Go the grammar tells code that throws or answers "not implemented" (501
    among it), functions without a body, data and functions called mock, fake or dummy, makers of fake data, people like
    John Doe, filler text; and comments are read that call the code beside them a stub ("in a real implementation", "for
    now, return", "simulate API call"). What counts is what head has and base had not, neither in the file nor elsewhere in
    the change, so that moved code is not new. What is there to be empty is kept: abstract classes, protocols, classes
    that others are made from, overloads, no-ops, constructors, steps of migrations, test doubles, files that import a
    test runner, the main block of a module. Words and
    the code that they speak of are one finding, and a marker such as TODO beside them leaves both to content/todo.

    Blind spots: a stub that looks like work (it returns a constant and says nothing); all in the main block of a module
    (``if __name__ == "__main__"``, ``require.main === module``); a body that was emptied by
    taking lines away alone; an empty function whose parameters stand on several lines, in a file where nothing else
    is to be seen; callbacks and methods of objects without a body; other languages. A class is taken for a base as soon as any
    file names it as one.
    """

    allow: list[str] = Field(
        default=ALLOW, description="Globs of files that are left out: tests and their doubles, examples, templates, generated code."
    )
    levels: dict[str, Literal["breach", "style", "off"]] = Field(
        default={}, description="Another level for one kind of placeholder, by its id: breach, style (only shown) or off."
    )
    markers: list[str] = Field(
        default=MARKERS,
        description="Markers that content/todo reports: where one was added, what stands with it is not reported again.",
    )

    candidates: ClassVar[Candidates] = Candidates(endings=_CODE, contains=(*_WORDS, *_EMPTY))
    remedy: ClassVar[Remedy] = Remedy(
        "fix", "Do the work that the placeholder stands for. If that is not possible within the story, stop and ask."
    )
    examples = (
        Example(
            "Code that throws, raises, panics or returns an error instead of doing the work is reported.",
            after={
                "src/a.ts": "export async function save(a: string) {\n  throw new Error(`save not implemented: ${a}`)\n}\n",
                "src/b.py": "class Store:\n    def get(self, key):\n        raise NotImplementedError\n",
                "src/c.go": 'package c\n\nfunc A() {\n\tpanic("not implemented")\n}\n\n'
                            'func B() error {\n\treturn errors.New("B is not yet implemented")\n}\n',
            },
            finds=("src/a.ts:2", "src/b.py:3", "src/c.go:4", "src/c.go:8"),
        ),
        Example(
            "An answer of 501, or one that says that there is nothing yet, is reported once.",
            after={
                "src/a.ts": "app.post('/a', (c) => {\n  return c.json({ message: 'Not implemented' }, 501)\n})\n",
                "src/b.ts": "export const undo = () => {\n  toast.info('Undo is coming soon')\n}\n",
                "src/c.py": "def c():\n    raise HTTPException(status_code=501)\n",
                "src/d.go": "package d\n\nfunc D(w http.ResponseWriter) {\n\tw.WriteHeader(http.StatusNotImplemented)\n}\n",
            },
            finds=("src/a.ts:2", "src/b.ts:2", "src/c.py:2", "src/d.go:4"),
        ),
        Example(
            "A function that is meant to work and has no body is reported.",
            after={
                "src/a.ts": "export async function send(to: string): Promise<void> {}\n\n"
                            "class Mailer {\n  flush(now: Date) {\n  }\n}\n",
                "src/b.py": "def send(to):\n    pass\n",
                "src/c.go": "package c\n\nfunc (m *Mailer) Send(to string) {}\n",
                "src/e.py": "def send(to): pass\n",
                "src/f.ts": "export async function* rows(of: string) {}\r\nexport const log = (a: A) => {\r\n}\r\n",
                "src/g.ts": "export const pay = () => Promise.reject(new Error('Not implemented'))\n",
                "src/d.tsx": "<Button\n  onClick={() => {\n    // will implement later\n  }}\n/>\n",
            },
            finds=(
                "src/a.ts:1", "src/a.ts:4", "src/b.py:1", "src/c.go:3", "src/d.tsx:2", "src/e.py:1", "src/f.ts:1", "src/f.ts:2",
                "src/g.ts:1",
            ),
        ),
        Example(
            "Fake data in product code is reported, where it is made up and where it is imported.",
            after={
                "src/a.ts": "// Mock users\nconst mockUsers: User[] = [{ id: 1 }]\nexport const list = () => mockUsers\n",
                "src/b.tsx": "import { mockOrders } from './orders'\nexport const B = () => <p>{name ?? 'John Doe'}</p>\n",
                "src/c.py": "SAMPLE_DATA = [{'id': 1}]\n",
                "src/d.tsx": "export const D = () => <p>Lorem ipsum dolor</p>\n",
            },
            finds=("src/a.ts:2", "src/b.tsx:1", "src/b.tsx:2", "src/c.py:1", "src/d.tsx:1"),
        ),
        Example(
            "A comment that calls the code a stub is reported.",
            after={
                "src/a.ts": "function scan(key: string) {\n  // In production, this would call the scanner\n  return 'clean'\n}\n",
                "src/b.py": "def cost():\n    # For now, return a constant\n    return 3\n",
                "src/c.go": "package c\n\nfunc C() []string {\n\treturn nil // stub\n}\n",
                "src/d.ts": "/**\n * Stub implementation: always allows.\n */\nexport const may = () => true\n",
            },
            finds=("src/a.ts:2", "src/b.py:2", "src/c.go:4", "src/d.ts:2"),
        ),
        Example(
            "What may be meant to stay so is only shown.",
            after={
                "src/a.ts": "// For now we read text files\nconst endings = ['.txt']\n",
                "src/b.ts": "const FAKE_OK_RESPONSE = { ok: true }\n",
            },
            styles=("src/a.ts:1", "src/b.ts:1"),
        ),
        Example(
            "Another level may be given to a kind.",
            given={"levels": {"lorem": "off", "for-now": "breach"}},
            after={"src/a.ts": "// For now, only text files\nconst text = 'Lorem ipsum'\n"},
            finds=("src/a.ts:1",),
        ),
        Example("Abstract classes, protocols, overloads and classes that others are made from are kept.", after={
            "src/a.ts": "export abstract class Port {\n  send(a: string) {\n    throw new Error('not implemented')\n  }\n}\n"
                        "export function f(a: string): void\nexport function f(a: unknown) {\n  go(a)\n}\n",
            "src/b.py": "class Reader(Protocol):\n    def read(self) -> str: ...\n\n\nclass Shape(ABC):\n    @abstractmethod\n"
                        "    def area(self):\n        pass\n\n\n"
                        "class Store:\n    def get(self):\n        raise NotImplementedError\n",
            "src/c.py": "from b import Store\n\n\nclass Redis(Store):\n    def get(self):\n        return 1\n",
        }),
        Example("No-ops, constructors, defaults, callbacks and bodies that say why they are empty are kept.", after={
            "src/a.ts": "const noop = () => {}\nclass A {\n  constructor(private readonly b: B) {}\n}\n"
                        "class NullLogger {\n  log(a: string) {}\n}\nload().catch(() => {})\n"
                        "function f(done = () => {}) {\n  done()\n}\n"
                        "class P {\n  flush() {\n    // nothing to flush: writes are synchronous\n  }\n}\n",
            "src/b.py": "class Missing(Exception):\n    pass\n\n\ntry:\n    run()\nexcept OSError:\n    pass\n\n\n"
                        "@click.group()\ndef cli():\n    pass\n",
            "src/c.go": "package c\n\nfunc (noopTracer) Trace(a string) {}\n\nfunc (A) isNode() {}\n",
        }),
        Example("Tests, test doubles, examples and documentation of an API are kept.", after={
            "src/__tests__/a.ts": "const mockUsers = [{ id: 1 }]\n",
            "src/helpers.ts": "import { vi } from 'vitest'\nexport const mockRows = [{ id: 1 }]\n",
            "src/double.ts": "export class FakeClock {\n  // Simulates a delay\n"
                             "  wait() {\n    throw new Error('not implemented')\n  }\n}\n",
            "src/dto.ts": "class Dto {\n  @ApiProperty({ example: 'John Doe' })\n  name: string\n}\n",
            "examples/a.py": "def send(to):\n    pass\n",
        }),
        Example("Tables of status codes, guards of a dispatch, and sentences about stubs are kept.", after={
            "src/a.ts": "const NAMES = { 501: 'Not Implemented' }\nif (status === 501) {\n  throw new NotImplementedError()\n}\n"
                        "switch (kind) {\n  default:\n    throw new Error(`${kind} is not implemented`)\n}\n"
                        "// Replaces the stub implementation\nif (text.includes('not implemented')) retry()\n"
                        "logger.info('check: plan not yet implemented')\n",
            "src/b.py": "def f(kind):\n    if kind == 'a':\n        return 1\n    else:\n"
                        "        raise NotImplementedError(f'{kind} is not supported')\n",
        }),
        Example("What stands in the main block of a module tests it, and is kept.", after={
            "src/a.js": "if (require.main === module) {\n  // Test with mock data\n  const mockUsers = [1]\n  show(mockUsers)\n}\n",
            "src/b.ts": "if (import.meta.main) {\n  const mockUsers = [{ id: 1 }]\n  show(mockUsers)\n}\n",
            "src/c.py": "if __name__ == '__main__':\n    mock_users = [{'id': 1}]\n    show(mock_users)\n",
        }),
        Example("Filler text that is looked for, unused parameters, and what tests put in are kept.", after={
            "src/a.py": "LOW_VALUE = ['test', 'lorem ipsum']\nif 'lorem ipsum' in text:\n    skip()\n"
                        "call(1)  # dummy value: the parameter is not used\n",
            "src/b.py": "def is_tty():\n    # tests patch this to simulate a TTY\n    return sys.stdin.isatty()\n",
        }),
        Example("Steps of a migration that do nothing, and answers that pass on what a library lacks, are kept.", after={
            "src/versions/a1.py": "down_revision = 'a0'\n\n\ndef upgrade():\n    add()\n\n\ndef downgrade():\n    pass\n",
            "db/migrations/a2.ts": "export async function down(db: Db): Promise<void> {}\n",
            "src/c.py": "def c():\n    try:\n        store.purge()\n    except AttributeError:\n"
                        "        raise HTTPException(status_code=501)\n",
        }),
        Example("Decisions that hold for now are kept.", after={
            "src/a.ts": "// Accepted for now\nf()\n// The only capability for now is text\ng()\n",
        }),
        Example("A marker beside it is content/todo's, and nothing is reported twice.", after={
            "src/a.ts": "export function save() {\n  // TODO: save it\n  throw new Error('not implemented')\n}\n",
            "src/b.ts": "/**\n * Stub implementation.\n * TODO: check the role\n */\nexport const may = () => true\n",
        }),
        Example(
            "What a formatter wrote anew is kept: quotes, semicolons, line breaks.",
            before={"src/a.ts": "export function f() { throw new Error('not implemented') }\nfunction g(a: A, b: B) {}\n"},
            after={
                "src/a.ts": "export function f() {\n  throw new Error(\"not implemented\");\n}\n"
                            "function g(\n  a: A,\n  b: B,\n) {\n}\n",
            },
        ),
        Example(
            "What was moved, within a file or to another, is kept.",
            before={"src/a.ts": "throw new Error('not implemented')\n", "src/b.ts": "a()\n// Stub implementation\nb()\n",
                    "src/c.ts": "export const mockUsers = [1]\n"},
            after={"src/b.ts": "// Stub implementation\nb()\n", "src/d.ts": "if (a) {\n  throw new Error('not implemented')\n}\n",
                   "src/e.ts": "export const mockUsers = [1]\n"},
        ),
    )

    @field_validator("levels")
    @classmethod
    def _known(cls, value: dict[str, str]) -> dict[str, str]:
        if not value:
            return value
        from pytest_agentcompliance.parsing.placeholders import load

        ids = load(__package__, BOOK).ids
        if unknown := sorted(set(value) - ids):
            raise ValueError(f"no kind of placeholder is called {', '.join(unknown)}; known are {', '.join(sorted(ids))}")
        return value

    def check(self, changes: ChangeSet, tree: Tree | None) -> Iterator[Finding]:
        touched = [change for change in self.touched(changes) if self._may_hold_code(change.path)]
        heads = [(change, self._read(change.after)) for change in changes.readable(touched)]
        if not any(head.stand_ins for _, head in heads):
            return
        fresh: list[tuple[FileChange, list[StandIn]]] = []
        gone: Counter[Key] = Counter()
        for change, head in heads:
            had = Counter(one.key for one in (self._read(change.before).stand_ins if head.stand_ins else ()))
            fresh.append((change, self._new(change, head, had)))
            gone += had
        if new := [one for _, found in fresh for one in found]:  # what base had elsewhere is read where it may be one of them
            words = _words(new)
            others = (change.before for change, head in heads if not head.stand_ins and change.before is not None)
            gone.update(one.key for side in others if _may_have(side.text(), words) for one in self._read(side).stand_ins)
            gone += self._deleted(changes, words)
        bases = _bases((one.owner for _, found in fresh for one in found if one.owner), tree)
        for change, found in fresh:
            yield from self._findings(change, [one for one in found if one.owner not in bases], gone)

    def _may_hold_code(self, path: str) -> bool:
        return path.lower().endswith(_CODE) and not matches(path, self.allow)

    def _read(self, content: Content | None) -> "Reading":
        from pytest_agentcompliance.parsing.placeholders import Reading, load, read

        if content is None or not is_file(content.mode):
            return Reading()
        # UTF-16 without its mark reads as text with a NUL after each letter.
        return read(content.text().replace("\0", ""), content.path, load(__package__, BOOK), self.markers)

    def _new(self, change: FileChange, head: "Reading", had: "Counter[Key]") -> "list[StandIn]":
        """What head has and base had not; of two alike the one on an added line. ``had`` keeps what is gone."""
        if not head.stand_ins:
            return []
        added = {line.number for line in change.added}
        new = []
        for one in sorted(head.stand_ins, key=lambda one: not added.isdisjoint(range(one.line, one.last + 1))):
            if had[one.key]:
                had[one.key] -= 1
            elif not _marked(one, head.marked & added):
                new.append(one)
        return sorted(new, key=lambda one: one.line)

    def _deleted(self, changes: ChangeSet, words: list[frozenset[str]]) -> "Counter[Key]":
        """The placeholders of the deleted files: git prints no patch of those, so that no search finds them."""
        hints = self.wanted().patterns()
        deleted = (change for change in changes if change.kind == "deleted" and self._may_hold_code(change.path))
        return Counter(
            one.key
            for change in changes.readable(deleted)
            if change.before is not None and _may_have(change.before.text(), words)
            and any(hint.search(change.before.bytes()) for hint in hints)
            for one in self._read(change.before).stand_ins
        )

    def _findings(self, change: FileChange, found: "list[StandIn]", gone: "Counter[Key]") -> Iterator[Finding]:
        new = [one for one in found if not _taken(gone, one) and self.levels.get(one.id) != "off"]
        deeds = [one for one in new if not one.spoken]
        for one in new:
            level = self.levels.get(one.id, one.level)
            if level == "off" or (one.spoken and any(_near(one, deed) for deed in deeds)):
                continue
            shown = one.text if len(one.text) <= _SHOWN else one.text[: _SHOWN - 1] + "\u2026"
            yield Finding(f"{one.says}: {shown}", Place(change.path, one.line), level, evidence=f"{one.id} {one.text}")


def _marked(one: "StandIn", marked: frozenset[int] | set[int]) -> bool:
    """Whether an added marker, which content/todo reports, says the same: in its lines, or shortly before."""
    last = one.last if one.in_comment else min(one.last, one.first + _NEAR)
    return not marked.isdisjoint(range(one.first - _NEAR, last + 1))


def _taken(gone: "Counter[Key]", one: "StandIn") -> bool:
    """Whether it went elsewhere in the change, and only moved here."""
    if gone[one.key]:
        gone[one.key] -= 1
        return True
    return False


def _words(found: "list[StandIn]") -> list[frozenset[str]]:
    """The words of each, which stand in every text that has an equal one."""
    return list({frozenset(_WORD.findall(one.text.casefold())) for one in found})


def _may_have(text: str, words: list[frozenset[str]]) -> bool:
    small = text.replace("\0", "").casefold()
    return any(all(word in small for word in each) for each in words)


def _near(said: "StandIn", deed: "StandIn") -> bool:
    """Whether words and a deed are one placeholder: they stand right before it, or within."""
    return deed.line - _NEAR <= said.last and said.first <= deed.last


def _bases(owners: Iterable[str], tree: Tree | None) -> frozenset[str]:
    """Those of the classes that others are made from: what they leave open is done there."""
    names = frozenset(owners)
    if not names or tree is None:
        return frozenset()
    from pytest_agentcompliance.parsing.placeholders import bases

    told: set[str] = set()
    for path in sorted({path for found in tree.head.where(names).values() for path in found if path.lower().endswith(_CODE)}):
        with contextlib.suppress(Unreadable):
            told |= bases(tree.head.files[path].text())
    return names & told
