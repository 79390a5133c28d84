"""Prints who boto3 is with what its environment says, and by which of its providers it knows."""

import boto3

session = boto3.Session()
assert session.get_credentials().method == "container-role", session.get_credentials().method
print(session.client("sts").get_caller_identity()["Arn"])
