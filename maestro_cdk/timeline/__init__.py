"""What an execution did, told from its events, whoever ran it."""
