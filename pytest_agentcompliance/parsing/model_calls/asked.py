"""Which calls of a file ask a language model: by what is called, and by the library that the file names."""

import re
from dataclasses import dataclass

from pytest_agentcompliance.parsing.built_sql.source import Call, Source

_LONGEST = 300  # characters of what is called
_SPACE = re.compile(r"[\s!\\]+|\?(?=\.)")

# What is called, and what the file must name beside it.
_KNOWN = tuple(
    (re.compile(called), re.compile(beside) if beside else None)
    for called, beside in (
        (r"(?:.*\.)?(?:chat\.)?completions\.(?:create|parse|stream|create_stream)\Z|.*\.ChatCompletion\.a?create\Z", ""),
        (r".*\.responses\.(?:create|parse|stream)\Z", r"(?i)openai"),
        (r".*\.messages\.(?:create|stream|parse)\Z|.*\.toolRunner\Z", r"(?i)anthropic|claude"),
        (r"(?:\w+\.)?(?:generate|stream)(?:Text|Object)\Z", r"[\"']ai[\"']"),
        (r".*\.(?:generate_content(?:_async|_stream)?|generateContent(?:Stream)?)\Z", r"(?i)gemini|genai|generative|vertex"),
        (r"litellm\.a?(?:completion|responses)\Z|(?:\w+\.)?_?litellm\.a?completion\Z|router\.a?completion\Z", r"litellm"),
        (r"a?completion\Z", r"from\s+litellm\s+import"),
        (r"(?i:(?:\w+\.)*\w*(?:llm|chain|chat_?model|model|agent|chat))(?:\.(?:with|bind)\w*\([^()]{0,200}\))*"
         r"\.a?(?:invoke|stream|predict|generate)\Z", r"(?i)langchain|langgraph"),
        (r"Runner\.run(?:_sync|_streamed)?\Z", r"(?:from|import)\s+agents\b"),
        (r"(?i:(?:\w+\.)*\w*agent)\.run(?:_sync|_stream)?\Z", r"pydantic_ai"),
        (r"(?:(?:\w+\.)*\w*client\.)?query\Z", r"claude_(?:agent|code)_sdk|@anthropic-ai/claude-(?:agent-sdk|code)"),
        (r".*\.(?:invoke_model(?:_with_response_stream)?|converse(?:_stream)?)\Z", r"(?i)bedrock"),
        (r"(?:\w+\.)?_?ollama\w*\.(?:chat|generate)\Z", ""),
    )
)
_SENT = re.compile(r".*\.send\Z")
_COMMANDS = re.compile(r"\s*new\s+(?:InvokeModel\w*|Converse\w*)Command\b")
_HTTP = re.compile(
    r"(?i)(?:\w*fetch\w*|axios(?:\.post|\.request)?|got(?:\.post)?|ky(?:\.post)?|(?:requests|httpx)\.(?:post|request|stream)|"
    r"(?:\w+\.)*\w*(?:client|session|http|api|axios)\.(?:post|stream|request)|(?:\w+\.)*urlopen)\Z"
)
_PLACES = re.compile(
    r"/chat/completions|/v1/messages\b|/v1/responses\b|:(?:stream)?generateContent|"
    r"(?:api\.(?:openai|anthropic|groq|mistral|deepseek|cohere|together|perplexity|x)\.(?:com|ai|xyz)|openrouter\.ai/api)"
    r"|:11434/api/(?:chat|generate)|generativelanguage\.googleapis\.com"
)
_ELSE = re.compile(
    r"/embed|/models\b(?!/)|/images|/audio|/files|/moderations|/oauth|/usage|/organizations|/count_tokens|/auth|/key\b|"
    r"/api/(?:tags|show|pull|ps|version)"
)
_NAME = re.compile(r"[A-Za-z_$][\w$.]*")


@dataclass(frozen=True, slots=True)
class Asked:
    """A call that asks a model, and what it is called without blanks."""

    call: Call
    name: str
    http: bool = False


def asked(source: Source) -> list[Asked]:
    """The calls of a file, in order; of one in another the outer one alone."""
    beside: dict[str, bool] = {}
    found: list[Asked] = []
    end = -1
    for call in source.calls:
        callee = _SPACE.sub("", source.code[max(call.callee[0], call.callee[1] - _LONGEST) : call.callee[1]])
        callee = callee.removeprefix("await")
        told = _told(source, call, callee, beside)
        if told is not None and call.start >= end:
            found.append(told)
            end = call.end
    return found


def _told(source: Source, call: Call, callee: str, beside: dict[str, bool]) -> Asked | None:
    for called, needed in _KNOWN:
        if called.match(callee):
            if needed is not None and needed.pattern not in beside:
                beside[needed.pattern] = needed.search(source.text) is not None
            if needed is None or beside[needed.pattern]:
                return Asked(call, _short(callee))
    if _SENT.match(callee) and _COMMANDS.match(source.code, call.arguments[0] + 1):
        return Asked(call, _short(callee))
    if _HTTP.match(callee) and _goes_to_model(source, call):
        return Asked(call, _short(callee), http=True)
    return None


def _short(callee: str) -> str:
    return callee.rpartition(")")[2].lstrip(".")[-80:] or callee[-80:]


def _goes_to_model(source: Source, call: Call) -> bool:
    """Whether the first arguments name the place of a model, in a text or by a name that was given one in this file."""
    parts = source.split(call.arguments[0] + 1, call.arguments[1] - 1)[:2]
    said = ""
    for low, high in parts:
        said += source.text[low : min(high, low + 400)] + " "
        for name in _NAME.findall(source.code[low : min(high, low + 200)])[:10]:
            values = [one for one in source.values.get(name, ()) if one.how == "="]
            said += " ".join(source.text[one.start : min(one.end, one.start + 300)] for one in values[:3]) + " "
    return _PLACES.search(said) is not None and _ELSE.search(said) is None
