"""The calls of a file that ask a language model, and what stands around each: a timeout, a way on when it fails, a log."""

import re
from dataclasses import dataclass, field
from functools import lru_cache

LONGEST = 1_000_000  # characters of a file that is read
MOST = 500  # calls of one file
# By one of these the text of a file that asks a model is known.
_SIGN = re.compile(
    r"completions\b|responses\.(?:create|parse|stream)|messages\.(?:create|stream|parse|batches)|=\s?[\w.]{1,80}\.(?:messages|responses)\b|"
    r"generate(?:Text|Object|Content)|stream(?:Text|Object)|ChatCompletion|generate_content|"
    r"invoke_model|\.converse|InvokeModel|ConverseCommand|threads\.runs|api\.openai\.com|api\.anthropic\.com|"
    r"generativelanguage|openrouter\.ai|:11434|/v1/(?:messages|responses)|api\.(?:groq|mistral|deepseek|cohere|together|perplexity|x)\.|"
    r"\[[\"'](?:completions|messages|responses)[\"']\]"
)
# And by what is called of a library that the file names, where that alone says little.
_OF_LIBRARIES = (
    (("litellm",), re.compile(r"completion\b|litellm\.")),
    (("claude-agent-sdk", "claude_agent_sdk", "claude-code", "claude_code_sdk"), re.compile(r"\bquery\b")),
    (("langchain", "langgraph"), re.compile(r"\.a?(?:invoke|stream|batch|predict|generate)\(")),
    (("pydantic_ai", "agents"), re.compile(r"(?:[aA]gent|Runner)\.run\w{0,9}\(")),
    (("ollama",), re.compile(r"\.(?:chat|generate)\(")),
    (("mistral", "cohere"), re.compile(r"\.(?:chat|complete|generate)\b")),
    (("@google/gen", "google.gen"), re.compile(r"send_?[mM]essage")),
    (("@mastra/", "ToolLoopAgent"), re.compile(r"[aA]gent\.(?:generate|stream)\(")),
)


@dataclass(frozen=True, slots=True)
class ModelCall:
    """One call. ``name`` is what is called (``client.messages.create``), ``unit`` the function that it stands in, empty: none.

    ``has`` are those of timeout, fallback and log that its unit, the callers of that in the file, or its client bring; ``weak``
    says of one that is missing what is there in its place. ``made``: its client is made in this file.
    """

    line: int
    last: int
    name: str
    unit: str
    has: frozenset[str]
    weak: tuple[tuple[str, str], ...] = ()
    made: bool = False
    text: str = field(default="", repr=False)


def _may_ask(text: str) -> bool:
    """Whether a text has anything by which a call of a model is known."""
    named = (sign for libraries, sign in _OF_LIBRARIES if any(one in text for one in libraries))
    return _SIGN.search(text) is not None or any(sign.search(text) for sign in named)


@lru_cache(maxsize=64)
def calls(path: str, text: str) -> tuple[ModelCall, ...]:
    """The calls of a file of Python, TypeScript or JavaScript that ask a model, in order. Never fails."""
    if len(text) > LONGEST or not _may_ask(text):
        return ()
    from pytest_agentcompliance.parsing.model_calls.around import Module  # start-up time
    from pytest_agentcompliance.parsing.model_calls.asked import asked

    module = Module.of(path, text)
    if module is None:
        return ()
    return tuple(module.judged(one) for one in asked(module.source)[:MOST])


@lru_cache(maxsize=64)
def brought(path: str, text: str, name: str) -> frozenset[str]:
    """What the functions of a file that call one of another file bring to it: timeout, fallback, log."""
    if len(text) > LONGEST or name not in text:
        return frozenset()
    from pytest_agentcompliance.parsing.model_calls.around import Module

    module = Module.of(path, text)
    return module.brought(name) if module is not None else frozenset()


def client_timeouts(path: str, text: str) -> tuple[bool, bool]:
    """Whether a file makes clients of models, and whether it gives one of them a timeout."""
    if len(text) > LONGEST:
        return False, False
    from pytest_agentcompliance.parsing.model_calls.around import Module

    module = Module.of(path, text)
    return (bool(module.clients), module.bounded) if module is not None else (False, False)
