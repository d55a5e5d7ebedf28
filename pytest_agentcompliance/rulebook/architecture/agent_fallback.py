"""architecture/agent-fallback: a call that asks a language model ends in time, goes on when it fails, and is logged."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from pytest_agentcompliance.errors import Unreadable
from pytest_agentcompliance.evidence import ChangeSet, Content, Tree
from pytest_agentcompliance.evidence.changes import is_file
from pytest_agentcompliance.evidence.fresh import Keyed
from pytest_agentcompliance.evidence.tree import Side
from pytest_agentcompliance.parsing.defaults import ENDINGS
from pytest_agentcompliance.parsing.globs import matches
from pytest_agentcompliance.place import Place
from pytest_agentcompliance.rule import Candidates, Example, Rule
from pytest_agentcompliance.verdict import Finding, Remedy

if TYPE_CHECKING:  # start-up time: the readers of code are imported when a file is a candidate
    from pytest_agentcompliance.parsing.model_calls import ModelCall

Need = Literal["timeout", "fallback", "log"]
EXEMPT = [
    "**/node_modules/**", "**/vendor/**", "**/third_party/**", "**/dist/**", "**/build/**", "**/.next/**", "**/generated/**",
    "*.d.ts", "*.generated.*",
    "**/mocks/**", "**/__mocks__/**", "**/fixtures/**", "**/examples/**", "**/example/**", "**/scripts/**", "**/script/**",
    "**/benchmarks/**", "**/benchmark/**", "**/evals/**", "**/eval/**", "**/docs/**", "**/cookbook/**", "**/notebooks/**",
    "**/demo/**", "**/demos/**", "/tools/**", "**/samples/**", "**/templates/**", "**/.claude/**", "**/.github/**",
    "*mock*", "**/conftest.py",
    "**/e2e/**", "*_example.py", "example_*", "debug_*", "demo_*",
]  # fmt: skip
_SAYS = {
    "timeout": "a timeout", "fallback": "a way on when it fails", "log": "a log of what goes in and comes out",
}  # fmt: skip
_TRIES = re.compile(
    r"(?i)^_{0,2}(?:test|verify|validate|check|ping|probe)\w{0,40}"
    r"(?:connect|key|auth|health|credential|availab|config|provider|model|access)|health_?check"
)
_CLIENTS = (
    "OpenAI", "AsyncOpenAI", "AzureOpenAI", "AsyncAzureOpenAI", "Anthropic", "AsyncAnthropic", "AnthropicBedrock", "ChatOpenAI",
    "ChatAnthropic", "AzureChatOpenAI", "ChatGoogleGenerativeAI", "GoogleGenerativeAI", "GoogleGenAI", "BedrockRuntimeClient",
    "createOpenAI", "createAnthropic", "ClaudeAgentOptions", "init_chat_model",
)  # fmt: skip
_MOST_FILES = 12  # files that call a function, or that make clients, that are read


class AgentFallback(Rule):
    """A call to a language model has a timeout, a way on when it fails, and a log of what goes in and comes out.

    Why: a model is slow, refuses, and answers something else tomorrow. Without a limit one call holds a request for ten
    minutes, without a fallback a bad minute of the provider is one of the product, and without a log nobody can say what it was
    asked.

    Calls are those of OpenAI, Anthropic and its agent SDK, Google, Bedrock, Vercel's AI SDK, LangChain, LiteLLM, Ollama, OpenAI's
    agents and Pydantic AI, and HTTP to hosts of models. A timeout is one of the call, of its function, or of a client in the
    project, an abort signal, a race, the five seconds of httpx; a fallback is a handler that does more than raise again, a retry,
    another model; a log is any that is written outside of handlers of errors, and tracing. A name that is given something and never
    used brings nothing. The functions that call the function count with it, also out of a table, those of the file and those of
    other files; where these alone bring what is missing, or an error is only raised again, or only
    failures are logged, a remark is left. What base had already, and what moved, is not new.

    Blind spots: whether a fallback is a good one and a log says all; a timeout that an SDK has by itself (mostly ten minutes) is
    none; options that are made elsewhere are taken to have one; embeddings, images and speech; calls that hide behind a
    project's own name; two ways through one function of which one only is logged; other languages.
    """

    requires: list[Need] = Field(
        default=["timeout", "fallback", "log"], min_length=1, description="What a call to a model must have."
    )
    wrappers: list[str] = Field(
        default=[], description="Names of functions of the project that bring all of it: a file that calls one is left out."
    )
    exempt: list[str] = Field(
        default=EXEMPT, description="Globs of files that are left out, beside those of tests; a later !glob takes files out again."
    )

    on_the_way: ClassVar[bool] = False  # what was mended again was not delivered
    candidates: ClassVar[Candidates] = Candidates(
        endings=ENDINGS,
        contains=(
            rb"ompletions?\b", rb"responses\b(?<!\wresponses)", rb"messages\b(?<!\wmessages)", rb"generate(?:Text|Object|Content)",
            rb"stream(?:Text|Object)\b", rb"ChatCompletion", rb"threads\.runs", rb"\.chat\b", rb"send_?[mM]essage", rb"11434",
            rb"generate_content", rb"\.a?(?:invoke|stream|batch|predict|generate)\(", rb"\.run(?:_\w{1,10})?\(", rb"query\b",
            rb"invoke_model", rb"\.converse", rb"InvokeModel", rb"ConverseCommand", rb"ollama", rb"api\.\w{1,12}\.(?:com|ai)",
            rb"/v1/", rb"generativelanguage", rb"timeout", rb"Timeout", rb"catch\b(?<!\wcatch)", rb"except\b(?<!\wexcept)",
            rb"fallback", rb"Fallback", rb"log\w{0,5}\.", rb"Log\w{0,5}\.",
            rb"raise\b(?<!\wraise)", rb"throw\b(?<!\wthrow)",
        ),
    )  # fmt: skip
    remedy: ClassVar[Remedy] = Remedy(
        "fix",
        "Ask the model in one function that sets a timeout, catches what can fail and answers something that its callers can use, "
        "and logs the request and the answer (without secrets and personal data).",
    )
    examples = (
        Example(
            "A call with none of them is reported, whatever library makes it.",
            after={
                "src/a.ts": "import Anthropic from '@anthropic-ai/sdk'\nconst anthropic = new Anthropic()\n"
                            "export async function a(prompt: string) {\n"
                            "  return anthropic.messages.create({ model: 'm', messages: [{ role: 'user', content: prompt }] })\n"
                            "}\n",
                "src/b.py": "from openai import OpenAI\n\nclient = OpenAI()\n\n\ndef b(prompt):\n"
                            "    return client.chat.completions.create(model='m', messages=prompt)\n",
                "src/c.ts": "import { generateText } from 'ai'\n"
                            "export const c = (prompt: string) => generateText({ model, prompt })\n",
                "src/d.py": "import requests\n\n\ndef d(body):\n"
                            "    return requests.post('https://api.openai.com/v1/chat/completions', json=body)\n",
                "src/e.py": "from langchain_openai import ChatOpenAI\n\nllm = ChatOpenAI()\n\n\ndef e(text):\n"
                            "    return llm.invoke(text)\n",
            },
            finds=("src/a.ts:4", "src/b.py:7", "src/c.ts:2", "src/d.py:5", "src/e.py:7"),
        ),
        Example(
            "A timeout that is taken away is reported, and what is only raised again or only logged when it fails leaves a remark.",
            before={
                "src/a.py": "client = OpenAI(timeout=20)\n\n\ndef a(prompt):\n    log.info('asks %s', prompt)\n    try:\n"
                            "        return client.chat.completions.create(model='m', messages=prompt)\n"
                            "    except APIError:\n        return None\n",
            },
            after={
                "src/a.py": "client = OpenAI()\n\n\ndef a(prompt):\n    log.info('asks %s', prompt)\n    try:\n"
                            "        return client.chat.completions.create(model='m', messages=prompt)\n"
                            "    except APIError:\n        return None\n",
                "src/b.py": "client = OpenAI(timeout=20)\n\n\ndef b(prompt):\n    try:\n"
                            "        return client.chat.completions.create(model='m', messages=prompt)\n"
                            "    except APIError as e:\n        log.error('b failed')\n        raise Failed from e\n",
            },
            finds=("src/a.py:7",),
            styles=("src/b.py:6",),
        ),
        Example("All three are kept: in the function, at the client, in the function that calls it.", after={
            "src/a.ts": "import Anthropic from '@anthropic-ai/sdk'\n"
                        "const anthropic = new Anthropic({ timeout: 20_000, maxRetries: 2 })\n"
                        "export async function a(prompt: string) {\n  logger.debug({ prompt }, 'asks')\n  try {\n"
                        "    const answer = await anthropic.messages.create({ model: 'm', messages: [] })\n"
                        "    logger.debug({ answer }, 'answers')\n    return answer\n  } catch (error) {\n"
                        "    return rules(prompt)\n  }\n}\n",
            "src/b.py": "client = AsyncOpenAI()\n\n\nasync def _ask(prompt):\n"
                        "    return await client.chat.completions.create(model='m', messages=prompt)\n\n\nasync def b(prompt):\n"
                        "    logger.info('asks', prompt=prompt)\n    try:\n"
                        "        return await asyncio.wait_for(_ask(prompt), 20)\n    except TimeoutError:\n"
                        "        return DEFAULT\n",
        }),
        Example(
            "Names that nobody uses, a timeout of None, and what is only passed on bring nothing; another name hides no call.",
            after={
                "src/a.py": "client = OpenAI(timeout=None)\n\n\ndef a(prompt, timeout=5):\n    logger = get_logger()\n"
                            "    fallback = None\n    return client.responses.create(model='m', input=prompt)\n",
                "src/b.ts": "import { generateText as words } from 'ai'\nexport const b = (prompt: string) =>\n"
                            "  words({ model, prompt }).catch((e) => { console.error(e); throw e })\n",
            },
            finds=("src/a.py:7", "src/b.ts:3"),
        ),
        Example("Functions that are called out of a table, and a client that logs by itself, are kept.", after={
            "src/a.ts": "import OpenAI from 'openai'\nasync function openai(p: string) {\n"
                        "  const client = new OpenAI({ timeout: 9000 })\n"
                        "  return client.responses.create({ model: 'm', input: p })\n}\nconst PROVIDERS = { openai }\n"
                        "export async function asked(p: string) {\n  for (const name of ['openai']) {\n"
                        "    const call = PROVIDERS[name]\n    try {\n      logger.debug({ p, name })\n      return await call(p)\n"
                        "    } catch (e) {\n      logger.warn(e)\n    }\n  }\n  return ''\n}\n",
            "src/b.ts": "export async function b(p: string) {\n  const client = instrumentedOpenAI({ timeout: 9000 })\n  try {\n"
                        "    return await client.chat.completions.create({ model: 'm' }, { timeout: 9000 })\n"
                        "  } catch {\n    return null\n  }\n}\n",
        }),
        Example("What callers in other files bring leaves a remark; a client with a timeout counts wherever it is made.", after={
            "src/a.py": "from src.clients import client\n\n\ndef ask_model(prompt):\n    logger.info('asks %s', prompt)\n"
                        "    return client.chat.completions.create(model='m', messages=prompt)\n",
            "src/clients.py": "from openai import OpenAI\n\nclient = OpenAI(timeout=20)\n",
            "src/b.py": "from src.a import ask_model\n\n\ndef b(prompt):\n    try:\n        return ask_model(prompt)\n"
                        "    except Exception:\n        logger.exception('b')\n        return None\n",
        }, styles=("src/a.py:6",)),
        Example(
            "What base had already, what moved, tests, scripts and other messages are kept.",
            before={
                "src/a.py": "client = OpenAI()\n\n\ndef a(prompt):\n"
                            "    return client.chat.completions.create(model='m', messages=prompt)\n",
                "src/b.py": "client = OpenAI()\n\n\ndef b(prompt):\n    return client.responses.create(model='m', input=prompt)\n",
            },
            after={
                "src/a.py": "client = OpenAI()\n\n\ndef a(prompt):\n"
                            "    return client.chat.completions.create(model='n', messages=prompt)\n",
                "src/c.py": "client = OpenAI()\n\n\ndef b(prompt):\n    return client.responses.create(model='m', input=prompt)\n",
                "scripts/d.py": "print(OpenAI().chat.completions.create(model='m', messages=[]))\n",
                "tests/test_a.py": "def test_a():\n    OpenAI().chat.completions.create(model='m', messages=[])\n",
                "src/sms.py": "from twilio.rest import Client\n\nclient = Client()\n\n\ndef sms(to):\n"
                              "    client.messages.create(to=to, body='x')\n",
            },
        ),
        Example(
            "A wrapper of the project's own counts, where it is named.",
            given={"wrappers": ["guarded"]},
            after={
                "src/a.ts": "import { generateText } from 'ai'\nimport { guarded } from './guarded'\n"
                            "export const a = (prompt: string) => guarded(() => generateText({ model, prompt }))\n",
            },
        ),
    )  # fmt: skip

    def check(self, changes: ChangeSet, tree: Tree) -> Iterator[Finding]:
        from pytest_agentcompliance.parsing.testcode import is_test  # start-up time: when a change is judged

        wanted = [one for one in self.touched(changes) if not matches(one.path, self.exempt) and not is_test(one.path)]
        keyed: Keyed[_Lack] = Keyed(self._lacks, lambda one: f"{_last(one.call.name)} {one.need}", lambda one: one.lines)
        groups: dict[tuple[str, ModelCall], list[_Lack]] = {}
        for change, one in keyed.new(changes, wanted, self.searched):
            groups.setdefault((change.path, one.call), []).append(one)
        beside = _Beside(tree.head, self.exempt)
        for (path, call), lacks in groups.items():
            hard: list[str] = []
            soft: list[str] = []
            weak = dict(call.weak)
            for one in lacks:
                if one.need == "timeout" and not call.made and beside.bounded:
                    continue
                if one.need in weak:
                    soft.append(f"{_SAYS[one.need]} ({weak[one.need]})")
                elif one.need in beside.brought(path, call.unit):
                    soft.append(f"{_SAYS[one.need]} (what calls it elsewhere has one)")
                else:
                    hard.append(_SAYS[one.need])
            if told := hard or soft:
                where = f" in {call.unit}" if call.unit else ""
                says = f"{call.name}{where} asks a model without {_and(told)}"
                needs = " ".join(sorted(one.need for one in lacks))
                evidence = f"{call.unit} {_last(call.name)}: {needs}"
                yield Finding(says, Place(path, call.line), "breach" if hard else "style", evidence=evidence)

    def _lacks(self, path: str, text: str) -> "Sequence[_Lack]":
        from pytest_agentcompliance.parsing.comments import blanked
        from pytest_agentcompliance.parsing.model_calls import calls

        found: list[_Lack] = []
        code = blanked(text, path) if self.wrappers else ""
        if any(re.search(rf"\b{re.escape(name)}\s*[(<]", code) for name in self.wrappers):
            return found
        for call in calls(path, text.replace("\0", " ")):
            if not _TRIES.search(call.unit):
                found += (_Lack(call, need) for need in self.requires if need not in call.has)
        return found


@dataclass(frozen=True, slots=True)
class _Lack:
    """One thing that a call does not have."""

    call: "ModelCall"
    need: Need

    @property
    def line(self) -> int:
        return self.call.line

    @property
    def lines(self) -> range:
        return range(self.call.line, self.call.last + 1)


class _Beside:
    """What other files of the tree bring to calls: asked once for each function, and only where something is missing."""

    def __init__(self, head: Side, exempt: list[str]) -> None:
        self._head = head
        self._exempt = exempt
        self._brought: dict[tuple[str, str], frozenset[str]] = {}
        self._bounded: bool | None = None

    @property
    def bounded(self) -> bool:
        """Whether a client that the project makes somewhere has a timeout."""
        if self._bounded is None:
            from pytest_agentcompliance.parsing.model_calls import client_timeouts

            told = (client_timeouts(one.path, text) for one, text in self._files(self._head.where(_CLIENTS, ENDINGS).values()))
            self._bounded = any(bounded for _, bounded in told)
        return self._bounded

    def brought(self, path: str, name: str) -> frozenset[str]:
        """What the callers of a function in other files bring."""
        if len(name) < 4:
            return frozenset()
        if (path, name) not in self._brought:
            from pytest_agentcompliance.parsing.model_calls import brought

            found: set[str] = set()
            for one, text in self._files(self._head.where((name,), ENDINGS).values()):
                if one.path != path:
                    found |= brought(one.path, text, name)
            self._brought[path, name] = frozenset(found)
        return self._brought[path, name]

    def _files(self, groups: Iterable[frozenset[str]]) -> Iterator[tuple[Content, str]]:
        from pytest_agentcompliance.parsing.testcode import is_test

        paths = sorted({path for group in groups for path in group})
        for path in [one for one in paths if not matches(one, self._exempt) and not is_test(one)][:_MOST_FILES]:
            content = self._head.files.get(path)
            if content is not None and is_file(content.mode):
                try:
                    yield content, content.text().replace("\0", " ")
                except Unreadable:
                    continue


def _last(name: str) -> str:
    """The last two names of a chain: who holds the client may change."""
    return ".".join(name.split(".")[-2:])


def _and(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
