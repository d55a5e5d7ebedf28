"""What ``agent-compliance prove`` does: runs a command unchanged, and writes down what ran, over what, and what came of it."""
