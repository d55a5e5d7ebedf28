"""``python -m pytest_agentcompliance`` is the command ``agent-compliance``."""

from pytest_agentcompliance.cli import main

if __name__ == "__main__":
    main()
