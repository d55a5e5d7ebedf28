"""Which calls of a file ask a language model: by what is called, and by the library that the file names."""

import re
from dataclasses import dataclass

from pytest_agentcompliance.parsing.built_sql.source import Call, Source, Value

_LONGEST = 300  # characters of what is called
_MOST_NAMES = 50  # fields of classes that are looked for
_SPACE = re.compile(r"[\s!\\]+|\?(?=\.)")

# What is called, and what the file must name beside it.
_KNOWN = tuple(
    (re.compile(called), re.compile(beside) if beside else None)
    for called, beside in (
        (r"(?:.*\.)?(?:chat\.)?completions\.(?:create|parse|stream|create_stream)\Z|(?:.*\.)?ChatCompletion\.a?create\Z", ""),
        (r".*\.threads\.runs\.(?:create|stream|createAndPoll|create_and_poll|createAndStream)\Z", r"(?i)openai"),
        (r".*\.chat\.(?:complete|stream)(?:_async)?\Z", r"(?i)mistral"),
        (r"(?:co|\w*cohere\w*)\.(?:chat|chat_stream|chatStream|generate)\Z", r"(?i)cohere"),
        (r"(?:\w+\.)*\w*chat\w*\.(?:sendMessage(?:Stream)?|send_message(?:_async|_stream)?)\Z", r"@google/gen|google\.gen"),
        (r".*\.responses\.(?:create|parse|stream)\Z", r"(?i)openai"),
        (r".*\.messages\.(?:batches\.)?(?:create|stream|parse)\Z|.*\.toolRunner\Z", r"(?i)anthropic|claude"),
        (r"(?:\w+\.)?(?:generate|stream)(?:Text|Object)\Z", r"[\"']ai[\"']"),
        (r".*\.(?:generate_content(?:_async|_stream)?|generateContent(?:Stream)?)\Z", r"(?i)gemini|genai|generative|vertex"),
        (r"litellm\.a?(?:completion|responses)\Z|(?:\w+\.)?_?litellm\.a?completion\Z|router\.a?completion\Z", r"litellm"),
        (r"a?completion\Z", r"from\s+litellm\s+import"),
        (r"(?i:(?:\w+\.)*\w*(?:llm|chain|chat_?model|model|agent|chat))(?:\.(?:with|bind)\w*\([^()]{0,200}\))*"
         r"\.a?(?:invoke|stream|batch|predict|generate)\Z", r"(?i)langchain|langgraph"),
        (r"(?:.*\.pipe\([^()]{0,200}\)|\([^()|]{0,200}\|[^()]{0,200}\))\.a?(?:invoke|stream|batch)\Z", r"(?i)langchain|langgraph"),
        (r"\w*[aA]gent\.(?:generate|stream)\Z", r"ToolLoopAgent|@mastra/"),
        (r"Runner\.run(?:_sync|_streamed)?\Z", r"(?:from|import)\s+agents\b"),
        (r"(?i:(?:\w+\.)*\w*agent)\.run(?:_sync|_stream)?\Z", r"pydantic_ai"),
        (r"(?:(?:\w+\.)*\w*client\.)?query\Z", r"claude_(?:agent|code)_sdk|@anthropic-ai/claude-(?:agent-sdk|code)"),
        (r".*\.(?:invoke_model(?:_with_response_stream)?|converse(?:_stream)?)\Z", r"(?i)bedrock"),
        (r"(?:\w+\.){0,2}_?ollama\w*\.(?:chat|generate)\Z", ""),
        (r"(?:self\.|this\.)?\w*client\.(?:chat|generate)\Z", r"from\s+ollama\s+import|[\"']ollama[\"']"),
    )
)
_SENT = re.compile(r".*\.send\Z")
_COMMANDS = re.compile(r"\s*new\s+(?:InvokeModel\w*|Converse\w*)Command\b")
_HTTP = re.compile(
    r"(?i)(?:\w*fetch\w*|axios(?:\.post|\.request)?|got(?:\.post)?|ky(?:\.post)?|(?:requests|httpx|https?)\.(?:post|request|stream)|"
    r"(?:\w+\.)*\w*(?:client|session|http|api|axios|sess|\bs)\.(?:post|stream|request)|(?:\w+\.)*urlopen)\Z"
)
_PLACES = re.compile(
    r"/chat/completions|:(?:stream)?generateContent|"
    r"(?:api\.(?:openai|anthropic|groq|mistral|deepseek|cohere|together|perplexity|x)\.(?:com|ai|xyz)|openrouter\.ai/api)"
    r"|:11434/api/(?:chat|generate)|generativelanguage\.googleapis\.com"
)
_OWN = re.compile(r"/v1/(?:messages|responses)\b")  # of a host that is not said, where the file names its library
_OWNERS = re.compile(r"(?i)anthropic|claude|openai")
_ELSE = re.compile(
    r"/embed|/models\b(?!/)|/images|/audio|/files|/moderations|/oauth|/usage|/organizations?\b|/fine_tuning|/vector_stores|"
    r"/api_keys|/count_tokens|/auth|/key\b|"
    r"/api/(?:tags|show|pull|ps|version)"
)
_NAME = re.compile(r"[A-Za-z_$][\w$.]*")


_RENAMED = re.compile(
    r"\b((?:generate|stream)(?:Text|Object)|a?completion|query)\s+as\s+([A-Za-z_$][\w$]{0,60})"
)  # what an import gives another name
_DOTTED = re.compile(r"[A-Za-z_$][\w$]*(?:\??\.[A-Za-z_$][\w$]*){0,6}\Z")
_ITEM = re.compile(r"\[[\"'](\w{1,40})[\"']\]")
_GETS = re.compile(r"\s{0,9}(?::\s?\w{1,20})?\s{0,9}=\s{0,9}f?[\"'`]([^\"'`\n]{1,200})")
_RUNS = re.compile(r"(?:(?:self|this)\.)?([A-Za-z_$][\w$]*)\.a?(?:invoke|stream|batch)\Z")
_LANG = re.compile(r"(?i)langchain|langgraph")
# What a thing that runs is made of, where its name does not say that a model is in it.
_MADE = re.compile(
    r"\|\s*\w*(?:llm|model|LLM)\b|\.pipe\s*\(|\bRunnable(?:Sequence|Parallel|Map)\b|\bcreate_\w*(?:chain|agent)\s*\(|"
    r"\bcreate\w*Agent\s*\(|\bChat[A-Z]\w*\s*\(|\binit_chat_model\s*\(|\.with_?[sS]tructured_?[oO]utput\s*\(|\bStateGraph\b|"
    r"\b(?:graph|builder|workflow)\w*\.compile\s*\("
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A call that asks a model, and what it is called without blanks."""

    call: Call
    name: str
    http: bool = False


def asked(source: Source) -> list[Asked]:
    """The calls of a file, in order; of one in another the outer one alone."""
    names = _Names(source)
    found: list[Asked] = []
    end = -1
    for call in source.calls:
        start = max(call.callee[0], call.callee[1] - _LONGEST)
        said = source.code[start : call.callee[1]]
        if "[" in said and '"' in said:  # client["messages"].create
            said = _ITEM.sub(r".\1", source.text[start : call.callee[1]])
        callee = names.meant(_SPACE.sub("", said).removeprefix("await"), call.start)
        told = _told(names, call, callee) if call.start >= end else None
        if told is not None:
            found.append(told)
            end = call.end
    return found


class _Names:
    """What a file names: libraries, functions by another name, and what stands behind names."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self._beside: dict[str, bool] = {}
        self._places: dict[str, str] = {}
        self._renamed = {one[2]: one[1] for one in _RENAMED.finditer(source.code)}

    def beside(self, needed: re.Pattern[str]) -> bool:
        """Whether the file names a library."""
        if needed.pattern not in self._beside:
            self._beside[needed.pattern] = needed.search(self.source.text) is not None
        return self._beside[needed.pattern]

    def meant(self, callee: str, at: int) -> str:
        """What is called, where its first name stands for something of a model's library."""
        first, dot, rest = callee.partition(".")
        if first in self._renamed:
            return self._renamed[first] + dot + rest
        values = self.values(first, at)
        if len(values) != 1:
            return callee
        said = self.source.code[values[0].start : min(values[0].end, values[0].start + 120)]
        said = _SPACE.sub("", said).partition(".bind(")[0]
        if not _DOTTED.match(said) or said == first or "." not in said:
            return callee
        taken = "{" in self.source.code[values[0].at : values[0].start]
        return f"{said}.{callee}" if taken else said + dot + rest

    def values(self, name: str, at: int) -> list[Value]:
        """What a name is given in the nearest function around that gives it something."""
        if name not in self.source.values:
            return []
        owners = [*self.source.around(at), None]
        found = next((held for owner in owners if (held := self.source.given(name, owner, 0, len(self.source.code)))), [])
        return [one for one in found if one.how == "="]

    def place(self, name: str) -> str:
        """The text that a field of a class is given, by its last name."""
        if name not in self._places:
            found, at, text = None, -1, self.source.text
            for _ in range(_MOST_NAMES if len(self._places) < _MOST_NAMES else 0):
                at = text.find(name, at + 1)
                if at < 0 or (found := _GETS.match(text, at + len(name))):
                    break
            self._places[name] = found[1] if found else ""
        return self._places[name]


def _told(names: _Names, call: Call, callee: str) -> Asked | None:
    source = names.source
    for called, needed in _KNOWN:
        if called.match(callee) and (needed is None or names.beside(needed)):
            return Asked(call, _short(callee))
    if _SENT.match(callee) and _commands(names, call):
        return Asked(call, _short(callee))
    if (runs := _RUNS.match(callee)) and names.beside(_LANG):
        made = [source.code[one.start : min(one.end, one.start + 2000)] for one in names.values(runs[1], call.start)[-3:]]
        if any(_MADE.search(one) for one in made):
            return Asked(call, _short(callee))
    if _HTTP.match(callee) and _goes_to_model(names, call):
        return Asked(call, _short(callee), http=True)
    return None


def _commands(names: _Names, call: Call) -> bool:
    """Whether what is sent is a command that asks a model, written out or by a name."""
    code, start = names.source.code, call.arguments[0] + 1
    name = re.compile(r"\s*([A-Za-z_$][\w$]{0,60})\s*[,)]").match(code, start)
    starts = [start, *(one.start for one in names.values(name[1], call.start)[-3:])] if name else [start]
    return any(_COMMANDS.match(code, one) for one in starts)


def _short(callee: str) -> str:
    return callee.rpartition(")")[2].lstrip(".")[-80:] or callee[-80:]


def _goes_to_model(names: _Names, call: Call) -> bool:
    """Whether the first arguments name the place of a model, in a text or by a name that was given one in this file."""
    source = names.source
    parts = source.split(call.arguments[0] + 1, call.arguments[1] - 1)[:2]
    said = ""
    for low, high in parts:
        said += source.text[low : min(high, low + 400)] + " "
        for name in _NAME.findall(source.code[low : min(high, low + 200)])[:10]:
            fields = source.values.get(name, ()) if "." in name else ()  # of a class: they are set in another function
            values = names.values(name, call.start) or [one for one in fields if one.how == "="]
            said += " ".join(source.text[one.start : min(one.end, one.start + 300)] for one in values[:3]) + " "
            if not values and "." in name:
                said += names.place(name.rpartition(".")[2]) + " "
    told = _PLACES.search(said) is not None or (_OWN.search(said) is not None and names.beside(_OWNERS))
    return told and _ELSE.search(said) is None
