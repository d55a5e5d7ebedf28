"""What is claimed of checks, and what the evidence says that they came to. Pure: the rule brings both."""
