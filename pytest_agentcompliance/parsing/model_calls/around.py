"""What stands around a call that asks a model: in its function, in the functions of the file that call that one, at its client."""

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from typing import Any

from pytest_agentcompliance.parsing import grammar
from pytest_agentcompliance.parsing.built_sql.source import Source, Spot, read
from pytest_agentcompliance.parsing.languages import language_of
from pytest_agentcompliance.parsing.lines import Lines
from pytest_agentcompliance.parsing.model_calls import ModelCall
from pytest_agentcompliance.parsing.model_calls.asked import Asked

_DEEPEST = 4  # callers of callers
_LONGEST_NAME = 80  # characters
_LONGEST_GIVEN, _MOST_CLIENTS = 5000, 200  # characters that a client is given, and clients of a file
_DEEP_TRIES = 20  # tries in tries that are looked at
_LONGEST_UNIT = 150  # lines of a function that is one unit
_MOST = 200  # places at which a name is called that are looked at

_TIMEOUT = re.compile(
    r"(?i)(?<!set)(?<!clear)time_?out(?!\w{0,20}[\"']?\s?[:=]\s?(?:None|null|undefined|Infinity|0\s?(?:[,)}]|\Z)))|\bdeadline|abort_?(?:signal|controller)|\bsignal\b|\bwait_for\(|max_?duration|"
    r"\bPromise\.race\b|"
    r"\bmove_on_after\b|\bfail_after\b|time_?limit"
)
_MODULE = re.compile(r"\blitellm\.request_timeout\s*=\s*[\w\d]|\bmaxDuration\s*=|\bsetdefaulttimeout\(")
_NAMED_TIMEOUT = re.compile(r"(?i)[\"']\w{0,20}time_?out\w{0,10}[\"']")
_SET_TIMEOUT = re.compile(r"\bsetTimeout\s*\(\s*(?!(?:r|res|resolve|done|ok)\s*,)")  # not one that only waits
_ON = re.compile(
    r"(?i)fall_?back|degrad|\bretr(?:y|ies|ying|ied)|max_?retr|num_retries|with_?retr|_retry|\bretry\w*|tenacity|backoff|circuit|"
    r"allSettled|"
    r"return_exceptions|"
    r"\bon_?error\b|\bonFailure\b"
)
_CAUGHT = re.compile(r"\.catch\s*(?=\()")
_IS_TOLD = re.compile(r"(?i)\bon_?(?:error|failure)\s*[:=]\s*(?:async\s*)?")
_FALLS = re.compile(r"\bfallbacks\b")
_FALLS_LATER = re.compile(r"\s*\.\s*with_?[fF]allbacks\s*\(")
_PASSES = re.compile(r"\(\s*(?:next|reject|rej|done|callback|cb)\s*\)")
_GIVES_LOGGER = re.compile(r"(?i)get_?logger\s*\(\Z")
_SETS = re.compile(r"\s?(?::[^=;,\n]{0,60})?=(?![=>])\s?[^\n]")
_LOGS = re.compile(
    r"(?i)(?<![\w.])(?:(?:self|this|cls|ctx|context|deps|app|request|req|c|fastify|server)\.)?_{0,2}"
    r"(?:\w{0,40}(?<!cata)(?<!dia)(?<!back)(?<!\bb)log(?:ger|ging|s)?|console|winston|pino|structlog|telemetry|tracer|tracing|trace|langfuse|"
    r"langsmith|posthog|sentry|span|metrics|audit\w{0,20}|observability|echo|"
    r"spinner|debug\w{0,20}|emitter)"
    r"(?:\.\w{1,40})?\s*\("
    r"|(?<![\w.])(?:print|pprint)\s*\(|"
    r"(?<!math)(?<!np)(?<!torch)\.(?:log|info|debug|trace|setAttributes?|set_attributes?|captureMessage|emit)\s*\(|"
    r"experimental_telemetry|@(?:observe|traceable|traced|trace|log\w{0,20}|weave\.op|opik\.track|track)\b|\bcallbacks?\s*[:=]|"
    r"(?<![a-z0-9])(?:log|trace|record|track|audit|emit|persist|report)_?"
    r"(?:[A-Z]\w{0,60}|\w{0,20}(?:call|usage|request|response|prompt|input|output|event|turn)\w{0,30})\s*\(|"
    r"start_as_current_\w+|with_?span|withTracing"
)  # fmt: skip
_TRACED = re.compile(
    r"(?i)instrumented\w{0,40}\s?\(|\b(?:langfuse|langsmith|openinference|traceloop|logfire|helicone|braintrust|opik|agentops|mlflow|arize|weave)\b"
)
_THROWS = re.compile(r"\b(?:throw|raise|reject)\b")
_GOES_ON = re.compile(r"\b(?:return|yield|continue|break)\b")
_CLIENTS = re.compile(
    r"\b(?:(?:Async|Azure|AsyncAzure)?OpenAI|(?:Async)?Anthropic(?:Bedrock|Vertex)?|ChatOpenAI|AzureChatOpenAI|ChatAnthropic|"
    r"ChatGoogleGenerativeAI|"
    r"ChatBedrock(?:Converse)?|ChatOllama|ChatGroq|ChatMistralAI|init_chat_model|GoogleGenerativeAI|GoogleGenAI|BedrockRuntimeClient|"
    r"Groq|AsyncGroq|Mistral|"
    r"createOpenAI|createAnthropic|createGoogleGenerativeAI|Ollama|AsyncClient|ClientSession|axios\.create|ClaudeAgentOptions|"
    r"ClaudeCodeOptions|genai\.Client|GenerativeModel|boto3\.client)\s*(?=\()"
)
_HTTPX = re.compile(r"\bhttpx\.(?:Async)?Client\s*(?=\()")
_FOR_EVER = re.compile(r"timeout\s?=\s?None\b")
_WORD = re.compile(r"[A-Za-z_$][\w$]*")
_FAR = 2000  # characters after a call in which what catches its error is looked for
# What a client of a library is called there, or what it is given its settings with.
_SETTINGS = (
    (re.compile(r"\b(?:OpenAIChat(?:Model)?|ToolLoopAgent|ModelSettings|httpx\.(?:Async)?Client|cohere\.\w*Client)\s*(?=\()"), ""),
    (re.compile(r"(?<![\w$])(?:litellm\.)?Router\s*(?=\()"), "litellm"),
    (re.compile(r"(?<![\w$])(?:ollama\.)?(?:Async)?Client\s*(?=\()"), "ollama"),
)
_WITHIN = frozenset(("timeout", "fallback", "log"))
_COMMON = frozenset((
    "run", "main", "call", "get", "post", "create", "execute", "handle", "handler", "send", "start", "invoke", "stream", "init",
    "constructor", "process", "test", "fetch", "request", "render", "default", "chat", "ask",
    "action", "loader",
))  # fmt: skip
_HEAD = frozenset((
    "async", "def", "function", "public", "private", "protected", "static", "override", "get", "set", "export", "default",
))  # fmt: skip
_GIVEN = re.compile(r"(?<![\w$.])#?([A-Za-z_$][\w$]*)\s*(?::[^=;{}\n]{0,200})?[=:]\s*(?:async\s*)?\Z")
_TRY: list[tuple[dict[str, Any], list[str]]] = [
    ({"rule": {"kind": "try_statement", "has": {"field": "body", "pattern": "$BODY"}}}, ["BODY"])
]


@dataclass(frozen=True, slots=True)
class Try:
    """A body that is tried, and the code that follows it."""

    body: Spot
    rest: Spot


@dataclass
class Module:
    """One file, and what its functions do about calls that may fail or hang."""

    source: Source
    tries: list[Try]
    _known: dict[str, frozenset[str]] = field(default_factory=dict)
    _seen: dict[Spot, tuple[frozenset[str], bool]] = field(default_factory=dict)
    _told: dict[Try, str] = field(default_factory=dict)
    _steps: int = 0

    @classmethod
    def of(cls, path: str, text: str) -> "Module | None":
        """A file of Python, TypeScript or JavaScript; None where no grammar of ours reads it."""
        source = read(path, text)
        language = language_of(path, text)
        if source is None or language is None:
            return None
        found = grammar.find(_TRY, language.grammar, text) or ()
        tries = [Try(one.held[0], (one.held[0][1], one.end)) for one in found if one.held[0] is not None]
        return cls(source, tries)

    def judged(self, one: Asked) -> ModelCall:
        """A call with all that its unit brings."""
        call, source = one.call, self.source
        unit, name = self._unit(call.start)
        has, weak = self._around((call.start, call.end), unit)
        said = source.text[slice(*call.arguments)]
        if _ON.search(source.code[slice(*call.arguments)]):
            has |= {"fallback"}
        if self.bounded or (one.http and self._is_httpx(one)) or self._is_open(one):
            has |= {"timeout"}
        if self.falls:
            has |= {"fallback"}
        if self._traced:
            has |= {"log"}
        if name and has != _WITHIN:
            has |= self.brought(name)
        line = self._line
        text = " ".join(said.split())[:300]
        kept = tuple(sorted((key, value) for key, value in weak.items() if key not in has))
        return ModelCall(line(call.start), line(call.end - 1), one.name, name, frozenset(has), kept, bool(self.clients), text)

    def brought(self, name: str) -> frozenset[str]:
        """What the functions of this file that call one of a name bring to it."""
        if name not in self._known:
            self._known[name] = self._brought(name, 0, {})
        return self._known[name]

    def _brought(self, name: str, depth: int, seen: dict[str, frozenset[str]]) -> frozenset[str]:
        if name in seen:
            return seen[name]
        self._steps += 1
        has: set[str] = set()
        if depth > _DEEPEST or name in _COMMON or len(name) < 3 or self._steps > _MOST:
            return frozenset()
        seen[name] = frozenset()  # while it is looked at
        for number, one in enumerate(re.finditer(rf"(?<![\w$]){re.escape(name)}(?![\w$])", self.source.code)):
            if number > _MOST or has == _WITHIN:
                break
            unit, outer = self._unit(one.start())
            called = self.source.code[one.end() : one.end() + 1] == "("
            holder, own = ("", False) if called else self._holder(one.start())
            if own and unit is not None:  # a name of this function alone
                has |= self._used(holder, unit)
            elif holder not in ("", name):  # a table of functions
                has |= self._brought(holder, depth + 1, seen)
            if unit is None or outer == name:  # an import, or the function itself
                continue
            told, _ = self._around((one.start(), one.end()), unit)
            has |= told
            if outer and unit is not None:
                has |= self._brought(outer, depth + 1, seen)
        seen[name] = frozenset(has)
        return seen[name]

    def _used(self, name: str, unit: Spot) -> frozenset[str]:
        """What a function brings where it uses one of its own names."""
        places = re.finditer(rf"(?<![\w$.]){re.escape(name)}(?=[(\[.])", self.source.code[slice(*unit)])
        at = ((unit[0] + one.start(), unit[0] + one.end()) for one in islice(places, 10))
        return frozenset(each for one in at for each in self._around(one, unit)[0])

    def _holder(self, at: int) -> tuple[str, bool]:
        """The name that is given a value in which an offset stands, as a function in a table; whether it is no field."""
        starts, names, ends = self._values
        number = bisect_right(starts, at) - 1
        for one in range(number, max(-1, number - 20), -1):
            if at < ends[one]:
                whole, _, last = names[one].rpartition(".")
                return last, not whole
        return "", False

    @cached_property
    def _values(self) -> tuple[list[int], list[str], list[int]]:
        """Where the values of names begin, with these names, and where they end; a function is no table."""
        functions = {one[0] for one in self.source.functions}
        found = sorted(
            (one.start, name, one.end)
            for name, values in self.source.values.items()
            for one in values
            if one.how == "=" and one.start not in functions and one.end - one.start < _LONGEST_GIVEN
        )
        return [one[0] for one in found], [one[1] for one in found], [one[2] for one in found]

    @cached_property
    def _line(self) -> Lines:
        return Lines(self.source.text)

    @cached_property
    def _traced(self) -> bool:
        """Whether the file names what logs all calls of a library."""
        return _TRACED.search(self.source.code) is not None

    @cached_property
    def clients(self) -> list[Spot]:
        """The arguments of the clients that the file makes."""
        return self._given(one.end() for one in _CLIENTS.finditer(self.source.code))

    @cached_property
    def bounded(self) -> bool:
        """Whether a client of this file, or all of it, has a timeout, or what it is given is set elsewhere."""
        if _MODULE.search(self.source.code):
            return True
        return any(self._has_timeout(low, high) or self._is_given(low, high) for low, high in (*self.clients, *self._settings))

    @cached_property
    def _settings(self) -> list[Spot]:
        text, code = self.source.text, self.source.code
        return self._given(one.end() for made, beside in _SETTINGS if beside in text for one in made.finditer(code))

    def _given(self, opened: Iterable[int]) -> list[Spot]:
        """What stands in brackets that open at some places, as far as it is looked at."""
        pairs = self.source.pairs
        return [(at, min(pairs[at], at + _LONGEST_GIVEN)) for at in islice(opened, _MOST_CLIENTS) if at in pairs]

    def _is_given(self, start: int, end: int) -> bool:
        """Whether what a client is made with are names, and one of these was given a timeout."""
        names = dict.fromkeys(_WORD.findall(self.source.code[start : min(end, start + 2000)]))
        values = [one for name in list(names)[:30] for one in self.source.values.get(name, ())[:5] if one.how == "="]
        return any(self._has_timeout(one.start, min(one.end, one.start + 2000)) for one in values)

    @cached_property
    def falls(self) -> bool:
        """Whether a client of this file has other models to go on with."""
        code = self.source.code
        made = (*self.clients, *self._settings)
        return any(_FALLS.search(code, low, high) or _FALLS_LATER.match(code, high + 1) for low, high in made)

    @cached_property
    def _waits(self) -> bool:
        """Whether no client of httpx is told to wait for ever; five seconds are its own."""
        found = self._given(one.end() for one in _HTTPX.finditer(self.source.code))
        return bool(found) and not any(_FOR_EVER.search(self.source.code, *one) for one in found)

    def _is_httpx(self, one: Asked) -> bool:
        if re.match(r"(?:\w+\.)*httpx\.", one.name):
            return _FOR_EVER.search(self.source.code[slice(*one.call.arguments)]) is None
        return self._waits

    def _has_timeout(self, start: int, end: int) -> bool:
        named = _NAMED_TIMEOUT.search(self.source.text, start, end)
        return named is not None or _TIMEOUT.search(self.source.code, start, end) is not None

    def _is_open(self, one: Asked) -> bool:
        """Whether a call is given options that were made elsewhere."""
        source = self.source
        parts = source.split(one.call.arguments[0] + 1, one.call.arguments[1] - 1)
        first = 1 if not one.http or "fetch" in one.name else 2  # axios.post(url, body, options)
        for number, (low, high) in enumerate(parts):
            said = source.code[low:high]
            unpacked = said.startswith("**") or (source.script and said.startswith("..."))
            named = source.script and number >= first and re.fullmatch(r"[\w$.]+", said) is not None
            if not unpacked and not named:
                continue
            name = said.lstrip("*.")
            values = [each for each in source.values.get(name, ()) if each.how == "="]
            if not values or any(self._has_timeout(each.start, each.end) or source.code[each.start] != "{" for each in values):
                return True
        return False

    def _around(self, at: Spot, unit: Spot | None) -> tuple[set[str], dict[str, str]]:
        """What a unit brings to a place in it."""
        low, high = unit or (0, len(self.source.code))
        if (low, high) not in self._seen:
            self._seen[low, high] = self._whole(low if unit is None else self._dress(low), high)
        told, logs = self._seen[low, high]
        told |= self._caught(at)
        has = set(told)
        weak: dict[str, str] = {}
        around = [one for one in self.tries if one.body[0] <= at[0] < one.body[1]][-_DEEP_TRIES:]
        handlers = [self._follows(one) for one in around]
        if "goes on" in handlers:
            has.add("fallback")
        elif "raises" in handlers:
            weak["fallback"] = "what is caught is only raised again"
        if logs and "log" not in has:
            weak["log"] = "only failures are logged"
        return has, weak

    def _follows(self, one: Try) -> str:
        """What the code after a body that is tried does about its error."""
        if one not in self._told:
            rest = self.source.code[slice(*one.rest)]
            goes_on = not _THROWS.search(rest) or _GOES_ON.search(rest)
            caught = re.search(r"\b(?:except|catch)\b", rest) is not None
            self._told[one] = "" if not caught else "goes on" if goes_on else "raises"
        return self._told[one]

    def _whole(self, low: int, high: int) -> tuple[frozenset[str], bool]:
        """What a stretch of code brings to all of it, and whether it logs anything at all."""
        code = self.source.code[low:high]
        has: set[str] = set()
        words = Counter(_WORD.findall(code))
        limits = (one for one in _TIMEOUT.finditer(code) if not self._is_idle(low + one.start(), words))
        if _NAMED_TIMEOUT.search(self.source.text, low, high) or any(True for _ in limits) or _SET_TIMEOUT.search(code):
            has.add("timeout")
        if any(not self._is_idle(low + one.start(), words) for one in _ON.finditer(code)):
            has.add("fallback")
        logs = [low + one.start() for one in _LOGS.finditer(code) if not _GIVES_LOGGER.search(one[0])]
        if any(not self._is_handler(one) for one in logs[:_MOST]):
            has.add("log")
        return frozenset(has), bool(logs)

    def _is_idle(self, at: int, words: "Counter[str]") -> bool:
        """Whether a name is only given something here, and never used: ``timeout = 5``."""
        code = self.source.code
        for _ in range(_LONGEST_NAME):
            if at == 0 or not (code[at - 1].isalnum() or code[at - 1] in "_$"):
                break
            at -= 1
        word = _WORD.match(code, at, at + 2 * _LONGEST_NAME)
        if word is None or words[word[0]] > 1 or not _SETS.match(code, word.end(), word.end() + 100):
            return False
        if re.match(r"\s*(?:(?:const|let|var)\s+)?\Z", code[max(code.rfind("\n", 0, at) + 1, at - 200) : at]):
            return code[code.rfind("\n", 0, at) + 1 : at].strip() != "" or not self._is_argument(at)
        owner = self.source.function(word.end())
        return owner is not None and owner[2][0] <= at < owner[2][1]

    def _is_argument(self, at: int) -> bool:
        """Whether an offset stands in the arguments of a call that began on a line before."""
        number = bisect_right(self._arguments, (at, 0)) - 1
        return any(low < at < high for low, high in self._arguments[max(0, number - 20) : number + 1])

    @cached_property
    def _arguments(self) -> list[Spot]:
        return sorted(one.arguments for one in self.source.calls)

    @cached_property
    def _handlers(self) -> tuple[list[int], list[int]]:
        """Where code that follows an error begins and ends, in order; what overlaps is one stretch."""
        source = self.source
        spots = [one.rest for one in self.tries]
        spots += [(one.end(), source.pairs[one.end()]) for one in _CAUGHT.finditer(source.code) if one.end() in source.pairs]
        functions = {one[0]: one[1] for one in source.functions}
        spots += [(one.end(), functions[one.end()]) for one in _IS_TOLD.finditer(source.code) if one.end() in functions]
        starts: list[int] = []
        ends: list[int] = []
        for low, high in sorted(spots):
            if ends and low <= ends[-1]:
                ends[-1] = max(ends[-1], high)
            else:
                starts.append(low)
                ends.append(high)
        return starts, ends

    def _is_handler(self, at: int) -> bool:
        starts, ends = self._handlers
        number = bisect_right(starts, at) - 1
        return number >= 0 and at < ends[number]

    def _caught(self, at: Spot) -> frozenset[str]:
        """Whether ``.catch`` follows a call, and does more than throw again."""
        for one in _CAUGHT.finditer(self.source.code, at[1], at[1] + _FAR):
            closed = min(self.source.pairs.get(one.end(), one.end()), one.end() + _FAR)
            said = self.source.code[one.end() : closed + 1]
            if not _PASSES.match(said) and (not _THROWS.search(said) or _GOES_ON.search(said)):
                return frozenset(("fallback",))
        return frozenset()

    def _dress(self, start: int) -> int:
        """Where the decorators of a function begin."""
        code = self.source.code
        for _ in range(20):
            line = code.rfind("\n", 0, max(0, code.rfind("\n", 0, start)))
            above = code[line + 1 : code.rfind("\n", 0, start) if "\n" in code[:start] else 0]
            if not re.match(r"\s*(?:@|\)\s*$|\w+\s*=[^=]|async\b)", above) or line < 0:
                break
            start = line + 1
        return start

    def _unit(self, at: int) -> tuple[Spot | None, str]:
        """The outermost function with a name that an offset stands in, unless it is too long to be one unit."""
        owners = self.source.around(at)
        named = [(one, name) for one in owners if (name := self._name(one[0], one[2][0]))]
        if not owners:
            return None, ""
        # A function that makes a service holds many of its functions: the unit is the one of these.
        fit = [pair for pair in named if self.source.code.count("\n", pair[0][0], pair[0][1]) <= _LONGEST_UNIT]
        one, name = fit[-1] if fit else named[0] if named else (owners[0], "")
        return (one[0], one[1]), name

    def _name(self, start: int, opened: int) -> str:
        """What a function is called, by its head or by what it is given to."""
        head = self.source.code[start:opened]
        own = next(iter(_names(head)), "")
        if own:
            return own
        given = _GIVEN.search(self.source.code[max(0, start - 300) : start])
        return given[1] if given else ""


def _names(head: str) -> Iterator[str]:
    for one in re.finditer(r"[A-Za-z_$][\w$]*", head[:400]):
        if one[0] not in _HEAD:
            yield one[0]
