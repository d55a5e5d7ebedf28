"""Transcripts of agents: what each harness writes down, read into one kind of record."""
