"""What ``agent-compliance canary`` does: a breach of each bound rule, planted in a throw-away clone, must be found."""
