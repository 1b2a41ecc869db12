"""AWS by boto3: the only room that imports it."""
