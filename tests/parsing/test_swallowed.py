"""Handlers of errors: what is read of them, and which of them throw the error away."""

import pytest

from pytest_agentcompliance.parsing.swallowed import Handler
from pytest_agentcompliance.parsing.swallowed.judging import gives_reason, loss
from pytest_agentcompliance.parsing.swallowed.reading import handlers


def level(text: str, path: str) -> list[str]:
    return [told.level for one in handlers(text, path) if (told := loss(one)) is not None]


def script(tried: str, done: str = "") -> list[str]:
    return level(f"async function load() {{\n  try {{\n    {tried}\n  }} catch {{\n    {done}\n  }}\n}}\n", "a.ts")


def python(tried: str, done: str, caught: str = "Exception") -> list[str]:
    return level(f"def load():\n    try:\n        {tried}\n    except {caught}:\n        {done}\n", "a.py")


def test_handler_has_what_is_tried_caught_done_and_said() -> None:
    text = "def load():\n    try:\n        run(1)\n    except (OSError, Exception) as e:  # why\n        pass\n"
    assert handlers(text, "a.py") == (
        Handler("except", 4, 5, "(OSError, Exception)", "pass", "# why", "run(1)", "load"),
    )


def test_handler_of_a_promise_begins_behind_the_promise() -> None:
    one = handlers("const a = load({\n  b,\n}).catch(() => {\n  // later\n})\n", "a.ts")[0]
    assert (one.kind, one.line, one.code, one.said, one.owner) == ("promise", 3, "", "// later", "a")


@pytest.mark.parametrize("caught", ["Exception", "BaseException", "(ValueError, Exception)", "builtins.Exception"])
@pytest.mark.parametrize("done", ["pass", "...", "return", "return None"])
def test_broad_type_with_nothing_done_is_a_breach(caught: str, done: str) -> None:
    assert python("run()", done, caught) == ["breach"]


@pytest.mark.parametrize("caught",
    ["ValueError", "(KeyError, OSError)", "MyException", "requests.exceptions.Timeout", "ExceptionX"])
def test_narrow_type_is_kept(caught: str) -> None:
    assert python("run()", "pass", caught) == []


@pytest.mark.parametrize("done",
    ["raise", "log.warning('x')", "self.failed = True", "return Failed(1)", "count += 1", "errors.append(1)"])
def test_broad_type_with_something_done_is_kept(done: str) -> None:
    assert python("run()", done) == []


def test_bare_except_is_a_breach_unless_it_raises_again() -> None:
    assert level("try:\n    a()\nexcept:\n    log(1)\n", "a.py") == ["breach"]
    assert level("try:\n    a()\nexcept:\n    undo()\n    raise\n", "a.py") == []


@pytest.mark.parametrize("done", ["", "return", "return null", "return undefined", "continue"])
def test_catch_that_does_nothing_is_a_breach(done: str) -> None:
    assert script("await save(rows)", done) == ["breach"]


@pytest.mark.parametrize(
    "tried",
    [
        "return JSON.parse(text)", "return JSON.parse(Buffer.from(text.split('.')[1], 'base64').toString('utf8'))", "new URL(text)",
        "await fs.access(path)", "await fs.unlink(path)", "localStorage.setItem(key, value)", "await connection.close()",
        "await client.query('ROLLBACK')", "await lock.unlock()", "await cleanupWorkspace(path)", "require('./optional')",
        "await page.waitForSelector('#a')", "const body = await request.json()", "execSync('which gh')",
    ],
)  # fmt: skip
def test_what_may_well_fail_is_kept_in_scripts(tried: str) -> None:
    assert script(tried, "return null") in ([], ["style"])
    assert "breach" not in script(tried)


@pytest.mark.parametrize("tried",
    ["closest(row)", "await path.join(a, await load())", "await endorse(a)", "await close(a, b(c), d(e), f(g), h(i))"])
def test_names_that_only_begin_alike_are_no_end(tried: str) -> None:
    assert script(tried) == ["breach"]


@pytest.mark.parametrize("tried", ["await this.repository.remove(owner)", "await userRepo.remove(id)", "await store.removeAll()"])
def test_taking_data_away_is_work(tried: str) -> None:
    assert script(tried) == ["breach"]
    assert "breach" not in script("await handle.remove()")


def test_promise_that_is_only_held_is_waited_for_elsewhere() -> None:
    assert level("pending.catch(() => {})\n", "a.ts") == []
    assert level("send().catch(() => {})\n", "a.ts") == ["breach"]


def test_answer_that_is_no_json_is_not_a_question_that_failed() -> None:
    assert level("const a = await response.json().catch(() => null)\n", "a.ts") == []
    assert level("fetch(url).then((r) => r.json()).then(setRows).catch(() => {})\n", "a.ts") == ["breach"]


def test_question_may_be_answered_with_no() -> None:
    ask = "async function {}(a) {{\n  try {{\n    return await look(a)\n  }} catch {{\n    return false\n  }}\n}}\n"
    assert level(ask.format("isOpen"), "a.ts") == []
    assert level(ask.format("open"), "a.ts") == ["style"]


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("// ignore", False), ("// Non-fatal — log only", False), ("/* best effort */", False), ("# noqa: BLE001", False),
        ("// Ignore parse errors", False), ("", False), ("// the next request fills the cache", True),
        ("// client closed; ignore", True),
        ("// conda not in PATH", True), ("# Ignore cleanup errors", True), ("// No body is fine: all options are optional", True),
    ],
)  # fmt: skip
def test_reason_says_more_than_that_the_error_is_ignored(said: str, reason: bool) -> None:
    assert gives_reason(said) is reason


def test_go_is_told_by_an_empty_body() -> None:
    go = "package a\n\nfunc A() error {{\n\tif err := f(); err != nil {{\n{}\t}}\n\treturn nil\n}}\n"
    assert level(go.format(""), "a.go") == ["breach"]
    assert level(go.format("\t\treturn err\n"), "a.go") == []
    assert level(go.format("\t\treturn\n"), "a.go") == []


def test_text_that_no_grammar_may_read_is_read_roughly() -> None:
    long = f"x = '{'a' * 120_000}'\n"
    assert level(f"{long}try:\n    a()\nexcept Exception:\n    pass\n", "a.py") == ["breach"]
    assert level(f"const {long}try {{ a() }} catch (e) {{ }}\n", "a.ts") == ["breach"]


@pytest.mark.parametrize("text",
    ["", "except", "try {", "catch (" * 2000, "except Exception:" * 2000, "\0", "\udcff try:\nexcept:\n a"])
@pytest.mark.parametrize("path", ["a.py", "a.ts", "a.jsx", "a.go", "a.txt", "a"])
def test_no_text_is_too_odd(text: str, path: str) -> None:
    assert isinstance([loss(one) for one in handlers(text, path)], list)
