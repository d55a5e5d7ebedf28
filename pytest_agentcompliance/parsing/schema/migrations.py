"""Which files are migrations, by the folders and names that tools give them."""

GLOBS = (
    "**/migrations/**/*.sql", "**/migrations/**/*.py", "**/migrations/**/*.ts", "**/migrations/**/*.js", "**/migrations/**/*.go",
    "**/migrations/**/*.php", "**/migrations/**/*.mjs", "**/migrations/**/*.cjs", "**/migration/**/*.sql", "**/migration/**/*.ts",
    "**/migrate/**/*.sql", "**/migrate/**/*.rb", "**/alembic/**/versions/**/*.py", "**/versions/*.py", "**/drizzle/**/*.sql",
    "**/V[0-9]*__*.sql", "**/*.up.sql", "**/changelog/**/*.xml", "**/changelog/**/*.sql", "**/schema/migrations/**",
    "!**/migrations/**/meta/**", "!**/__init__.py", "!**/migrations/**/*.test.ts", "!**/migrations/**/index.ts",
    "!**/node_modules/**", "!**/__tests__/**", "!**/pgtap/**",
)  # fmt: skip
