"""New services and datastores: of compose, Terraform, CloudFormation and Prisma, and new infrastructure files."""

import re
from collections.abc import Iterator
from posixpath import basename, dirname

from pytest_agentcompliance.parsing.choices import LONGEST, Choice, fresh, lines
from pytest_agentcompliance.parsing.comments import blanked
from pytest_agentcompliance.parsing.late import late

_COMPOSE = late(r"(?:.*[-_.])?compose(?:[-_.].*)?\.ya?ml")
LONG = 200_000  # characters from which on YAML is tightened before it is held to its bound
_PADDING = late(r"(?<![ \t\r])[ \t\r]++(?=\n|\Z)|(?m:^)[ \t]*+#[^\n]*+")
_SERVICES = late(r"^services[ \t]*:[ \t]*(?:#[^\n]*)?\r?$", re.MULTILINE)
_RESOURCE = late(r'^[ \t]*resource[ \t]+"([a-z][a-z0-9_]{1,80})"[ \t]+"([\w-]{1,80})"', re.MULTILINE)
_CLOUD = late(
    r"^[ \t]*[\"']?Type[\"']?[ \t]*:[ \t]*[\"']?((?:AWS|Alexa|Custom)::[A-Za-z0-9]{1,40}::[A-Za-z0-9]{1,60})(?![A-Za-z0-9:])",
    re.MULTILINE,
)
_SOURCE = late(r"\bdatasource\s{1,10}\w{1,60}\s{0,10}\{([^}]{0,2000})")
_PROVIDER = late(r"\bprovider\s{0,10}=\s{0,10}\"(\w{1,40})\"")
_DIALECT = late(r"\b(?:dialect|driver)\s{0,5}:\s{0,5}[\"'](\w{1,40})[\"']")
_TEMPLATE = late(
    r"(?:^|/)(?:serverless[^/]*|template|sam[^/]*)\.(?:ya?ml|json)$|cloudformation[^/]*\.(?:ya?ml|json)$|\.template\.(?:ya?ml|json)$"
    r"|(?:^|/)(?:cfn|cloudformation|resources)/[^/]+\.ya?ml$"
)
# Resources that code of SST, CDK and Pulumi makes: new sst.aws.Bucket("name"), new s3.Bucket(this, "name").
_MADE = late(r"\bnew\s{1,5}((?:[a-z][A-Za-z0-9]{0,40}\.){1,4}[A-Z][A-Za-z0-9]{1,60})\(\s{0,40}(?:this|stack|scope|[\"'`])")
_CODE_OF_CLOUD = late(
    r"(?:^|/)(?:sst\.config\.\w{2,3}|(?:infra|infrastructure|stacks?|cdk|pulumi)/(?:[^/]+/){0,6}[^/]+\.ts)$"
)
# What is set up for others, not for the product: rules, permissions, wiring between what is there.
_WIRING = late(
    r"(?:route_?table|security_?group|subnet_?group|parameter_?group|option_?group|internet_?gateway|nat_?gateway|eip|authorizer"
    r"|client|lifecycle\w*|configuration\w*|domain_?name|dashboard|policy|policies|role|attachment|permission|rule|association|record"
    r"|alarm|log_group|output|listener|route|parameter|target|setting|ownership_controls|versioning|acl|access_block|validation|option"
    r"|subscription|deployment|stage|method|integration|response|version|tag|gateway_resource|mapping|alias|ingress|egress|subnet)s?$",
    re.IGNORECASE,
)
_OF_LANGUAGE = ("z.", "fs.", "path.", "util.", "events.", "crypto.", "stream.", "http.", "https.", "url.", "date.", "intl.")
# Images that say nothing of what runs in them: the service is called as compose calls it.
_RUNTIMES = frozenset({
    "node", "python", "alpine", "ubuntu", "debian", "golang", "ruby", "openjdk", "busybox", "bash", "rust", "bun", "deno", "php",
    "eclipse-temurin", "centos",
})  # fmt: skip
_INFRASTRUCTURE = (
    ("a container image", r"(?:^|/)(?:(?:Dockerfile|Containerfile)(?:\.[\w.-]+)?|[\w.-]+\.[Dd]ockerfile)$"),
    ("a compose file", r"(?:^|/)(?:[\w.-]*[-_.])?compose(?:[-_.][\w.-]*)?\.ya?ml$"),
    ("a workflow of the CI", r"^\.github/workflows/[^/]+\.ya?ml$|^\.gitlab-ci\.yml$|^\.circleci/|^\.buildkite/"
                             r"|^bitbucket-pipelines\.yml$|(?:^|/)(?:azure-pipelines[^/]*\.ya?ml|Jenkinsfile)$"),
    ("a configuration of a platform",
     r"(?:^|/)(?:vercel\.json|netlify\.toml|fly\.toml|render\.ya?ml|railway\.(?:json|toml)|wrangler\.(?:toml|jsonc?)|app\.yaml|Procfile"
     r"|serverless[^/]*\.ya?ml|cdk\.json|sst\.config\.\w+|firebase\.json|amplify\.yml|Pulumi[^/]*\.ya?ml|nginx[^/]*\.conf|Caddyfile"
     r"|ecosystem\.config\.\w+|[\w@-]+\.service)$"),
    ("infrastructure as code", r"\.(?:tf|bicep)$|(?:^|/)(?:Chart|kustomization)\.ya?ml$"
                               r"|(?:^|/)(?:k8s|kubernetes|helm|manifests)/[^\n]*\.ya?ml$"),
)  # fmt: skip


def is_for(path: str) -> bool:
    """Whether files of this name may set up a service."""
    if path.endswith((".yml", ".yaml", ".json")):
        return ("compose" in path and _COMPOSE.fullmatch(basename(path)) is not None) or _TEMPLATE.search(path) is not None
    if path.endswith((".tf", ".prisma")):
        return True
    return _CODE_OF_CLOUD.search(path) is not None or basename(path).startswith("drizzle.config.")


def is_compose(path: str, text: str) -> bool:
    """Whether a YAML file of any name is one of compose: services at its top, each with an image."""
    return path.endswith((".yml", ".yaml")) and "image:" in text and _SERVICES.search(text) is not None


def taken(before: str, after: str, path: str) -> Iterator[Choice]:
    """The services that a file at head has and the same file at base has not."""
    return fresh(_read, before, after, path)


def refusal(text: str, path: str) -> str:
    """Which bound keeps a compose file from being read; empty where none does."""
    if not (_COMPOSE.fullmatch(basename(path)) or is_compose(path, text)):
        return ""
    from pytest_agentcompliance.parsing.yaml_nodes import TooMuch, bounded

    try:
        bounded(_tightened(text))
    except TooMuch as bound:
        return str(bound)
    return ""


def names(text: str, path: str) -> frozenset[str]:
    """The names of all services of a file."""
    return frozenset(one.name for one in _read(text[:LONGEST], path))


def infrastructure(path: str) -> Choice | None:
    """What a new file sets up by being there; None for any other file."""
    for what, pattern in _INFRASTRUCTURE:
        if re.search(pattern, path):
            folder = dirname(path)
            if what == "infrastructure as code" and folder:  # its files are one thing
                return Choice("infrastructure", folder, path, None, what, (path, basename(path)))
            return Choice("infrastructure", path, path, None, what, (basename(path),))
    return None


def _read(text: str, path: str) -> Iterator[Choice]:
    if _COMPOSE.fullmatch(basename(path)) or is_compose(path, text):
        yield from _compose(text, path)
        return
    code = blanked(text, path)
    line = lines(code)
    for at, name, what, aliases in _found(code, path):
        yield Choice("service", name, path, line(at), what, aliases, "database" if what.startswith("a datastore") else "")


def _found(code: str, path: str) -> Iterator[tuple[int, str, str, tuple[str, ...]]]:
    """What files other than those of compose set up: the offset, the name, what it is in words, and its aliases."""
    name = basename(path)
    if name.endswith(".tf"):
        for one in _RESOURCE.finditer(code):
            if not _WIRING.search(one[1]):
                yield one.start(1), one[1], f"a resource of the cloud (Terraform, {one[2]!r})", (one[2],)
    elif name.endswith(".prisma"):
        for one in _SOURCE.finditer(code):
            if provider := _PROVIDER.search(one[1]):
                yield one.start(1) + provider.start(), provider[1], "a datastore (Prisma's provider)", ()
    elif name.startswith("drizzle.config."):
        yield from ((one.start(1), one[1], "a datastore (Drizzle's dialect)", ()) for one in _DIALECT.finditer(code))
    else:
        made = _CODE_OF_CLOUD.search(path) is not None
        for one in (_MADE if made else _CLOUD).finditer(code):
            if not _WIRING.search(one[1]) and not one[1].startswith(_OF_LANGUAGE):
                alias = one[1].rpartition(".")[2] if made else one[1].split("::")[1]
                yield one.start(1), one[1], "a resource of the cloud", (alias,)


def _tightened(text: str) -> str:
    """A long text of YAML without what stands in it for its length alone: lines of comment, and blanks at the end of a line."""
    return _PADDING.sub("", text) if len(text) > LONG else text


def _compose(text: str, path: str) -> Iterator[Choice]:
    from pytest_agentcompliance.parsing.yaml_nodes import Mapping, Scalar, documents

    for document in documents(_tightened(text)) or ():
        services = document.get("services") if isinstance(document, Mapping) else None
        for key, value in services.items if isinstance(services, Mapping) else ():
            image = value.get("image") if isinstance(value, Mapping) else None
            builds = isinstance(value, Mapping) and value.get("build") is not None
            if isinstance(image, Scalar) and image.text and not builds:
                short = key.text if (short := short_image(image.text)) in _RUNTIMES else short
                yield Choice(
                    "service",
                    short,
                    path,
                    key.line,
                    f"a service of compose ({key.text}, image {image.text[:80]})",
                    _named(key.text, image.text),
                )
            elif isinstance(value, Mapping) and (builds or image is not None):
                yield Choice("service", key.text, path, key.line, "a service of compose that is built here", own=True)


def short_image(image: str) -> str:
    """The name of an image without its registry, owner and tag: ``docker.io/bitnami/redis:7`` is ``redis``."""
    return image.partition("@")[0].rpartition("/")[2].partition(":")[0][:80] or image[:80]


def _named(key: str, image: str) -> tuple[str, ...]:
    full = image.partition("@")[0].rpartition(":")[0] or image
    return tuple(dict.fromkeys(one for one in (key, full) if len(one) > 3))
