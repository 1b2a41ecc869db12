import pytest
from botocore import exceptions as boto
from botocore.parsers import ResponseParserError

from maestro_cdk.aws.failures import Refusal, translated
from maestro_cdk.errors import AccessDenied, CloudError, CredentialsError, Unreachable


def told(error, profile=None):
    return translated(
        error,
        service="S3",
        endpoint="https://s3.test",
        profile=profile,
        principal=lambda: "arn:aws:iam::1:user/ann",
    )


def refused(code, message="so it is."):
    return boto.ClientError({"Error": {"Code": code, "Message": message}}, "PutObject")


@pytest.mark.parametrize(
    "code",
    [
        "ExpiredToken",
        "ExpiredTokenException",
        "InvalidClientTokenId",
        "UnrecognizedClientException",
        "SignatureDoesNotMatch",
        "InvalidAccessKeyId",
    ],
)
def test_keys_that_aws_does_not_take_are_a_matter_of_credentials(code):
    error = told(refused(code), profile="ours")
    assert isinstance(error, CredentialsError)
    assert "--profile" in error.hint


@pytest.mark.parametrize("code", ["AccessDenied", "AccessDeniedException", "403"])
def test_what_may_not_be_done_names_who_and_what(code):
    error = told(refused(code))
    assert isinstance(error, AccessDenied)
    assert "arn:aws:iam::1:user/ann may not do PutObject of S3" in error.message
    assert "s3:PutObject" in error.hint


def test_a_role_that_boto3_may_not_assume_is_a_matter_of_credentials():
    error = told(boto.ClientError({"Error": {"Code": "AccessDenied"}}, "AssumeRole"))
    assert isinstance(error, CredentialsError)
    assert "role_arn" in error.hint


def test_any_other_refusal_keeps_service_operation_code_and_text():
    error = told(refused("SlowDown", "Reduce your request rate."))
    assert isinstance(error, Refusal)
    assert error.code == "SlowDown"
    assert error.message == "S3 refused PutObject: Reduce your request rate (SlowDown)"


@pytest.mark.parametrize(
    ("error", "hint"),
    [
        (boto.NoCredentialsError(), "--local"),
        (boto.PartialCredentialsError(provider="env", cred_var="secret"), "aws configure"),
        (
            boto.CredentialRetrievalError(provider="process", error_msg="no"),
            "aws configure --profile ours",
        ),
        (boto.UnauthorizedSSOTokenError(), "aws sso login --profile ours"),
        (boto.SSOTokenLoadError(error_msg="none"), "aws sso login --profile ours"),
        (
            boto.TokenRetrievalError(provider="sso", error_msg="expired"),
            "aws sso login --profile ours",
        ),
        (boto.LoginRefreshRequired(), "aws login --profile ours"),
        (boto.ProfileNotFound(profile="ours"), "list-profiles"),
    ],
)
def test_missing_credentials_say_how_to_get_them(error, hint):
    ours = told(error, profile="ours")
    assert isinstance(ours, CredentialsError)
    assert hint in ours.hint


@pytest.mark.parametrize(
    "error",
    [
        boto.EndpointConnectionError(endpoint_url="https://s3.test"),
        boto.ConnectTimeoutError(endpoint_url="https://s3.test"),
        boto.ReadTimeoutError(endpoint_url="https://s3.test"),
        boto.ConnectionClosedError(endpoint_url="https://s3.test"),
        boto.HTTPClientError(error="broken"),
    ],
)
def test_who_does_not_answer_is_named_by_address_once(error):
    ours = told(error)
    assert isinstance(ours, Unreachable)
    assert ours.message.count("https://s3.test") == 1


@pytest.mark.parametrize(
    "error",
    [
        boto.NoRegionError(),
        boto.NoCredentialsError(),
        boto.PartialCredentialsError(provider="env", cred_var="secret"),
        boto.UnauthorizedSSOTokenError(),
        boto.LoginRefreshRequired(),
        boto.ProfileNotFound(profile="ours"),
        boto.HTTPClientError(error="broken."),
        boto.InvalidRegionError(region_name="x."),
        boto.ClientError({"Error": {"Code": "AccessDenied", "Message": "No."}}, "AssumeRole"),
        refused("ExpiredToken", "Over."),
        refused("InvalidClientTokenId", "Unknown."),
        refused("AccessDenied", "No."),
        refused("SlowDown", "Slow down."),
    ],
)
def test_messages_are_no_sentences(error):
    """Others are put before and after them; only a name begins with a capital."""
    message = told(error).message
    assert not message.endswith(".")
    assert message[0].islower() or message.startswith(("AWS ", "S3 "))


def test_what_else_botocore_says_is_a_cloud_error():
    assert type(told(boto.UnknownRegionError(region_name="x", error_msg="y"))) is CloudError


def test_a_bug_of_ours_stays_what_it_is(stubbed):
    assert told(KeyError("x")) is None
    sts = stubbed("STS", "sts")
    with pytest.raises(KeyError), sts.service.told():
        raise KeyError("x")


def test_parameters_that_botocore_refuses_are_told_too(stubbed):
    with pytest.raises(CloudError, match="could not be asked"):
        stubbed("S3", "s3").service.call("head_object", Bucket="b")


def test_a_refusal_while_paging_is_told_too(stubbed):
    s3 = stubbed("S3", "s3")
    s3.answers(
        "list_objects_v2", {"IsTruncated": True, "NextContinuationToken": "t", "Contents": []}
    )
    s3.refuses("list_objects_v2", "AccessDenied")
    pages = s3.service.pages("list_objects_v2", Bucket="b")
    next(pages)
    with pytest.raises(AccessDenied):
        next(pages)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ValueError("Invalid endpoint: garbage"), "has no address"),
        (ResponseParserError("Unable to parse response"), "is not STS"),
    ],
)
def test_an_endpoint_that_is_no_awss_is_told_as_that(error, said):
    ours = translated(
        error, service="STS", endpoint="http://127.0.0.1:1", profile=None, principal=lambda: None
    )
    assert isinstance(ours, Unreachable)
    assert said in ours.message
    assert "AWS_ENDPOINT_URL" in ours.hint
