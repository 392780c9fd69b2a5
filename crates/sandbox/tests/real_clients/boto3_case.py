"""Plays one case with boto3 and prints its outcome as one JSON line.

Run by tests/real_clients/host.rs with a scrubbed environment and a home that has a signed-in SSO profile.
Every JSON answer that passes through is also held against botocore's own service model.
"""

import json
import os
import sys

import boto3
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import ClientError
from botocore.validate import ParamValidator


def hold_against_model(response_dict, operation_model, **_):
    """Reports members, types and required fields that the service model does not know."""
    shape = operation_model.output_shape
    body = response_dict["body"]
    if response_dict["status_code"] >= 300 or shape is None or not isinstance(body, bytes) or not body:
        return
    if operation_model.has_streaming_output or shape.serialization.get("payload"):
        return
    report = ParamValidator().validate(json.loads(body), shape)
    if report.has_errors():
        raise AssertionError(f"{operation_model.name}: {report.generate_report()}")


def session_of(case):
    session = boto3.Session()
    session.events.register("before-parse", hold_against_model)
    if case == "wrong-secret":
        real = session.get_credentials().get_frozen_credentials()
        session._session._credentials = Credentials(real.access_key, "FAKE" * 10, real.token)
    if case == "wrong-token":
        real = session.get_credentials().get_frozen_credentials()
        session._session._credentials = Credentials(real.access_key, real.secret_key, "FAKE")
    return session


def user(text):
    return [{"role": "user", "content": [{"text": text}]}]


def converse(client, model):
    answer = client.converse(modelId=model, messages=user("hi"))
    return {"text": answer["output"]["message"]["content"][0]["text"], "stop": answer["stopReason"]}


def stream(client, model):
    text, seen, stop = "", [], None
    for event in client.converse_stream(modelId=model, messages=user("hi"))["stream"]:
        (name, body), = event.items()
        if name not in seen:
            seen.append(name)
        text += body.get("delta", {}).get("text", "")
        stop = body.get("stopReason", stop)
    return {"text": text, "stop": stop, "events": seen}


ANTHROPIC = {
    "anthropic_version": "bedrock-2023-05-31",
    "max_tokens": 64,
    "messages": [{"role": "user", "content": "hi"}],
}


def invoke(client, model):
    answer = client.invoke_model(modelId=model, body=json.dumps(ANTHROPIC))
    message = json.loads(answer["body"].read())
    return {"text": message["content"][0]["text"], "stop": message["stop_reason"]}


def invoke_stream(client, model):
    text, stop = "", None
    answer = client.invoke_model_with_response_stream(modelId=model, body=json.dumps(ANTHROPIC))
    for event in answer["body"]:
        delta = json.loads(event["chunk"]["bytes"]).get("delta", {})
        text += delta.get("text", "")
        stop = delta.get("stop_reason", stop)
    return {"text": text, "stop": stop}


def embed(client, model):
    answer = client.invoke_model(modelId=model, body=json.dumps({"inputText": "hi", "dimensions": 256}))
    return {"text": str(len(json.loads(answer["body"].read())["embedding"]))}


def portal(session):
    import glob

    cache, = glob.glob(os.path.expanduser("~/.aws/sso/cache/*.json"))
    with open(cache) as file:
        token = json.load(file)["accessToken"]
    sso = session.client("sso")
    account, = sso.list_accounts(accessToken=token)["accountList"]
    role, = sso.list_account_roles(accessToken=token, accountId=account["accountId"])["roleList"]
    try:
        sso.get_role_credentials(accessToken=token, accountId=account["accountId"], roleName="Admin")
        other = "given"
    except ClientError as error:
        other = error.response["Error"]["Code"]
    sso.logout(accessToken=token)
    try:
        sso.list_accounts(accessToken=token)
        after = "still signed in"
    except ClientError as error:
        after = error.response["Error"]["Code"]
    return {"text": " ".join([account["accountId"], role["roleName"], other, after])}


def pause():
    print("ready", flush=True)
    sys.stdin.readline()


def play(case, model):
    session = session_of(case)
    if case == "portal":
        return portal(session)
    region = "eu-west-1" if case == "wrong-region" else None
    client = session.client(
        "bedrock-runtime", region_name=region, config=Config(retries={"total_max_attempts": 1})
    )
    if case == "paused":
        session.get_credentials().get_frozen_credentials()
        pause()
    calls = {"stream": stream, "invoke": invoke, "invoke-stream": invoke_stream, "embed": embed}
    return calls.get(case, converse)(client, model)


try:
    outcome = play(sys.argv[1], sys.argv[2])
except ClientError as error:
    outcome = {
        "error": error.response["Error"]["Code"],
        "status": error.response["ResponseMetadata"]["HTTPStatusCode"],
        "message": error.response["Error"]["Message"],
    }
except Exception as error:
    outcome = {"error": type(error).__name__, "message": str(error)}
print(json.dumps(outcome))
