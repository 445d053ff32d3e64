"""The figures of reports, one subject a file."""
