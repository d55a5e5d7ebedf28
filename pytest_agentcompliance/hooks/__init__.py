"""The hooks of an agent's harness, and of git: an event in, a short answer out. What is quick stands apart from what judges."""
