"""Shell lines, read for what they would run, write and show. Nothing is run, and nothing is expanded."""
