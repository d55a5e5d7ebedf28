"""The final report of an agent: its sections and what stands in them, Markdown or JSON."""
