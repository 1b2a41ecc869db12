"""A CloudFormation that follows a script: it keeps the service's rules, and fails when told to."""
