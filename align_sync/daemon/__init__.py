"""The service that runs by itself: a clock that says when, and the same jobs that the command line runs."""
