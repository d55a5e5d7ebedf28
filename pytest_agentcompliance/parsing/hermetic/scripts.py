"""What ties a test in TypeScript or JavaScript to the world outside."""

import re
from collections.abc import Iterator

from pytest_agentcompliance.parsing.hermetic import spans
from pytest_agentcompliance.parsing.hermetic.hosts import real_host
from pytest_agentcompliance.parsing.hermetic.record import Tie
from pytest_agentcompliance.parsing.hermetic.spans import Nest, Span
from pytest_agentcompliance.parsing.languages import language_of
from pytest_agentcompliance.parsing.lines import Lines

SHORT = 50  # milliseconds
POLL = 1000  # between two looks
AMPLE = 5000  # that only what hangs would take
_RUNNERS = r"^(?:it|test|beforeEach|afterEach|beforeAll|afterAll|before|after|setup|teardown)\b"
_CALLEES = (
    r"(?:^|\.)(?:setTimeout|sleep|delay|wait|waitForTimeout|now|random|homedir|fetch|axios|got|get|post|put|patch|delete|request"
    r"|connect|createConnection|createPool|createClient|toBe|toEqual|toStrictEqual|strictEqual|deepEqual|equal"
    r"|toBeLessThan|toBeLessThanOrEqual)$"
)
_FUNCTIONS = [{"kind": kind} for kind in ("arrow_function", "function_declaration", "function_expression", "method_definition")]
_LOOPS = [{"kind": kind} for kind in ("while_statement", "for_statement", "for_in_statement", "do_statement")]
_FAKE_TIME = re.compile(
    r"useFakeTimers|setSystemTime|fake-timers|FakeTimers|mockdate|MockDate|timekeeper|Date\.now\s*="
    r"|spyOn\(\s*(?:Date|global|globalThis|performance)\b"
)
_FAKE_NET = re.compile(
    r"\bmsw\b|\bnock\b|fetch-?mock|axios-mock|MockAdapter|(?:vi|jest)\.(?:mock|fn|spyOn|stubGlobal)\b|\bsinon\b|fetch\s*="
    r"|MockAgent|page\.route"
)
_FAKE_HOME = re.compile(
    r"(?:mock|spyOn|stubEnv)\s*\([^\n]{0,60}(?:os|homedir|HOME)|env\.HOME\s*=|env\.USERPROFILE\s*=|HOME:"
    r"|vi\.mock\(\s*['\"](?:node:)?os"
)
_GUARDED = re.compile(r"\.skipIf\(|\.runIf\(|\.skip\(|process\.env\.(?:RUN|LIVE|E2E|CI)\w*")
_SEEDED = re.compile(r"seedrandom|\bseed\s*\(|seeded|spyOn\(\s*Math|Math\.random\s*=", re.IGNORECASE)
_NAMED = re.compile(
    r"(?:id|name|suffix|prefix|port|path|dir|tmp|temp|email|user|slug|token|key|title|file|db|url)\w*\s*[:=,(]?[^;\n]{0,80}$"
    r"|[`+]|toString\(36\)", re.IGNORECASE,
)  # fmt: skip
_ELAPSED = re.compile(r"\b(?:const|let|var)[ \t]{1,9}(\w{1,60})[ \t]{0,9}=\s{0,20}(?:Date|performance)\.now\(\)\s*-")
_CLOCK = re.compile(r"\bnew Date\(\)|\bDate\.now\(\)")


def read(path: str, text: str) -> tuple[Tie, ...]:
    """The ties of a file in order; none where it cannot be parsed."""
    language = language_of(path, text)
    if language is None or not language.grammar:
        return ()
    nodes = spans.found(
        [
            spans.calls("call_expression", _CALLEES),
            {"any": _FUNCTIONS},
            {"any": _LOOPS},
            spans.calls("call_expression", _RUNNERS),
            {"kind": "new_expression", "regex": r"^new Promise\b"},
        ],
        language.grammar, text,
    )  # fmt: skip
    if nodes is None:
        return ()
    return tuple(sorted(_File(text, nodes).ties(), key=lambda one: one.line))


class _File:
    def __init__(self, text: str, nodes: list[list[Span]]) -> None:
        self.text = text
        self.calls = nodes[0]
        self.functions, self.loops, self.runners, self.promises = map(Nest, nodes[1:])
        self.expectations = Nest(call for call in self.calls if "expect" in call.callee)
        self.line = Lines(text)
        self.fake_time, self.fake_net = bool(_FAKE_TIME.search(text)), bool(_FAKE_NET.search(text))
        self.fake_home, self.guarded = bool(_FAKE_HOME.search(text)), bool(_GUARDED.search(text))
        self.seeded = bool(_SEEDED.search(text))
        self.lasting = {one[1] for one in _ELAPSED.finditer(text)}

    def ties(self) -> Iterator[Tie]:
        for call in self.calls:
            callee = call.callee
            name = callee.rpartition(".")[2]
            if name == "setTimeout":
                yield from self._timeout(call)
            elif name in ("sleep", "delay", "wait", "waitForTimeout"):
                yield from self._sleep(call, callee)
            elif callee == "Math.random":
                yield from self._random(call)
            elif name == "homedir" and callee in ("os.homedir", "homedir"):
                if not (self.fake_home or self.guarded or self._is_expected(call)):
                    yield self._tie("home", call, "it uses the home folder of whoever runs it", mild=True)
            elif name in ("connect", "createConnection", "createPool", "createClient"):
                if (host := real_host(call.arguments[:400])) and not (self.fake_net or self.guarded):
                    yield self._tie("service", call, f"it connects to {host}")
            elif name.startswith("to") or name in ("strictEqual", "deepEqual", "equal"):
                yield from self._expectation(call, name)
            else:
                yield from self._network(call, callee)

    def _tie(self, kind: str, one: Span, said: str, *, mild: bool = False) -> Tie:
        return Tie(kind, self.line(one.start), one.text[:200], said, mild)  # type: ignore[arg-type]

    def _timeout(self, call: Span) -> Iterator[Tie]:
        """``await new Promise((done) => setTimeout(done, 100))``."""
        promise = self.promises.around(call)
        if promise is None or not self._awaited(promise) or promise.length > 200:
            return
        yield from self._waited(promise, _milliseconds(call.arguments.rpartition(",")[2]) if "," in call.arguments else 0)

    def _sleep(self, call: Span, callee: str) -> Iterator[Tie]:
        if callee not in ("sleep", "delay", "wait", "page.waitForTimeout", "cy.wait", "Bun.sleep"):
            return
        milliseconds = _milliseconds(call.arguments)
        if milliseconds is not None and (callee == "cy.wait" or self._awaited(call)):
            yield from self._waited(call, milliseconds)

    def _waited(self, one: Span, milliseconds: float | None) -> Iterator[Tie]:
        if self.fake_time or milliseconds == 0 or not self._in_test(one):
            return
        loop = self.loops.around(one)
        polls = loop is not None and (loop.text.startswith(("while", "do")) or re.search(r"\b(?:break|return)\b", loop.text))
        if polls and (milliseconds or 0) <= POLL:
            return
        mild = milliseconds is not None and milliseconds < SHORT
        yield self._tie("sleep", one, f"it waits for real: {' '.join(one.text.split())[:60]}", mild=mild)

    def _in_test(self, one: Span) -> bool:
        """Whether it stands in the function of a test or a hook itself, and not in one that plays a slow part."""
        function, runner = self.functions.around(one), self.runners.around(one)
        if function is None or runner is None:
            return False
        outer = self.functions.around(function)
        return runner.start < function.start and (outer is None or outer.start < runner.start)

    def _random(self, call: Span) -> Iterator[Tie]:
        if not self.seeded and not _NAMED.search(self._before(call)) and "toString(36)" not in self._after(call):
            yield self._tie("random", call, "its data come by chance, and no seed is set")

    def _expectation(self, call: Span, name: str) -> Iterator[Tie]:
        if self.fake_time or call.length > 600:
            return
        if name.startswith("toBeLess"):
            said = re.match(r"expect\(\s*(\w+|(?:Date|performance)\.now\(\)\s*-\s*[\w.]+!?)\s*\)", call.text)
            if said and (said[1] in self.lasting or ".now" in said[1]):
                mild = (_milliseconds(call.arguments) or 0) >= AMPLE
                yield self._tie("elapsed", call, "it expects to be done in time, which the machine decides", mild=mild)
        elif _CLOCK.search(call.arguments):
            yield self._tie("clock", call, "what it expects depends on the hour")

    def _is_expected(self, one: Span) -> bool:
        """Whether a value is only what something is compared with."""
        return self.expectations.around(one) is not None

    def _network(self, call: Span, callee: str) -> Iterator[Tie]:
        clients = ("fetch", "axios", "got", "axios.", "got.", "request", "supertest", "http.", "https.", "undici.")
        dotted = tuple(one for one in clients if "." in one)
        if self.fake_net or self.guarded or not (callee in clients or callee.startswith(dotted)):
            return
        first = call.arguments[:300].lstrip()
        if first[:1] in ("'", '"', "`") and (host := real_host(first.partition(",")[0])):
            yield self._tie("network", call, f"it asks {host} over the network")

    def _awaited(self, one: Span) -> bool:
        return self.text[max(0, one.start - 40) : one.start].rstrip().endswith("await")

    def _before(self, one: Span) -> str:
        return self.text[max(0, one.start - 300) : one.start].rpartition("\n")[2]

    def _after(self, one: Span) -> str:
        return self.text[one.end : one.end + 40]


def _milliseconds(argument: str) -> float | None:
    argument = argument.strip().rstrip(",").strip().replace("_", "")
    try:
        return float(argument) if len(argument) < 20 else None
    except ValueError:
        return None
