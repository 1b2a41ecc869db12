"""The terminal: the only room that knows click and rich, and both actions and adapters."""
