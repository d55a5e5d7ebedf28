"""What code declares, in each language that is read."""

import pytest

from pytest_agentcompliance.parsing.outline import Symbol, everything, outline

SCRIPT = """\
/** A shop. */
@Injectable()
export class Shop extends Base {
  private rows = 1
  constructor(private readonly store: Store, size?: number) {}
  /** Finds one. */
  @Get('/a')
  async find(@Param('id') id: string, many = 3): Promise<Row> { return id }
  #hidden() {}
  handler = async (event: Event) => { }
}
// eslint-disable-next-line max-len
export default function main(a: string) { function inner() {} return () => {} }
export const load = async (
  a: string, // why
  b?: number,
): Promise<void> => { route('/x', async (req, res) => {}) }
export const wrapped = memo(() => {}), second = 2
const later = (a) => a
export { later as after }
export interface Row { id: string }
export type Size = 's' | 'm'
export enum Kind { A, B }
const own = z.object({ id: z.string() })
declare function given(a: string): void
"""
PYTHON = '''\
"""A module."""
LIMIT: int = 3  # rows
OTHER = 4
type Name = str
class Shop(Base):
    # a comment
    """A shop."""
    size: int = 1
    @property
    def rows(self) -> int:
        return 1
    async def find(self, a, *, b: int = 3) -> "str":
        """Finds one."""
        def inner(): pass
    def _own(self): ...
@app.get("/x", response_model=Shop)
@other
def route(a: str = Depends(b),  # c: d
          b=None):
    return 1
'''
GO = """\
package shop
// Shop is one.
type Shop struct { X int }
type (
  // Store keeps.
  Store interface { F() }
  Size int
)
// Sizes.
const (
  Small = 1
  big = 2
)
// Find finds.
func (s *Shop) Find(x int) (string, error) { func() {}(); return "", nil }
func (s *store) Find(x int) {}
func New[T any](x T) {}
"""


def named(path: str, text: str) -> dict[str, Symbol]:
    return {one.qualified: one for one in outline(path, text)}


def test_typescript_is_read() -> None:
    found = named("a.ts", SCRIPT)
    kinds = {name: (one.kind, one.line, one.public, one.documented) for name, one in found.items()}
    assert kinds == {
        "Shop": ("class", 3, True, True),
        "Shop.rows": ("field", 4, False, False),
        "Shop.constructor": ("method", 5, True, False),
        "Shop.find": ("method", 8, True, True),
        "Shop.#hidden": ("method", 9, False, False),
        "Shop.handler": ("method", 10, True, False),
        "main": ("function", 13, True, False),
        "main.inner": ("function", 13, False, False),
        "load": ("function", 14, True, False),
        "wrapped": ("constant", 18, True, False),
        "second": ("constant", 18, True, False),
        "later": ("function", 19, True, False),
        "Row": ("interface", 21, True, False),
        "Size": ("type", 22, True, False),
        "Kind": ("enum", 23, True, False),
        "own": ("constant", 24, False, False),
        "given": ("function", 25, False, False),
    }
    assert found["load"].signature == "load=async(a:string,b?:number):Promise<void>=>"
    assert (found["load"].first, found["load"].end) == (14, 17)
    assert (found["Shop"].first, found["Shop"].doc_line, found["Shop"].decorators) == (2, 1, ("Injectable()",))
    assert found["Shop.find"].decorators == ("Get('/a')",)
    assert found["Size"].signature == "type Size='s'|'m'"


def test_javascript_is_read() -> None:
    found = named("a.js", "class A { b(c) {} }\nexports.d = e\nfunction e(f) {}\nmodule.exports = { A }\n/* Keeps. */\nlet g = 1\n")
    assert {name: (one.kind, one.public, one.documented) for name, one in found.items()} == {
        "A": ("class", True, False), "A.b": ("method", True, False), "e": ("function", True, False), "g": ("constant", False, True),
    }  # fmt: skip


def test_python_is_read() -> None:
    found = named("a.py", PYTHON)
    assert {name: (one.kind, one.line, one.public, one.documented) for name, one in found.items()} == {
        "LIMIT": ("constant", 2, True, True),
        "OTHER": ("constant", 3, True, False),
        "Name": ("type", 4, True, False),
        "Shop": ("class", 5, True, True),
        "Shop.size": ("field", 8, True, False),
        "Shop.rows": ("method", 10, True, False),
        "Shop.find": ("method", 12, True, True),
        "Shop.find.inner": ("function", 14, False, False),
        "Shop._own": ("method", 15, False, False),
        "route": ("function", 18, True, False),
    }
    assert found["route"].decorators == ('app.get("/x", response_model=Shop)', "other")
    assert (found["route"].first, found["route"].end) == (16, 20)
    assert found["route"].signature == "def route(a:str=Depends(b),b=None)"
    assert found["Shop.find"].parent == "Shop"


def test_go_is_read() -> None:
    found = named("a.go", GO)
    assert {name: (one.kind, one.line, one.public, one.documented) for name, one in found.items()} == {
        "Shop": ("class", 3, True, True),
        "Store": ("interface", 6, True, True),
        "Size": ("type", 7, True, False),
        "Small": ("constant", 11, True, True),
        "big": ("constant", 12, False, True),
        "Shop.Find": ("method", 15, True, True),
        "store.Find": ("method", 16, False, False),
        "New": ("function", 17, True, False),
    }


def test_functions_without_a_name_are_told_apart() -> None:
    said = everything("a.ts", SCRIPT)
    assert said is not None
    assert [(one.line, one.parent) for one in said if one.kind == "callback"] == [(13, "main"), (17, "load"), (18, "")]


@pytest.mark.parametrize("path", ["a.md", "a.yaml", "a.rs", "a"])
def test_nothing_is_said_of_other_files(path: str) -> None:
    assert outline(path, "def f(): pass\nfunction g() {}\n") == ()


@pytest.mark.walk
@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.ts", "class a{b(){" * 20_000), ("a.py", "\0\udcff" * 500), ("a.py", "def f():\n" * 50_000),
        ("a.go", "func f() {" * 5_000), ("a.py", "@a\n" * 20_000 + "def f(): pass"),
        ("a.ts", "// aa\n" * 3_000 + "export const a=1;" * 3_000), ("a.js", "export const"),
    ],
)  # fmt: skip
def test_hostile_text_raises_nothing(path: str, text: str) -> None:
    assert all(one.line <= one.end for one in outline(path, text))
