"""A report with a hand-off as it should be, for examples, and the lines that its fields stand on."""

REPORT = """\
# Report

The carts are built as the spec has them.

```json
{
  "handoff": { "agent": "Backend Developer", "status": "complete", "phase": "development" },
  "deliverables": {
    "endpoints": { "total": 2, "carts": 2 },
    "database": { "tables": 1, "migrations": 1 },
    "test_coverage": "80%"
  },
  "verification": { "all_passed": true, "build": 0, "test": 0, "lint": 0 },
  "self_healing_log": {
    "attempts": [
      { "attempt": 1, "status": "failed", "error": "TS2345 in carts.ts" },
      { "attempt": 2, "status": "success", "fix": "Typed the cart" }
    ],
    "final_status": "success"
  },
  "api": { "base_url": "/api/v1", "auth_method": "JWT Bearer" },
  "next_agent": "QA Engineer"
}
```
"""
OPENS, HEAD, ENDPOINTS, DATABASE, COVERAGE, CHECKS, FIRST, SECOND, FINAL = 6, 7, 9, 10, 11, 13, 16, 17, 19  # lines


def at(line: int) -> str:
    """A line of the report, as an example names it."""
    return f"REPORT.md:{line}"
