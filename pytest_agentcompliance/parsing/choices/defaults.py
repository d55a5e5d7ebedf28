"""Defaults of what counts as a test, as no code of the product, as provided by a platform, and as a document that decides."""

# Documents of the repository, in lower case.
REGISTERS = (
    "**/tech[-_]stack.md", "**/tech-stack/**/*.md", "**/adr/**/*.md", "**/adrs/**/*.md", "**/adr-*.md", "docs/decisions/**/*.md",
    "docs/architecture/decisions/**/*.md", "docs/decisions.md", "architectural-decisions.yaml",
    "docs/architectural-decisions.yaml", "!**/templates/**", "!**/examples/**", "!**/fixtures/**", "!**/node_modules/**",
    "!**/vendor/**", "!**/_archive/**", "!**/archive/**",
)  # fmt: skip
TESTS = (
    "**/__tests__/**", "**/tests/**", "**/test/**", "**/testing/**", "*.test.*", "*.spec.*", "test_*.py", "*_test.*",
    "conftest.py", "**/__mocks__/**", "**/mocks/**", "*.mock.*", "**/e2e/**", "**/cypress/**", "**/playwright/**",
    "playwright.config.*", "*.stories.*", "vitest.*", "jest.*", "**/test-utils/**", "**/seeds/**", "**/test-int/**", "**/*-test/**",
    "**/*-tests/**", "test-setup.*", "test-utils.*", "test-helpers.*",
)  # fmt: skip
EXEMPT = (
    "**/fixtures/**", "**/__fixtures__/**", "**/testdata/**", "**/examples/**", "**/*-examples/**", "**/node_modules/**",
    "**/vendor/**", "**/dist/**", "**/generated/**", "*.generated.*", "**/docs/**", "**/coverage/**", "*.min.js",
    "**/templates/**", "**/_archive/**", "**/archive/**", ".claude/**", ".agents/**", ".cursor/**", ".codex/**", ".gemini/**",
    ".opencode/**",
)  # fmt: skip
# Environment variables of the system, of shells, package managers, CI services and platforms.
PROVIDED = (
    "NODE_ENV", "NODE_OPTIONS", "CI", "PATH", "HOME", "PORT", "HOST", "HOSTNAME", "USER", "USERNAME", "LOGNAME", "SHELL",
    "TERM", "TERM_PROGRAM", "PWD", "LANG", "LC_*", "TZ", "TMPDIR", "TMP", "TEMP", "EDITOR", "VISUAL", "PAGER", "DISPLAY",
    "COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR", "CLICOLOR*", "XDG_*", "APPDATA", "LOCALAPPDATA", "PROGRAMFILES*",
    "USERPROFILE", "WINDIR", "SYSTEMROOT", "COMSPEC", "PATHEXT", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "DEBUG", "VERBOSE",
    "npm_*", "NPM_CONFIG_*", "INIT_CWD", "PNPM_HOME", "GITHUB_ACTIONS", "GITHUB_ACTOR*", "GITHUB_API_URL", "GITHUB_BASE_REF",
    "GITHUB_ENV", "GITHUB_EVENT*", "GITHUB_HEAD_REF", "GITHUB_JOB", "GITHUB_OUTPUT", "GITHUB_PATH", "GITHUB_REF*",
    "GITHUB_REPOSITORY*", "GITHUB_RUN*", "GITHUB_SERVER_URL", "GITHUB_SHA", "GITHUB_STEP_SUMMARY", "GITHUB_TOKEN",
    "GITHUB_WORKFLOW*", "GITHUB_WORKSPACE", "RUNNER_*", "GITLAB_CI", "CI_*", "BUILD_NUMBER", "VERCEL", "VERCEL_*", "NETLIFY",
    "RENDER", "FLY_*", "DYNO", "K_SERVICE", "KUBERNETES_*", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_LAMBDA_*",
    "AWS_EXECUTION_ENV", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE", "LAMBDA_TASK_ROOT",
    "_X_AMZN_*", "GOOGLE_APPLICATION_CREDENTIALS", "VITEST", "VITEST_*", "JEST_WORKER_ID", "PYTEST_*", "PLAYWRIGHT_*",
    "STORYBOOK*", "MODE", "DEV", "PROD", "SSR", "BASE_URL", "NEXT_RUNTIME", "NEXT_PHASE", "PYTHONPATH", "PYTHONUNBUFFERED",
    "PYTHONDONTWRITEBYTECODE", "PYTHONIOENCODING", "VIRTUAL_ENV", "CONDA_*", "PIP_*", "UV_*", "POETRY_*", "DEBIAN_FRONTEND",
    "GOPATH", "GOROOT", "GOOS", "GOARCH", "CGO_ENABLED", "CARGO_*", "RUST_LOG", "RUST_BACKTRACE", "OUT_DIR", "JAVA_HOME",
    "CLAUDECODE", "TURBO_*", "SSH_AUTH_SOCK", "SSH_AGENT_PID", "SSH_CLIENT", "SSH_CONNECTION", "SSH_TTY", "DOCKER_HOST",
    "DOCKER_BUILDKIT", "DOCKER_CONFIG", "LD_*", "DYLD_*", "WSL_*", "ANSI_*", "sops_*", "SSH_ASKPASS*", "SSH_ORIGINAL_COMMAND",
    "WSLENV", "COMPUTERNAME", "USERDOMAIN*", "PROGRAMDATA", "ALLUSERSPROFILE", "COMMONPROGRAMFILES*", "SYSTEMDRIVE",
    "HOMEDRIVE", "HOMEPATH", "PROCESSOR_*", "NUMBER_OF_PROCESSORS", "LOGONSERVER", "SESSIONNAME", "WT_SESSION", "MSYSTEM",
    "OSTYPE", "SHLVL", "OLDPWD", "COLORTERM", "TERM_PROGRAM_VERSION", "TERM_SESSION_ID", "ITERM_SESSION_ID", "TMUX",
    "TMUX_PANE", "WAYLAND_DISPLAY", "DBUS_SESSION_BUS_ADDRESS", "DESKTOP_SESSION", "APPIMAGE", "FLATPAK_ID", "INVOCATION_ID",
    "JOURNAL_STREAM", "NOTIFY_SOCKET", "LISTEN_FDS", "LISTEN_PID", "WATCHDOG_USEC", "CODESPACES", "CODESPACE_NAME",
    "CLAUDE_PROJECT_DIR", "CLAUDE_PLUGIN_ROOT", "ELECTRON_RENDERER_URL", "ELECTRON_RUN_AS_NODE", "VITE_DEV_SERVER_URL",
)  # fmt: skip
