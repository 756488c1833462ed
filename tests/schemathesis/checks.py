"""What a schema cannot say of the Sovereign's answers; read by schemathesis."""

import schemathesis


@schemathesis.check
def every_answer_names_its_request(ctx, response, case):
    assert len(response.headers.get("x-request-id", [])) == 1, "no x-request-id"


@schemathesis.check
def problems_are_well_formed(ctx, response, case):
    if response.headers["content-type"] != ["application/problem+json"]:
        return
    problem = response.json()
    assert problem["status"] == response.status_code, "another status"
    assert problem["error"] == problem["detail"] != "", "older clients read `error`"
    assert problem["type"] == "urn:sovereign:problem:" + problem["code"], "another type"
    request_id = response.headers["x-request-id"][0]
    assert problem["instance"] == "urn:request:" + request_id, "another request"
    if problem["code"] == "invalid_request":
        assert problem["field"], "it does not say what is wrong"


@schemathesis.check
def only_without_a_card_processor_is_503(ctx, response, case):
    if response.status_code == 503:
        assert response.json()["code"] == "payment_not_configured", "a server error"
