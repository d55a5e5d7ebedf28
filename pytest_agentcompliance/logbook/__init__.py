"""What ``agent-compliance log`` does with one log, inside a repository or out of it."""
