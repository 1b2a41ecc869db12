"""Step Functions on this machine: its API, answered by the engine."""
