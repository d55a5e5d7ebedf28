"""Environment variables that a file reads or gives: in code, env files, compose, manifests of deployments, workflows."""

import re
from collections.abc import Iterator
from posixpath import basename

from pytest_agentcompliance.parsing.choices import LONGEST, Choice, lines
from pytest_agentcompliance.parsing.comments import blanked
from pytest_agentcompliance.parsing.languages import language_of
from pytest_agentcompliance.parsing.late import late

_NAME = r"[A-Z_][A-Z0-9_]{1,80}"
# getenv("X"), os.environ["X"], os.environ.get("X"), env::var("X"), ENV.fetch("X"), Deno.env.get("X"), requireEnv('X'), env("X")
_ASKED = late(
    rf"""(?:[eE]nv|ENV)\w{{0,24}}(?:(?:\?\.|\.|::)\w{{0,20}})?!?(?:<[^<>()\n]{{0,60}}>)?"""
    rf"""[ \t\r\n]{{0,40}}[(\[][ \t\r\n]{{0,40}}[fbruFBRU]?["'`]({_NAME})["'`]"""
)
# process.env.X, import.meta.env.X, Bun.env.X, env.SOME_NAME, process.env?.X
_DOTTED = late(rf"\b(?:(process|meta|Bun)\s{{0,10}}\??\.\s{{0,10}})?env\s{{0,10}}\??\.({_NAME})\b(?!\s{{0,10}}\()")
_TAKEN_APART = late(
    r"\{([^{}]++)\}\s{0,20}(?::[^=;{}\n]{1,80})?=\s{0,20}(?:process|import\.meta)\.env\b(?!\s{0,5}[.\[])"
)
# const e = process.env, and (process.env as Env).X
_CALLED = late(
    r"\b(?:const|let|var)\s{1,5}(\w{1,40})\s{0,5}(?::[^=;{}\n]{1,80})?=\s{0,5}(?:process|import\.meta)\.env\s{0,5}(?:;|$)",
    re.MULTILINE,
)
_CAST = late(rf"""\benv\s{{1,5}}as\s{{1,5}}[^()\n]{{1,80}}\)\s{{0,5}}\??(?:\.({_NAME})\b|\[\s{{0,5}}["'`]({_NAME})["'`])""")
_WITHIN = late(rf"""["']({_NAME})["']\s{{1,5}}(?:not\s{{1,5}})?in\s{{1,5}}(?:os\s{{0,5}}\.\s{{0,5}})?environ\b""")
_KEY = late(rf"(?:^|,)\s*({_NAME})\s*(?=[:=,]|$)")
_CONFIG = late(
    rf"""\b(?:[cC]onfig(?:Service)?\.(?:get|getOrThrow)|config|configService\.get)(?:<[^<>()\n]{{0,60}}>)?\(\s{{0,40}}["']({_NAME})["']"""
)
# A schema that all of the environment is given to.
_WHOLE = late(r"\b(?:process|import\.meta)\.env\b(?!\s{0,5}\??[.\[])|\bcreateEnv\(|\bcleanEnv\(")
_SCHEMA_KEY = late(
    rf"^[ \t]*[\"']?({_NAME})[\"']?[ \t]*:[ \t]*(?:z|[jJ]oi|v|t|s|yup|Type|str|num|bool|url|port|email|host|json)[.(]",
    re.MULTILINE,
)
_OF_SETTINGS = late(r"(?i)(?:^|[._-])(?:env|environment)(?:[._-]|$)")  # files that hold nothing but such a schema
_SETTINGS = late(r"^class[ \t]+\w{1,100}\([^()\n]{0,200}\bBaseSettings\b[^()\n]{0,200}\):", re.MULTILINE)
_FIELD = late(r"^[ \t]{1,8}([a-z_][a-z0-9_]{1,60})[ \t]*:[ \t]*[A-Za-z\"']", re.MULTILINE)
_ALIAS = late(r"""\b(?:validation_)?alias\s{0,5}=\s{0,5}(?:AliasChoices\(\s{0,40})?["'](\w{2,80})["']""")
_PREFIX = late(r"\benv_prefix\s*=\s*[\"']([A-Za-z0-9_]{0,40})[\"']")
_ENV_OPTION = late(rf"""\b(?:env|envvar|env_var|auto_envvar)\s{{0,5}}[=:]\s{{0,5}}["'`]({_NAME})["'`]""")
_GO_TAG = late(rf"""`[^`\n]{{0,200}}\b(?:env|envconfig):"({_NAME})[",]""")

_ENV_FILE = late(r"^[ \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_]{1,80})[ \t]*=", re.MULTILINE)
_FILLED_IN = late(r"\$\{([A-Z_][A-Z0-9_]{1,80})(?=[:}?-])")
_OF_WORKFLOW = late(rf"\$\{{\{{[^{{}}\n]{{0,200}}?\b(secrets|vars)\.({_NAME})\b")
_DOCKER = late(rf"^[ \t]*ENV[ \t]+({_NAME})[ \t=]", re.MULTILINE | re.IGNORECASE)

# What only sets a variable for somebody else: env["X"] = 1, process.env.X ??= 1, Setenv("X", ...), del env["X"], and calls whose
# value nobody takes.
_MEMBER_SET = late(r"\s{0,5}(?:\?\?|\|\|)?=(?![=>~])")
_ITEM_SET = late(r"[\"'`]\s{0,5}\]\s{0,5}(?:\?\?|\|\|)?=(?![=>~])")
_SETTER = late(r"(?i)(?:(?:set|put)_?env\w{0,20}|env(?:\.|::)(?:set|delete|set_var|remove_var))\s{0,5}\(\s{0,9}$")
_ALONE = late(r"^[ \t]*(?:os\s{0,5}\.\s{0,5})?\w{0,24}env\w{0,24}\.(?:setdefault|pop)\s{0,5}\($")
_DROPPED = late(r"(?:^|[;{})]|\belse)[ \t]*del(?:ete)?[ \t]+\(?[\w.?]{1,60}\[?$")
_TOUCHED = late(r"\b(?:process\??\.env|import\.meta\.env|environ|[gG]etenv|LookupEnv|(?:Deno|Bun)\.env|env::var|ENV[.\[])")

MOST_CALLED = 3  # names that one file gives its environment

_CODE = frozenset({
    "javascript", "typescript", "tsx", "python", "go", "rust", "java", "kotlin", "csharp", "php", "ruby", "swift", "scala",
    "elixir", "prisma", "dart", "markup", "groovy",
})  # fmt: skip
_SCRIPTS = frozenset({"javascript", "typescript", "tsx", "markup"})


def is_for(path: str, text: str = "") -> bool:
    """Whether files of this name, or with this first line, may read or give environment variables."""
    language = language_of(path, text)
    return language is not None and (language.name in _CODE or language.name in ("env", "dockerfile", "yaml", "hcl"))


def taken(before: str, after: str, path: str) -> Iterator[Choice]:
    """The variables that a file at head has and the same file at base has not."""
    if len(after) > LONGEST or not _roughly(after, path) - _roughly(before, path):
        return
    seen = {one.name for one in _read(before[:LONGEST], path, set_too=True)} if before else set[str]()
    for one in _read(after, path, set_too=False):
        if one.name not in seen:
            seen.add(one.name)
            yield one


def names(text: str, path: str) -> frozenset[str]:
    """All variables that a file reads, gives or sets."""
    return _roughly(text[:LONGEST], path)


def quotes(name: str, text: str, path: str) -> bool:
    """Whether code that looks into the environment has the name in quotes: one of a list that it goes through."""
    return (
        any(f"{mark}{name}{mark}" in text for mark in "\"'`")
        and len(text) <= LONGEST
        and _TOUCHED.search(text) is not None
        and re.search(rf"""(["'`]){re.escape(name)}\1""", blanked(text, path)) is not None
    )


def _roughly(text: str, path: str) -> frozenset[str]:
    """The variables of a text, mostly those in its comments with them: to blank comments takes longer than all of this."""
    language = language_of(path, text)
    if not language or not text:
        return frozenset()
    if language.name in _SCRIPTS and _TAKEN_APART.search(text):
        text = blanked(text, path)  # a comment between two names would hide the second one
    return frozenset(name for _, name, _ in _found(text, path, language.name))


def _read(text: str, path: str, *, set_too: bool) -> Iterator[Choice]:
    """The variables of a text; ``set_too``: also what it only sets, for somebody else to read."""
    language = language_of(path, text)
    if language is None:
        return
    code = blanked(text, path)
    line = lines(code)
    for at, name, what in sorted(_found(code, path, language.name)):
        if set_too or language.name not in _CODE or not _is_set(code, at, at + len(name)):
            yield Choice("environment", name, path, line(at), what)


def _is_set(code: str, start: int, end: int) -> bool:
    """Whether the variable whose name stands here is only set or taken away, and its value not asked for."""
    left = code[start - 1 : start]
    if left == "." and _MEMBER_SET.match(code, end):
        return True
    if left in ("'", '"', "`") and _ITEM_SET.match(code, end):
        return True
    before = code[max(code.rfind("\n", max(0, start - 120), start) + 1, start - 120, 0) : start].rstrip("\"'`")
    return bool(_ALONE.match(before) or _DROPPED.search(before) or _SETTER.search(before, max(0, len(before) - 30)))


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
    if "process[" in code:
        code = re.sub(r"""\bprocess\[["']env["']\]""", "process.env   ", code)  # as long as it was
    yield from ((one.start(1), one[1]) for pattern in (_ASKED, _CONFIG, _ENV_OPTION) for one in pattern.finditer(code))
    if language in _SCRIPTS:
        for one in _DOTTED.finditer(code):
            if one[1] or "_" in one[2].strip("_"):
                yield one.start(2), one[2]
        yield from ((one.start(one.lastindex or 0), one[1] or one[2]) for one in _CAST.finditer(code))
        for called in list(dict.fromkeys(one[1] for one in _CALLED.finditer(code)))[:MOST_CALLED]:
            member = re.compile(rf"(?<![\w$.]){called}\??\.({_NAME})\b(?!\s{{0,5}}\()")
            yield from ((one.start(1), one[1]) for one in member.finditer(code))
        for one in _TAKEN_APART.finditer(code):
            yield from ((one.start(1) + key.start(1), key[1]) for key in _KEY.finditer(one[1]))
        if _WHOLE.search(code) or _OF_SETTINGS.search(basename(path)):
            yield from ((one.start(1), one[1]) for one in _SCHEMA_KEY.finditer(code))
    elif language == "go":
        yield from ((one.start(1), one[1]) for one in _GO_TAG.finditer(code))
    elif language == "python":
        yield from ((one.start(1), one[1]) for one in _WITHIN.finditer(code))
        yield from _settings(code)


def _settings(code: str) -> Iterator[tuple[int, str]]:
    """The fields of pydantic's settings, which are read from variables of their names."""
    for one in _SETTINGS.finditer(code):
        ends = re.compile(r"^[^\s#)\]}]", re.MULTILINE).search(code, one.end())
        body = code[one.end() : ends.start() if ends else len(code)]
        prefix = _PREFIX.search(body)
        begin = prefix[1] if prefix else ""
        indent = None
        fields = list(_FIELD.finditer(body))
        for field, following in zip(fields, [*fields[1:], None], strict=False):
            own = field.start(1) - field.start()
            indent = own if indent is None else indent
            if own == indent and field[1] not in ("model_config", "model_fields"):
                alias = _ALIAS.search(body, field.end(), min(following.start() if following else len(body), field.end() + 1000))
                yield one.end() + field.start(1), (alias[1] if alias else begin + field[1]).upper()
