"""The page: a workflow's picture and its executions, served to the browser of this machine."""
