"""Verdicts into text, one format a file. Reporters know verdicts and nothing else."""
