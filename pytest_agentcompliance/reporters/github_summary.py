"""The comment's Markdown at the length of a job's summary on GitHub: https://docs.github.com/en/actions, job summaries."""

from pytest_agentcompliance.reporters import markdown
from pytest_agentcompliance.reporters.account import Account

LONGEST = 1_000_000  # bytes; of the 1 MiB that a step may write, the rest is left to what the step writes beside


def dumps(account: Account) -> str:
    """Markdown to append to the file that GITHUB_STEP_SUMMARY names."""
    return markdown.written(account, LONGEST, lambda text: len(text.encode("utf-8")))
