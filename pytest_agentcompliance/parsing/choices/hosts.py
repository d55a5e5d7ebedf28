"""External hosts that code and configuration talk to: not links, not documentation, not placeholders."""

import re
from collections.abc import Iterator
from itertools import islice
from posixpath import basename

from pytest_agentcompliance.parsing.choices import LONGEST, Choice, fresh, lines
from pytest_agentcompliance.parsing.comments import blanked
from pytest_agentcompliance.parsing.languages import language_of
from pytest_agentcompliance.parsing.late import late

WIDEST = 300  # characters before a URL that tell what it is for
MOST_URLS = 20_000  # of one file that are looked at
MOST = 12  # new hosts of one file: one with more is a list of data

_URL = late(
    r"(?<![A-Za-z0-9])(https?|wss?|postgres(?:ql)?|mysql|mongodb(?:\+srv)?|rediss?|amqps?|nats|kafka|smtps?|mqtts?|grpcs?)://"
    r"(?:[^\s\"'`<>@/\\]{1,200}@)?((?:[A-Za-z0-9_-]{1,63}\.){1,8}[A-Za-z]{2,24})(?![A-Za-z0-9_-])(?!\.[A-Za-z0-9$])([^\s\"'`<>]{0,200})"
)
_DATA = late(
    r"(?:^|/)(?:config|conf|settings|env)(?:/|[^/]{0,40}\.(?:json|ya?ml|toml)$)|\.conf\.json$|config\.(?:json|ya?ml|toml)$"
)
_CONFIGS = late(
    r"(?:^|/)(?:[\w.-]*compose[\w.-]*\.ya?ml|serverless[\w.-]*\.ya?ml|values[\w.-]*\.ya?ml|vercel\.json|netlify\.toml|wrangler\.\w+|tauri\.conf\.json"
    r"|openapi[\w.-]*\.ya?ml|appsettings[\w.-]*\.json|render\.ya?ml|fly\.toml|prometheus[\w.-]*\.ya?ml)$|^\.github/workflows/|(?:^|/)(?:k8s|kubernetes|helm)/"
)

# Hosts that are nobody's service: placeholders, schemas, forges, registries of packages, the machine itself.
_PLACEHOLDER = late(
    r"(?:^|[.-])(?:example|invalid|test|local|localhost|localdomain|internal|lan|home|corp|arpa|onion|your|my|foo|bar|baz|acme|placeholder"
    r"|exemple|ejemplo|exemplo|esempio|beispiel|changeme|dummy|fake|mock|sample|some|other|evil|malicious|attacker|untrusted|xxx|domain|yourdomain|mydomain|company|yourcompany"
    r"|mycompany|mysite|yoursite|site|myapp|yourapp|host|server|tenant|subdomain|staging-app|contoso|fabrikam|user|username|org|project|account|region)"
    r"(?=[.-]|$)|example\.(?:com|org|net)|^(?:your|my|test|example|some|sample)|(?:^|\.)(?:domain|site|company|host|server|test|foo|bar|abc|xyz)\.(?:com|org|net|io|co)$"
)
_NOBODY = late(
    r"(?:^|\.)(?:w3\.org|xmlsoap\.org|json-schema\.org|schemastore\.org|schema\.org|openxmlformats\.org|purl\.org|ogp\.me|xmlns\.com|sodipodi\.sourceforge\.net"
    r"|inkscape\.org|opensource\.org|creativecommons\.org|gnu\.org|apache\.org|spdx\.org|mozilla\.org|unlicense\.org|ietf\.org|rfc-editor\.org"
    r"|npmjs\.org|npmjs\.com|yarnpkg\.com|pypi\.org|pythonhosted\.org|crates\.io|rubygems\.org|proxy\.golang\.org|maven\.org|mvnrepository\.com|jsr\.io"
    r"|docker\.io|docker\.com|ghcr\.io|quay\.io|gcr\.io|debian\.org|ubuntu\.com|alpinelinux\.org|nodejs\.org|nodesource\.com|rustup\.rs|astral\.sh|pnpm\.io"
    r"|bun\.sh|deno\.land|brew\.sh|python\.org|golang\.org|go\.dev|rust-lang\.org|stackoverflow\.com|wikipedia\.org|developer\.mozilla\.org|shields\.io)$"
    r"|(?:^|\.)(?:execute-api|lambda-url)\.|^(?:console|dashboard)\.|^(?:www\.)?(?:github|gitlab|bitbucket)\.(?:com|org)$|(?:^|\.)github\.io$|^(?:docs?|developers?|help|support|blog|wiki|learn|guides?|status)\."
    r"|\.(?:example|invalid|test|local|localhost|internal|lan|arpa|svc|cluster)$"
)
# A file's name, or a member of an object, with an ending that looks like that of a host.
_LEAF = late(r"\.(?:js|ts|tsx|jsx|json|html?|css|png|svg|ya?ml|txt|log|env|prod)$")
# What is told to people: the key or the call that the URL stands under.
_TOLD = late(
    r"(?i)(?:\bhref|\bto|\blink\w{0,10}|\bexamples?|\b\w{0,30}placeholder\w{0,20}|\bhomepage|\brepository|\blicen[cs]e|\bauthor|\bdocs?(?:_?url)?|\bdocumentation\w{0,10}"
    r"|\bdescription|\btitle|\blabel|\bmessage|\btext|\bhelp\w{0,10}|\bhint|\breadme|\bchangelog|\bsupport\w{0,10}|\bcontact\w{0,10}|\bterms\w{0,10}"
    r"|\bprivacy\w{0,10}|\bxmlns(?::\w{1,20})?|[\"']?\$(?:schema|id)|\bnamespace|\breferences?|\bsource_?url|\bpr_?url|\bissue\w{0,10}|\bbugs|\bfunding"
    r"|\bsponsor\w{0,10}|\bthumbnail\w{0,10}|\bavatar\w{0,10}|\bwebsite|\bsocial\w{0,10}|\btwitter|\bfacebook|\binstagram|\byoutube|\blinkedin|\bgithub"
    r"|\bpattern|\bregex\w{0,5}|\bprojectUrl|\breferer|\buser_?agent|\bsee|\bcite|\bcitation|\bcontent|\bsummary|\bcomment)[\"']?\s{0,5}(?:[:=]|\?\?|\|\|)?\s{0,5}(?:\{\s{0,3})?$"
)
_SAID = late(
    r"(?i)\b(?:echo|printf|print|println|console\.\w{1,10}|log(?:ger)?\.\w{1,12}|throw|raise|new\s+\w{0,20}Error|\w{0,20}Error\(|fail|warn|describe|it\(|expect|assert\w*|toBe\w*|toEqual|say|puts|fmt\.\w{1,12})\b"
)
_PRINTED = late(
    r"(?i)(?:\b(?:print|echo|log|say|show|write)_\w{1,20}|(?<![\w.])(?:info|success|warning|error|hint|notice|note))\(\s{0,5}[fru]{0,2}$"
)
_DTD = late(r"(?i)<!DOCTYPE\b|//DTD[ /]")
_CALLS = late(r"\b(?:curl|wget|fetch|http|git clone|nc|ping|ADD|proxy_pass|server_name|psql|redis-cli)\b")
_POLICY = late(r"(?:-src|default-src|connect-src|frame-ancestors|form-action)\b[^;]{0,300}$")
_OWN_KEY = late(
    r"(?i)(?:^|[^a-z])(?:frontend|backend|app|site|public|web|cors|allowed|client|next_?auth|callback|redirect|return|success|cancel)"
    r"\w{0,20}(?:url|uri|origins?|host|domain)s?$"
)
_STYLESHEET = late(r"(?i)<link\b[^>]{0,300}\b(?:stylesheet|preconnect|preload|dns-prefetch|icon)\b")
_MADE_UP = late(r"(?i)(?:^|[/=_-])(?:your|example|placeholder|username|abc123|123456|x{3,}|foo|o\d{6,}\.)|<[a-z]")
_MARKUP = frozenset({"javascript", "typescript", "tsx", "markup"})


def is_for(path: str, text: str = "") -> bool:
    """Whether a file of this name or first line may talk to a host: code, and configuration that says whom to talk to."""
    language = language_of(path, text)
    name = basename(path)
    if name.endswith(
        (".svg", ".xml", ".md", ".lock", ".snap", ".csproj", ".plist", ".map", ".min.js", ".sql", ".ipynb", ".tsbuildinfo")
    ):
        return False
    if name in ("package.json", "pyproject.toml", "composer.json", "Cargo.toml", "setup.py", "setup.cfg", "Gemfile"):
        return False
    if name.endswith((".json", ".jsonc", ".yaml", ".yml", ".toml")):
        return _CONFIGS.search(path) is not None or _DATA.search(path) is not None
    return language is not None and language.name not in ("css", "scss", "less", "tex", "markdown")


def taken(before: str, after: str, path: str) -> Iterator[Choice]:
    """The hosts that a file at head talks to and the same file at base does not; none of a file that lists hosts as data."""
    found = list(fresh(_read, before, after, path))
    if len(found) <= MOST:
        yield from found


def refusal(text: str, path: str) -> str:
    """Whether a file has more URLs than are looked at, in words; empty where it has not."""
    if text.count("://") <= MOST_URLS or next(islice(_URL.finditer(text), MOST_URLS, None), None) is None:
        return ""
    return f"it has more than {MOST_URLS:,} URLs"


def names(text: str, path: str) -> frozenset[str]:
    """All hosts that a file talks to."""
    return frozenset(one.name for one in _read(text[:LONGEST], path)) if is_for(path) else frozenset()


def is_nobody(host: str) -> bool:
    """Whether a host is no service of anybody: a placeholder, a schema, a forge, a registry, this machine."""
    return bool(_PLACEHOLDER.search(host) or _NOBODY.search(host) or _LEAF.search(host))


def registered(host: str) -> str:
    """The part of a host that somebody registered, roughly: the last two labels, three where the last two are short."""
    parts = host.split(".")
    if len(parts) > 2 and len(parts[-1]) == 2 and len(parts[-2]) <= 3:
        return ".".join(parts[-3:])
    return ".".join(parts[-2:])


def _read(text: str, path: str) -> Iterator[Choice]:
    if "://" not in text:
        return
    language = language_of(path, text)
    kind = language.name if language else ""
    code = blanked(text, path)
    line = lines(code)
    told: set[str] = set()
    for one in islice(_URL.finditer(code), MOST_URLS):
        host = one[2].lower()
        if host in told or is_nobody(host) or one[3].lower().endswith(".dtd") or _MADE_UP.search(one[0][len(one[1]) + 3 :]):
            continue
        if _talks(code, one.start(), kind):
            told.add(host)
            yield Choice("host", host, path, line(one.start()), "an external host")


def _talks(code: str, at: int, kind: str) -> bool:
    """Whether the URL that begins here is one that something talks to, and not one that people are told of."""
    start = max(code.rfind("\n", max(0, at - WIDEST), at) + 1, at - WIDEST, 0)
    before = code[start:at]
    if _DTD.search(before):
        return False
    if kind in ("env", "dockerfile", "bash", "make", "yaml", "hcl", "toml", "ini"):
        return _talks_plainly(before, kind)
    quote = max(before.rfind(mark) for mark in "\"'`")
    if quote < 0:
        return kind == "ini" or (kind not in _MARKUP and bool(_CALLS.search(before)))
    said, led = before[quote + 1 :], before[:quote]
    if _POLICY.search(before):
        return True
    if said.strip() and not _CALLS.search(said):
        return False  # a sentence with a link in it
    if _STYLESHEET.search(before) or (kind == "markup" and _STYLESHEET.search(before + code[at : at + 300].partition(">")[0])):
        return True
    if not led.strip():  # the key stands on the line before
        above = code[max(0, start - 200) : start].rstrip().rsplit("\n", 1)[-1]
        return not (_TOLD.search(above) or _SAID.search(above) or (said and _PRINTED.search(above)))
    return not (
        _TOLD.search(led) or _SAID.search(led) or (said and _PRINTED.search(led)) or _OWN_KEY.search(led.rstrip(" :=?|\"'([{"))
    )


def _talks_plainly(before: str, kind: str) -> bool:
    if _SAID.search(before):
        return False
    key = re.search(r"([\w.-]{1,60})[\"']?\s{0,5}[:=]\s{0,5}[\"']?$", before)
    if key is None:
        return kind in ("bash", "dockerfile", "make", "yaml", "ini") and bool(_CALLS.search(before))
    if kind == "yaml" and key[1] in ("url", "name"):  # where a deployment is to be seen
        return False
    return not (_OWN_KEY.search(key[1]) or _TOLD.search(key[0].rstrip("\"'")))
