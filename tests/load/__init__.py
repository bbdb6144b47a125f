"""The load test's parts in Python. See README.md."""
