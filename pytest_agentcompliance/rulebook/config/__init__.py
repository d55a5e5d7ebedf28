"""Rules about the configuration that servers and tools are started with."""
