"""Proofs of commands: how one is spelled, how one follows another, who signed it."""
