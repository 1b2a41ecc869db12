"""What AWS's services look like: their actions, parameters and errors."""
