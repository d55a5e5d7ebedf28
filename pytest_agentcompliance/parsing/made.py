"""Code that nobody writes by hand, or that is no part of what a product offers: globs, and what such a file says of itself."""

import re

_WRITTEN = re.compile(r"(?i)@generated\b|\b(?:auto[- ]?)?generated (?:by|from|with|using)\b|\bdo not edit\b")
_TOOL = re.compile(r"(?i)\bgenerated (?:by|with|using)[ \t]+(?:the )?[`'\"]?(@?[a-z][\w./@-]{2,60})")
_HEAD = 1000  # characters of a file in which a tool says that it wrote it

GENERATED = (
    "**/generated/**", "**/__generated__/**", "*.gen.*", "*.generated.*", "*_gen.go", "*.pb.go", "*_pb2.py", "*_pb2_grpc.py",
    "*.min.js", "*.d.ts", "*.d.mts", "*.d.cts", "**/dist/**", "**/build/**", "**/out/**", "**/.next/**", "**/node_modules/**",
    "**/vendor/**", "**/.venv/**", "**/site-packages/**",
)  # fmt: skip
MIGRATIONS = ("**/migrations/**", "**/alembic/**", "**/seeds/**", "**/seed.*", "**/seeders/**")
BESIDE = (
    "**/fixtures/**", "**/*-fixtures/**", "**/__fixtures__/**", "**/__mocks__/**", "**/mocks/**", "*.mock.*", "*.stories.*",
    "**/.storybook/**", "**/examples/**", "**/example/**", "**/*-examples/**", "**/samples/**", "**/templates/**",
    "**/benchmarks/**", "**/storybook/**", "*.config.*",
)  # fmt: skip
SCRIPTS = (
    "**/scripts/**", "**/bin/**", "**/hooks/*.py", "**/.claude/**", "**/.github/**", "setup.py", "noxfile.py", "tasks.py",
)  # fmt: skip


def says_generated(text: str) -> bool:
    """Whether a file says that a tool wrote it."""
    return _WRITTEN.search(text[:_HEAD]) is not None


def tool_of(text: str) -> str:
    """The tool that a file says it was written by; empty where it names none."""
    found = _TOOL.search(text[:_HEAD])
    return found[1].rstrip("./") if found else ""
