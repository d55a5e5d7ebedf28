"""The options that package managers and task runners share."""

SELECTS = frozenset(("--filter", "-F", "--filter-prod", "--scope", "--projects", "--package", "--include", "--from"))
MOVES = frozenset(("-C", "--dir", "--cwd", "--prefix", "--directory", "--project-directory"))
ALL = frozenset(("-r", "--recursive", "-ws", "--workspaces", "--all", "--affected", "-A", "m"))
RUN = frozenset(("run", "run-script", "exec", "dlx", "x", "rum", "urn"))
VALUED = frozenset(  # options whose value is the next word
    ("--workspace-concurrency", "--concurrency", "--loglevel", "--with", "--python", "--extra", "--group", "--env-file", "-u",
     "--output-logs", "--reporter", "-j", "--jobs", "--parallel-jobs", "--log-order", "--env", "-n", "--name", "-f", "--file",
     "-e", "--cache-dir", "--user", "--service", "--cache", "--token", "--team", "--graph")
)  # fmt: skip
