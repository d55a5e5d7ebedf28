"""content/any-type: no type is given up: no any in TypeScript, and none that a compiler lets through."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from pytest_agentcompliance.errors import Unreadable
from pytest_agentcompliance.evidence import ChangeSet, Content, FileChange, Tree
from pytest_agentcompliance.evidence.changes import is_file
from pytest_agentcompliance.evidence.fresh import deleted
from pytest_agentcompliance.evidence.tree import Side
from pytest_agentcompliance.parsing.globs import matches
from pytest_agentcompliance.place import Place
from pytest_agentcompliance.rule import Candidates, Example, Rule
from pytest_agentcompliance.verdict import Finding, Level, Remedy

if TYPE_CHECKING:  # start-up time: the readers of code are imported when a file is a candidate
    from pytest_agentcompliance.parsing.any_types import Untyped
    from pytest_agentcompliance.parsing.any_types.compiler import Read, Setting

_CONFIG = ("tsconfig*.json", "**/tsconfig*.json", "jsconfig*.json", "**/jsconfig*.json")
_CHECKERS = ("**/pyproject.toml", "**/mypy.ini", "**/.mypy.ini", "**/setup.cfg", "**/pyrightconfig.json")
_SCRIPTS = (".ts", ".tsx", ".mts", ".cts", ".vue", ".svelte", ".astro")
_PYTHON = (".py", ".pyi")
EXEMPT = [
    "**/node_modules/**", "**/vendor/**", "**/third_party/**", "**/dist/**", "**/build/**", "**/generated/**",
    "**/__generated__/**", "*.gen.*", "*.generated.*", "**/.next/**", "**/templates/**", "**/examples/**", "**/fixtures/**",
    "**/__fixtures__/**", "next-env.d.ts", "**/next-env.d.ts", "*vite-env.d.ts", "**/env.d.ts", "**/shims-*.d.ts",
]  # fmt: skip
_SHOWN = 100
_SIGNS = ("any", "Any", "@ts-nocheck")


class AnyType(Rule):
    """No `any` is added, and no compiler is told to let one through.

    Why: where a value is any, the compiler believes whatever is said of it, and of all that is made from it. What it would have
    found is found by who runs the code.

    The grammar tells types from names, strings and comments. Reported are `x: any`, `as any`, `<any>`, `any[]`,
    `Record<string, any>`, `catch (e: any)` and any other place of the type, in TypeScript and in the scripts of Vue, Svelte and
    Astro; a tsconfig or jsconfig, with what it extends in the repository, in which `noImplicitAny` or `strict` was on at base and
    is not at head, or which comes to say `noCheck`; and `// @ts-nocheck` where it comes. With ``python`` also typing.Any, under
    whatever name it is imported and in annotations that are strings, and the settings of mypy and pyright that forbade it
    (`disallow_any_*`, `disallow_untyped_defs`, `reportExplicitAny` and their like).
    Kept are `unknown`, what a type parameter must fit (`T extends any[]`), the pattern of a conditional type, `keyof any`, the
    arguments of a constructor's type, and what is declared of a module that has no types. Of the types that stand in
    place of others the change may have as many as it took away: what moved, and a line that was edited, is not new. A
    comment that tells a linter to be quiet excuses none.

    Blind spots: what is any without the word (`JSON.parse`, a library without types), other words that check as little
    (`Function`, `object`, a cast through unknown), JavaScript, code in the markup of a template, types that code writes as text;
    one that went to another file and was changed there counts as new, and one that takes the place of another in the same lines
    does not. What an installed package says that a tsconfig extends is not known, but for those of @tsconfig, which are strict; nor
    are options of a command line.
    """

    tests: Literal["forbid", "remark", "ignore"] = Field(
        default="remark", description="What one is in a file of tests: a breach, a remark, or nothing."
    )
    python: bool = Field(default=False, description="Whether typing.Any in Python counts too; never *args: Any and **kwargs: Any.")
    compiler: bool = Field(
        default=True, description="Whether what lets implicit any through is reported: a tsconfig that got looser, and @ts-nocheck."
    )
    exempt: list[str] = Field(
        default=EXEMPT, description="Globs of files that are left out, beside those that say that a tool wrote them; a later !glob "
        "takes files out again."
    )  # fmt: skip

    on_the_way: ClassVar[bool] = False  # what was mended again was not delivered
    remedy: ClassVar[Remedy] = Remedy(
        "fix",
        "Write the type that the value has; where nobody knows it, say unknown and check it where it comes in (by a schema or a "
        "type guard).",
    )
    examples = (
        Example(
            "Each place of the type is reported: annotations, casts, arrays, records, arguments of generics, caught errors.",
            after={
                "src/a.ts": "export function f(a: any, b: string) {\n  const c = (b as any).d\n"
                            "  const e: Record<string, any> = {}\n  const g = new Map<string, any[]>()\n"
                            "  try {\n    h(c, e, g)\n  } catch (error: any) {\n    i(error)\n  }\n}\n",
                "src/b.tsx": "interface Props {\n  onChange: (value: any) => void\n}\n",
                "src/c.vue": "<script setup lang=\"ts\">\nconst form = ref<any>(null)\n</script>\n",
            },
            finds=("src/a.ts:1", "src/a.ts:2", "src/a.ts:3", "src/a.ts:4", "src/a.ts:7", "src/b.tsx:2", "src/c.vue:2"),
        ),
        Example(
            "A comment that makes a linter quiet excuses none, and a second one of the same text is new.",
            before={"src/a.ts": "f(x as any)\n"},
            after={"src/a.ts": "f(x as any)\n// eslint-disable-next-line @typescript-eslint/no-explicit-any\nf(x as any)\n"},
            finds=("src/a.ts:3",),
        ),
        Example(
            "A compiler that was told to let implicit any through is reported.",
            before={"tsconfig.json": '{"compilerOptions": {"strict": true}}\n',
                    "api/tsconfig.json": '{"extends": "../tsconfig.json"}\n'},
            after={"tsconfig.json": '{"compilerOptions": {"strict": true}}\n',
                   "api/tsconfig.json": '{"extends": "../tsconfig.json",\n "compilerOptions": {"noImplicitAny": false}}\n',
                   "web/tsconfig.json": '{"compilerOptions": {"strict": false}}\n'},
            finds=("api/tsconfig.json:2", "web/tsconfig.json:1"),
        ),
        Example(
            "So is one that is not loosened itself and extends another now, and a file that it shall not check.",
            before={"tsconfig.json": '{"compilerOptions": {"strict": true}}\n', "config/loose.json": '{"compilerOptions": {}}\n',
                    "src/a.ts": "run()\n"},
            after={"tsconfig.json": '{\n  "extends": "./config/loose.json"\n}\n', "config/loose.json": '{"compilerOptions": {}}\n',
                   "src/a.ts": "// @ts-nocheck\nrun()\n"},
            finds=("src/a.ts:1", "tsconfig.json:2"),
        ),
        Example(
            "In tests it is a remark, one for each file.",
            after={"src/a.test.ts": "const a = {} as any\nlet b: any\n"},
            styles=("src/a.test.ts:1",),
        ),
        Example(
            "Tests may be held to it, and Python.",
            given={"tests": "forbid", "python": True},
            after={"src/a.test.ts": "const a = {} as any\n",
                   "app/a.py": "from typing import Any\n\n\ndef f(a: dict[str, Any], *args: Any, **kwargs: Any) -> str:\n"
                               "    return any(a)\n"},
            finds=("app/a.py:4", "src/a.test.ts:1"),
        ),
        Example(
            "With Python, a type checker that let no Any through and does now is reported.",
            given={"python": True},
            before={"mypy.ini": "[mypy]\nstrict = True\ndisallow_any_explicit = True\n"},
            after={"mypy.ini": "[mypy]\nstrict = True\n"},
            finds=("mypy.ini:2",),
        ),
        Example("unknown, and any where TypeScript asks for it, are kept.", after={
            "src/a.ts": "export function f<T extends (...args: any[]) => any>(g: T, a: unknown, b: Record<string, unknown>): T {\n"
                        "  return g\n}\ntype Result<T> = T extends Promise<any> ? true : false\n"
                        "type Mixin<T = object> = new (...args: any[]) => T\ntype Key = keyof any\n"
                        "declare module 'no-types' {\n  export function h(a: any): any\n}\n",
        }),
        Example("So are comments, strings, names, files that a tool wrote, and Python unless it is asked.", after={
            "src/a.ts": "// takes any value: any\nconst a = 'x as any'\nconst b = { any: 1 }\nz.any()\nexpect.any(String)\n",
            "src/api.ts": "// Generated by orval. Do not edit.\nexport type A = any\n",
            "src/b.gen.ts": "export type A = any\n",
            "src/c.js": "/** @type {any} */\nconst c = 1\n",
            "app/a.py": "from typing import Any\n\n\ndef f(a: Any) -> None: ...\n",
        }),
        Example(
            "What base had is kept: a line that was edited, one that moved, and one that went to another file.",
            before={"src/a.ts": "function f(a: any) {\n  return a\n}\nconst b: any = 1\nrun()\n",
                    "src/c.ts": "let d: any\nlet e: any\n"},
            after={"src/a.ts": "let e: any\nconst b: any = 1\nfunction f(a: any, on = true) {\n  return on && a\n}\nrun()\n",
                   "src/c.ts": "let d2: any\n"},
        ),
        Example(
            "A compiler that gets stricter, and a first configuration, are kept.",
            before={"a/tsconfig.json": "{}\n"},
            after={"a/tsconfig.json": '{"compilerOptions": {"strict": true}}\n',
                   "tsconfig.json": '{"compilerOptions": {"strict": false}}\n'},
        ),
    )  # fmt: skip

    def wanted(self) -> Candidates:
        paths = (*(_CONFIG if self.compiler else ()), *(_CHECKERS if self.compiler and self.python else ()))
        contains = [rb"any\b(?<=[^\w]any)"]
        contains += [rb"@ts-nocheck", rb'"(?:strict|noImplicitAny|noCheck)"'] if self.compiler else []
        return Candidates(paths=paths, contains=(*contains, *((rb"Any\b(?<=[^\w]Any)",) if self.python else ())))

    def searched(self, path: str) -> bool:
        return self._is_code(path) or (self.compiler and path.lower().endswith(".json"))

    def _is_code(self, path: str) -> bool:
        return path.lower().endswith(_SCRIPTS + (_PYTHON if self.python else ()))

    def check(self, changes: ChangeSet, tree: Tree) -> Iterator[Finding]:
        touched = [one for one in self.touched(changes) if not matches(one.path, self.exempt)]
        code = [one for one in touched if self._is_code(one.path)]
        for change, one, more in self._grouped(self._new(changes, code)):
            level = self._level(change.path)
            shown = one.text if len(one.text) <= _SHOWN else f"\u2026{one.text[1 - _SHOWN:]}"
            rest = f" and {more} more {'on this line' if level == 'breach' else 'in this file'}" if more else ""
            what = f"a type is given up for {'typing.Any' if change.path.endswith(_PYTHON) else 'any'}"
            if one.whole:
                what = "the compiler checks nothing in this file, and lets implicit any through"
            says = f"`{shown}`{rest}: {what}"
            yield Finding(says, Place(change.path, one.line), level, evidence=one.text)
        if self.compiler:
            yield from self._loosened(changes, [one for one in touched if one not in code], tree)

    def _grouped(self, found: "Iterator[tuple[FileChange, Untyped]]") -> "Iterator[tuple[FileChange, Untyped, int]]":
        """One for each line, and of remarks one for each file, with how many more there are."""
        groups: dict[tuple[int, int], tuple[FileChange, Untyped, int]] = {}
        for change, one in sorted(found, key=lambda pair: (pair[0].position, pair[1].line)):
            key = (change.position, one.line if self._level(change.path) == "breach" else 0)
            first = groups.get(key)
            groups[key] = (change, one, 0) if first is None else (change, first[1], first[2] + 1)
        yield from groups.values()

    def _level(self, path: str) -> Level:
        from pytest_agentcompliance.parsing.testcode import is_test

        return "style" if self.tests == "remark" and is_test(path) else "breach"

    def _new(self, changes: ChangeSet, code: Sequence[FileChange]) -> "Iterator[tuple[FileChange, Untyped]]":
        """Those that the change has more than base had: of a text in all files, and of any text in the same edited lines."""
        from pytest_agentcompliance.parsing.testcode import is_test

        found: list[tuple[FileChange, Untyped]] = []
        gone: Counter[str] = Counter()
        others: list[FileChange] = []
        for change in changes.readable(code):
            if not _is_added(change):
                others.append(change)
                continue
            fresh, lost = _left(change, *self._sides(change))
            gone.update(one.text for one in lost)
            if not (self.tests == "ignore" and is_test(change.path)):
                found += ((change, one) for one in fresh)
        if found:  # what went from where none came may have moved
            for change in changes.readable(others):
                gone.update(one.text for one in _left(change, *self._sides(change))[1])
            for change in changes.readable(deleted(changes, code, self._is_code)):
                gone.update(one.text for one in self._read(change.before))
        for change, one in found:
            if gone[one.text] > 0:
                gone[one.text] -= 1
            else:
                yield change, one

    def _sides(self, change: FileChange) -> "tuple[Sequence[Untyped], Sequence[Untyped]]":
        """What a file had, and what it has. That a tool wrote it, which only head says of a file that base has, excuses nothing."""
        before = self._read(change.before)
        had = change.before is not None and is_file(change.before.mode)
        return before, self._read(change.after, trusting=not had or _is_made(change.before))

    def _read(self, side: Content | None, *, trusting: bool = True) -> "Sequence[Untyped]":
        if side is None or not is_file(side.mode) or (trusting and _is_made(side)):
            return ()
        from pytest_agentcompliance.parsing.any_types import untyped

        found = untyped(side.path, side.text())
        return found if self.compiler else [one for one in found if not one.whole]

    def _loosened(self, changes: ChangeSet, configs: Sequence[FileChange], tree: Tree) -> Iterator[Finding]:
        if not configs:
            return
        from pytest_agentcompliance.parsing.any_types import checkers, compiler

        read = [compiler.Changed(one.path, _text(one.before), _text(one.after)) for one in changes.readable(configs)]
        scripts = [one for one in read if one.path.lower().endswith(".json") and not matches(one.path, _CHECKERS)]
        python = [one for one in read if matches(one.path, _CHECKERS)]
        for said in compiler.loosened(scripts, _reader(tree.base), _reader(tree.head)):
            yield self._told(said, "the compiler lets implicit any through, and did not at base")
        for said in checkers.loosened(python):
            yield self._told(said, "the type checker lets typing.Any through, and did not at base")

    def _told(self, said: "Setting", what: str) -> Finding:
        how = f"`{said.shown}`" if said.shown else "what forbade it is gone"
        return Finding(f"{what}: {how}", Place(said.path, said.line), self._level(said.path), evidence=f"compiler {said.shown}")


def _is_added(change: FileChange) -> bool:
    """Whether an added line has the word at all."""
    try:
        return any(sign in line.text for line in change.added for sign in _SIGNS)
    except Unreadable:
        return False


def _left(
    change: FileChange, old: "Sequence[Untyped]", new: "Sequence[Untyped]"
) -> "tuple[list[Untyped], list[Untyped]]":
    """What is new in a file, and what is gone from it. Of two alike the one on a line that came is new."""
    try:
        came = [line.number for line in change.added]
        went = [line.number for line in change.removed] if old else []
    except Unreadable:
        return [], []
    added = frozenset(came)
    had = Counter(one.text for one in old)
    fresh: list[Untyped] = []
    for one in sorted(new, key=lambda one: one.line in added):
        if had[one.text] > 0:
            had[one.text] -= 1
        elif one.line in added:
            fresh.append(one)
    removed = frozenset(went)
    lost: list[Untyped] = []
    for one in sorted(old, key=lambda one: one.line not in removed):
        if had[one.text] > 0:
            had[one.text] -= 1
            lost.append(one)
    # In lines that were edited one may stand in place of another: both have as many lines before them that stayed.
    places = Counter(one.line - bisect_left(went, one.line) for one in lost if one.line in removed and not one.whole)
    kept: Counter[int] = Counter()
    really: list[Untyped] = []
    for one in sorted(fresh, key=lambda one: one.line):
        place = one.line - bisect_left(came, one.line)
        if places[place] > kept[place] and not one.whole:
            kept[place] += 1
        else:
            really.append(one)
    gone: list[Untyped] = []
    for one in lost:
        place = one.line - bisect_left(went, one.line)
        if one.line in removed and kept[place] > 0 and not one.whole:
            kept[place] -= 1
        else:
            gone.append(one)
    return really, gone


def _is_made(side: Content | None) -> bool:
    """Whether a file says that a tool wrote it."""
    from pytest_agentcompliance.parsing.made import says_generated

    return side is not None and says_generated(side.text())


def _text(side: Content | None) -> str | None:
    return side.text() if side is not None and is_file(side.mode) else None


def _reader(side: Side) -> "Read":
    def read(path: str) -> str | None:
        try:
            content = side.at(path)
            return content.text() if content is not None and is_file(content.mode) else None
        except Unreadable:
            return None

    return read
