"""What ties a Python test to the world outside."""

import re
from collections.abc import Iterator

from pytest_agentcompliance.parsing.hermetic import spans
from pytest_agentcompliance.parsing.hermetic.hosts import real_host
from pytest_agentcompliance.parsing.hermetic.record import Tie
from pytest_agentcompliance.parsing.hermetic.spans import Nest, Span
from pytest_agentcompliance.parsing.lines import Lines

SHORT = 0.05  # seconds
POLL = 1.0  # seconds between two looks
AMPLE = 5.0  # seconds that only what hangs would take
_CALLEES = (
    r"(?:^|\.)(?:sleep|now|utcnow|today|time|home|expanduser|get|post|put|patch|delete|head|request|urlopen|urlretrieve|client"
    r"|resource|connect|create_engine|create_async_engine|MongoClient|from_url|random|randint|randrange|choice|choices|shuffle|sample"
    r"|uniform|gauss|rand|randn|normal|default_rng)$"
)
_FUNCTION = re.compile(r"(?:async\s+)?def\s+(\w+)")
_FAKE_TIME = re.compile(
    r"freeze_time|freezegun|time_machine|fake_?sleep|no_?sleep|mock_?sleep"
    r"|(?:patch|setattr)[^\n]{0,120}(?:sleep|time\.time|datetime)", re.IGNORECASE,
)  # fmt: skip
_FAKE_NET = re.compile(
    r"\b(?:responses|respx|httpx_mock|requests_mock|vcr|aioresponses|httpretty|pytest_httpx|MockTransport|ASGITransport|TestClient"
    r"|aiohttp_client|pook|betamax|monkeypatch|mock|Mock|MagicMock|AsyncMock|patch)\b"
)
_FAKE_AWS = re.compile(r"\b(?:moto|mock_aws|mock_s3|Stubber|endpoint_url|localstack|monkeypatch|patch|MagicMock|Mock)\b")
_FAKE_HOME = re.compile(
    r"(?:setenv|setitem|patch|setattr|environ)[^\n]{0,80}(?:HOME|home|USERPROFILE|expanduser)|fake_home|tmp_home|home_dir|pyfakefs|\bfs\b\s*[,)]"
)
_GUARDED = re.compile(
    r"skipif|skipUnless|mark\.(?:live|network|external|e2e|online|slow|manual|integration|benchmark|performance|real\w*)|pytest\.skip\("
)
_SEEDED = re.compile(r"\bseed\s*\(|Random\(\s*\w|default_rng\(\s*\w|RandomState\(\s*\w|random_state\s*=|manual_seed")
_CLOCK = re.compile(r"(?:datetime|date)\.(?:datetime\.|date\.)?(?:now|utcnow|today)|time\.time")
_NAMED = re.compile(r"(?:uuid|\bid|_id|name|suffix|prefix|port|path|tmp|temp|email|user|slug|token|key|title)\w*\b", re.IGNORECASE)
_ELAPSED = re.compile(
    r"^[ \t]*(\w{1,60})[ \t]{0,9}=[ \t]{0,9}\(?[ \t]{0,9}"
    r"(?:time\.)?(?:time|perf_counter|monotonic)\(\)\s*-", re.MULTILINE,
)  # fmt: skip
_RANDOM = re.compile(
    r"(?:random|np\.random|numpy\.random)\.(?:random|randint|randrange|choices?|shuffle|sample|uniform|gauss|rand|randn|normal"
    r"|default_rng)"
)


def read(text: str) -> tuple[Tie, ...]:
    """The ties of a file in order; none where it cannot be parsed."""
    nodes = spans.found(
        [
            spans.calls("call", _CALLEES),
            {"any": [{"kind": "function_definition"}, {"kind": "lambda"}]},
            {"any": [{"kind": "while_statement"}, {"kind": "for_statement"}]},
            {"kind": "assert_statement"},
        ],
        "python", text,
    )  # fmt: skip
    if nodes is None:
        return ()
    file = _File(text, *nodes)
    return tuple(sorted(file.ties(), key=lambda one: one.line))


class _File:
    def __init__(self, text: str, calls: list[Span], functions: list[Span], loops: list[Span], asserts: list[Span]) -> None:
        self.text, self.calls, self.asserts = text, calls, asserts
        self.functions, self.loops, self.within_assert = Nest(functions), Nest(loops), Nest(asserts)
        self.line = Lines(text)
        self.fake_time, self.fake_net = bool(_FAKE_TIME.search(text)), bool(_FAKE_NET.search(text))
        self.fake_home, self.fake_aws = bool(_FAKE_HOME.search(text)), bool(_FAKE_AWS.search(text))
        self.guarded, self.seeded = bool(_GUARDED.search(text)), bool(_SEEDED.search(text))

    def ties(self) -> Iterator[Tie]:
        for call in self.calls:
            callee = call.callee
            name = callee.rpartition(".")[2]
            if name == "sleep":
                yield from self._sleep(call, callee)
            elif _RANDOM.fullmatch(callee):
                yield from self._random(call)
            elif name in ("home", "expanduser"):
                yield from self._home(call, callee)
            elif callee.startswith("boto3."):
                if not (self.fake_aws or self.guarded) and name in ("client", "resource"):
                    yield self._tie("service", call, "a real service of AWS is asked for")
            elif name in ("connect", "create_engine", "create_async_engine", "MongoClient", "from_url"):
                if (host := real_host(call.arguments)) and not (self.fake_net or self.guarded):
                    yield self._tie("service", call, f"it connects to {host}")
            else:
                yield from self._network(call, callee, name)
        yield from self._clocks()

    def _tie(self, kind: str, one: Span, said: str, *, mild: bool = False) -> Tie:
        line = self.line(one.start)
        return Tie(kind, line, one.text[:200], said, mild)  # type: ignore[arg-type]

    def _sleep(self, call: Span, callee: str) -> Iterator[Tie]:
        if self.fake_time or callee not in ("time.sleep", "asyncio.sleep", "anyio.sleep", "trio.sleep", "gevent.sleep", "sleep"):
            return
        if callee == "sleep" and not re.search(r"from (?:time|asyncio) import [^\n]{0,200}\bsleep\b", self.text):
            return
        seconds = _seconds(call.arguments)
        if seconds == 0 or not self._in_test(call) or self._polls(call, seconds):
            return
        mild = seconds is not None and seconds < SHORT
        yield self._tie("sleep", call, f"it waits for real: {call.text[:60]}", mild=mild)

    def _in_test(self, one: Span) -> bool:
        """Whether it runs in a test itself, and not in something that plays a slow part."""
        around = self.functions.around(one)
        if around is None:
            return False
        name = _FUNCTION.match(around.text)
        outer = self.functions.around(around)
        return name is not None and outer is None and name[1].lower().startswith(("test", "setup", "teardown"))

    def _polls(self, call: Span, seconds: float | None) -> bool:
        loop = self.loops.around(call)
        if loop is None or (seconds is not None and seconds > POLL):
            return False
        return loop.text.startswith("while") or re.search(r"\b(?:break|return)\b", loop.text) is not None

    def _random(self, call: Span) -> Iterator[Tie]:
        if self.seeded or (call.callee.endswith("default_rng") and call.arguments):
            return
        if not _NAMED.search(self._statement(call).partition("random")[0]):
            yield self._tie("random", call, "its data come by chance, and no seed is set")

    def _home(self, call: Span, callee: str) -> Iterator[Tie]:
        if self.fake_home or self.guarded or callee not in ("Path.home", "pathlib.Path.home", "os.path.expanduser", "expanduser"):
            return
        if callee.endswith("expanduser") and "~" not in call.arguments:
            return
        if self.within_assert.around(call) is None:
            touched = re.search(r"write_text|mkdir|unlink|rmtree|open\(|touch\(|copy", self._statement(call))
            yield self._tie("home", call, "it uses the home folder of whoever runs it", mild=touched is None)

    def _network(self, call: Span, callee: str, name: str) -> Iterator[Tie]:
        if self.fake_net or self.guarded:
            return
        clients = ("requests.", "httpx.", "urllib.request.", "urllib3.", "aiohttp.", "session.", "urlopen", "client.")
        if not callee.startswith(clients) or name in ("client", "resource"):
            return
        first = call.arguments[:400]
        if host := real_host(first):
            yield self._tie("network", call, f"it asks {host} over the network")

    def _clocks(self) -> Iterator[Tie]:
        if self.fake_time:
            return
        lasting = {one[1] for one in _ELAPSED.finditer(self.text)}
        for one in self.asserts:
            head = one.text.partition("\n")[0] if one.length > 400 else one.text
            if _CLOCK.search(head) and re.search(r"[^=!<>]==[^=]", head):
                yield self._tie("clock", one, "what it expects depends on the hour")
            elif lasting:
                said = re.match(r"assert\s+\(?\s*(\w+)\s*<=?\s*([\d._]{0,12})", head)
                if said and said[1] in lasting:
                    most = (_seconds(said[2]) or 0) / (1000 if re.search(r"ms$|milli", said[1], re.IGNORECASE) else 1)
                    mild = most >= AMPLE
                    yield self._tie("elapsed", one, "it expects to be done in time, which the machine decides", mild=mild)

    def _statement(self, one: Span) -> str:
        """The line that it stands in."""
        before = self.text[max(0, one.start - 250) : one.start].rpartition("\n")[2]
        return before + self.text[one.start : one.start + 250].partition("\n")[0]


def _seconds(arguments: str) -> float | None:
    try:
        return float(arguments.replace("_", "")) if len(arguments) < 20 else None
    except ValueError:
        return None
