"""Configuration files of linters, type checkers, scanners, coverage, hooks and pipelines, compared by what they mean."""
