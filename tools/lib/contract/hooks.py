"""What schemathesis has to know of Daybook beyond its contract."""

import os

import schemathesis
from schemathesis.core.failures import Failure

CALLER = os.environ["DAYBOOK_CALLER"]
NOBODY = "user_00000000-0000-7000-8000-000000000000"

# Tokens that only the server makes: anything else is refused as malformed, whatever the schema says.
FORGED = {"bad_cursor", "bad_position"}
# Parameters that exclude each other, or that go together.
CONFLICTING = {"query.conflict"}
# Positions that the log has not reached yet.
AHEAD = {"audit.position_ahead"}
# The header loses its quotes on the way from the pattern to the wire.
UNQUOTED = {"bad_if_match"}


# Where the last write stands, as a client knows it that reads its own writes.
last_write = {}


@schemathesis.hook
def after_call(context, case, response):
    if position := response.headers.get("daybook-position"):
        last_write["position"] = position[0]


@schemathesis.hook
def before_call(context, case, kwargs):
    """Reads what was written, spares the caller, who would have no rights for the rest of the run, and has polls answered at once."""
    if case.method == "GET" and last_write and "Daybook-Min-Position" not in case.headers:
        if "min_position" not in (case.query or {}):
            case.headers["Daybook-Min-Position"] = last_write["position"]
    if case.method != "GET" and (case.path_parameters or {}).get("user") == CALLER:
        case.path_parameters["user"] = NOBODY
    if case.operation.path == "/realtime/queues/{queue}/events" and case.method == "GET":
        timeout = (case.query or {}).get("timeout_s", 50)
        if isinstance(timeout, int) and 0 <= timeout <= 300:
            case.query["timeout_s"] = 0


@schemathesis.check
def valid_requests_are_malformed_by_their_tokens_alone(ctx, response, case):
    """400 for a request that fits the schema is right only for what no schema can say."""
    if case.meta is None or case.meta.generation.mode.is_negative or response.status_code != 400:
        return
    code = response.json().get("code")
    if code not in FORGED | CONFLICTING | AHEAD | UNQUOTED:
        raise Failure(
            operation=case.operation.label,
            title="A request that fits the schema is malformed",
            message=f"400 {code}",
        )
