"""The files that guard a repository, or tell agents what to do, as globs of their usual places."""

AGENTS = [
    "/.claude/agents/**/*.md", "*.agent.md", ".github/agents/**", ".github/chatmodes/**", ".opencode/agent/**",
    ".opencode/agents/**", ".cursor/agents/**", ".codex/agents/**", ".gemini/agents/**", ".agents/agents/**", ".roomodes",
    ".factory/droids/**",
]  # fmt: skip
INSTRUCTIONS = [
    "AGENTS.md", "AGENTS.override.md", "AGENT.md", "CLAUDE.md", "CLAUDE.local.md", "GEMINI.md", "QWEN.md", "WARP.md",
    "CRUSH.md", "/.claude/**", "/.cursor/**", "/.cursorrules", "/.windsurf/**", "/.windsurfrules", "/.clinerules",
    "/.clinerules/**", "/.roo/**", "/.roorules*", "/.aider*", "/.continue/**", "/.codex/**", "/.gemini/**", "/.opencode/**",
    "/opencode.json", "/.kiro/**", "/.junie/**", "/.augment/**", "/.augment-guidelines", "/.trae/rules/**",
    "/.amazonq/rules/**", "/.openhands/**", "/.goosehints", "/.agents/**", "/.agent-os/**", "/.mcp.json", "/replit.md",
    ".github/copilot-instructions.md", ".github/instructions/**", ".github/prompts/**",
]  # fmt: skip
GATES = [
    ".github/workflows/*.yml", ".github/workflows/*.yaml", ".github/actions/**", ".github/settings.yml",
    ".github/rulesets/**", "/CODEOWNERS", ".github/CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS", "/.gitlab-ci.yml",
    ".gitlab/ci/**", "/Jenkinsfile*", ".circleci/**", "/azure-pipelines*.yml", ".azure-pipelines/**",
    "/bitbucket-pipelines.yml", ".buildkite/**", "/.drone.yml", "/.woodpecker.yml", ".woodpecker/**", "/.travis.yml",
    "/appveyor.yml", "/.appveyor.yml", ".teamcity/**", ".tekton/**", ".semaphore/**", ".forgejo/workflows/**",
    ".gitea/workflows/**", "/cloudbuild.yaml", "/cloudbuild.yml", "/.mergify.yml", ".github/mergify.yml", "/dangerfile.*",
    "/Dangerfile",
]  # fmt: skip
HOOKS = [
    ".husky/**", ".githooks/**", ".git-hooks/**", "lefthook.yml", "lefthook.yaml", "lefthook.toml", "lefthook.json",
    ".lefthook.yml", ".lefthook.yaml", "lefthook-local.yml", ".lefthook/**", ".pre-commit-config.yaml", ".lintstagedrc*",
    "lint-staged.config.*", ".overcommit.yml", ".simple-git-hooks.*",
]  # fmt: skip
CHECKS = [
    "eslint.config.*", ".eslintrc*", ".eslintignore", "biome.json", "biome.jsonc", ".oxlintrc.json", "ruff.toml",
    ".ruff.toml", ".flake8", ".pylintrc", "mypy.ini", ".mypy.ini", "pyrightconfig.json", "pytest.ini", "tox.ini",
    ".coveragerc", "noxfile.py", "vitest.config.*", "vitest.workspace.*", "jest.config.*", "playwright.config.*",
    "cypress.config.*", ".nycrc*", ".golangci.*", ".stylelintrc*", ".markdownlint*", ".commitlintrc*", "commitlint.config.*",
    ".dependency-cruiser.*", "sonar-project.properties", "codecov.yml", ".codecov.yml", ".coderabbit.yaml", ".semgrep.yml",
    ".semgrepignore", ".gitleaks.toml", ".gitleaksignore", ".jscpd.json", "knip.json", "stryker.conf.*", "pytest.toml",
    ".pytest.toml", ".pytest.ini", "sitecustomize.py", "usercustomize.py", "*.pth",
]  # fmt: skip
# What lies among them as data that every run writes, as copies, or as samples for others.
DATA = [
    ".agent-compliance/proofs/**", "/.claude/settings.local.json.*", "/.claude/worktrees/**", "/.claude/plans/**",
    "/.claude/tasks/**", "/.claude/todos/**", "/.claude/projects/**", "/.claude/sessions/**", "/.claude/logs/**",
    "/.claude/cache/**", "/.claude/tmp/**", "/.claude/state/**", "/.claude/memory/**", "/.claude/backups/**",
    "/.claude/*.lock", "/.cursor/plans/**", "/.cursor/debug.log", "/.aider.chat.history*", "/.aider.input.history",
    "/.aider.tags.cache*/**", "/.agents/plans/**", "**/.gitignore", "**/package-lock.json", "**/node_modules/**", "*.bak",
    "*.orig", "*.log", "*.png", "*.jpg", "*.gif", "*.svg", "[!.]*/**/fixtures/**", "[!.]*/**/__fixtures__/**",
    "[!.]*/**/testdata/**", "[!.]*/**/templates/**", "[!.]*/**/examples/**", "**/__tests__/**", "/fixtures/**", "/testdata/**",
    "/templates/**", "/examples/**", "/archive/**", "/archived/**",
]  # fmt: skip
# Names under which agents read instructions, wherever such a file lies; one may stand for another in its folder.
NAMES = ("AGENTS.md", "AGENT.md", "CLAUDE.md", "GEMINI.md", "QWEN.md", "WARP.md", "CRUSH.md")
# Instructions that often are links to a page elsewhere.
LINKED = ("AGENTS.md", "CLAUDE.md", "GEMINI.md", ".cursorrules", ".windsurfrules", ".github/copilot-instructions.md")
