"""The face toward pytest, while it sleeps."""
