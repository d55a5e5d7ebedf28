"""testing/hermetic: what ties a test to the world, what does not, and what was there before."""

import pytest

from pytest_agentcompliance.parsing.hermetic import ties
from pytest_agentcompliance.parsing.hermetic.hosts import real_host
from pytest_agentcompliance.rule import Example
from pytest_agentcompliance.rulebook.testing.hermetic import Hermetic
from pytest_agentcompliance.sources import ends, gather
from pytest_agentcompliance.sources.repository import Repository
from pytest_agentcompliance.sources.wanted import Wanted
from tests.conftest import GitRepo
from tests.rulebook.said import messages


def python(body: str, top: str = "import asyncio, random, time\n") -> list[tuple[str, bool]]:
    lines = "".join(f"    {line}\n" for line in body.split("\n"))
    return [(one.kind, one.mild) for one in ties("tests/test_a.py", f"{top}\nasync def test_a(tmp_path):\n{lines}")]


def script(body: str, top: str = "") -> list[tuple[str, bool]]:
    return [(one.kind, one.mild) for one in ties("a.test.ts", f"{top}\nit('does (it)', async () => {{\n{body}\n}})\n")]


@pytest.mark.parametrize(("body", "kind"), [
    ("time.sleep(1)", "sleep"), ("await asyncio.sleep(0.1)", "sleep"), ("time.sleep(PAUSE)", "sleep"),
    ("for _ in range(3):\n    step()\n    time.sleep(0.5)", "sleep"),
    ("while busy():\n    time.sleep(30)", "sleep"),
    ("assert day() == date.today()", "clock"),
    ("assert out['at'] == datetime.now().isoformat()", "clock"),
    ("start = time.time()\nrun()\nelapsed = time.time() - start\nassert elapsed < 0.5", "elapsed"),
    ("took_ms = time.perf_counter() - start\nassert took_ms < 100", "elapsed"),
    ("assert rank([random.random() for _ in range(9)])", "random"),
    ("data = np.random.rand(3, 3)", "random"), ("rng = np.random.default_rng()", "random"),
    ("requests.post('https://api.github.com/repos', json={})", "network"),
    ("async with httpx.AsyncClient() as client:\n    await client.get('https://api.openai.com/v1')", "network"),
    ("boto3.client('s3')", "service"), ("boto3.resource('dynamodb')", "service"),
    ("psycopg.connect('postgresql://u:p@db.shop.io/x')", "service"),
])  # fmt: skip
def test_python(body: str, kind: str) -> None:
    assert python(body) == [(kind, False)]


@pytest.mark.parametrize("body", [
    "await asyncio.sleep(0)", "self.clock.sleep(5)", "while not done():\n    time.sleep(0.1)",
    "for _ in range(50):\n    if done():\n        break\n    time.sleep(0.1)",
    "async def slow():\n    await asyncio.sleep(9)\nawait run(slow)", "run(lambda: time.sleep(1))",
    "text = 'time.sleep(5)'", 'code = """\ntime.sleep(5)\n"""', "# time.sleep(5)",
    "assert before <= stamp() <= datetime.now()", "stamp = datetime.now()", "assert elapsed < 3",
    "job_id = random.randint(1, 9)", "name = f'a{random.random()}'", "random.seed(1)\nx = random.random()",
    "rng = np.random.default_rng(42)", "assert parse('https://github.com/a') == 'a'",
    "requests.get('http://localhost:1/a')", "requests.get('https://api.example.com')", "requests.get('http://127.0.0.1')",
    "requests.get(url)", "responses.add(responses.GET, 'https://api.github.com/')\nrequests.get('https://api.github.com/')",
    "client.get('https://testserver/a')", "boto3.client('s3', endpoint_url=LOCAL)", "psycopg.connect('postgresql://localhost/x')",
    "assert config() == Path.home() / '.x'",
])  # fmt: skip
def test_python_that_is_hermetic(body: str) -> None:
    assert python(body) == []


@pytest.mark.parametrize("body", [
    "time.sleep(0.01)", "x = Path.home() / '.x'", "took = time.time() - start\nassert took < 30",
])  # fmt: skip
def test_python_that_may_be_meant(body: str) -> None:
    assert [mild for _, mild in python(body)] == [True]


@pytest.mark.parametrize("top", [
    "from freezegun import freeze_time\nimport time\n", "import time\n@patch('time.sleep')\n", "import time_machine, time\n",
])  # fmt: skip
def test_a_clock_that_was_replaced(top: str) -> None:
    assert python("time.sleep(1)\nassert day() == date.today()", top) == []


def test_fixtures_and_helpers_may_wait() -> None:
    fixture = "import time\n\n@pytest.fixture\ndef server():\n    time.sleep(1)\n"
    assert ties("tests/conftest.py", fixture + "\nclass FakeMail:\n    def send(self):\n        time.sleep(1)\n") == ()
    assert len(ties("tests/test_a.py", "import time\n\nclass TestA:\n    def setup_method(self):\n        time.sleep(1)\n")) == 1


@pytest.mark.parametrize(("body", "kind"), [
    ("await new Promise((done) => setTimeout(done, 100))", "sleep"), ("await new Promise<void>(r => setTimeout(r, wait))", "sleep"),
    ("await sleep(200)", "sleep"), ("await delay(1_000)", "sleep"), ("await page.waitForTimeout(500)", "sleep"),
    ("expect(year()).toBe(new Date().getFullYear())", "clock"), ("expect(at).toEqual(Date.now())", "clock"),
    ("const took = performance.now() - start\nexpect(took).toBeLessThan(50)", "elapsed"),
    ("expect(Date.now() - start).toBeLessThan(1000)", "elapsed"),
    ("const rows = Array.from({ length: 9 }, () => Math.random())", "random"),
    ("await fetch('https://api.stripe.com/v1')", "network"), ("await axios.get(`https://api.github.com/a`)", "network"),
    ("createClient('https://abc.supabase.co', 'key')", "service"),
])  # fmt: skip
def test_scripts(body: str, kind: str) -> None:
    assert script(body) == [(kind, False)]


@pytest.mark.parametrize("body", [
    "await new Promise((done) => setTimeout(done, 0))", "setTimeout(() => socket.emit('open'), 10)",
    "api.mockImplementation(() => new Promise((r) => setTimeout(() => r(1), 100)))",
    "const slow = async () => { await new Promise((r) => setTimeout(r, 100)) }", "await sleep()", "await wait(() => done())",
    "while (!done()) { await sleep(50) }", "for (;;) { if (done()) break; await new Promise((r) => setTimeout(r, 50)) }",
    "expect(at).toBeLessThanOrEqual(Date.now())", "const now = new Date()", "expect(render(new Date())).toBe('now')",
    "const id = `a-${Math.random()}`", "const dir = join(tmpdir(), Math.random().toString(36))", "const userId = Math.random()",
    "await fetch('http://localhost:3000/a')", "await fetch(`${base}/a`)", "const url = 'https://api.stripe.com'",
    "expect(parse('https://github.com/a')).toBe('a')", "expect(dir).toBe(join(os.homedir(), '.x'))", "// await sleep(500)",
])  # fmt: skip
def test_scripts_that_are_hermetic(body: str) -> None:
    assert script(body) == []


@pytest.mark.parametrize("top", ["vi.useFakeTimers()", "jest.useFakeTimers()", "sinon.useFakeTimers()", "vi.setSystemTime(0)"])
def test_timers_that_were_replaced(top: str) -> None:
    assert script("await sleep(500)\nexpect(at).toBe(Date.now())", top) == []


@pytest.mark.parametrize("top", [
    "import { http } from 'msw'", "nock('https://api.stripe.com')", "global.fetch = mine", "vi.mock('./x')",
])  # fmt: skip
def test_a_client_that_was_replaced(top: str) -> None:
    assert script("await fetch('https://api.stripe.com/v1')", top) == []


@pytest.mark.parametrize(("text", "host"), [
    ("https://api.github.com/a?b", "api.github.com"), ("postgresql+asyncpg://u:p@db.shop.io:5432/x", "db.shop.io"),
    ("http://localhost:1", ""), ("http://LOCALHOST", ""), ("http://127.0.0.1", ""), ("http://[::1]:80/", ""),
    ("http://0.0.0.0", ""),
    ("https://example.com", ""), ("https://a.example.org/x", ""), ("https://shop.test", ""), ("https://x.invalid", ""),
    ("http://printer.local", ""), ("redis://redis:6379", ""), ("https://api.acme.com", ""),
    ("https://your-project.supabase.co", ""),
    ("http://192.168.1.5", ""), ("http://203.0.113.9", ""), ("mailto:a@github.com", ""), ("", ""), ("https://", ""),
    ("https://{host}/", ""),
    ("https://localhost, then https://api.github.com/", "api.github.com"),
])  # fmt: skip
def test_hosts(text: str, host: str) -> None:
    assert real_host(text) == host


def test_what_is_no_code_of_tests_is_not_looked_at() -> None:
    waits = "import time\n\ndef test_a():\n    time.sleep(1)\n"
    paths = ("a.py", "tests/e2e/test_a.py", "tests/fixtures/test_a.py", "benchmarks/test_a.py", "docs/a.md")
    assert messages(Hermetic(), Example("x", after=dict.fromkeys(paths, waits))) == []


def test_kinds_that_are_not_asked_for_are_shown_only() -> None:
    one = Example("x", after={"tests/test_a.py": "import time\n\ndef test_a():\n    time.sleep(1)\n"})
    assert messages(Hermetic(kinds=["clock"]), one) == []
    said = "a test hangs on the world outside: it waits for real: time.sleep(1)"
    assert messages(Hermetic(kinds=["clock"]), one, "style") == [said]


def test_what_moved_pays_for_one_copy_alone(repo: GitRepo) -> None:
    waits = "import time\n\ndef test_a():\n    time.sleep(1)\n"
    base = repo.commit("base", {"tests/test_a.py": waits})
    repo.commit("head", {"tests/test_a.py": None, "tests/test_b.py": waits + "\n", "tests/test_c.py": waits + "    assert 1\n"})
    with Repository(repo.root) as repository:
        run = gather.gather(repository, ends.find(repository, base, "HEAD", {}), Hermetic.reads, Wanted())
        assert [str(one.at) for one in Hermetic().findings_in(run)] == ["tests/test_c.py:4"]


@pytest.mark.parametrize("text", ["", "\0", "def test(:\n  time.sleep(", "it('" * 500, "\ud800 time.sleep(1)", "await " * 1000])
def test_any_text_is_read(text: str) -> None:
    for path in ("tests/test_a.py", "a.test.tsx", "a_test.go", "tests/a.txt"):
        assert isinstance(ties(path, text), tuple)
