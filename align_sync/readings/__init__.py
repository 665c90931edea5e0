"""Values of metrics, read from the systems that have them: one module a kind, and what all of them keep to."""
