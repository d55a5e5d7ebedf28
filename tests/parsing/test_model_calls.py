"""Calls that ask a language model, and what stands around them."""

import pytest

from pytest_agentcompliance.parsing.model_calls import brought, calls, client_timeouts

ALL = {"timeout", "fallback", "log"}


def lacks(path: str, text: str) -> list[tuple[str, str, str]]:
    return [(one.unit, one.name, " ".join(sorted(ALL - one.has))) for one in calls(path, text)]


@pytest.mark.parametrize(
    "text",
    [
        "import OpenAI from 'openai'\nawait openai.chat.completions.create({})",
        "import OpenAI from 'openai'\nawait this.client.responses.create({})",
        "import A from '@anthropic-ai/sdk'\nfor await (const a of client.messages.stream({})) use(a)",
        "import { streamText } from 'ai'\nstreamText({ model })",
        "import { GoogleGenAI } from '@google/genai'\nawait ai.models.generateContent({})",
        "import { ChatOpenAI } from '@langchain/openai'\nawait model.withStructuredOutput(schema).invoke(text)",
        "await bedrock.send(new InvokeModelCommand({}))",
        "await fetch('https://api.anthropic.com/v1/messages', { method: 'POST' })",
        "const url = 'https://openrouter.ai/api/v1/chat/completions'\nawait fetch(url, { method: 'POST' })",
        "import { query } from '@anthropic-ai/claude-agent-sdk'\nfor await (const m of query({ prompt })) use(m)",
    ],
)
def test_scripts_that_ask_a_model(text: str) -> None:
    assert len(calls("a.ts", text)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "import litellm\nlitellm.completion(model='m')",
        "from litellm import acompletion\nawait acompletion(model='m')",
        "from agents import Runner\nawait Runner.run(agent, 'x')",
        "from pydantic_ai import Agent\nawait agent.run('x')",
        "import boto3\nbedrock = boto3.client('bedrock-runtime')\nbedrock.converse(modelId='m')",
        "import google.generativeai as genai\nmodel.generate_content('x')",
        "from langchain_openai import ChatOpenAI\nchain.invoke({})",
        "import httpx\nhttpx.post('https://api.groq.com/openai/v1/chat/completions', json={})",
        "import ollama\nollama.chat(model='m')",
    ],
)
def test_python_that_asks_a_model(text: str) -> None:
    assert len(calls("a.py", text)) == 1


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.py", "from twilio.rest import Client\nclient.messages.create(to='x')"),
        ("a.py", "app.invoke(x)\nresult.stream()\ncompletion(x)"),
        ("a.ts", "await db.query('select 1')\nawait fetch('https://api.openai.com/v1/models')"),
        ("a.ts", "await fetch('https://api.openai.com/v1/embeddings', { method: 'POST' })"),
        ("a.ts", "const generateText = () => 'x'\ngenerateText()"),
        ("a.ts", "// openai.chat.completions.create({})"),
        ("a.go", "client.chat.completions.create()"),
    ],
)
def test_other_calls(path: str, text: str) -> None:
    assert calls(path, text) == ()


def test_unit_callers_and_client_count() -> None:
    text = (
        "client = AsyncOpenAI(timeout=5)\n\n\nasync def _ask(text):\n"
        "    return await client.responses.create(model='m', input=text)\n\n\n"
        "async def answer(text):\n    log.info('asks')\n    try:\n        return await _ask(text)\n    except APIError:\n"
        "        return ''\n"
    )
    assert lacks("a.py", text) == [("_ask", "client.responses.create", "")]


def test_strings_and_comments_bring_nothing() -> None:
    text = (
        "client = OpenAI()\n\n\ndef ask(text):\n    # retry with a timeout, logger.info()\n"
        "    return client.responses.create(model='m', input='timeout fallback logger.info()')\n"
    )
    assert lacks("a.py", text) == [("ask", "client.responses.create", "fallback log timeout")]


def test_what_is_only_raised_again_or_logged_when_it_fails_is_told() -> None:
    text = (
        "import OpenAI from 'openai'\nclass A {\n  async ask(text: string) {\n    try {\n"
        "      return await this.openai.responses.create({ text })\n"
        "    } catch (e) {\n      console.error(e)\n      throw e\n    }\n  }\n}\n"
    )
    (one,) = calls("a.ts", text)
    assert one.unit == "ask"
    assert [name for name, _ in one.weak] == ["fallback", "log"]


def test_only_waiting_is_no_timeout() -> None:
    text = (
        "import OpenAI from 'openai'\nasync function ask() {\n  await openai.responses.create({})\n"
        "  await new Promise((r) => setTimeout(r, 5))\n}\n"
    )
    assert lacks("a.ts", text) == [("ask", "openai.responses.create", "fallback log timeout")]


def test_one_function_of_a_long_factory_is_the_unit() -> None:
    fill = "".join(f"  const a{n} = {n}\n" for n in range(160))
    text = (
        f"import OpenAI from 'openai'\nexport function createChat(openai: OpenAI) {{\n{fill}  console.log('made')\n  return {{\n"
        "    async ask(text: string) {\n      return openai.responses.create({ text })\n    },\n  }\n}\n"
    )
    assert lacks("a.ts", text) == [("ask", "openai.responses.create", "fallback log timeout")]


def test_what_callers_of_another_file_bring() -> None:
    text = (
        "import { ask } from './ask'\nexport async function a() {\n  try {\n    return await askModel()\n  } catch {\n"
        "    return ''\n  }\n}\n"
    )
    assert brought("a.ts", text, "askModel") == {"fallback"}
    assert brought("a.ts", text, "ask") == frozenset()


def test_import_of_a_function_brings_nothing() -> None:
    assert brought("a.ts", "import { b, askModel } from './b'\nconst timeout = 5\nlogger.info('x')\n", "askModel") == frozenset()


@pytest.mark.parametrize(
    ("text", "told"),
    [("client = OpenAI(timeout=5)", (True, True)), ("client = OpenAI()", (True, False)), ("x = 1", (False, False))],
)
def test_clients(text: str, told: tuple[bool, bool]) -> None:
    assert client_timeouts("a.py", text) == told


@pytest.mark.parametrize(
    "text", ["", "\0", "generateText(" * 5000, "try {" * 5000 + "completions.create()", "x.with(" * 999 + ".invoke("]
)
def test_hostile_text_fails_nothing(text: str) -> None:
    assert isinstance(calls("a.ts", text), tuple)
    assert isinstance(calls("a.py", text), tuple)


@pytest.mark.parametrize(
    ("said", "lacking"),
    [
        ("self._log_model_call(text)", ""), ("recordUsage(text)", ""), ("self.logger.info(text)", ""), ("print(text)", ""),
        ("catalog.get(text)", "log"), ("math.log(2)", "log"), ("open_dialog(text)", "log"), ("backlog(text)", "log"),
    ],
)  # fmt: skip
def test_what_is_a_log(said: str, lacking: str) -> None:
    asks = "retry(lambda: client.responses.create(input=text))"
    text = f"client = OpenAI(timeout=5)\n\n\ndef ask(text):\n    {said}\n    return {asks}\n"
    assert lacks("a.py", text) == [("ask", "client.responses.create", lacking)]


@pytest.mark.parametrize(
    "text",
    [
        "import { generateText as words } from 'ai'\nwords({ model })",
        "import OpenAI from 'openai'\nconst { create } = openai.chat.completions\ncreate({})",
        "import OpenAI from 'openai'\nconst asks = openai.responses\nasks.create({})",
        "import OpenAI from 'openai'\nopenai['chat']['completions'].create({})",
        "import OpenAI from 'openai'\nopenai.beta.threads.runs.createAndPoll(t, {})",
        "import A from '@anthropic-ai/sdk'\na.messages.batches.create({})",
        "import { B } from '@aws-sdk/client-bedrock-runtime'\nconst command = new InvokeModelCommand({})\nclient.send(command)",
        "import { R } from '@langchain/core'\nconst runs = RunnableSequence.from([a])\nruns.invoke({})",
        "import { R } from '@langchain/core'\nprompt.pipe(model).invoke({})",
        "fetch('http://localhost:11434/api/generate', { method: 'POST' })",
        "class A { url = 'https://api.openai.com/v1/chat/completions'; a() { return fetch(this.url, {}) } }",
    ],
)
def test_other_names_of_scripts(text: str) -> None:
    assert len(calls("a.ts", text)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "from litellm import completion as ask\nask(model='m')",
        "import openai\nopenai.ChatCompletion.create(model='m')",
        "from langchain_openai import ChatOpenAI\n(prompt | llm).invoke({})",
        "from langgraph.graph import StateGraph\napp = builder.compile()\napp.ainvoke({})",
        "from ollama import Client\nclient.chat(model='m')",
        "from mistralai import Mistral\nclient.chat.complete(model='m')",
        "import cohere\nco.chat(message='x')",
    ],
)
def test_other_names_of_python(text: str) -> None:
    assert len(calls("a.py", text)) == 1


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.ts", "await fetch('https://api.example.com/v1/messages', { method: 'POST' })"),
        ("a.py", "from langchain import x\nretriever.invoke('x')"),
        ("a.ts", "const create = factory.make\ncreate({ completions: 1 })"),
        ("a.py", "U = 'https://api.openai.com/v1/chat/completions'\ndef a():\n    r = U\n\n\ndef b(r):\n    requests.post(r)\n"),
    ],
)
def test_other_calls_by_like_names(path: str, text: str) -> None:
    assert calls(path, text) == ()


def python(head: str, *lines: str) -> str:
    return f"{head}\n\n\ndef ask(text, log=print):\n" + "".join(f"    {line}\n" for line in lines)


@pytest.mark.parametrize(
    ("text", "lacking"),
    [
        (python("import litellm", "timeout = 5", "return litellm.completion(model='m')"), "fallback log timeout"),
        (python("import litellm", "fallback = None", "logger = get_logger()", "litellm.completion()"), "fallback log timeout"),
        (python("import litellm", "limit = timeout = 5", "return litellm.completion(timeout=timeout)"), "fallback log"),
        (python("import litellm\nlitellm.request_timeout = 5", "return litellm.completion()"), "fallback log"),
        (python("from litellm import Router\nrouter = Router(timeout=5, fallbacks=[])", "return router.completion()"), "log"),
        (python("from langchain import C\nllm = ChatOpenAI(timeout=5).with_fallbacks([b])", "return llm.invoke(text)"), "log"),
        (python("import boto3\nC = Config(read_timeout=5)\nbedrock = boto3.client('bedrock', config=C)", "bedrock.converse()"),
         "fallback log"),
        (python("import httpx", "httpx.post('https://api.openai.com/v1/chat/completions')"), "fallback log"),
        (python("import httpx", "httpx.post('https://api.openai.com/v1/chat/completions', timeout=None)"), "fallback log timeout"),
        (python("client = OpenAI(timeout=None)", "return client.responses.create()"), "fallback log timeout"),
        (python("client = OpenAI(timeout=0)", "return client.responses.create()"), "fallback log timeout"),
    ],
)  # fmt: skip
def test_what_counts_in_python(text: str, lacking: str) -> None:
    assert [one[2] for one in lacks("a.py", text)] == [lacking]


@pytest.mark.parametrize(
    ("said", "lacking"),
    [
        (".catch(() => '')", "log timeout"), (".catch((e) => { throw e })", "fallback log timeout"),
        (".catch(next)", "fallback log timeout"),
        (".catch((e) => { console.error(e); return '' })", "log timeout"),
    ],
)  # fmt: skip
def test_what_catches(said: str, lacking: str) -> None:
    text = f"import OpenAI from 'openai'\nfunction ask(t, next) {{\n  return openai.responses.create({{ t }}){said}\n}}\n"
    assert lacks("a.ts", text) == [("ask", "openai.responses.create", lacking)]


def test_body_of_a_post_is_no_options() -> None:
    text = "function ask(body) {\n  return axios.post('https://openrouter.ai/api/v1/chat/completions', body%s)\n}\n"
    assert [lacks("a.ts", text % more)[0][2] for more in ("", ", options")] == ["fallback log timeout", "fallback log"]


def test_table_of_functions_is_followed_and_names_of_other_functions_are_not() -> None:
    text = (
        "import OpenAI from 'openai'\nasync function first(p) {\n  const answer = await openai.responses.create({ p })\n"
        "  return answer\n}\nasync function second(p) {\n  const answer = await openai.responses.create({ p })\n"
        "  return answer\n}\n"
        "const ASKED = { first, second: second }\nasync function all(p) {\n  const answer = await ASKED[p](p, { timeout: 5 })\n"
        "  logger.info(answer)\n  return answer\n}\n"
    )
    assert [one[2] for one in lacks("a.ts", text)] == ["fallback", "fallback"]
