"""What measures speed, memory and scale. Nothing here is a test: figures depend on the machine and its neighbours."""
