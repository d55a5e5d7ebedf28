"""What modules export, by language, with the shape of each thing; and when two shapes are one."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_agentcompliance.parsing.exports.likeness import alike, nearness
from pytest_agentcompliance.parsing.exports.names import family, names
from pytest_agentcompliance.parsing.exports.symbols import Symbol, exported

SCRIPT = """\
import { z } from 'zod'
export const ItemSchema = z.object({ id: z.string(), 'full-name': z.string(), size, deep: z.object({ x: one }), ...more }).strict()
export type Item = z.infer<typeof ItemSchema>
export const Level = z.enum(['low', 'high'])
export const items = pgTable('items', { id: uuid('id').primaryKey({ name: 'x' }), owner: text('owner') }, t => ({ a: index('a') }))
export async function load({ id, size: n = 2 }: Wanted, _limit?: number, ...rest: string[]): Promise<Item> {
  const inner = (hidden: string) => hidden
  return inner(id)
}
export const pick = async <T,>(one: T) => one
const local = function (a: string) { return a }
function unseen(x: number) {}
export { local as shown, type Item as Thing }
export { other } from './other'
export default class Store extends Base implements Port {
  private rows = 1
  static open = 2
  get first() { return this.rows }
  async save(row: Row) { const f = { method() {} } }
  #secret() {}
  protected guard() {}
  constructor(private readonly db: Db) { super() }
}
export abstract class Plan { abstract go(): void }
export enum Size { S, M = 'm', 'extra-large' }
export interface Port extends Older { readonly id: string; save(row: Row): void; [key: string]: unknown; inner: { deep: string } }
export type Colour =
  | 'red'
  | 'dark blue'
export type Id = string | number
export type Point = { x: number; y: number } & Base
export type Away = z.infer<typeof Imported>
export const limit = 5
export const { a, b } = both
export function over(x: string): void
export function over(x: unknown) {}
"""


def shapes(text: str, path: str) -> dict[str, tuple[str, tuple[str, ...]]]:
    found = exported(text, path)
    assert found is not None
    return {one.name: (one.kind, one.members) for one in found}


def test_typescript() -> None:
    assert shapes(SCRIPT, "a.ts") == {
        "ItemSchema": ("schema", ("id", "full-name", "size", "deep")),
        "Item": ("type", ("id", "full-name", "size", "deep")),
        "Thing": ("type", ("id", "full-name", "size", "deep")),
        "Level": ("schema", ("low", "high")),
        "items": ("schema", ("id", "owner")),
        "load": ("function", ("{id, size}", "limit", "rest")),
        "pick": ("function", ("one",)),
        "shown": ("function", ("a",)),
        "Store": ("class", ("open", "first", "save")),
        "Plan": ("class", ("go",)),
        "Size": ("enum", ("S", "M", "extra-large")),
        "Port": ("type", ("id", "save", "inner")),
        "Colour": ("type", ("red", "dark blue")),
        "Id": ("type", ()),
        "Point": ("type", ("x", "y")),
        "over": ("function", ("x",)),
    }


def test_lines_are_those_of_the_names() -> None:
    found = exported("\n// x\nexport const a = (x) => x\n\nexport {\n  b,\n}\nfunction b() {}\n", "a.mjs")
    assert [(one.name, one.line) for one in found or ()] == [("a", 3), ("b", 8)]


def test_common_js() -> None:
    text = """\
const keep = (row) => row
class Till { open() {} }
function hidden() {}
module.exports = { keep, Shop: Till, missing, inline: 5 }
module.exports.sum = function (rows, start = 0, { by }, ...more) {}
exports.last = rows => rows.at(-1)
exports.same = keep
"""
    assert shapes(text, "a.cjs") == {
        "keep": ("function", ("row",)),
        "Shop": ("class", ("open",)),
        "sum": ("function", ("rows", "start", "{by}", "more")),
        "last": ("function", ("rows",)),
        "same": ("function", ("row",)),
    }


def test_react_in_tsx_and_jsx() -> None:
    assert shapes("export const Card = ({ title }: Props) => <p>{title}</p>\n", "a.tsx") == {"Card": ("function", ("{title}",))}
    assert shapes("export function Card({ title }) { return <p>{title}</p> }\n", "a.jsx") == {"Card": ("function", ("{title}",))}


def test_python() -> None:
    text = """\
@dataclass
class Basket(Base, metaclass=Meta):
    owner: str
    _rows: list[str]
    kind = "plain"

    def add(self, item: str) -> None:
        inner: int = 1

    @property
    def size(self) -> int: ...

    def _hidden(self): ...

    class Inner:
        deep: int


async def load(a, b: int, c=1, d: int = 2, *args: int, key, **more) -> int: ...


@cached
def once(_id): ...


def _private(): ...


if True:
    def inside(a): ...
"""
    assert shapes(text, "a.py") == {
        "Basket": ("class", ("owner", "kind", "add", "size")),
        "load": ("function", ("a", "b", "c", "d", "args", "key", "more")),
        "once": ("function", ("id",)),
    }


def test_go() -> None:
    text = """\
package shop
func Sum(a, b int, more ...string) error { return nil }
func (s *Store) Method(x int) {}
func hidden() {}
type Store struct {
\tA, B int `json:"a"`
\t*Inner
\tC struct{ Deep int }
}
type Port interface {
\tSave(row Row) error
}
type (
\tName string
)
"""
    assert shapes(text, "a.go") == {
        "Sum": ("function", ("a", "b", "more")),
        "Store": ("type", ("A", "B", "Inner", "C")),
        "Port": ("type", ("Save",)),
        "Name": ("type", ()),
    }
    assert shapes(text.replace("package shop", "package main"), "a.go") == {}


def test_families() -> None:
    paths = ("a.ts", "a.tsx", "a.cjs", "a.py", "a.go", "a.rs", "a.vue", "a")
    assert [family(path) for path in paths] == ["script", "script", "script", "python", "go", "", "", ""]


@pytest.mark.parametrize(("text", "path"), [(SCRIPT, "a.ts"), ("class A: ...\nasync  def b(): ...\n", "a.py")])
def test_names_take_in_all_that_is_exported(text: str, path: str) -> None:
    assert names(text, path) >= {one.name for one in exported(text, path) or ()}


def test_names_of_lists() -> None:
    text = "export { a, b as c, type D }\nexport type { E }\nexport { f } from './f'\nmodule.exports = { g, h: i, j() {} }\n"
    assert names(text, "a.js") == {"a", "c", "D", "E", "g", "h", "j"}
    assert names("func Sum() {}\nfunc sum() {}\ntype A struct {}\ntype (\n\tB interface {}\n)\n", "a.go") == {"Sum", "A", "B"}


def test_a_text_that_no_grammar_may_read() -> None:
    assert exported("export const a = () => 1\n" + "x" * 1_100_000, "a.ts") is None
    assert exported("fn main() {}", "a.rs") == ()


TEXTS = st.lists(
    st.sampled_from(
        ["export ", "const ", "a", " = ", "{", "}", "(", ")", "=>", "z.object(", "class ", "def ", ":", "\n", "|", "'", ",",
         "type ", "interface ",
         "module.exports", "func ", "A", "struct", "\0", "\ud800", "`", "typeof ", "enum ", "...", "=", "package main", "\t"]
    ),
    max_size=40,
).map("".join)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(TEXTS, st.sampled_from(["a.ts", "a.tsx", "a.js", "a.py", "a.go", "a.txt"]))
def test_no_text_makes_it_fail(text: str, path: str) -> None:
    names(text, path)
    for one in exported(text, path) or ():
        assert one.name in text
        assert 1 <= one.line <= text.count("\n") + 1
        assert isinstance(alike(one, one), str)


@pytest.mark.parametrize(
    "text",
    ["export {" * 60_000, "module.exports = {" * 30_000, "export const " + " " * 500_000, "type A = " + "| 'a' " * 80_000,
     "\t" * 500_000],
    ids=["lists", "objects", "blanks", "union", "tabs"],
)  # fmt: skip
def test_long_hostile_texts_are_read_in_the_end(text: str) -> None:
    for path in ("a.ts", "a.py", "a.go"):
        names(text, path)


def symbol(kind: str, members: tuple[str, ...] = (), text: str = "one two three four five six seven eight") -> Symbol:
    return Symbol("x", kind, 1, members, text)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("new", "old", "same"),
    [
        (symbol("type", ("a", "b")), symbol("type", ("b", "a")), "the same members (a, b)"),
        (symbol("class", ("a",)), symbol("class", ("a",)), "the same public members (a)"),
        (symbol("schema", tuple("abcdefg")), symbol("schema", tuple("abcdefg")), "the same members (a, b, c, d, e and 2 more)"),
        (symbol("type", tuple("abcd")), symbol("type", tuple("abcde")), "all 4 members (a, b, c, d)"),
        (symbol("type", tuple("abcde")), symbol("type", tuple("abcd")), "4 of the 5 members (a, b, c, d)"),
        (symbol("function", ("a",)), symbol("function", ("a",)), "the same parameters (a)"),
        (symbol("function", ("a",)), symbol("function", ("b",)), "as many parameters (a) and nearly the same body"),
        (symbol("function"), symbol("function"), "nearly the same body, and no parameters"),
        (symbol("type"), symbol("type"), "the same text"),
    ],
)
def test_one_shape(new: Symbol, old: Symbol, same: str) -> None:
    assert alike(new, old) == same


@pytest.mark.parametrize(
    ("new", "old"),
    [
        (symbol("type", ("a",)), symbol("schema", ("a",))),
        (symbol("type", ("a", "b", "c")), symbol("type", ("a", "b"))),
        (symbol("type", tuple("abcd")), symbol("type", tuple("abcdef"))),
        (symbol("type", ("a",)), symbol("type", ("a",), "nothing of this is there")),
        (symbol("type", ("a",)), symbol("type")),
        (symbol("type", (), "type A = B"), symbol("type", (), "type A = B")),
        (symbol("function", ("a",)), symbol("function", ("a", "b"))),
        (symbol("function", ("a",)), symbol("function", ("a",), "nothing of this is there")),
        (symbol("function", ("a",)), symbol("function", ("b",), "one two three is all")),
        (symbol("function", (), "one two three four"), symbol("function", (), "one two three four")),
        (symbol("function"), symbol("function", (), "seven eight nine ten and more words that differ")),
        (
            symbol("function", ("a",), "func NewClient(a string) *Client"),
            symbol("function", ("a",), "func NewClient(a int) *Other"),
        ),
    ],
)
def test_other_shapes(new: Symbol, old: Symbol) -> None:
    assert alike(new, old) == ""


def test_nearness_counts_each_word_as_often_as_it_stands() -> None:
    assert nearness(symbol("type", (), "a a b"), symbol("type", (), "a b b")) == pytest.approx(2 / 3)
    assert nearness(symbol("type", (), ""), symbol("type", (), "")) == 1.0
