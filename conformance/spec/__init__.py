"""The specification as data: versions, shapes, requirements, and the documents that travel inside strings."""
