"""Prints who boto3 is with a profile, which is all it is told, or with what its environment says."""

import sys

import boto3

session = boto3.Session(profile_name=next(iter(sys.argv[1:]), None))
print(session.client("sts").get_caller_identity()["Arn"])
