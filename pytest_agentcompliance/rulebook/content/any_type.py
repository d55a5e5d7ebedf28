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
    from pytest_agentcompliance.parsing.any_types.compiler import Read

_CONFIG = ("tsconfig*.json", "**/tsconfig*.json")
_SCRIPTS = (".ts", ".tsx", ".mts", ".cts", ".vue", ".svelte", ".astro")
_PYTHON = (".py", ".pyi")
EXEMPT = [
    "**/node_modules/**", "**/vendor/**", "**/third_party/**", "**/dist/**", "**/build/**", "**/generated/**",
    "**/__generated__/**", "*.gen.*", "*.generated.*", "**/.next/**", "**/templates/**", "**/examples/**", "**/fixtures/**",
    "**/__fixtures__/**", "next-env.d.ts", "**/next-env.d.ts", "*vite-env.d.ts", "**/env.d.ts", "**/shims-*.d.ts",
]  # fmt: skip
_SHOWN = 100


class AnyType(Rule):
    """No `any` is added, and no compiler is told to let one through.

    Why: where a value is any, the compiler believes whatever is said of it, and of all that is made from it. What it would have
    found is found by who runs the code.

    The grammar tells types from names, strings and comments. Reported are `x: any`, `as any`, `<any>`, `any[]`,
    `Record<string, any>`, `catch (e: any)` and any other place of the type, in TypeScript and in the scripts of Vue, Svelte and
    Astro; and a tsconfig, with what it extends, in which `noImplicitAny` or `strict` was on at base and is not at head.
    Kept are `unknown`, what a type parameter must fit (`T extends any[]`), the pattern of a conditional type, `keyof any`, the
    arguments of a constructor's type, and what is declared of a module that has no types. Of the types that stand in
    place of others the change may have as many as it took away: what moved, and a line that was edited, is not new. A
    comment that tells a linter to be quiet excuses none.

    Blind spots: what is any without the word (`JSON.parse`, a library without types), other words that check as little
    (`Function`, `object`, a cast through unknown), JavaScript, types that code writes as text; one
    that went to another file and was changed there counts as new, and one that takes the place of another in the same lines
    does not. What a package says that a tsconfig extends is not known.
    """

    tests: Literal["forbid", "remark", "ignore"] = Field(
        default="remark", description="What one is in a file of tests: a breach, a remark, or nothing."
    )
    python: bool = Field(default=False, description="Whether typing.Any in Python counts too; never *args: Any and **kwargs: Any.")
    compiler: bool = Field(default=True, description="Whether a tsconfig that lets implicit any through is reported.")
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
        paths = _CONFIG if self.compiler else ()
        return Candidates(paths=paths, contains=(rb"any\b(?<=[^\w]any)", *((rb"Any\b(?<=[^\w]Any)",) if self.python else ())))

    def searched(self, path: str) -> bool:
        return path.lower().endswith(_SCRIPTS + (_PYTHON if self.python else ()))

    def check(self, changes: ChangeSet, tree: Tree) -> Iterator[Finding]:
        touched = [one for one in self.touched(changes) if not matches(one.path, self.exempt)]
        code = [one for one in touched if self.searched(one.path)]
        for change, one, more in self._grouped(self._new(changes, code)):
            level = self._level(change.path)
            shown = one.text if len(one.text) <= _SHOWN else f"\u2026{one.text[1 - _SHOWN:]}"
            rest = f" and {more} more {'on this line' if level == 'breach' else 'in this file'}" if more else ""
            says = f"`{shown}`{rest}: a type is given up for {'typing.Any' if change.path.endswith(_PYTHON) else 'any'}"
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
        for change in changes.readable(code):
            fresh, lost = _left(change, _read(change.before), _read(change.after))
            gone.update(one.text for one in lost)
            if not (self.tests == "ignore" and is_test(change.path)):
                found += ((change, one) for one in fresh)
        if found:
            for change in changes.readable(deleted(changes, code, self.searched)):
                gone.update(one.text for one in _read(change.before))
        for change, one in found:
            if gone[one.text] > 0:
                gone[one.text] -= 1
            else:
                yield change, one

    def _loosened(self, changes: ChangeSet, configs: Sequence[FileChange], tree: Tree) -> Iterator[Finding]:
        for change in changes.readable(configs):
            if change.after is None or not is_file(change.after.mode):
                continue
            from pytest_agentcompliance.parsing.any_types.compiler import loosened

            before = change.before if change.before is not None and is_file(change.before.mode) else None
            was = before.text() if before is not None else None
            said = loosened(change.path, was, change.after.text(), _reader(tree.base), _reader(tree.head))
            if said is not None:
                how = f"`{said.shown}`" if said.shown else "what forbade it is gone"
                says = f"the compiler lets implicit any through, and did not at base: {how}"
                yield Finding(says, Place(change.path, said.line), self._level(change.path), evidence=f"compiler {said.shown}")


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
    places = Counter(one.line - bisect_left(went, one.line) for one in lost if one.line in removed)
    kept: Counter[int] = Counter()
    really: list[Untyped] = []
    for one in sorted(fresh, key=lambda one: one.line):
        place = one.line - bisect_left(came, one.line)
        if places[place] > kept[place]:
            kept[place] += 1
        else:
            really.append(one)
    gone: list[Untyped] = []
    for one in lost:
        place = one.line - bisect_left(went, one.line)
        if one.line in removed and kept[place] > 0:
            kept[place] -= 1
        else:
            gone.append(one)
    return really, gone


def _read(side: Content | None) -> "tuple[Untyped, ...]":
    if side is None or not is_file(side.mode):
        return ()
    from pytest_agentcompliance.parsing.any_types import untyped
    from pytest_agentcompliance.parsing.made import says_generated

    text = side.text()
    return () if says_generated(text) else untyped(side.path, text)


def _reader(side: Side) -> "Read":
    def read(path: str) -> str | None:
        try:
            content = side.at(path)
            return content.text() if content is not None and is_file(content.mode) else None
        except Unreadable:
            return None

    return read
