"""architecture/duplicate-symbol: what base exports already is not written a second time."""

from collections.abc import Collection, Generator, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from pytest_agentcompliance.evidence import ChangeSet, Content, FileChange, Tree
from pytest_agentcompliance.place import Place
from pytest_agentcompliance.rule import Candidates, Example, Rule
from pytest_agentcompliance.verdict import Finding, Remedy

if TYPE_CHECKING:  # start-up time: grammars are asked when a name is in both places
    from pytest_agentcompliance.parsing.exports.modules import Modules
    from pytest_agentcompliance.parsing.exports.symbols import Symbol

MOST_NAMES = 5000  # that are looked for; an honest change has some hundred
MANY = 100  # new names, from which on those are left out that stand all over a tree: each place costs time, and says little
LONG = 9  # letters of a name of one word that is looked for even then
ENDINGS = (".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs", ".py", ".go")
# Names that many modules have because a framework, a tool or a custom asks for them.
IGNORED = [
    "GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "default", "handler", "config", "metadata", "viewport",
    "middleware", "generateMetadata", "generateStaticParams", "getServerSideProps", "getStaticProps", "getStaticPaths", "runtime",
    "revalidate", "dynamic", "loader", "action", "actions", "links", "meta", "load", "prerender", "up", "down", "upgrade",
    "downgrade", "migrate", "seed", "main", "Main", "run", "start", "stop", "init", "setup", "teardown", "lifespan", "register",
    "activate", "deactivate", "install", "execute", "create_app", "get_app", "parse_args", "app", "App", "Page", "Layout",
    "Loading", "Error", "Root", "Meta", "Command", "Migration", "Config", "Settings", "Options", "Params", "Props", "State",
    "Context", "Input", "Output", "index", "router", "routes", "schema", "types", "api", "plugin", "New", "Module", "AppModule",
    "AppController", "AppService", "PageProps", "LayoutProps", "RouteParams", "RouteContext", "RootState", "AppDispatch", "_*",
]  # fmt: skip
EXEMPT = [
    "**/__tests__/**", "**/tests/**", "**/test/**", "**/e2e/**", "**/testing/**", "*.test.*", "*.spec.*", "test_*.py", "*_test.*",
    "conftest.py", "**/test[-_]*/**", "test[-_]*", "*[-_]test[-_]*", "*.stories.*", "**/__mocks__/**", "**/mocks/**", "*.mock.*",
    "**/__fixtures__/**", "**/fixtures/**", "*.d.ts", "*.d.mts", "*.d.cts", "**/migrations/**", "**/*[-_]migrations/**",
    "**/alembic/**", "**/generated/**", "**/__generated__/**", "*.gen.*",
    "*.generated.*", "*_gen.go", "*.pb.go", "*_pb2.py", "*_pb2_grpc.py", "*.min.js",
    "**/dist*/**", "**/build/**", "**/out/**", "**/.next/**", "**/coverage/**", "**/node_modules/**", "**/vendor/**",
    "**/examples/**", "**/*-examples/**", "**/templates/**", "*.template.*",
]  # fmt: skip
_PRICE = "export function formatPrice(amount: number, currency: string) {\n  return `${amount} ${currency}`\n}\n"
_CART = (
    "export const CartSchema = z.object({ id: z.string(), items: z.array(Item), note: z.string(), total: Money, user: User })\n"
    "export type Cart = z.infer<typeof CartSchema>\n"
)
_FIND = "export interface Result { ok: boolean; id: string }\nexport const find = (id) => rows[id]\n"
_ROUTE = "export async function GET(request: Request) {\n  return ok(request)\n}\nexport const _reset = (x: A) => x.clear()\n"
_OTHERS = {
    "a.ts": "export enum Size { S, M, L }\nexport type Colour = 'red' | 'blue'\n",
    "b.py": "class Basket:\n    owner: str\n\n    def add(self, item):\n        self.items.append(item)\n",
    "c.go": "package cart\ntype Line struct {\n\tName string\n\tPrice int\n}\n",
    "d.js": "function total(lines) {\n  return lines.reduce((sum, line) => sum + line.price, 0)\n}\nmodule.exports = { total }\n",
}


_ROWS = (
    "export async function listOrders(shopId: string, limit: number): Promise<Order[]> {\n"
    "  const found = await pool.query('SELECT * FROM orders WHERE shop = $1 LIMIT $2', [shopId, limit])\n  return found.rows\n}\n"
)
_CALL = (
    "export async function listOrders(shopId: string, limit: number): Promise<Order[]> {\n"
    "  const answer = await fetch(`/api/shops/${shopId}/latest?limit=${limit}`, { headers })\n"
    "  if (!answer.ok) throw new Failure(answer.status)\n  return answer.json()\n}\n"
)
_HANDLER = (
    "@router.get('/state')\nasync def state(request):\n    return request.app.state.store.read()\n\n\n"
    "@cli.command()\ndef sync(path):\n    Store(path).pull()\n"
)
_HAS = "def has_column(table, name):\n    return name in {one.name for one in inspect(table).columns}\n"
_HERE = "export function isHere(): boolean {\n  return process.platform === 'linux'\n}\n"


class DuplicateSymbol(Rule):
    """No function, class, schema or type is exported anew that base exports elsewhere, under the same name in the same shape.

    Why: two copies of one thing drift apart, and the next reader does not know which one holds. Who looked for it
    first would have imported it, or moved it to where both can.

    New is what a changed module of TypeScript, JavaScript, Python or Go exports at head and did not at base. It is looked
    for in base's other modules of the same language; a module that lost it in this change (a move, a split) is none.
    The same shape: functions have parameters of the same names and bodies that are no strangers, or nearly the same body;
    types, schemas, enums and classes have the same members, or at least four and three quarters of all in common.

    Blind spots: the same thing under another name; things that the same change adds twice; constants, hooks and components
    whose value is a call (``memo(...)``); methods; default exports without a name; what ``export *`` passes on; Vue, Svelte
    and other languages; a type that is derived from an imported one. Whether the module that has it can be imported from
    here is for a person. Routes and commands, which a decorator registers, are left out; so are, where a change adds more
    than a hundred names, short ones of one word. A name that more modules than ``most_places`` export is taken for a custom
    of the repository. A new module that no grammar reads, or that comes after ``most_parsed`` others, and seems to export a
    name of base, is unread.
    """

    ignored: list[str] = Field(default=IGNORED, description="Names that any module may have; * stands for any characters.")
    exempt: list[str] = Field(
        default=EXEMPT,
        description="Globs of files that count on neither side: tests, stories, mocks, generated and built code, examples.",
    )
    most_places: int = Field(
        default=8, ge=1, description="A name that more modules of base export than this is a custom of theirs."
    )
    most_parsed: int = Field(default=300, ge=1, description="How many modules are parsed; what needs more is unread.")

    candidates: ClassVar[Candidates] = Candidates(contains=(b"export", b"def ", b"class ", b"func ", b"type "), endings=ENDINGS)
    remedy: ClassVar[Remedy] = Remedy(
        "fix",
        "Import what is there; where it cannot be imported from, move it to a place that both can import and delete the copy.",
    )
    examples = (
        Example(
            "A function that base exports elsewhere, with the same parameters, is reported at the copy.",
            before={"packages/core/money/format.ts": _PRICE},
            after={"packages/core/money/format.ts": _PRICE, "apps/api/src/price.ts": "import x from './x'\n" + _PRICE},
            finds=("apps/api/src/price.ts:2",),
        ),
        Example(
            "Of a schema and the type that is derived from it the schema is reported; four of five members are enough.",
            before={"packages/types/cart.ts": _CART},
            after={"packages/types/cart.ts": _CART, "apps/api/cart.ts": _CART.replace("note: z.string(), ", "")},
            finds=("apps/api/cart.ts:1",),
        ),
        Example(
            "Types, classes and enums count, in Python and Go as well, and what is exported by a list.",
            before=_OTHERS, after=_OTHERS | {f"new/{path}": f"\n{text}" for path, text in _OTHERS.items()},
            finds=("new/a.ts:2", "new/a.ts:3", "new/b.py:2", "new/c.go:3", "new/d.js:2"),
        ),
        Example(
            "A module that is copied as it is is reported once.",
            before={"lib/all.ts": _PRICE + _CART}, after={"lib/all.ts": _PRICE + _CART, "api/all.ts": _PRICE + _CART},
            finds=("api/all.ts:1",),
        ),
        Example(
            "What was moved, or split off, is kept; so is what the old place passes on.",
            before={"lib/all.ts": _PRICE + _CART, "lib/old.ts": "export enum Size { S, M }\n"},
            after={
                "lib/all.ts": "export { formatPrice } from './price'\n" + _CART, "lib/price.ts": _PRICE,
                "lib/size.ts": "export enum Size { S, M }\n",
            },
        ),
        Example(
            "The same name in another shape is kept.",
            before={"a.ts": _FIND},
            after={
                "a.ts": _FIND,
                "b.ts": "export interface Result { rows: Row[]; total: number }\nexport const find = (query, n) => all(n)\n",
            },
        ),
        Example(
            "Names that a framework asks for, private names, tests and generated code are kept.",
            before={"app/a/route.ts": _ROUTE, "src/price.ts": _PRICE},
            after={
                "app/a/route.ts": _ROUTE, "app/b/route.ts": _ROUTE, "src/price.ts": _PRICE, "src/__tests__/price.ts": _PRICE,
                "src/price.test.ts": _PRICE, "src/generated/price.ts": _PRICE, "src/price.js": _PRICE,
            },
        ),
        Example(
            "Reuse is kept: an import, a barrel, a type derived from a schema of elsewhere.",
            before={"packages/types/cart.ts": _CART},
            after={
                "packages/types/cart.ts": _CART,
                "packages/types/index.ts": "export * from './cart'\nexport { CartSchema } from './cart'\n",
                "apps/api/cart.ts": "import { CartSchema } from '@repo/types'\nexport type Cart = z.infer<typeof CartSchema>\n",
            },
        ),
        Example(
            "So is a function that wraps the one of elsewhere.",
            before={"packages/money/format.ts": _PRICE},
            after={
                "packages/money/format.ts": _PRICE,
                "apps/api/price.ts": "import { formatPrice as format } from '@repo/money'\n"
                "export function formatPrice(amount: number, currency: string) {\n  return format(amount, currency)\n}\n",
                "apps/web/price.ts": "import * as money from '@repo/money'\n"
                "export const formatPrice = (amount: number, currency: string) => money.formatPrice(amount, currency)\n",
            },
        ),
        Example(
            "Strangers of one name and parameters are kept; so are routes, commands and helpers of migrations.",
            before={"lib/rows.ts": _ROWS, "api/a.py": _HANDLER, "lib/has.py": _HAS, "lib/os.ts": _HERE},
            after={
                "lib/rows.ts": _ROWS, "api/a.py": _HANDLER, "lib/has.py": _HAS, "lib/os.ts": _HERE,
                "web/rows.ts": _CALL, "api/b.py": _HANDLER,
                "alembic/versions/a1.py": _HAS, "web/os.ts": _HERE.replace("process.platform", "navigator.userAgent.toLowerCase()"),
            },
        ),
        Example(
            "A name that more modules export than most_places says is a custom of the repository.",
            given={"most_places": 1}, before={"a/lib.ts": _PRICE, "b/lib.ts": _PRICE},
            after={"a/lib.ts": _PRICE, "b/lib.ts": _PRICE, "c/lib.ts": _PRICE},
        ),
    )  # fmt: skip

    def check(self, changes: ChangeSet, tree: Tree) -> Generator[Finding, None, str]:
        from pytest_agentcompliance.parsing.exports.modules import Modules  # start-up time: when there is a tree to search
        from pytest_agentcompliance.parsing.exports.names import endings, family

        modules = Modules(self.exempt, self.most_parsed)
        new: dict[str, list[FileChange]] = {}
        words, globs = frozenset(self.ignored), [one for one in self.ignored if "*" in one]
        for change in changes.readable(change for change in self.touched(changes) if modules.counts(change.path)):
            for name in modules.names(change.after) - modules.names(change.before):
                if len(name) > 2 and name not in words and not any(fnmatchcase(name, one) for one in globs):
                    new.setdefault(name, []).append(change)
        among = endings(sorted({family(change.path) for there in new.values() for change in there}))
        wanted = [name for name in sorted(new) if len(new) <= MANY or _is_rare(name)][:MOST_NAMES]
        where = tree.base.where(wanted, among) if wanted else {}
        found: list[_Copy] = []
        customs: list[str] = []
        for name in sorted(where, key=lambda name: (len(where[name]), name)):  # the rare ones first: they say most
            others = _exporting(name, where[name], modules, changes, tree)
            if len(others) > self.most_places:
                customs.append(name)
                continue
            found += (copy for change in new[name] if (copy := _copy(name, change, others, modules)))
        if len(wanted) == MOST_NAMES:
            for change in {one.path: one for name in new.keys() - set(wanted) for one in new[name]}.values():
                change.ledger.note_unread(change.path, f"the run adds more than {MOST_NAMES:,} names; its were not looked for")
        yield from _findings(sorted(found, key=lambda one: (one.path, one.symbol.line, one.symbol.name)))
        return "; ".join(_left_out(len(new), len(wanted), modules.left | modules.refused, customs))


@dataclass(frozen=True, slots=True)
class _Copy:
    """A symbol that head adds, and where base has it; ``whole`` is a module of base with the same bytes."""

    path: str
    symbol: "Symbol"
    there: tuple[tuple[Place, str], ...]  # the nearest first, each with what is the same
    whole: str

    def finding(self) -> Finding:
        (at, same), *others = self.there
        more = f"; {_listed([str(one) for one, _ in others])} too" if others else ""
        message = f"{self.symbol.kind} {self.symbol.name} is new here, and {at} exports it already with {same}{more}"
        return Finding(message, Place(self.path, self.symbol.line), evidence=f"{self.symbol.kind} {self.symbol.name}")


def _findings(copies: list[_Copy]) -> Iterator[Finding]:
    """One for each symbol, and one for all of a copied module; of a schema and the type that is derived from it, the schema."""
    schemas = {(one.path, one.symbol.name) for one in copies if one.symbol.kind == "schema"}
    copies = [one for one in copies if (one.path, one.symbol.source) not in schemas]
    wholes: dict[str, list[_Copy]] = {}
    for one in copies:
        if one.whole:
            wholes.setdefault(one.path, []).append(one)
    for one in copies:
        same = wholes.get(one.path, [])
        if len(same) < 2:
            yield one.finding()
        elif one is same[0]:
            message = (
                f"this module is {one.whole} once more, byte for byte: {_listed([each.symbol.name for each in same])} are in both"
            )
            yield Finding(message, Place(one.path, one.symbol.line), evidence=f"module {one.whole}")


def _exporting(name: str, paths: Collection[str], modules: "Modules", changes: ChangeSet, tree: Tree) -> list[Content]:
    """The modules of base that export a name; none where one of them lost it in this change: it was moved, or split off."""
    there = (content for path in sorted(paths) if modules.counts(path) and (content := tree.base.files.get(path)))
    found = [content for content in there if name in modules.names(content)]
    changed = (changes.by_path.get(content.path) for content in found)
    moved = any(change is not None and not modules.symbols(change.after, name) for change in changed)
    return [] if moved else found


def _copy(name: str, change: FileChange, others: list[Content], modules: "Modules") -> _Copy | None:
    from pytest_agentcompliance.parsing.exports.likeness import alike, nearness, wraps

    others = [content for content in others if _could_share(content.path, change.path)]
    symbols = modules.symbols(change.after, name) if others else ()
    if others and change.path in modules.refused:
        change.ledger.note_unread(change.path, f"no grammar can tell whether its {name} is that of {others[0].path}")
    theirs = [(content.path, one) for content in others if symbols for one in modules.symbols(content, name)]
    if left := modules.left & {change.path, *(content.path for content in others)}:
        change.ledger.note_unread(change.path, f"{min(left)}, which has {name} too, is one module more than are parsed")
    for mine in symbols:
        near = [(-nearness(mine, one), path, one.line, same) for path, one in theirs if (same := alike(mine, one))]
        if near and not (change.after is not None and wraps(mine, change.after.text())):
            there = tuple((Place(path, line), same) for _, path, line, same in sorted(near))
            oid = change.after.oid if change.after is not None else ""
            whole = next((one.path for one in others if one.oid == oid), "")
            return _Copy(change.path, mine, there, whole)
    return None


def _could_share(path: str, other: str) -> bool:
    """Whether two modules can import from one place, and are not one in two forms: source, and what was built beside it."""
    from pytest_agentcompliance.parsing.exports.names import family

    return family(path) == family(other) and path.rpartition(".")[0] != other.rpartition(".")[0]


def _listed(places: list[str]) -> str:
    return ", ".join(places[:2]) + (f" and {len(places) - 2} more" if len(places) > 2 else "")


def _is_rare(name: str) -> bool:
    """Whether a name is of several words, or of a long one."""
    return len(name) >= LONG or "_" in name or any(letter.isupper() for letter in name[1:])


def _left_out(names: int, wanted: int, modules: Collection[str], customs: list[str]) -> Iterator[str]:
    """What a reader must know of what was not judged."""
    if names > wanted:
        yield f"{names - wanted:,} of {names:,} new names were not looked for"
    if modules:
        yield f"not parsed, so not compared: {_listed(sorted(modules))}"
    if customs:
        yield f"names that so many modules export that they are a custom: {_listed(sorted(customs))}"
