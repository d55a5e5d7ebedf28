"""What is read in files of tests, and what two versions of them come to."""

import pytest

from pytest_agentcompliance.parsing import testcode
from pytest_agentcompliance.parsing.testcode import selection, snapshots
from pytest_agentcompliance.parsing.testcode.compared import File, compared
from pytest_agentcompliance.parsing.testcode.gone import Gone, called
from pytest_agentcompliance.parsing.testcode.record import EXACT, LOOSE, NOTHING, PARTIAL

PYTHON = '''
@pytest.mark.skipif(not HAS_DB, reason="no db")
class TestTill:
    def test_sum(self):
        assert till.sum == 5, "wrong"
        with pytest.raises(ValueError, match="late"):
            till.pay()

@pytest.mark.parametrize("day", DAYS)
async def test_due(day):
    try:
        assert due(day) in (1, 2)
    except Exception:
        pass

def helper():
    assert True
'''
SCRIPT = """
describe('till', () => {
  it.each([[1], [2]])('pays %s', n => { expect(pay(n)).not.toBeNull(); })
  it("doesn't owe", async () => {
    await expect(till).toBeVisible().catch(() => {});
    expect(rows).to.deep.equal({ a: /x'y/ });
  })
  it.todo('later')
})
"""


def test_python() -> None:
    cases = testcode.cases("tests/test_till.py", PYTHON)
    assert [(one.path, one.name, one.off, one.when, one.parametrised) for one in cases] == [
        (("TestTill",), "test_sum", "skipped", "not HAS_DB", False),
        ((), "test_due", "", "", True),
    ]
    found = testcode.assertions("tests/test_till.py", PYTHON)
    assert [(one.case, one.subject, one.relation, one.expected, one.strength, one.guard) for one in found] == [
        (0, "till . sum", "==", "5", EXACT, ""),
        (0, "raised", "raises", "ValueError , match = 'late'", EXACT, ""),
        (1, "due ( day )", "in", "( 1 , 2 )", PARTIAL, "in a try that swallows"),
        (-1, "True", "holds", "", NOTHING, ""),
    ]


def test_scripts() -> None:
    cases = testcode.cases("src/till.test.ts", SCRIPT)
    assert [(one.path, one.name, one.off, one.parametrised) for one in cases] == [
        (("till",), "pays %s", "", True),
        (("till",), "doesn't owe", "", False),
        (("till",), "later", "left to do", False),
    ]
    found = testcode.assertions("src/till.test.ts", SCRIPT)
    assert [(one.case, one.subject, one.relation, one.strength, one.guard) for one in found] == [
        (0, "pay ( n )", "not.toBeNull", LOOSE, ""),
        (1, "till", "toBeVisible", -1, "in a try that swallows"),
        (1, "rows", "equal", EXACT, ""),
    ]


def test_go() -> None:
    inner = 't.Run("big", func(t *testing.T) {\n\t\tif got != 5 {\n\t\t\tt.Errorf("no")\n\t\t}\n\t})'
    text = f"func TestSum(t *testing.T) {{\n\t{inner}\n}}\n"
    assert [(one.path, one.name) for one in testcode.cases("a_test.go", text)] == [((), "TestSum"), (("TestSum",), "big")]
    assert [one.subject for one in testcode.assertions("a_test.go", text)] == ["got != 5"]


@pytest.mark.parametrize("path", ["src/till.py", "tests/checks.py", "README.md", "tests/till_checks.py"])
def test_nothing_is_collected_elsewhere(path: str) -> None:
    assert testcode.cases(path, PYTHON) == ()


def _kinds(path: str, before: str, after: str) -> list[str]:
    return [one.kind for one in compared([File(path, testcode.read(path, before), testcode.read(path, after))])]


@pytest.mark.parametrize(
    ("before", "after", "kinds"),
    [
        ("assert a == 1", "assert a", ["loosened"]),
        ("assert a == 1", "assert (\n        a == 1\n    )", []),
        ("assert a is True", "assert a", []),
        ("assert a == 1", "assert a == pytest.approx(1)", ["loosened"]),
        ("assert a == pytest.approx(1, rel=1e-6)", "assert a == pytest.approx(1, rel=1e-2)", ["loosened"]),
        ("assert a < 5", "assert a < 4", []),
        ("assert a == 1\n    assert b == 2", "assert a == 1 and b == 2", []),
        ("assert a is None", "assert a is not None", ["edited"]),
        ("self.assertEqual(a, 1)", "assert a == 1", []),
        ("mock.assert_called_once_with(1)", "mock.assert_called_once()", []),
    ],
)
def test_python_asks_for_less(before: str, after: str, kinds: list[str]) -> None:
    test = "def test_a():\n    {}\n"
    assert _kinds("test_a.py", test.format(before), test.format(after)) == kinds


@pytest.mark.parametrize(
    ("before", "after", "kinds"),
    [
        ("expect(a).toBe(5)", "expect(a).toBeDefined()", ["loosened"]),
        ("expect(a).toEqual({ b: 1 })", "expect(a).toMatchObject({ b: 1 })", ["loosened"]),
        ("expect(a).toBeCloseTo(1, 5)", "expect(a).toBeCloseTo(1, 1)", ["loosened"]),
        ("expect(a).toBe(5)", "if (a) { expect(a).toBe(5) }", ["guarded"]),
        ("expect(a).toBe(5)", "// expect(a).toBe(5)", ["fewer"]),
        ("expect(a).toBe(5)", "expect(a).toBe(6)", ["edited"]),
        ("expect(a).toBe('b')", 'expect(a).toBe("b");', []),
        ("expect(a).toBeDefined()", "expect(a).toBe(5)", []),
        ("expect(a).toBe(5)", "expect(true).toBe(true)", ["loosened"]),
    ],
)
def test_scripts_ask_for_less(before: str, after: str, kinds: list[str]) -> None:
    test = "it('a', () => {{\n  {}\n}})\n"
    assert _kinds("a.test.ts", test.format(before), test.format(after)) == kinds


@pytest.mark.parametrize(
    ("path", "before", "after", "found"),
    [
        ("pytest.ini", "[pytest]\ntestpaths = tests e2e\n", "[pytest]\ntestpaths = tests\n", 1),
        ("pytest.ini", "[pytest]\ntestpaths = tests/unit\n", "[pytest]\ntestpaths = tests\n", 0),
        ("pyproject.toml", "", '[tool.pytest.ini_options]\naddopts = "-m \'not slow\'"\n', 1),
        ("conftest.py", "", 'collect_ignore = ["test_a.py"]\n', 1),
        ("package.json", '{"scripts": {"test": "npm run lint && vitest run"}}', '{"scripts": {"test": "npm run lint"}}', 1),
        ("package.json", '{"scripts": {"test": "jest"}}', '{"scripts": {"test": "vitest run"}}', 0),
        ("vitest.config.ts", "export default { test: { exclude: ['a'] } }", "export default { test: { exclude: ['a', 'b'] } }", 1),
        ("vitest.config.ts", "", "export default { test: { coverage: { exclude: ['b'] } } }", 0),
        ("package.json", "{", "[", 0),
        ("package.json", '{"scripts": {"test": "jest"}}', '{"scripts": {"test": "jest -t zero"}}', 1),
        ("pytest.ini", "[pytest]\n", "[pytest]\npython_files = check_*.py\n", 1),
        ("pytest.ini", "[pytest]\n", "[pytest]\npython_files = test_*.py\n", 0),
        ("pytest.ini", "[pytest]\n", "[pytest]\nnorecursedirs = tests\n", 1),
        ("conftest.py", "", "def pytest_ignore_collect(path):\n    return True\n", 1),
    ],
)
def test_selection(path: str, before: str, after: str, found: int) -> None:
    assert len(selection.left_out(path, before, after)) == found


def test_a_pattern_hits_what_it_may_mean() -> None:
    assert selection.hits("<rootDir>/tests/slow/", "web", "web/tests/slow/a.test.ts")
    assert selection.hits("**/*.slow.test.ts", "", "src/a.slow.test.ts")
    assert not selection.hits(".sst", "", "src/a.test.ts")
    assert not selection.hits("tests/slow", "web", "api/tests/slow/a.test.ts")


def test_snapshots() -> None:
    text = "exports[`a 1`] = `\n<b>\n`;\n\nexports[`c 1`] = `1`;\n"
    assert snapshots.changed("a.snap", text, text.replace("<b>", "<i>")) == [("a 1", 1, "<b> `;", "<i> `;")]
    assert snapshots.changed("a.snap", text, text + "exports[`d 1`] = `1`;\n") == []


@pytest.mark.parametrize(
    "after",
    [
        "def test_a():\n    assert (f(1) == 1, 'x')\n",
        "def test_a():\n    with contextlib.suppress(AssertionError):\n        assert f(1) == 1\n",
        "def test_a():\n    with pytest.raises(AssertionError):\n        assert f(1) == 1\n",
        "def test_a():\n    for _ in []:\n        assert f(1) == 1\n",
        "def test_a():\n    assert f(1) == 1\n\ntest_a.__test__ = False\n",
        "def test_a():\n    assert f(1) == 1\n\ndel test_a\n",
        "def test_a():\n    assert f(1) == 1\n\ndef test_a():\n    pass\n",
        "@pytest.fixture\ndef test_a():\n    assert f(1) == 1\n",
        "if False:\n    def test_a():\n        assert f(1) == 1\n",
        "off = pytest.mark.skip\n\n@off\ndef test_a():\n    assert f(1) == 1\n",
        "@pytest.mark.parametrize('x', [])\ndef test_a(x):\n    assert f(1) == 1\n",
        "import sys\nsys.exit(0)\n\ndef test_a():\n    assert f(1) == 1\n",
        "pytest.importorskip('nope')\n\ndef test_a():\n    assert f(1) == 1\n",
    ],
)
def test_what_keeps_a_test_of_python_from_failing(after: str) -> None:
    assert len(_kinds("test_a.py", "def test_a():\n    assert f(1) == 1\n", after)) == 1


@pytest.mark.parametrize(
    "after", ["it('a', () => { expect(f(1)).toBe(f(1)) })\n", "it.each([])('a', () => { expect(f(1)).toBe(1) })\n"]
)
def test_what_keeps_a_test_of_a_script_from_failing(after: str) -> None:
    assert len(_kinds("a.test.ts", "it('a', () => { expect(f(1)).toBe(1) })\n", after)) == 1


def test_what_keeps_a_test_of_go_from_running() -> None:
    text = "package a\n\nfunc TestA(t *testing.T) {\n\trequire.Equal(t, 5, f())\n}\n"
    short = text.replace("{\n", '{\n\tif testing.Short() {\n\t\tt.Skip("slow")\n\t}\n', 1)
    never, slow = (f"//go:build {name}\n\n{text}" for name in ("never", "slow"))
    for after, when in ((never, ""), (slow, "slow"), (short, "testing . Short ( )")):
        (one,) = compared([File("a_test.go", testcode.read("a_test.go", text), testcode.read("a_test.go", after))])
        assert (one.kind, one.when) == ("off", when)


def test_conditions_of_go_that_are_put_together_are_no_fewer() -> None:
    text = "func TestA(t *testing.T) {{\n\t{}\n}}\n"
    apart = 'if a != 1 {\n\t\tt.Error("a")\n\t}\n\tif b != 2 {\n\t\tt.Error("b")\n\t}'
    assert _kinds("a_test.go", text.format(apart), text.format('if a != 1 || b != 2 {\n\t\tt.Error("both")\n\t}')) == []


@pytest.mark.parametrize(
    ("before", "after", "kinds"),
    [
        ("expect(a.b).toBe(1); expect(a.c).toBe(2)", "expect(a).toEqual({ b: 1, c: 2 })", []),
        ("expect(a.b).toBe(1); expect(a.c).toBe(2)", "expect(a).toBe(true)", ["fewer"]),
        ("expect(f).toHaveBeenCalled(); expect(f).toHaveBeenLastCalledWith(1)", "expect(f).not.toHaveBeenCalled()", []),
        ("expect(() => f()).toThrow(A); expect(() => f()).toThrow('no')", "expect(f()).toBe(5)", []),
        ("expect(f).toHaveBeenCalledWith(1)", "expect(f).toHaveBeenCalledWith(1, expect.any(Object))", ["edited"]),
        ("expect(() => fill(1)).not.toThrow()", "fill(1)", []),
    ],
)
def test_what_asks_for_as_much(before: str, after: str, kinds: list[str]) -> None:
    test = "it('a', () => {{\n  {}\n}})\n"
    assert _kinds("a.test.ts", test.format(before), test.format(after)) == kinds


def test_what_a_new_helper_asserts_for_several_is_not_fewer() -> None:
    said = "if !errors.As(err, &known) {\n\t\tt.Errorf(\"no\")\n\t}"
    test = "func Test{0}(t *testing.T) {{\n\trequire.Equal(t, 5, f())\n\t{1}\n}}\n"
    before = test.format("A", said) + test.format("B", said)
    after = test.format("A", "needs(t, err)") + test.format("B", "needs(t, err)")
    files = [("a_test.go", before, after), ("b_test.go", "", f"func needs(t *testing.T, err error) {{\n\t{said}\n}}\n")]
    assert compared([File(path, testcode.read(path, was), testcode.read(path, now)) for path, was, now in files]) == []


def test_a_renamed_name_is_known_by_its_lines() -> None:
    gone = Gone({"a.py": "def late(day):\n    return 1\nC = 1\n"}, {"a.py": "def overdue(day):\n    return 1\n"})
    assert gone.renamed == {"late": "overdue"}
    assert called("assert late(1) == C", "assert overdue(1)", gone.renamed) == "assert overdue(1) == C"
    assert called("assert late(1)", "late = 5\nassert overdue(1)", gone.renamed) == "assert late(1)"


def test_what_another_test_lost_does_not_take_what_a_test_changed() -> None:
    before = "def test_a():\n    mock.assert_called_with(1)\n\ndef test_b():\n    mock.assert_called_with(name)\n"
    after = "def test_a():\n    mock.assert_called_with(name)\n"
    found = compared([File("test_a.py", testcode.read("test_a.py", before), testcode.read("test_a.py", after))])
    assert [(one.kind, one.name) for one in found] == [("deleted", "test_b"), ("edited", "test_a")]


@pytest.mark.parametrize("path", ["a.test.ts", "test_a.py", "a_test.go"])
@pytest.mark.parametrize(
    "text",
    ["", "(" * 500, "it('a', () => {" * 50, '"""', "expect(", "`${", "\ud800\0\r", "assert", "def test_", "@", "if"],
)
def test_no_text_is_too_strange(path: str, text: str) -> None:
    assert compared([File(path, testcode.read(path, text), testcode.read(path, text))]) == []
