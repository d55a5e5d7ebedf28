"""The calls of a file that ask a language model, and what stands around each: a timeout, a way on when it fails, a log."""

import re
from dataclasses import dataclass, field
from functools import lru_cache

LONGEST = 1_000_000  # characters of a file that is read
MOST = 500  # calls of one file
# By one of these the bytes of a file that asks a model are known; a patch that takes a timeout away need not have one.
_SIGN = re.compile(
    r"completions\.create|\.responses\.create|\.messages\.(?:create|stream)|generate(?:Text|Object|Content)|stream(?:Text|Object)|"
    r"generate_content|completion\(|\.a?(?:invoke|stream|predict)\(|Runner\.run|\.run(?:_sync|_stream)?\(|query\(|"
    r"invoke_model|\.converse|InvokeModel|ConverseCommand|ollama|completions\.(?:parse|stream)|\.responses\.(?:parse|stream)|"
    r"chat/completions|api\.openai\.com|api\.anthropic\.com|generativelanguage|openrouter\.ai|"
    r"api\.(?:groq|mistral|deepseek|cohere|together|x)\."
)
# And one of these names what is asked.
_BESIDE = re.compile(
    r"(?i)openai|anthropic|claude|litellm|lang(?:chain|graph)|gemini|genai|generative|vertex|bedrock|ollama|[\"']ai[\"']|\bagents\b|"
    r"pydantic_ai|completions|openrouter|groq|mistral|deepseek|cohere|together|/v1/"
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


@lru_cache(maxsize=64)
def calls(path: str, text: str) -> tuple[ModelCall, ...]:
    """The calls of a file of Python, TypeScript or JavaScript that ask a model, in order. Never fails."""
    if len(text) > LONGEST or not _SIGN.search(text) or not _BESIDE.search(text):
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
