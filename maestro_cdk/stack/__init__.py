"""The project as a CloudFormation stack: the only room that imports CDK."""
