"""The ways out: one module a kind of channel, each turning what happened into a definite yes, a no, or unclear."""
