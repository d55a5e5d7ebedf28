"""Comments that a tool obeys: to change one of them changes what the code does."""

import re

_WORDS = re.compile(
    r"eslint|prettier|@ts-|tslint|biome|istanbul|\bc8\b|v8 ignore|@vitest|@jest|stylelint|deno-|oxlint|"
    r"#\s?type:|type:\s?ignore|noqa|pylint|mypy|pyright|ruff|flake8|isort|fmt:|yapf|pragma|nosec|coding[:=]|cython|"
    r"go:[a-z]|\+build|nolint|\A#!|\A//export |"
    r"\A//\s?#\s?(?:cgo|include|define|if|endif|pragma|undef)\b|\A/\*\s*#\s?(?:cgo|include|define)\b|\+kubebuilder|\+k8s|\+genclient|"
    r"webpack|@vite-|__PURE__|@jsx|sourceMappingURL|<(?:reference|amd)|syntax=|escape=|shellcheck|yaml-language-server|\$schema|"
    r"@generated|swiftlint|swift-tools|rubocop|frozen_string_literal|typed:|NOLINT|clang-|c?spell|NOSONAR|sonar|@openapi|@swagger|"
    r"renovate|x-release-please|dependabot|gitleaks|semgrep|checkov|tfsec|hadolint|yamllint|ansible-lint|vim:|@ApiProperty|"
    r"@deprecated|@internal|\A/\*[+!]|\A<!--\[if|\A--\+|langium|@format|@flow|@noflow|@jest-environment|@preserve"
)
_TYPES = re.compile(r"@(?:type|typedef|param|returns?|template|satisfies|import|enum|callback|property|overload)\b")
_SETTING = re.compile(r"\A#\s?(?:export\s)?[A-Za-z_][\w.]{0,100}\s?=")


def obeyed(comment: str, path: str) -> bool:
    """Whether a comment is read by a tool: a linter's switch, a build tag, a type in a JavaScript file, a setting to take in."""
    head = comment[:2000]
    if _WORDS.search(head):
        return True
    name = path.rpartition("/")[2].lower()
    if name.endswith((".js", ".jsx", ".mjs", ".cjs")):
        return bool(_TYPES.search(head))
    return (name.startswith(".env") or ".env" in name or name.endswith(".conf")) and bool(_SETTING.match(head))
