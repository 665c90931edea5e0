"""Saying each thing once: what a message in the outbox is, and pure decisions on what to do with it next."""
