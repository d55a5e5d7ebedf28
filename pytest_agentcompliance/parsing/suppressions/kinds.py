"""The words by which tools are told to look away: which tool, how far, and where its codes stand."""

import re
from dataclasses import dataclass
from functools import cache

from pytest_agentcompliance.parsing.suppressions.record import Reach

_CODES = r"[\w@][\w@/.\-:*]{0,100}(?:[ \t]*,[ \t]*[\w@][\w@/.\-:*]{0,100}){0,60}"  # names with commas between them
_TIGHT = r"[\w@][\w@/.\-*]{0,100}(?:[ \t]*,[ \t]*[\w@][\w@/.\-*]{0,100}){0,60}"  # the same where a colon ends them
_NOQA = r"[A-Z]{1,10}[0-9]{1,6}(?:[ \t,]{1,4}[A-Z]{1,10}[0-9]{1,6}){0,60}\b"


@dataclass(frozen=True, slots=True)
class Kind:
    """One way to say it. The pattern's group ``codes`` is a list of them.

    ``anywhere``: the tool finds the words wherever they stand in the comment, not at its beginning alone.
    """

    tool: str
    family: str
    reach: Reach
    pattern: re.Pattern[str]
    anywhere: bool = False
    formatting: bool = False


def _kind(tool: str, family: str, reach: Reach, pattern: str, *, anywhere: bool = False, formatting: bool = False) -> Kind:
    return Kind(tool, family, reach, re.compile(pattern, re.IGNORECASE), anywhere, formatting)


@cache
def kinds() -> tuple[Kind, ...]:
    """All of them; of several that fit at one place the first counts."""
    after = r"(?![\w-])"
    linter = rf"{after}(?:[ \t]+(?!--)(?P<codes>{_CODES}))?(?=[ \t]*(?:--|$|\*|//|#))"
    return (
        # Python
        _kind("noqa", "noqa", "file", rf"(?:ruff|flake8)[ \t]*[:=][ \t]*noqa(?:[ \t]*:[ \t]*(?P<codes>{_NOQA}))?{after}"),
        _kind("noqa", "noqa", "line", rf"noqa(?:[ \t]*:[ \t]*(?P<codes>{_NOQA}))?{after}"),
        _kind("ruff", "noqa", "block", r"ruff[ \t]*:[ \t]*disable[ \t]*(?:\[(?P<codes>[^\]\n]{0,400})\])?"),
        _kind("type: ignore", "types", "line", r"type:[ \t]*ignore(?:\[(?P<codes>[^\]\n]{0,400})\])?(?!\w|[ \t]+\w)"),
        _kind("pyright: ignore", "types", "line", r"pyright:[ \t]*ignore(?:[ \t]*\[(?P<codes>[^\]\n]{0,400})\])?(?!\w|[ \t]+\w)"),
        _kind(
            "pyright", "types", "file",
            r"pyright:[ \t]*(?P<codes>(?:basic|off|standard|(?:strict|report\w{1,60})[ \t]*=[ \t]*(?:false|none|warning|"
            r"information)))\b",
        ),
        _kind(
            "mypy", "types", "file",
            r"mypy:[ \t]*(?P<codes>ignore-errors|allow-[\w-]{1,60}|(?:disallow|check|warn|"
            r"strict)-[\w-]{1,60}[ \t]*=[ \t]*false|no-(?:strict|check|warn|disallow)[\w-]{1,60}|"
            r"disable-error-code[ \t]*=[ \t]*\"?[\w, \-]{1,200}|follow-imports[ \t]*=[ \t]*(?:skip|silent))",
        ),
        _kind("ty: ignore", "types", "line", r"ty:[ \t]*ignore(?:\[(?P<codes>[^\]\n]{0,400})\])?(?!\w|[ \t]+\w)"),
        _kind("pyre", "types", "line", r"pyre(?:-ignore|-fixme|fly:[ \t]*ignore)(?:\[(?P<codes>[^\]\n]{0,400})\])?"),
        _kind("pyre", "types", "file", r"pyre-ignore-all-errors(?:\[(?P<codes>[^\]\n]{0,400})\])?"),
        _kind("pylint", "pylint", "file", r"pylint:[ \t]*(?:skip-file|disable-all|disable[ \t]*=[ \t]*all\b)", anywhere=True),
        _kind("pylint", "pylint", "line", rf"pylint:[ \t]*disable(?:-next|-msg)?[ \t]*=[ \t]*(?P<codes>{_CODES})", anywhere=True),
        _kind("pragma: no cover", "coverage", "line", r"pragma[:\s]?[ \t]*no[ \t]*(?P<codes>cover|branch)\b"),
        _kind("nosec", "nosec", "line", r"nosec\b:?(?:[ \t]*(?P<codes>[BG]\d{3}(?:[ \t,]{1,4}[BG]\d{3}){0,30}))?"),
        _kind("isort: skip", "format", "line", r"isort:[ \t]*(?:skip(?:_file)?|off|dont-add)", formatting=True),
        _kind(
            "fmt: off", "format", "block",
            r"(?:fmt:[ \t]*(?:off|skip)|yapf:[ \t]*disable|autopep8:[ \t]*off|autoflake:[ \t]*skip)",
            formatting=True,
        ),
        # JavaScript and TypeScript
        _kind("eslint-disable", "eslint", "line", rf"(?:eslint|oxlint)-disable-(?:next-)?line{linter}"),
        _kind("eslint-disable", "eslint", "block", rf"(?:eslint|oxlint)-disable{linter}"),
        _kind("eslint", "eslint", "file", r"""eslint[ \t]+(?P<codes>[\w@/\-]{1,100})["']?[ \t]*:[ \t]*\[?[ \t]*(?:["']?off\b|0)"""),
        _kind("tslint:disable", "eslint", "line", r"tslint:disable-(?:next-)?line(?:[ \t]*:[ \t]*(?P<codes>[\w \t-]{1,200}))?"),
        _kind("tslint:disable", "eslint", "block", r"tslint:disable(?:[ \t]*:[ \t]*(?P<codes>[\w \t-]{1,200}))?"),
        _kind("@ts-expect-error", "ts", "line", r"@ts-expect-error\b"),
        _kind("@ts-ignore", "ts", "line", r"@ts-ignore\b"),
        _kind("@ts-nocheck", "ts", "file", r"@ts-nocheck\b"),
        _kind("biome-ignore", "format", "line", r"biome-ignore(?:-all|-start)?[ \t]+format\b", formatting=True),
        _kind("biome-ignore", "eslint", "file", r"biome-ignore-all(?:[ \t]+(?P<codes>[\w/.\-]{1,100}))?"),
        _kind("biome-ignore", "eslint", "block", r"biome-ignore-start(?:[ \t]+(?P<codes>[\w/.\-]{1,100}))?"),
        _kind("biome-ignore", "eslint", "line", r"biome-ignore(?:[ \t]+(?P<codes>[\w/.\-]{1,100}))"),
        _kind("deno-lint-ignore", "eslint", "file", rf"deno-lint-ignore-file(?:[ \t]+(?!--)(?P<codes>{_CODES}))?"),
        _kind("deno-lint-ignore", "eslint", "line", rf"deno-lint-ignore{after}(?:[ \t]+(?!--)(?P<codes>{_CODES}))?"),
        _kind("coverage ignore", "coverage", "file", r"(?:istanbul|c8|v8|node:coverage)[ \t]+(?:ignore[ \t]+file)\b"),
        _kind(
            "coverage ignore", "coverage", "block",
            r"(?:(?:istanbul|c8|v8)[ \t]+ignore[ \t]+start|node:coverage[ \t]+disable)\b",
        ),
        _kind(
            "coverage ignore", "coverage", "line",
            r"(?:istanbul|c8|v8|node:coverage)[ \t]+ignore[ \t]+(?P<codes>next|if|else|try|catch|finally|class)\b",
        ),
        _kind("prettier-ignore", "format", "line", r"(?:prettier|dprint)-ignore(?:-start|-file)?\b", formatting=True),
        _kind("stylelint-disable", "stylelint", "line", rf"stylelint-disable-(?:next-)?line{linter}"),
        _kind("stylelint-disable", "stylelint", "block", rf"stylelint-disable{linter}"),
        _kind("svelte-ignore", "svelte", "line", rf"svelte-ignore[ \t]+(?P<codes>{_CODES})"),
        # Go, Ruby, PHP, Java, shells, containers, infrastructure
        _kind("nolint", "nolint", "line", rf"nolint\b(?:[ \t]*:[ \t]*(?P<codes>{_TIGHT}))?(?![ \t]+\w{{2,20}}[ \t]+\w)"),
        _kind("lint:ignore", "nolint", "file", rf"lint:file-ignore[ \t]+(?P<codes>{_TIGHT})"),
        _kind("lint:ignore", "nolint", "line", rf"lint:ignore[ \t]+(?P<codes>{_TIGHT})"),
        _kind("NOLINT", "clang-tidy", "line", r"NOLINT(?:NEXTLINE|BEGIN)(?:\((?P<codes>[^)\n]{0,300})\))?"),
        _kind("rubocop:disable", "rubocop", "line", rf"rubocop:[ \t]*disable[ \t]+(?P<codes>{_CODES})", anywhere=True),
        _kind(
            "swiftlint:disable", "swiftlint", "line",
            r"swiftlint:disable(?::(?:next|this|previous))?[ \t]+(?P<codes>[\w \t]{1,200})",
        ),
        _kind("phpcs", "phpcs", "line", rf"@?phpcs:(?:ignore|disable|ignoreFile)\b(?:[ \t]+(?P<codes>{_CODES}))?"),
        _kind("phpstan-ignore", "phpstan", "line", r"@phpstan-ignore(?:-next-line|-line)?\b"),
        _kind("@codeCoverageIgnore", "coverage", "block", r"@codeCoverageIgnore(?:Start)?\b"),
        _kind("noinspection", "noinspection", "line", rf"noinspection[ \t]+(?P<codes>{_CODES})(?=[ \t]*(?:$|\*|-))"),
        _kind("NOSONAR", "sonar", "line", r"NOSONAR\b", anywhere=True),
        _kind(
            "shellcheck disable", "shellcheck", "line",
            r"shellcheck[ \t]+(?:[\w=]{1,40}[ \t]+)?disable[ \t]*=[ \t]*(?P<codes>(?:SC\d{4}|"
            r"all)(?:[-,][ \t]*SC\d{4}){0,30})",
        ),
        _kind(
            "hadolint ignore", "hadolint", "line",
            r"hadolint[ \t]+(?:global[ \t]+)?ignore[ \t]*=[ \t]*(?P<codes>[\w, \t]{1,300})",
        ),
        _kind("checkov:skip", "scanner", "line", rf"checkov:skip[ \t]*=[ \t]*(?P<codes>{_TIGHT})", anywhere=True),
        _kind("tfsec:ignore", "scanner", "line", rf"(?:tfsec|trivy):ignore:(?P<codes>{_TIGHT})", anywhere=True),
        _kind("kics-scan", "scanner", "file", r"kics-scan[ \t]+(?:ignore|disable)\b"),
        _kind("yamllint disable", "yamllint", "line", r"yamllint[ \t]+disable(?:-line|-file)?\b"),
        _kind("ansible-lint", "yamllint", "line", r"noqa[ \t]+(?P<codes>[a-z][\w-]{1,60}(?:\[[\w-]{1,60}\])?)$"),
        _kind("actionlint", "yamllint", "line", r"zizmor:[ \t]*ignore(?:\[(?P<codes>[^\]\n]{0,300})\])?"),
        # Secrets and patterns
        _kind("nosemgrep", "semgrep", "line", rf"no(?:semgrep|sem)\b(?:[ \t]*:[ \t]*(?P<codes>{_CODES}))?", anywhere=True),
        _kind("gitleaks:allow", "secrets", "line", r"gitleaks:allow\b", anywhere=True),
        _kind(
            "allowlist secret", "secrets", "line",
            r"pragma:?[ \t]*(?:allowlist|whitelist)[ \t]+(?:next[ -]?line[ \t]+)?secrets?\b",
            anywhere=True,
        ),
        _kind(
            "trufflehog:ignore", "secrets", "line",
            r"(?:trufflehog:ignore|ggignore|ggshield-ignore|kingfisher:ignore)\b",
            anywhere=True,
        ),
        _kind(
            "codespell:ignore", "format", "line",
            r"(?:codespell|cspell|spell-checker):[ \t]*(?:ignore|disable)\S{0,20}",
            formatting=True,
        ),
    )  # fmt: skip


# Each of them has one of these in it: most comments have none.
STEMS = (
    "noqa", "ignore", "disable", "pyright", "mypy", "pyre", "pylint", "pragma", "nosec", "isort", "fmt", "yapf", "autopep8",
    "autoflake", "eslint", "@ts-", "nolint", "phpcs", "codecoverage", "noinspection", "nosonar", "checkov", "kics", "yamllint",
    "nosem", "gitleaks", "ggignore",
)  # fmt: skip


@cache
def of_code() -> tuple[Kind, ...]:
    """Those that are code and no comment, each at the beginning of a line."""
    return (
        _kind(
            "@SuppressWarnings", "java", "block",
            r"^[ \t]*@Suppress(?:Warnings|FBWarnings|Lint)?[ \t]*\((?P<codes>[^)\n]{0,300})\)",
        ),
        _kind("#[allow]", "clippy", "block", r"^[ \t]*#\[allow\((?P<codes>[^)\n]{0,300})\)"),
        _kind("#[allow]", "clippy", "file", r"^[ \t]*#!\[allow\((?P<codes>[^)\n]{0,300})\)"),
        _kind(
            "#pragma warning", "csharp", "block",
            r"^[ \t]*#pragma[ \t]+warning[ \t]*(?:disable[ \t]*(?P<codes>[\w, \t]{0,200})|\([ \t]*disable)",
        ),
        _kind("@no_type_check", "types", "block", r"^[ \t]*@(?:typing\.)?no_type_check\b"),
    )  # fmt: skip


# Bytes without which there is none of them. Each begins with letters that are seldom there, so that a search runs at memory's
# speed.
HINTS = (
    rb"qa(?<=[Nn][Oo]qa)", rb"QA(?<=[Nn][Oo]QA)", rb"pragma", rb"PRAGMA", rb"nose[cm]",
    rb"ignore(?:(?<=[-:\]g]ignore)|(?<=(?:: |:\t|8 |l |e |t |n )ignore))", rb"disable(?<=[-:= \t]disable)", rb"xpect-error",
    rb"ts-nocheck", rb"skip(?:[-_]file|(?<=[vt]:skip)|(?<=t: skip))", rb"off(?:(?<=[t8]: off)|(?<=[t8]:off))", rb"py(?:right)?:",
    rb"nolint", rb"NOLINT", rb"SONAR", rb"leaks:", rb"\[allow\(", rb"@Suppress", rb"noinspection", rb"codeCoverageI",
    rb"no_type_check", rb"/\*[ \t]?eslint[ \t]",
)  # fmt: skip
