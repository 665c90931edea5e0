"""When what is to be done, and what became of it: pure decisions over schedules, slots, runs and failing sources."""
