"""documentation/public-documented: what is new and public says what it is for."""

import re
from collections import Counter
from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from pytest_agentcompliance.errors import Unreadable
from pytest_agentcompliance.evidence import ChangeSet, Content, FileChange, Tree
from pytest_agentcompliance.parsing.globs import matches
from pytest_agentcompliance.parsing.made import BESIDE, GENERATED, MIGRATIONS, SCRIPTS, says_generated, tool_of
from pytest_agentcompliance.parsing.packages import folders
from pytest_agentcompliance.parsing.testcode import is_source
from pytest_agentcompliance.place import Place
from pytest_agentcompliance.rule import Candidates, Example, Rule
from pytest_agentcompliance.verdict import Finding, Remedy

if TYPE_CHECKING:  # start-up time: a grammar is asked when a file of code has changed
    from pytest_agentcompliance.parsing.choices import Choice
    from pytest_agentcompliance.parsing.outline import Symbol

ENDINGS = (".py", ".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs", ".go")
EXEMPT = [
    *GENERATED, *MIGRATIONS, *BESIDE, *SCRIPTS, "*.tsx", "*.jsx", "**/testing/**", "*test-utils*", "*test_utils*", "*test-helpers*",
    "*test_helpers*",
]  # fmt: skip
# Variables that every machine, CI or platform sets: whoever reads one of them adds no option.
COMMON = [
    "NODE_ENV", "PATH", "HOME", "USER", "USERNAME", "SHELL", "PWD", "TMPDIR", "TEMP", "TMP", "LANG", "TERM", "CI", "TZ", "EDITOR",
    "VISUAL", "HOSTNAME", "DISPLAY", "USERPROFILE", "APPDATA", "LOCALAPPDATA", "XDG_*", "GITHUB_*", "npm_*", "PYTEST_*", "VITEST*",
    "JEST_*", "VERCEL*", "NO_COLOR", "FORCE_COLOR", "COLUMNS", "VIRTUAL_ENV", "PYTHON*", "AWS_*", "GOOGLE_*", "GCLOUD_*", "LC_*",
    "SSH_*", "RENDER*", "FLY_*", "RAILWAY_*", "HEROKU_*", "NETLIFY*", "CF_PAGES*", "K_SERVICE", "KUBERNETES_*", "GIT_COMMIT",
]  # fmt: skip
KINDS = ("function", "class", "interface", "type", "enum")
# Where a reader looks for an option: prose, and the files that show all variables.
DOCUMENTS = [
    "README*", "**/README*", "*.md", "*.mdx", "docs/**", "**/docs/**", "*.env.example", ".env*", "**/.env*", "*.env.*",
    "**/compose*.y*ml", "**/docker-compose*.y*ml", "**/values*.yaml", "*.rst", "**/turbo.json",
]  # fmt: skip
DOCS = re.compile(r"(?i)(?:^|/)(?:readme[^/]*|docs?/.*\.(?:mdx?|rst|txt))$")
MOST_DOCUMENTS = 3000
FEW_WORDS = 4  # of a banner that only names what follows
_SAID = re.compile(r"\b(?:help|short_help|summary|description|doc)\s*[=:]")
# What seems to be declared; it takes in too much (a word of a comment, what lies in a function) rather than too little.
_DECLARED = re.compile(
    r"\b(?:function|class|interface|type|enum|const|let|var|def|func)\b\s*(?:\*|enum\b|\([^()\n]{0,200}\))?\s*([A-Za-z_$][\w$]*)"
)
_GROUPED = re.compile(r"^[ \t]+([A-Z]\w*)[ \t]+(?:struct|interface)\b", re.MULTILINE)
# A type that is another thing's: of a schema, of a table, of a value, of a type. What there is to say is said there.
_DERIVED = re.compile(r"^type [\w$]+=(?:(?:[\w$.]+<)?(?:[\w$.]+<)?\(?typeof\b|[\w$.]+(?:\[[\"'][\w$-]+[\"']\]){0,9};?$)")
_LETTERS = re.compile(r"[^\W\d_]{2,}")
_MODULE = re.compile(r"\s*(?:#![^\n]*\n)?(?:['\"]use \w+['\"];?\s*)?(?:/\*[^/]{20}|//[^\n]{10}|[rR]?(?:\"\"\"|''')[^\"']{10})")
_TOLD = re.compile(r"\.describe\(|\bdescription\s*[=:]|\bhelp\s*=")
_ABOVE = re.compile(r"\s*(?:#|//|/?\*)")
# Members that the documentation of an API is made of: @ApiProperty({ description: ... }), Field(description=...)
_FIELDS_TOLD = re.compile(r"@Api\w{1,40}\([^@;]{0,400}\bdescription:|\bField\([^()]{0,400}\bdescription=")
_COMMENT = re.compile(r"^\s*(?:#|//|/?\*)\s*\S|\S\s+(?:#|//|/\*)\s")


class PublicDocumented(Rule):
    """What is new and public says what it is for.

    Why: who calls a function, implements a type or sets a variable has only its name otherwise, and must read the code.

    Public are the functions, classes, interfaces, types and enums at the top of a module that others can import: what is
    exported (TypeScript, JavaScript), begins with a capital (Go) or with no underscore (Python). It is documented by a
    docstring, by a comment right above, by what its decorator says (``summary=``, ``help=``), by a comment that begins a module
    with only one public thing, or by name in a document that the change has touched. A configuration option is a variable of
    the environment that no code of base reads: it is documented by a comment or description beside it, or in any document or
    sample of the environment.

    Blind spots: whether what is said is true, and says why; methods, fields, constants and schemas (but ``methods``); what was
    renamed counts as new; components (``.tsx``) and scripts are left out; files that no grammar reads.
    """

    methods: bool = Field(default=False, description="Whether the public methods of public classes need a text of their own.")
    options: bool = Field(default=True, description="Whether new variables of the environment need to be documented.")
    most_each: int = Field(default=5, ge=1, description="Findings of one file; the others are told in the last of them.")
    common: list[str] = Field(default=COMMON, description="Variables of the environment that every machine or platform sets.")
    documents: list[str] = Field(default=DOCUMENTS, description="Globs of files in which an option may be documented.")
    exempt: list[str] = Field(
        default=EXEMPT,
        description="Globs of files left out: generated code, migrations, examples, scripts, components. Tests always are.",
    )

    candidates: ClassVar[Candidates] = Candidates(
        contains=(b"export", b"def ", b"class ", b"func ", b"type ", b"env", b"ENV", b"Env", b"onfig", b"Settings"), endings=ENDINGS
    )
    remedy: ClassVar[Remedy] = Remedy("fix", "Say above it, in a sentence or two, what it is for and what a caller must know.")
    examples = (
        Example(
            "A function, a class and a type without a text are reported, each at its name.",
            after={
                "src/cart.py": "def total(cart):\n    return sum(cart)\n\n\nclass Cart:\n    rows = []\n",
                "src/cart.ts": "export interface Cart {\n  id: string\n}\nexport const total = (cart: Cart) => 1\n",
                "cart.go": "package cart\n\ntype Cart struct{}\n\nfunc Total(c Cart) int { return 1 }\n",
            },
            finds=("cart.go:3", "cart.go:5", "src/cart.py:1", "src/cart.py:5", "src/cart.ts:1", "src/cart.ts:4"),
        ),
        Example(
            "A directive of a tool is no text.",
            after={"src/a.ts": "import { b } from './b'\n\n// eslint-disable-next-line max-len\nexport function total() {}\n"},
            finds=("src/a.ts:4",),
        ),
        Example(
            "A variable of the environment that nothing explains is reported.",
            before={"src/a.ts": "const a = 1\n", "README.md": "# Shop\n"},
            after={"src/a.ts": "const a = 1\nconst url = process.env.SHOP_URL\n", "README.md": "# Shop\n"},
            finds=("src/a.ts:2",),
        ),
        Example(
            "The rest of a file with many is told in one finding.",
            given={"most_each": 2}, after={"src/a.py": "def a(): pass\ndef b(): pass\ndef c(): pass\n"},
            finds=("src/a.py:1", "src/a.py:2"),
        ),
        Example(
            "Docstrings, JSDoc, comments above and what decorators say are texts.",
            after={
                "src/cart.py": 'def total(cart):\n    """The sum."""\n    return sum(cart)\n',
                "src/rows.py": '@app.get("/", summary="All")\ndef rows():\n    pass\n\n\n# A row.\nclass Row:\n    pass\n',
                "src/cart.ts": "/** A cart. */\nexport interface Cart {}\n// The sum.\nexport const total = () => 1\n",
                "cart.go": "package cart\n\n// Cart is one.\ntype Cart struct{}\n",
            },
        ),
        Example(
            "So is one above the directives of tools.",
            after={
                "cart.go": "package cart\n\n// Get finds one.\n//\n//nolint:ireturn // a factory\nfunc Get() Cart { return nil }\n",
                "src/a.ts": "/** The sum. */\n// eslint-disable-next-line max-len\nexport function total() {}\n",
            },
        ),
        Example(
            "What base has, what moved, what is private, tests and generated code are kept.",
            before={"src/a.ts": "export function total() {}\n", "src/b.ts": "export class Cart {}\n"},
            after={
                "src/a.ts": "export function total(a: string) {}\nfunction own() {}\n", "src/c.ts": "export class Cart {}\n",
                "src/d.py": "def _own(): pass\n", "tests/test_a.py": "def test_a(): pass\n", "src/a.gen.ts": "export class B {}\n",
                "src/index.ts": "export * from './a'\nexport { Cart } from './c'\n",
            },
        ),
        Example(
            "A type that is derived from a value, overloads, and a module with one thing and a text are kept.",
            after={
                "src/a.ts": "export const CartSchema = z.object({})\nexport type Cart = z.infer<typeof CartSchema>\n"
                "export const rows = pgTable('rows', {})\nexport type Row = typeof rows.$inferSelect\n",
                "src/b.ts": "/** The sum. */\nexport function total(a: string): void\nexport function total(a: number): void\n"
                "export function total(a: unknown) {}\n",
                "src/c.ts": "/**\n * Lists the carts of a shop.\n */\nimport { a } from './a'\n\nexport const list = () => a\n",
            },
        ),
        Example(
            "An option that a comment, a sample or a document explains is kept; so is one that base reads elsewhere.",
            before={"README.md": "Set `SHOP_URL`.\n", "src/old.ts": "const b = process.env.OLD_URL\n"},
            after={
                "README.md": "Set `SHOP_URL`.\n", ".env.example": "SHOP_KEY=\n",
                "src/old.ts": "const b = process.env.OLD_URL\n",
                "src/settings.py": "# All of it.\nclass Settings(BaseSettings):\n    size: int = Field(\n        default=1,\n"
                "        description='Rows of a page.',\n    )\n",
                "src/a.ts": "const a = process.env.SHOP_URL\nconst b = process.env.SHOP_KEY\n"
                "const c = process.env.OLD_URL\n// seconds until a call is given up\nconst d = process.env.SHOP_WAIT\n",
                "src/c.py": "import os\n\nHOME = os.environ['HOME']\n",
            },
        ),
        Example(
            "What a tool wrote that the manifest names, and a class whose fields say what they are, are kept.",
            after={
                "package.json": '{"devDependencies": {"orval": "7.0.0"}}\n',
                "src/a.ts": "/**\n * Generated by orval v7\n */\n\nexport const a = () => 1\nexport const b = () => 1\n",
                "src/b.ts": "export class Cart {\n  @ApiProperty({ description: 'Its rows.' })\n  rows: Row[]\n}\n\nclass Row {}\n",
            },
        ),
        Example(
            "That it was generated is not believed where no manifest names the tool.",
            after={"src/a.ts": "/* Generated by magic */\n\nexport const a = () => 1\nexport const b = () => 1\n"},
            finds=("src/a.ts:3", "src/a.ts:4"),
        ),
        Example(
            "A thing that a touched document names is kept.",
            after={"src/cart.py": "def total(cart):\n    return sum(cart)\n", "docs/cart.md": "`total(cart)` adds all rows.\n"},
        ),
    )  # fmt: skip

    def check(self, changes: ChangeSet, tree: Tree) -> Generator[Finding, None, str]:
        mine = [one for one in self.touched(changes) if one.is_text and is_source(one.path) and not matches(one.path, self.exempt)]
        new = [(change, found) for change in changes.readable(mine) if (found := list(self._new(change)))]
        new = [(change, found) for change, found in new if not _is_generated(change, tree)]
        moved = _lost(changes, {one.name for _, found in new for one in found}) if new else Counter()
        told = _told(changes) if new else frozenset()
        for change, found in new:
            left = [symbol for symbol in found if not _take(moved, symbol.name) and symbol.name not in told]
            yield from self._findings(change.path, left)
        return (yield from self._options(changes, tree, mine)) if self.options else ""

    def _new(self, change: FileChange) -> "Iterator[Symbol]":
        """What head has and base has not, and what says nothing of itself."""
        text = _text(change.after)
        base = _declared(_text(change.before))
        if not text or (not self.methods and not _declared(text) - base):
            return
        from pytest_agentcompliance.parsing.outline import outline

        found = outline(change.path, text)
        lines = text.split("\n")
        if self.methods:
            base |= {one.qualified for one in outline(change.path, _text(change.before))}
        shown = [one for one in found if one.public and (one.kind in KINDS or (self.methods and one.kind == "method"))]
        shown = [one for one in shown if one.kind == "method" or not one.parent]
        documented = {one.qualified for one in found if one.documented or _is_told(one, lines)}
        documented |= {one.qualified for one in found if one.kind == "class" and _FIELDS_TOLD.search(text, one.body, one.stop)}
        tops = {one.name for one in shown if not one.parent}
        whole = len(tops) == 1 and _MODULE.match(text[:5000]) is not None
        seen: set[str] = set()
        for one in shown:
            if one.qualified in base or one.qualified in documented or one.qualified in seen or (whole and not one.parent):
                continue
            seen.add(one.qualified)
            if one.name in ("main", "constructor", "__init__") or any(_SAID.search(text) for text in one.decorators):
                continue
            if one.kind != "type" or not _DERIVED.match(one.signature):
                yield one

    def _findings(self, path: str, found: "list[Symbol]") -> Iterator[Finding]:
        shown, rest = found[: self.most_each], found[self.most_each :]
        for number, one in enumerate(shown, 1):
            more = f"; so are {len(rest)} more: {_listed(rest)}" if rest and number == len(shown) else ""
            message = f"{one.kind} {one.qualified} is new, public and has no documentation{more}"
            yield Finding(message, Place(path, one.line), evidence=f"{one.kind} {one.qualified}")

    def _options(self, changes: ChangeSet, tree: Tree, mine: list[FileChange]) -> Generator[Finding, None, str]:
        """The variables of the environment that nothing explains."""
        from pytest_agentcompliance.parsing.choices.environment import taken

        new: dict[str, tuple[FileChange, Choice]] = {}
        for change in changes.readable(mine):
            if change.after is None:
                continue
            before = change.before.text() if change.before is not None else ""
            for one in taken(before, change.after.text(), change.path):
                if one.name not in new and not _is_common(one.name, self.common) and not _explained(change.after, one):
                    new[one.name] = change, one
        names = sorted(new)
        known = tree.base.having(names) if names else frozenset()
        wanted = {name for name in names if name not in known and name.lower() not in known}
        if not wanted:
            return ""
        wanted, why = self._unexplained(wanted, tree)
        for name, (change, one) in new.items():
            if name in wanted:
                message = f"{name} is {one.what} now, and neither a comment nor a document says what it is for"
                yield Finding(message, Place(change.path, one.line), evidence=f"option {name}")
        return why

    def _unexplained(self, names: set[str], tree: Tree) -> tuple[set[str], str]:
        """Those of the names that no document has, and what was not read."""
        pattern = re.compile("|".join(re.escape(name) for name in sorted(names, key=len, reverse=True)), re.IGNORECASE)
        paths = [path for path in tree.head.files if matches(path, self.documents)]
        paths.sort(key=lambda path: (path.count("/"), path))
        left = set(names)
        for path in paths[:MOST_DOCUMENTS]:
            if not left:
                break
            try:
                text = tree.head.files[path].text()
            except Unreadable:
                continue
            left -= {found.upper() for found in pattern.findall(text)} & left
        return left, f"{len(paths) - MOST_DOCUMENTS:,} documents were not read" if len(paths) > MOST_DOCUMENTS else ""


def _is_generated(change: FileChange, tree: Tree) -> bool:
    """Whether a tool wrote a file: as base says, or as it says itself of a tool that a manifest beside or above it names.

    What a file of the change says of itself is not enough: anybody can write that.
    """
    if says_generated(_text(change.before)):
        return True
    text = _text(change.after)
    if not (tool := tool_of(text)):
        return False
    if change.path.endswith(".go"):
        return "DO NOT EDIT" in text[:1000]
    for folder in folders(change.path):
        for name in ("package.json", "pyproject.toml"):
            content = tree.head.files.get(f"{folder}/{name}" if folder else name)
            try:
                if content is not None and f"{tool.lower()}" in content.text().lower():
                    return True
            except Unreadable:
                continue
    return False


def _text(content: Content | None) -> str:
    return content.text() if content is not None and content.mode.startswith("100") else ""


def _declared(text: str) -> set[str]:
    """The names that seem to be declared: no grammar is asked where none is new."""
    return {*_DECLARED.findall(text), *_GROUPED.findall(text)}


def _is_told(one: "Symbol", lines: list[str]) -> bool:
    """Whether a banner one blank line above says something in words, or the first member of a type what it is."""
    if one.kind in ("interface", "type", "enum") and one.end > one.line and _ABOVE.match(lines[one.line]):
        return True
    at = one.first - 2
    if at < 1 or lines[at].strip():
        return False
    words: list[str] = []
    for line in reversed(lines[max(0, at - 6) : at]):
        if not _ABOVE.match(line):
            break
        words += _LETTERS.findall(line)
    return len(words) > FEW_WORDS


def _lost(changes: ChangeSet, names: set[str]) -> "Counter[str]":
    """How many files lost each of the names, public or not: what has one of them now may have moved."""
    found: Counter[str] = Counter()
    files = (one for one in changes if one.before is not None and one.path.lower().endswith(ENDINGS))
    for change in changes.readable(files):
        if before := names & _declared(_text(change.before)):
            found.update(before - _declared(_text(change.after)))
    return found


def _take(names: "Counter[str]", name: str) -> bool:
    found = names[name] > 0
    names[name] -= found
    return found


def _told(changes: ChangeSet) -> frozenset[str]:
    """The words that stand as code in the documents that the change touched."""
    words: set[str] = set()
    for change in changes.readable(one for one in changes if one.is_text and DOCS.search(one.path)):
        text = "\n".join(line.text for line in change.added)
        words.update(word for part in re.findall(r"`([^`\n]{1,200})`", text) for word in re.findall(r"[A-Za-z_$][\w$]*", part))
    return frozenset(words)


def _explained(content: Content, one: "Choice") -> bool:
    """Whether a comment or a description stands beside an option."""
    from pytest_agentcompliance.parsing.suppressions.apart import unexplained

    lines = unexplained(content.text(), content.path).split("\n")
    at = (one.line or 1) - 1
    if _COMMENT.search(lines[at]) or _TOLD.search(lines[at]):
        return True
    for line in reversed(lines[max(0, at - 12) : at]):  # a comment stands for all lines up to the next blank one
        if _ABOVE.match(line):
            return True
        if not line.strip():
            break
    indent = len(lines[at]) - len(lines[at].lstrip())
    for line in lines[at + 1 : at + 15]:  # as long as it goes on: what is indented more, and the bracket that ends it
        if line.strip() and len(line) - len(line.lstrip()) <= indent and line.strip()[0] not in ")]}.\"'":
            return False
        if _TOLD.search(line) or line.strip()[:3] in ('"""', "'''"):
            return True
    return False


def _is_common(name: str, common: list[str]) -> bool:
    return any(name == one or (one.endswith("*") and name.startswith(one[:-1])) for one in common)


def _listed(found: "list[Symbol]") -> str:
    return ", ".join(one.qualified for one in found[:10]) + (" and others" if len(found) > 10 else "")


