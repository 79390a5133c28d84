"""Prints who boto3 is with a profile, which is all it is told."""

import sys

import boto3

session = boto3.Session(profile_name=sys.argv[1])
print(session.client("sts").get_caller_identity()["Arn"])
