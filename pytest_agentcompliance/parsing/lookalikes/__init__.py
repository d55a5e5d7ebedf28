"""Text and paths that are not what they look like: look-alike letters, characters that nobody sees, names in disguise."""
