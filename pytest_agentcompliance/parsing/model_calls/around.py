"""What stands around a call that asks a model: in its function, in the functions of the file that call that one, at its client."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from pytest_agentcompliance.parsing import grammar
from pytest_agentcompliance.parsing.built_sql.source import Source, Spot, read
from pytest_agentcompliance.parsing.languages import language_of
from pytest_agentcompliance.parsing.lines import Lines
from pytest_agentcompliance.parsing.model_calls import ModelCall
from pytest_agentcompliance.parsing.model_calls.asked import Asked

_DEEPEST = 4  # callers of callers
_DEEP_TRIES = 20  # tries in tries that are looked at
_LONGEST_UNIT = 150  # lines of a function that is one unit
_MOST = 200  # places at which a name is called that are looked at

_TIMEOUT = re.compile(
    r"(?i)(?<!set)(?<!clear)time_?out|\bdeadline|abort_?(?:signal|controller)|\bsignal\b|\bwait_for\(|max_?duration|"
    r"\bPromise\.race\b|"
    r"\bmove_on_after\b|\bfail_after\b|time_?limit"
)
_NAMED_TIMEOUT = re.compile(r"(?i)[\"']\w{0,20}time_?out\w{0,10}[\"']")
_SET_TIMEOUT = re.compile(r"\bsetTimeout\s*\(\s*(?!(?:r|res|resolve|done|ok)\s*,)")  # not one that only waits
_ON = re.compile(
    r"(?i)fall_?back|degrad|\bretr(?:y|ies|ying|ied)|max_?retr|num_retries|with_?retr|_retry|\bretry\w*|tenacity|backoff|circuit|"
    r"allSettled|"
    r"return_exceptions|"
    r"\bon_?error\b|\bonFailure\b|\.catch\s*\("
)
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
    r"(?i)\b(?:langfuse|langsmith|openinference|traceloop|logfire|helicone|braintrust|opik|agentops|mlflow|arize|weave)\b"
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
_WITHIN = frozenset(("timeout", "fallback", "log"))
_COMMON = frozenset((
    "run", "main", "call", "get", "post", "create", "execute", "handle", "handler", "send", "start", "invoke", "stream", "init",
    "constructor", "process", "test", "fetch", "request", "render", "default", "chat", "ask",
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
        if self.bounded or (one.http and re.match(r"(?:\w+\.)*httpx\.", one.name)) or self._is_open(one):
            has |= {"timeout"}
        if _TRACED.search(source.code):
            has |= {"log"}
        if name and has != _WITHIN:
            has |= self.brought(name)
        line = Lines(source.text)
        text = " ".join(said.split())[:300]
        kept = tuple(sorted((key, value) for key, value in weak.items() if key not in has))
        return ModelCall(line(call.start), line(call.end - 1), one.name, name, frozenset(has), kept, bool(self.clients), text)

    def brought(self, name: str, depth: int = 0, seen: frozenset[str] = frozenset()) -> frozenset[str]:
        """What the functions of this file that call one of a name bring to it."""
        if name in self._known:
            return self._known[name]
        has: set[str] = set()
        if depth > _DEEPEST or name in seen or name in _COMMON or len(name) < 3 or len(self._known) > _MOST:
            return frozenset()
        for number, one in enumerate(re.finditer(rf"(?<![\w$]){re.escape(name)}(?![\w$])", self.source.code)):
            if number > _MOST or has == _WITHIN:
                break
            unit, outer = self._unit(one.start())
            if unit is None or outer == name:  # an import, or the function itself
                continue
            told, _ = self._around((one.start(), one.end()), unit)
            has |= told
            if outer and unit is not None:
                has |= self.brought(outer, depth + 1, seen | {name})
        self._known[name] = frozenset(has)
        return self._known[name]

    @cached_property
    def clients(self) -> list[Spot]:
        """The arguments of the clients that the file makes."""
        code = self.source.code
        return [(one.end(), self.source.pairs[one.end()]) for one in _CLIENTS.finditer(code) if one.end() in self.source.pairs]

    @cached_property
    def bounded(self) -> bool:
        """Whether a client of this file has a timeout, or what it is given is set elsewhere."""
        return any(self._has_timeout(low, high) for low, high in self.clients)

    def _has_timeout(self, start: int, end: int) -> bool:
        named = _NAMED_TIMEOUT.search(self.source.text, start, end)
        return named is not None or _TIMEOUT.search(self.source.code, start, end) is not None

    def _is_open(self, one: Asked) -> bool:
        """Whether a call is given options that were made elsewhere."""
        source = self.source
        parts = source.split(one.call.arguments[0] + 1, one.call.arguments[1] - 1)
        for number, (low, high) in enumerate(parts):
            said = source.code[low:high]
            unpacked = said.startswith("**") or (source.script and said.startswith("..."))
            named = source.script and number > 0 and re.fullmatch(r"[\w$.]+", said) is not None
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
        has = set(told)
        weak: dict[str, str] = {}
        around = [one for one in self.tries if one.body[0] <= at[0] < one.body[1]][-_DEEP_TRIES:]
        handlers = [rest for one in around if re.search(r"\b(?:except|catch)\b", rest := self.source.code[slice(*one.rest)])]
        if any(not _THROWS.search(one) or _GOES_ON.search(one) for one in handlers):
            has.add("fallback")
        elif handlers:
            weak["fallback"] = "what is caught is only raised again"
        if logs and "log" not in has:
            weak["log"] = "only failures are logged"
        return has, weak

    def _whole(self, low: int, high: int) -> tuple[frozenset[str], bool]:
        """What a stretch of code brings to all of it, and whether it logs anything at all."""
        code = self.source.code[low:high]
        has: set[str] = set()
        if self._has_timeout(low, high) or _SET_TIMEOUT.search(code):
            has.add("timeout")
        if _ON.search(code):
            has.add("fallback")
        logs = [low + one.start() for one in _LOGS.finditer(code)]
        if any(not self._is_handler(one) for one in logs[:_MOST]):
            has.add("log")
        return frozenset(has), bool(logs)

    def _is_handler(self, at: int) -> bool:
        return any(one.rest[0] <= at < one.rest[1] for one in self.tries)

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
