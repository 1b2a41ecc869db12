"""A state machine as a picture, and an execution's colours on it."""
