"""Environment variables that a file reads or gives: in code, env files, compose, manifests of deployments, workflows."""

import re
from collections.abc import Iterator
from posixpath import basename

from pytest_agentcompliance.parsing.choices import LONGEST, Choice, fresh, lines
from pytest_agentcompliance.parsing.comments import blanked
from pytest_agentcompliance.parsing.languages import language_of

_NAME = r"[A-Z_][A-Z0-9_]{1,80}"
# getenv("X"), os.environ["X"], os.environ.get("X"), env::var("X"), ENV.fetch("X"), Deno.env.get("X"), requireEnv('X'), env("X")
_ASKED = re.compile(
    rf"""(?:[eE]nv|ENV)\w{{0,24}}(?:(?:\?\.|\.|::)\w{{0,20}})?!?(?:<[^<>()\n]{{0,60}}>)?"""
    rf"""[ \t\r\n]{{0,40}}[(\[][ \t\r\n]{{0,40}}[fbruFBRU]?["'`]({_NAME})["'`]"""
)
# process.env.X, import.meta.env.X, Bun.env.X, env.SOME_NAME, process.env?.X
_DOTTED = re.compile(rf"\b(?:(process|meta|Bun)\s{{0,10}}\??\.\s{{0,10}})?env\s{{0,10}}\??\.({_NAME})\b(?!\s{{0,10}}\()")
_TAKEN_APART = re.compile(r"\{([^{}]{1,2000})\}\s{0,20}=\s{0,20}(?:process|import\.meta)\.env\b(?!\s{0,5}[.\[])")
_KEY = re.compile(rf"(?:^|,)\s*({_NAME})\s*(?=[:=,]|$)")
_CONFIG = re.compile(
    rf"""\b(?:[cC]onfig(?:Service)?\.(?:get|getOrThrow)|config|configService\.get)(?:<[^<>()\n]{{0,60}}>)?\(\s{{0,40}}["']({_NAME})["']"""
)
# A schema that all of the environment is given to.
_WHOLE = re.compile(r"\b(?:process|import\.meta)\.env\b(?!\s{0,5}\??[.\[])|\bcreateEnv\(|\bcleanEnv\(")
_SCHEMA_KEY = re.compile(
    rf"^[ \t]*[\"']?({_NAME})[\"']?[ \t]*:[ \t]*(?:z|[jJ]oi|v|t|s|yup|Type|str|num|bool|url|port|email|host|json)[.(]",
    re.MULTILINE,
)
_OF_SETTINGS = re.compile(r"(?i)(?:^|[._-])(?:env|environment)(?:[._-]|$)")  # files that hold nothing but such a schema
_SETTINGS = re.compile(r"^class[ \t]+\w{1,100}\([^()\n]{0,200}\bBaseSettings\b[^()\n]{0,200}\):", re.MULTILINE)
_FIELD = re.compile(r"^[ \t]{1,8}([a-z_][a-z0-9_]{1,60})[ \t]*:[ \t]*[A-Za-z\"']", re.MULTILINE)
_PREFIX = re.compile(r"\benv_prefix\s*=\s*[\"']([A-Za-z0-9_]{0,40})[\"']")
_ENV_OPTION = re.compile(rf"""\b(?:env|envvar|env_var|auto_envvar)\s{{0,5}}[=:]\s{{0,5}}["'`]({_NAME})["'`]""")
_GO_TAG = re.compile(rf"""`[^`\n]{{0,200}}\b(?:env|envconfig):"({_NAME})[",]""")

_ENV_FILE = re.compile(r"^[ \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_]{1,80})[ \t]*=", re.MULTILINE)
_FILLED_IN = re.compile(r"\$\{([A-Z_][A-Z0-9_]{1,80})(?=[:}?-])")
_OF_WORKFLOW = re.compile(rf"\$\{{\{{[^{{}}\n]{{0,200}}?\b(secrets|vars)\.({_NAME})\b")
_DOCKER = re.compile(rf"^[ \t]*ENV[ \t]+({_NAME})[ \t=]", re.MULTILINE | re.IGNORECASE)

_CODE = frozenset({
    "javascript", "typescript", "tsx", "python", "go", "rust", "java", "kotlin", "csharp", "php", "ruby", "swift", "scala",
    "elixir", "prisma", "dart", "markup", "groovy",
})  # fmt: skip
_SCRIPTS = frozenset({"javascript", "typescript", "tsx", "markup"})


def is_env_file(path: str) -> bool:
    """Whether a file is one of variables: .env, .env.example, prod.env, env.sample."""
    language = language_of(path)
    return language is not None and language.name == "env"


def is_for(path: str) -> bool:
    """Whether files of this name may read or give environment variables."""
    language = language_of(path)
    return language is not None and (language.name in _CODE or language.name in ("env", "dockerfile", "yaml", "hcl"))


def taken(before: str, after: str, path: str) -> Iterator[Choice]:
    """The variables that a file at head has and the same file at base has not."""
    if len(after) > LONGEST or not _roughly(after, path) - _roughly(before, path):
        return iter(())
    return fresh(_read, before, after, path)


def names(text: str, path: str) -> frozenset[str]:
    """All variables that a file reads or gives."""
    return _roughly(text[:LONGEST], path)


def _roughly(text: str, path: str) -> frozenset[str]:
    """The variables of a text, those in its comments with them: to blank comments takes longer than all of this."""
    language = language_of(path, text)
    return frozenset(name for _, name, _ in _found(text, path, language.name)) if language and text else frozenset()


def _read(text: str, path: str) -> Iterator[Choice]:
    language = language_of(path, text)
    if language is None:
        return
    code = blanked(text, path)
    line = lines(code)
    for at, name, what in sorted(_found(code, path, language.name)):
        yield Choice("environment", name, path, line(at), what)


def _found(code: str, path: str, language: str) -> Iterator[tuple[int, str, str]]:
    read = "an environment variable that the code reads"
    if language == "env":
        yield from ((one.start(1), one[1], "a variable of an environment file") for one in _ENV_FILE.finditer(code))
    elif language == "dockerfile":
        yield from ((one.start(1), one[1], "an environment variable of an image") for one in _DOCKER.finditer(code))
    elif language == "yaml" and path.startswith((".github/workflows/", ".github/actions/")):
        for one in _OF_WORKFLOW.finditer(code):
            yield one.start(2), one[2], "a secret of the workflows" if one[1] == "secrets" else "a variable of the workflows"
    elif language in ("yaml", "hcl"):
        if language == "yaml" and "compose" in basename(path).lower():
            yield from (
                (one.start(1), one[1], "an environment variable that compose fills in") for one in _FILLED_IN.finditer(code)
            )
    elif language in _CODE:
        yield from ((at, name, read) for at, name in _in_code(code, language, path))


def _in_code(code: str, language: str, path: str) -> Iterator[tuple[int, str]]:
    if not any(word in code for word in ("env", "ENV", "Env", "onfig", "Settings")) and not _OF_SETTINGS.search(basename(path)):
        return
    yield from ((one.start(1), one[1]) for pattern in (_ASKED, _CONFIG, _ENV_OPTION) for one in pattern.finditer(code))
    if language in _SCRIPTS:
        for one in _DOTTED.finditer(code):
            if one[1] or "_" in one[2].strip("_"):
                yield one.start(2), one[2]
        for one in _TAKEN_APART.finditer(code):
            yield from ((one.start(1) + key.start(1), key[1]) for key in _KEY.finditer(one[1]))
        if _WHOLE.search(code) or _OF_SETTINGS.search(basename(path)):
            yield from ((one.start(1), one[1]) for one in _SCHEMA_KEY.finditer(code))
    elif language == "go":
        yield from ((one.start(1), one[1]) for one in _GO_TAG.finditer(code))
    elif language == "python":
        yield from _settings(code)


def _settings(code: str) -> Iterator[tuple[int, str]]:
    """The fields of pydantic's settings, which are read from variables of their names."""
    for one in _SETTINGS.finditer(code):
        ends = re.compile(r"^[^\s#)\]}]", re.MULTILINE).search(code, one.end())
        body = code[one.end() : ends.start() if ends else len(code)]
        prefix = _PREFIX.search(body)
        begin = prefix[1] if prefix else ""
        indent = None
        for field in _FIELD.finditer(body):
            own = field.start(1) - field.start()
            indent = own if indent is None else indent
            if own == indent and field[1] not in ("model_config", "model_fields"):
                yield one.end() + field.start(1), (begin + field[1]).upper()
