"""Readers of what an adversary may have written, driven with broken input: ``python -m tests.fuzz --minutes 60``."""
