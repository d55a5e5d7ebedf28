"""The transcripts of agents' harnesses into one model of ordered steps, format by format."""
