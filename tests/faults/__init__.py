"""What goes wrong between maestro and its AWS, at each call; and a process that is killed."""
