"""Whether a change leaves the code what it was, and what accounts for the file that it is in."""
