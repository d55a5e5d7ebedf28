"""Placeholders are told from code that is there to be empty, in four languages, and whatever a hostile text holds."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pytest_agentcompliance.parsing import grammar
from pytest_agentcompliance.parsing.comments import comments
from pytest_agentcompliance.parsing.placeholders import bases, book, load, read
from pytest_agentcompliance.parsing.placeholders.sayings import blocks

BOOK = load("pytest_agentcompliance.rulebook.content", "placeholder.yaml")

# Path, text, and what is told: (line, id of the entry).
TOLD: list[tuple[str, str, list[tuple[int, str]]]] = [
    ("a.ts", "throw new Error('Method not implemented.')", [(1, "throws")]),
    ("a.js", "throw new NotImplementedException()", [(1, "throws")]),
    ("a.ts", "return notImplemented()", [(1, "throws")]),
    ("a.ts", "class A extends B {\n  f() {\n    throw new NotImplementedError()\n  }\n}", [(3, "throws")]),
    ("a.ts", "abstract class A {\n  f() {\n    throw new Error('not implemented')\n  }\n}", []),
    ("a.js", "class BaseStore {\n  get() {\n    throw new Error('not implemented')\n  }\n}", []),
    ("a.ts", "switch (a) {\n  case 501:\n    throw new NotImplementedError()\n}", []),
    ("a.ts", "throw new Error('invalid: ' + message)", []),
    ("a.ts", "switch (a) {\n  default:\n    throw new Error('redis is not implemented')\n}", [(3, "throws")]),
    ("a.py", "def f():\n    raise NotImplementedError('later')", [(2, "throws")]),
    ("a.py", "class AbstractStore:\n    def f(self):\n        raise NotImplementedError", []),
    ("a.py", "class A:\n    def f(self):\n        raise NotImplementedError('subclasses must do it')", []),
    ("a.py", "class A(Generic[T]):\n    def __eq__(self, other):\n        return NotImplemented", []),
    ("a.py", "class A:\n    @abstractmethod\n    def f(self):\n        raise NotImplementedError", []),
    ("a.go", 'package a\nfunc f() {\n\tpanic("unimplemented")\n}', [(3, "throws")]),
    ("a.go", 'package a\nfunc f() (*A, error) {\n\treturn nil, fmt.Errorf("f not yet implemented")\n}', [(3, "throws")]),
    ("a.go", "package a\nfunc f() error {\n\treturn ErrNotImplemented\n}", [(3, "throws")]),
    ("a.go", 'package a\nvar ErrNotImplemented = errors.New("not implemented")', []),
    ("a.ts", "res.status(501).json({ error: 'Not Implemented' })", [(1, "answers-501")]),
    ("a.ts", "return new Response(null, { status: 501 })", [(1, "answers-501")]),
    ("a.ts", "const a = { NOT_IMPLEMENTED: 501, status: 501 }", []),
    ("a.ts", "if (error.status === 501) {\n  retry(501 + 1)\n}", []),
    ("a.py", "return jsonify(error='x'), 501", [(1, "answers-501")]),
    ("a.py", "abort(501)", [(1, "answers-501")]),
    ("a.go", 'package a\nfunc f() {\n\thttp.Error(w, "no", http.StatusNotImplemented)\n}', [(3, "answers-501")]),
    ("a.ts", "logger.warn('export is not yet implemented')", [(1, "says-so")]),
    ("a.ts", "const words = ['not implemented', 'coming soon']", []),
    ("a.ts", "logger.info('story not yet implemented')", []),
    ("a.py", "logger.warning('Not implemented yet')", [(1, "says-so")]),
    ("a.py", "PROMPT = 'Not implemented yet'", []),
    ("a.py", "print('Not implemented yet')", [(1, "says-so")]),
    ("a.ts", "export default function Page() {\n\n}", [(1, "empty-body")]),
    ("a.ts", "const save = async (a: A): Promise<void> => {}", [(1, "empty-body")]),
    ("a.ts", "let resolve = () => {}\nconst a = { log() {}, warn: () => {} }\nuse(function () {})", []),
    ("a.ts", "abstract class A {\n  protected onStart(): void {}\n}", []),
    ("a.ts", "class A {\n  @UseGuards(G)\n  @Get()\n  login() {}\n  @Get()\n  list() {}\n  set a(b) {}\n}", [(6, "empty-body")]),
    ("a.ts", "class A {\n  ngOnInit(): void {}\n  constructor() {}\n}", []),
    ("a.py", 'def f(a):\n    """Do it."""\n    pass', [(1, "empty-body")]),
    ("a.py", "async def f(a): ...", [(1, "empty-body")]),
    ("a.py", "@overload\ndef f(a: int) -> int: ...\n@overload\ndef f(a: str) -> str: ...\ndef f(a):\n    return a", []),
    ("a.py", "class A:\n    pass\n\nclass B(Exception):\n    pass", []),
    ("a.py", "class A:\n    def on_close(self):\n        pass\n    def __init__(self):\n        pass", []),
    ("a.go", "package a\nfunc f(a int) {\n}", [(2, "empty-body")]),
    ("a.go", "package a\nfunc f() {}\nfunc (a A) isB(c C) {}", []),
    ("a.ts", "const fakeUser = { id: 1 } as User\nconst DUMMY_ROWS = [1] satisfies number[]", [(1, "fake-data"), (2, "fake-data")]),
    ("a.ts", "const mockMode = config.mock\nconst sampleRates = [44100]\nconst { mockA } = b\nconst mocked = f()", []),
    ("a.ts", "function getMockUsers() {\n  return [1]\n}", [(1, "fake-data")]),
    ("a.py", "mock_users = [{'id': 1}]\nFAKE_ROWS = {'a': 1}\nmock_mode = True", [(1, "fake-data"), (2, "fake-data")]),
    ("a.go", 'package a\nfunc f() {\n\tmockUsers := []User{{ID: "1"}}\n}', [(3, "fake-data")]),
    ("a.ts", "import { faker } from '@faker-js/faker'", [(1, "fake-import")]),
    ("a.ts", "import { type MockInstruction, MockFile } from './schemas'\nconst mockItemSchema = { a: 1 }", []),
    ("a.ts", "import { mockUsers as users } from './data'", [(1, "fake-import")]),
    ("a.py", "from faker import Faker", [(1, "fake-import")]),
    ("a.ts", "return { name: 'Jane Doe', email: 'user@example.com' }", [(1, "nobody")]),
    ("a.ts", "const to = user.email || 'user@example.com'", [(1, "nobody")]),
    ("a.tsx", "<input placeholder='John Doe' />", []),
    ("a.tsx", "const a = (\n  <p>\n    {/* Placeholder */}\n  </p>\n)", []),
    ("a.ts", "send({ to: 'test@example.com', subject: 'Hello' })", []),
    ("a.ts", "const schema = { example: 'John Doe', examples: ['Jane Doe'] }", []),
    ("a.ts", "const from = process.env.FROM ?? 'user@example.com'", []),
    ("a.go", "package a\nconst text = `Lorem ipsum dolor`", [(2, "lorem")]),
    ("a.ts", "// Placeholder for now\nf()", [(1, "stub-comment-start")]),
    ("a.ts", "// the current scanner is a stub\nf()", [(1, "stub-comment")]),
    ("a.ts", "f() // In a real app, this would be saved", [(1, "real-one")]),
    ("a.ts", "// This would normally\n// ask the server\nf()", [(1, "would")]),
    ("a.ts", "io('x') // Replace with actual server URL", [(1, "replace")]),
    ("a.py", "# Real implementation pending\nf()", [(1, "later")]),
    ("a.ts", "/* Simulate\n * API call */\nf()", [(1, "simulates")]),
    ("a.ts", "// Simulated load data\nf()", [(1, "fake-comment")]),
    ("a.ts", "return [] // hard-coded", [(1, "beside-return")]),
    ("a.ts", "const color = 1 // hard-coded", []),
    ("a.ts", "// for now we just return nothing\nf()", [(1, "for-now-stub")]),
    ("a.ts", "// No mock data is used here\n// Replaces the stub implementation\n// 'stub implementation' is forbidden", []),
    ("a.ts", "// In production this module reads the table\n// The placeholder attribute of an input\nf()", []),
    ("a.tsx", "const a = (\n  <p>\n    {/* Placeholder: chart */}\n  </p>\n)", [(3, "stub-comment-start")]),
    ("a.ts", "// runs land in the actual project directory\nf()", []),
    ("a.js", "if (require.main === module) {\n  // Mock data\n  const mockUsers = [1]\n  run(mockUsers)\n}", []),
    ("a.js", "if (require.main !== module) {\n  const mockUsers = [1]\n}", [(2, "fake-data")]),
    ("a.ts", "if (import.meta.main) {\n  const mockUsers = [1]\n}", []),
    ("a.ts", "if (import.meta.url === `file://${process.argv[1]}`) {\n  const mockUsers = [1]\n} else {\n  const mockRows = [1]\n}",
     [(4, "fake-data")]),
    ("a.ts", "if (process.argv[1] === fileURLToPath(import.meta.url)) {\n  const mockUsers = [1]\n}", []),
    ("a.ts", "if (import.meta.url.includes('x')) {\n  const mockUsers = [1]\n}", [(2, "fake-data")]),
    ("a.py", "if __name__ == '__main__':\n    mock_users = [1]", []),
    ("a.py", "if __name__ == '__mp_main__':\n    mock_users = [1]", [(2, "fake-data")]),
    ("a.py", "LOW = ['test', 'lorem ipsum', 'asdf']\nif 'lorem ipsum' in text: pass\nok = text.find('lorem ipsum')", []),
    ("a.py", "body = 'Lorem ipsum'", [(1, "lorem")]),
    ("a.py", "rows = ['Lorem ipsum dolor sit amet']", [(1, "lorem")]),
    ("a.py", "send(description='Lorem ipsum')", [(1, "lorem")]),
    ("a.py", "x = ('lorem ipsum dolor sit amet' in text)", []),
    ("a.ts", "const a = ['lorem ipsum']\nconst s = new Set(['lorem ipsum'])\nif (t.includes('lorem ipsum dolor sit amet')) f()",
     []),
    ("a.ts", "if (t === 'lorem ipsum dolor sit amet') f()", []),
    ("a.tsx", '<Card description="Lorem ipsum" />', [(1, "lorem")]),
    ("a.tsx", "<p>Lorem ipsum</p>", [(1, "lorem")]),
    ("a.js", "const a = <p>Lorem ipsum</p>", [(1, "lorem")]),
    ("a.ts", "const a = { body: 'Lorem ipsum' }", [(1, "lorem")]),
    ("a.ts", "const a = x ?? 'Lorem ipsum'", [(1, "lorem")]),
    ("a.go", 'package a\nvar words = []string{"lorem ipsum"}', []),
    ("a.go", 'package a\nvar words = []string{"lorem ipsum dolor sit amet"}', [(2, "lorem")]),
    ("a.go", 'package a\nvar body = "lorem ipsum"', [(2, "lorem")]),
    ("a.go", 'package a\nfunc f() string {\n\treturn "lorem ipsum"\n}', [(3, "lorem")]),
    ("a.go", 'package a\nfunc f() {\n\tbody := "lorem ipsum"\n\tp := Post{Body: "Lorem ipsum"}\n}', [(3, "lorem"), (4, "lorem")]),
    ("a.go", 'package a\nfunc f(s string) bool {\n\treturn strings.Contains(s, "lorem ipsum")\n}', []),
    ("a.py", "f(1)  # dummy value, the parameter is not used", []),
    ("a.py", "f(1)  # dummy value", [(1, "fake-comment")]),
    ("a.py", "down_revision = 'a'\n\ndef upgrade() -> None:\n    pass\n\ndef downgrade() -> None:\n    pass", []),
    ("a.py", "down_revision: str | None = 'a'\n\ndef upgrade() -> None:\n    pass", []),
    ("a.py", "def upgrade() -> None:\n    pass", [(1, "empty-body")]),
    ("db/migrations/a.ts", "export async function down(db: Db): Promise<void> {}", []),
    ("a.py", "def tty():\n    # tests patch this to simulate a TTY\n    return sys.stdin.isatty()", []),
    ("a.py", "def tty():\n    # simulate a TTY\n    return True", [(2, "beside-return")]),
    ("a.ts", "const FAKE_OK_RESPONSE = { ok: true }", [(1, "fake-data")]),
    ("a.ts", "const mockResponse = { rows: [1] }", [(1, "fake-data")]),
    ("a.ts", "const MOCK: Message[] = [{ id: 1 }]", [(1, "fake-data")]),
    ("a.ts", "const MOCK: boolean = true", []),
    ("a.py", "FAKE_TOKEN = {'a': 1}", []),
    ("a.py", "def f():\n    try:\n        g()\n    except AttributeError:\n        raise E(code=501, detail='not implemented')",
     []),
    ("a.py", "def f():\n    try:\n        g()\n    except (KeyError, NotImplementedError):\n        raise Http(status_code=501)",
     []),
    ("a.py", "def f():\n    try:\n        g()\n    except KeyError:\n        raise Http(status_code=501)",
     [(5, "answers-501")]),
    ("a.py", "def f():\n    raise Http(status_code=501, detail='Deletion is not supported by this backend')", []),
    ("a.ts", "return c.json({ message: 'not supported by the driver' }, 501)", []),
    ("a.ts", "// Accepted for now\nf()\n// The only kind for now is text\n// Not using it for now - too slow",
     []),
    ("a.ts", "// For now, we read one\nf()", [(1, "for-now")]),
    ("a.py", "console.print(f'[yellow]--save not yet implemented. {a}')", [(1, "says-so")]),
    ("a.py", "console.print(\n    f'[yellow]Would save {a}. '\n    f'--save not yet implemented. '\n)", [(3, "says-so")]),
    ("a.py", "console.print(f'[yellow]{a} --save not yet implemented. '\n  'later')", [(1, "says-so")]),
    ("a.py", "await asyncio.sleep(0.1)  # Small delay to simulate work", [(1, "simulates")]),
    ("a.py", "# the load generator must simulate work\nrun()", []),
    ("a.py", "def run_test_pipeline():\n    sample_data = [1]\n\ndef f():\n    sample_data = [1]", [(5, "fake-data")]),
    ("a.ts", "function runSelfTest() {\n  const mockRow = [1]\n}\nfunction f() {\n  const mockRow = [1]\n}", [(5, "fake-data")]),
    ("a.py", "def f(a):\n    # Fall back to the hardcoded mapping\n    return IDS[a]", []),
    ("a.py", "# Full implementations will be defined in each service\nf()", []),
    ("a.rb", "raise NotImplementedError", []),
    ("a.md", "// Stub implementation", []),
]  # fmt: skip


@pytest.mark.parametrize(("path", "text", "told"), TOLD)
def test_placeholders_are_told(path: str, text: str, told: list[tuple[int, str]]) -> None:
    assert [(one.line, one.id) for one in read(text, path, BOOK).stand_ins] == told


@pytest.mark.parametrize("name", ["javascript", "typescript", "tsx", "python", "go"])
def test_every_pattern_is_valid_in_each_of_its_languages(name: str) -> None:
    for pattern in (*(one for one in BOOK.patterns if name in one.languages), BOOK.double(name)):
        assert grammar.find(BOOK.asked([pattern], name), name, "x") is not None, pattern.id


def test_every_entry_says_what_is_wrong() -> None:
    assert all(one.says for one in BOOK.patterns)
    assert all(one.says for one in BOOK.sentences)
    assert all(one.seen or one.shape for one in BOOK.patterns)


def test_what_lies_in_a_test_double_is_none() -> None:
    body = "class FakeMail {\n  // For now, return nothing\n  send() {\n    throw new Error('not implemented')\n  }\n}\n"
    assert not read("/** Stub implementation */\n" + body, "a.ts", BOOK).stand_ins
    assert not read("import { it } from 'vitest'\nconst mockUsers = [1]\n", "a.ts", BOOK).stand_ins
    assert not read("import pytest\n\ndef f():\n    pass\n", "a.py", BOOK).stand_ins


def test_class_that_is_left_open_in_a_file_of_interfaces_is_none() -> None:
    text = "class Store:\n    def get(self):\n        raise NotImplementedError\n"
    assert [one.owner for one in read(text, "core/store.py", BOOK).stand_ins] == ["Store"]
    assert not read(text, "core/protocol.py", BOOK).stand_ins


def test_fake_data_is_known_by_its_name() -> None:
    one, two = (read(f"const mockUsers = [{row}]", "a.ts", BOOK).stand_ins[0] for row in (1, 2))
    assert one.key == two.key == ("fake-data", "mockUsers")


def test_lines_of_markers_are_told_with_the_placeholders() -> None:
    text = "// TODO: later\nthrow new Error('not implemented')\n"
    assert read(text, "a.ts", BOOK, ["TODO"]).marked == {1}
    assert read(text, "a.ts", BOOK).marked == frozenset()


def test_comments_of_following_lines_are_one_block() -> None:
    text = "// one\n// two\nf() // three\n// four\n\n/* five\n * six */\n"
    found = list(blocks(comments(text, "a.ts"), text.split("\n")))
    assert [(one.line, one.text, one.trailing) for one in found] == [
        (1, "one\ntwo", False), (3, "three", True), (4, "four", False), (6, "five\nsix", False),
    ]  # fmt: skip


def test_names_of_bases_are_told() -> None:
    text = "class A(B, Generic[T], metaclass=M):\n    pass\nclass C:\n    pass\nexport class D extends lib.E<F> implements G {}\n"
    assert {"B", "M", "E", "G"} <= bases(text)
    assert not {"A", "C", "D"} & bases(text)


@pytest.mark.walk
@pytest.mark.parametrize(("path", "text"), [
    ("a.ts", "throw new Error('not implemented')\n" + "// x\n" * 400_000),
    ("a.py", "def f():\n    raise NotImplementedError\n" + "x = 1\n" * 400_000),
    ("a.go", 'package a\nfunc f() {\n\tpanic("not implemented")\n}\n' + "// x\n" * 400_000),
])
def test_text_that_no_grammar_may_read_is_read_roughly(path: str, text: str) -> None:
    assert [one.id for one in read(text, path, BOOK).stand_ins] == ["throws"]


@pytest.mark.parametrize("text", [
    "not implemented " * 50_000, "// for now " * 50_000, "\n" * 500_000 + "mock", ") => {" * 50_000,
    "// " + "*" * 90_000 + " stub",
    "for now\n// for now\n" * 30_000, "class A(" * 50_000 + "not implemented", "const mock" * 50_000,
    "//" + " " * 90_000 + "stub\n" * 100,
])  # fmt: skip
@pytest.mark.parametrize("path", ["a.ts", "a.py", "a.go"])
def test_hostile_texts_are_read_to_their_end(path: str, text: str) -> None:
    read(text, path, BOOK, ["TODO"])
    bases(text)


PIECES = st.sampled_from([
    "// for now, return", "# stub", "/* placeholder:", "*/", '"""',
    "throw new Error('not implemented')", "raise NotImplementedError",
    "{}", "def f():", "    pass", "class A {", "}", "const mockA = [", "]", "function f() {", "\n", "\r\n", "\u2028",
    "\ud800", "\0", "501", "TODO",
])  # fmt: skip


@settings(deadline=None, max_examples=120, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(PIECES | st.text(max_size=5), max_size=25).map("".join), st.sampled_from(["a.ts", "a.tsx", "a.js", "a.py", "a.go"]))
def test_lines_lie_within_any_text(text: str, path: str) -> None:
    lines = text.count("\n") + 1
    for one in read(text, path, BOOK, ["TODO"]).stand_ins:
        assert 1 <= one.first <= one.line <= one.last <= lines
        assert "\n" not in one.text


SHAPES = [one for one in BOOK.patterns if one.around or one.also]
PARTS = [
    "const ", "let", "function ", " f", "mock", "Mock", "MOCK", "fake", "dummyData", "sample", "_stub", "placeholder", "hardcoded",
    ",", " }", " as ", "(", ")", "=>", "{", "}", "{}", "{ \n }", "{ // later }", "{ /* x", "pending", "\n", " ", " " * 90,
    "x" * 120, "\u0130", "\n" * 500, "{" + " " * 700 + "}",
]  # fmt: skip


@settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.sampled_from(PARTS), max_size=40).map("".join), st.sampled_from(SHAPES))
def test_shape_is_found_around_a_place_as_it_is_in_the_whole(text: str, entry: book.Pattern) -> None:
    small = text.lower()
    whole = book._compiled(entry.shape, 0).search(text) is not None and (not entry.seen or any(one in small for one in entry.seen))
    if entry.also:
        whole = whole and book._compiled(entry.also, 0).search(text) is not None
    assert entry.may_be_in(text, small) is whole


@pytest.mark.parametrize(("path", "text"), [
    ("a.ts", "class FakeClock {\n  f() { throw new Error('not implemented') }\n}"),
    ("a.ts", "import { it } from 'vitest'\nthrow new Error('not implemented')"),
    ("a.js", "const it = require('x')\nimport a from \"@jest/globals\"\nthrow new Error('not implemented')"),
    ("a.js", "if (require.main === module) {\n  throw new Error('not implemented')\n}"),
    ("a.ts", "if (import.meta.main) {\n  throw new Error('not implemented')\n}"),
    ("a.tsx", "const createNoOpStore = () => {\n  throw new Error('not implemented')\n}"),
    ("a.js", "function spyNothing() {}\nclass NullStore {\n  f() { throw new Error('not implemented') } }"),
    ("a.ts", "class StoreDouble {\n  f() { throw new Error('not implemented') }\n}"),
    ("a.py", "class Noop_Store:\n    def f(self):\n        raise NotImplementedError('not implemented')"),
    ("a.py", "class _:\n    pass\nclass DummyX:\n    def f(self):\n        raise NotImplementedError('not implemented')"),
    ("a.py", "if __name__ == '__main__':\n    raise NotImplementedError('not implemented')"),
    ("a.py", "import hypothesis\nraise NotImplementedError('not implemented')"),
    ("a.go", 'package a\nimport "testing"\nfunc f() {\n\tpanic("not implemented")\n}'),
    ("a.go", 'package a\nfunc (nullStore) Get(a string) {\n\tpanic("not implemented")\n}'),
])  # fmt: skip
def test_doubles_are_looked_for_in_every_text_that_may_have_one(path: str, text: str) -> None:
    assert read(text, path, BOOK).stand_ins == ()


def test_long_comments_that_put_work_off_are_told_as_short_ones() -> None:
    """An entry is asked of a text for what stands anywhere in it."""
    long = "function f() {\n  // " + "x" * 700 + " is coming soon\n}\n"
    assert [one.id for one in read(long + "g(() => { // a\n})\n", "a.ts", BOOK).stand_ins] == ["empty-body"]
