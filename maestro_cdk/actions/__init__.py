"""Use cases: they are given what they act through, say what happens, and never print or ask."""
