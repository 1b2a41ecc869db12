"""The engine: a state machine and its input become a history, event by event, as AWS writes it."""
