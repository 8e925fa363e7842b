"""Traffic that was recorded elsewhere: captures and documents in files, read, recognised and judged."""
