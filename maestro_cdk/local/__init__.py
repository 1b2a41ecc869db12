"""The AWS on this machine: a server of its own on the loopback address, and the means to run it."""
