"""Where a run's log lay before: a story's folder moves from stage to stage, and its log with it."""

TAIL = 3  # the story's folder, the folder of its documents, the log's name


def same_log(path: str, log: str) -> bool:
    """Whether a path is that of the log, or of the same story's log in the folder of another stage."""
    tail = "/".join(log.split("/")[-TAIL:])
    return path == log or (tail.count("/") == TAIL - 1 and path.endswith(f"/{tail}"))
