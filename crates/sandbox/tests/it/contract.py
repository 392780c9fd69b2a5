"""Holds a recording of the sandbox against the service models of botocore.

    contract.py RECORDING      one JSON object a line, as tests/it/wire.rs writes them

Every request that was answered well has to be one that the model allows, and every answer one that the
model describes: members, types, what is required, names of errors and their status. Prints one JSON
object with what was held against which model, and what was wrong.
"""

import base64
import collections
import json
import re
import sys
from urllib.parse import parse_qsl, unquote

import botocore.session
from botocore.eventstream import EventStreamBuffer
from botocore.model import OperationNotFoundError
from botocore.parsers import create_parser
from botocore.validate import ParamValidator

# Errors that a service answers before it knows the operation; no model lists them.
# Source: https://docs.aws.amazon.com/bedrock/latest/APIReference/CommonErrors.html
COMMON = {
    "AccessDeniedException",
    "ExpiredTokenException",
    "IncompleteSignatureException",
    "InvalidSignatureException",
    "MissingAuthenticationTokenException",
    "ServiceUnavailableException",
    "ThrottlingException",
    "UnrecognizedClientException",
}
# The portal's answer for a role that is not assigned, which its model leaves out.
COMMON_OF = {"sso": {"ForbiddenException"}}
STS_ERRORS = {"ExpiredToken", "SignatureDoesNotMatch", "InvalidClientTokenId", "Throttling"}

session = botocore.session.get_session()
MODELS = {name: session.get_service_model(name) for name in ("sso-oidc", "sso", "bedrock-runtime", "sts")}


def routes():
    for service in ("sso-oidc", "sso", "bedrock-runtime"):
        model = MODELS[service]
        for name in model.operation_names:
            operation = model.operation_model(name)
            template = operation.http["requestUri"].split("?")[0]
            pattern = re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(template))
            yield operation.http["method"], re.compile(pattern + "$"), service, operation


ROUTES = list(routes())


def find(exchange):
    path = exchange["target"].split("?")[0]
    for method, pattern, service, operation in ROUTES:
        match = pattern.match(path)
        if match and method == exchange["method"]:
            return service, operation, {name: unquote(value) for name, value in match.groupdict().items()}
    if (exchange["method"], path) == ("POST", "/"):
        return "sts", MODELS["sts"].operation_model("GetCallerIdentity"), {}
    return None


def validate(value, shape):
    report = ParamValidator().validate(value, shape)
    return [report.generate_report()] if report.has_errors() else []


def request_of(exchange, shape, labels):
    """Puts a request's members back together from where HTTP carried them."""
    query = dict(parse_qsl(exchange["target"].partition("?")[2]))
    headers = {name.lower(): value for name, value in exchange["headers"]}
    body = base64.b64decode(exchange["body"])
    payload = shape.serialization.get("payload")
    members = {}
    if body and not payload:
        members.update(json.loads(body))
    for name, member in shape.members.items():
        location = member.serialization.get("location")
        wire = member.serialization.get("name", name)
        found = {"querystring": query, "uri": labels, "header": headers}.get(location, {})
        value = found.get(wire.lower() if location == "header" else wire)
        if value is not None:
            members[name] = int(value) if member.type_name == "integer" else value
        if name == payload:
            members[name] = body
    return members


def check_stream(body, shape):
    """Checks every whole frame; what breaks off was asked to."""
    wrong = []
    buffer = EventStreamBuffer()
    buffer.add_data(body)
    for frame in buffer:
        headers = frame.headers
        name = headers.get(":event-type") or headers.get(":exception-type")
        member = shape.members.get(name)
        if member is None:
            wrong.append(f"the stream has no {name}")
            continue
        if name == "chunk":
            content = json.loads(frame.payload)
            wrong += validate({key: base64.b64decode(text) for key, text in content.items()}, member)
        else:
            wrong += validate(json.loads(frame.payload), member)
    return wrong


def check_answer(exchange, service, operation):
    shape = operation.output_shape
    body = base64.b64decode(exchange["answer"])
    if service == "sts":
        parsed = create_parser("query").parse(
            {"status_code": 200, "headers": {}, "body": body}, shape
        )
        parsed.pop("ResponseMetadata")
        return validate(parsed, shape) + ([] if len(parsed) == 3 else ["a member is missing"])
    if shape is None:
        return [] if not body else ["there is no body in the model"]
    if operation.has_event_stream_output:
        stream, = [member for member in shape.members.values() if member.serialization.get("eventstream")]
        return check_stream(body, stream)
    if shape.serialization.get("payload"):
        return []
    return validate(json.loads(body), shape)


def check_error(exchange, service, operation):
    headers = {name.lower(): value for name, value in exchange["answerHeaders"]}
    body = base64.b64decode(exchange["answer"])
    if service == "sts":
        code, = re.findall(rb"<Code>(\w+)</Code>", body)
        return [] if code.decode() in STS_ERRORS else [f"STS has no error {code.decode()}"]
    name = headers.get("x-amzn-errortype")
    if name is None:
        return ["the error has no name"]
    json.loads(body)
    for shape in operation.error_shapes:
        if shape.name == name:
            status = shape.metadata["error"].get("httpStatusCode", 400)
            wrong = [] if status == exchange["status"] else [f"{name} has status {status}"]
            # What stands before the services writes the member with a capital letter.
            known = set(shape.members) | {"__type"} | ({"Message"} if name == "AccessDeniedException" else set())
            return wrong + [f"{name} has no {one}" for one in json.loads(body) if one not in known]
    if name in COMMON or name in COMMON_OF.get(service, ()):
        return []
    return [f"{operation.name} has no error {name}"]


counts = collections.Counter()
wrong = []
with open(sys.argv[1]) as recording:
    for line in recording:
        exchange = json.loads(line)
        found = find(exchange)
        if found is None:
            continue
        service, operation, labels = found
        # Answers that a test asked to be broken.
        if b'{"accessToken": "FAKE' == base64.b64decode(exchange["answer"]):
            continue
        problems = []
        try:
            if exchange["status"] < 300:
                if service != "sts":
                    members = request_of(exchange, operation.input_shape, labels)
                    problems += validate(members, operation.input_shape)
                problems += check_answer(exchange, service, operation)
                counts[f"{service} answers"] += 1
            else:
                problems += check_error(exchange, service, operation)
                counts[f"{service} errors"] += 1
        except Exception as error:
            problems.append(f"{type(error).__name__}: {error}")
        wrong += [f"{operation.name} {exchange['status']}: {problem}" for problem in problems]
print(json.dumps({"held": counts, "wrong": wrong}))
