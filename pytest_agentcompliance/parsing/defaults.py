"""Words and globs that are defaults of rules' parameters, apart from the readers that use them: a rule is made at every start."""

# Words that make whoever confirmed a decision an agent, not a person.
AGENTS = (
    "agent", "agents", "ai", "assistant", "auto", "autonomous", "bot", "claude", "codex", "coder", "copilot", "cursor", "decider",
    "elab", "elaboration", "gemini", "gpt", "leader", "llm", "model", "openai", "orchestrator", "planner", "planning", "self",
    "subagent", "system", "worker", "workers",
)  # fmt: skip
# The names that projects give the script that type checks.
SCRIPTS = (
    "check-types", "type-check", "typecheck", "types:check", "check:types", "type:check", "ts:check", "tsc", "lint:types", "types",
    "typecheck:ci", "check-types:all", "type-check:all", "typecheck:all", "mypy", "pyright",
)  # fmt: skip
# The files that type checkers read, and those of them that configure tools and lie outside what is checked.
CODE = ("*.ts", "*.tsx", "*.mts", "*.cts", "*.vue", "*.svelte", "*.astro", "*.py", "*.pyi")
EXEMPT = ("*.config.*", "*.config.*.*")
# The endings of Python, TypeScript and JavaScript: what the rules over a backend's code look at.
ENDINGS = (".py", ".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs")
# Files whose routes nobody calls.
UNSERVED = [
    "**/node_modules/**", "**/vendor/**", "**/third_party/**", "**/dist/**", "**/build/**", "**/.next/**", "**/fixtures/**",
    "**/__fixtures__/**", "**/testdata/**", "**/examples/**", "**/example/**", "**/mocks/**", "**/__mocks__/**", "**/templates/**",
    "docs/**", "**/generated/**", "**/.claude/**", "*.d.ts", "*.min.js",
]  # fmt: skip
# Paths that run beside an API, and that nobody writes into its document.
BESIDE = [
    "/", "health", "health/**", "healthz", "healthz/**", "healthcheck", "health-check", "livez", "readyz", "live", "ready",
    "liveness", "readiness", "ping", "metrics", "favicon.ico", "robots.txt", "sitemap.xml", "docs", "docs/**", "redoc", "api-docs",
    "api-docs/**", "swagger", "swagger/**", "swagger-ui/**", "swagger.json", "openapi.json", "openapi.yaml", "static/**",
    "assets/**", "public/**", ".well-known/**", "*.js", "*.css", "*.map", "*.ico", "*.png", "*.svg",
]  # fmt: skip
# What a project that may serve has in its folder.
PROJECTS = frozenset({"package.json", "pyproject.toml", "setup.py", "requirements.txt", "deno.json", "project.json"})
