"""Errors: each with AWS's code and the fields that SDKs act upon."""

import datetime
from unittest import mock

import botocore
import botocore.auth
from support import BUCKET, REGION, case, client, config, fails, put, s3, same


@case("errors: keys that are wrong")
def wrong_keys():
    with fails("InvalidAccessKeyId", 403):
        client(aws_access_key_id="NOBODY", aws_secret_access_key="x").list_buckets()
    import os

    wrong = client(aws_access_key_id=os.environ["AWS_ACCESS_KEY_ID"], aws_secret_access_key="wrong")
    with fails("SignatureDoesNotMatch", 403) as error:
        wrong.list_buckets()
    for field in ("StringToSign", "SignatureProvided", "AWSAccessKeyId"):
        assert error["Error"].get(field), f"no {field} in {error['Error']}"
    with fails("SignatureDoesNotMatch", 403):
        wrong.put_object(Bucket=BUCKET, Key="never", Body=b"x" * 2_000_000)


@case("errors: anonymous")
def anonymous():
    nobody = client(config(signature_version=botocore.UNSIGNED))
    put("private", b"p")
    for action in (
        lambda: nobody.get_object(Bucket=BUCKET, Key="private"),
        lambda: nobody.list_objects_v2(Bucket=BUCKET),
        lambda: nobody.put_object(Bucket=BUCKET, Key="private", Body=b"x"),
    ):
        with fails("AccessDenied", 403):
            action()
    with fails("403", 403):
        nobody.head_object(Bucket=BUCKET, Key="private")


@case("errors: another region")
def other_region():
    """The refusal names the right region, with which boto3 tries again by itself."""
    mine, refusals = client(region_name="ap-south-7"), []

    def note(response, **unused):
        if response is not None and "Error" in response[1]:
            refusals.append(response[1]["Error"])

    mine.meta.events.register_first("needs-retry.s3.ListObjectsV2", note)
    mine.list_objects_v2(Bucket=BUCKET)
    same([r["Code"] for r in refusals], ["AuthorizationHeaderMalformed"], "refusals")
    same(refusals[0].get("Region"), REGION, "Region")


@case("errors: a clock that is wrong")
def skewed():
    wrong = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(minutes=20)
    mine = client()
    # The stamp is set by the signer just before it signs; it is put back to the wrong one in
    # between. The signer in Python is named, because the one of the AWS runtime, where it is
    # installed, has its own clock.
    signer = botocore.auth.S3SigV4Auth
    real = signer._modify_request_before_signing

    def modify(self, request):
        request.context["timestamp"] = wrong.strftime("%Y%m%dT%H%M%SZ")
        real(self, request)

    with (
        mock.patch.dict(botocore.auth.AUTH_TYPE_MAPS, {"s3v4": signer}),
        mock.patch.object(signer, "_modify_request_before_signing", modify),
        fails("RequestTimeTooSkewed", 403) as error,
    ):
        mine.list_objects_v2(Bucket=BUCKET)
    assert error["Error"].get("ServerTime"), error["Error"]


@case("errors: request ids")
def request_ids():
    with fails("NoSuchKey", 404) as error:
        s3.get_object(Bucket=BUCKET, Key="missing")
    headers = error["ResponseMetadata"]["HTTPHeaders"]
    assert headers["x-amz-request-id"] and headers["x-amz-id-2"], headers
    same(error["ResponseMetadata"]["RequestId"], headers["x-amz-request-id"], "RequestId")
    first = s3.list_buckets()["ResponseMetadata"]["RequestId"]
    assert first != s3.list_buckets()["ResponseMetadata"]["RequestId"], "two requests, one id"


@case("errors: operations that are not there yet say so")
def not_implemented():
    put("torrent", b"x")
    for action in (
        lambda: s3.restore_object(Bucket=BUCKET, Key="torrent", RestoreRequest={"Days": 1}),
        lambda: s3.get_object_torrent(Bucket=BUCKET, Key="torrent"),
        lambda: s3.put_bucket_accelerate_configuration(
            Bucket=BUCKET, AccelerateConfiguration={"Status": "Enabled"}
        ),
    ):
        with fails("NotImplemented", 501):
            action()
