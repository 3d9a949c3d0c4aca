"""Virtual-host style: the bucket in the host name. S3 Control: the account there."""

import os
import socket
from unittest import mock

import boto3
from support import (
    BUCKET,
    ENDPOINT,
    Skip,
    case,
    client,
    config,
    data,
    fails,
    get,
    keys_of,
    put,
    s3,
    same,
)

DOMAIN = os.environ.get("TORHAUS_TEST_BASE_DOMAIN", "")


def resolved(host, *rest, real=socket.getaddrinfo, **options):
    """The test domain and all below it are this machine."""
    return real("127.0.0.1" if host.endswith(DOMAIN) else host, *rest, **options)


def named_endpoint():
    if not DOMAIN:
        raise Skip("the server has no base domain")
    scheme, _, address = ENDPOINT.partition("://")
    return scheme, f"{scheme}://{DOMAIN}:{address.rpartition(':')[2]}"


@case("virtual-host style")
def virtual_host():
    scheme, endpoint = named_endpoint()
    with mock.patch.object(socket, "getaddrinfo", resolved):
        mine = client(config(s3={"addressing_style": "virtual"}), endpoint_url=endpoint)
        for key in ("virtual", "a//../b ü+", "/"):
            body = data(20_000, key)
            mine.put_object(Bucket=BUCKET, Key=key, Body=body)
            same(mine.get_object(Bucket=BUCKET, Key=key)["Body"].read(), body, f"bytes of {key}")
            same(get(key), body, f"bytes of {key} in path style")
        assert "virtual" in keys_of(mine.list_objects_v2(Bucket=BUCKET, Prefix="virt"))
        assert BUCKET in [b["Name"] for b in mine.list_buckets()["Buckets"]]
        mine.delete_object(Bucket=BUCKET, Key="virtual")
        url = mine.generate_presigned_url("get_object", Params={"Bucket": BUCKET, "Key": "/"})
        assert url.startswith(f"{scheme}://{BUCKET}.{DOMAIN}"), url
        from presigned import open_link

        same(open_link(url)[0], 200, "status of a presigned link")


@case("a region that the client guessed")
def guessed_region():
    put("guess", b"g")
    mine = client(region_name="us-east-1")
    same(mine.get_object(Bucket=BUCKET, Key="guess")["Body"].read(), b"g", "bytes")


@case("tags by S3 Control")
def control_tags():
    _, endpoint = named_endpoint()
    control = boto3.client("s3control", endpoint_url=endpoint, config=config())
    if not hasattr(control, "tag_resource"):
        raise Skip("this boto3 does not know them")
    identity = boto3.client("sts", endpoint_url=ENDPOINT, config=config()).get_caller_identity()
    about = {"AccountId": identity["Account"], "ResourceArn": f"arn:aws:s3:::{BUCKET}"}
    with mock.patch.object(socket, "getaddrinfo", resolved):
        same(control.list_tags_for_resource(**about)["Tags"], [], "tags of a new bucket")
        tags = [{"Key": "amt/x:y", "Value": "1"}, {"Key": "größe", "Value": ""}]
        control.tag_resource(**about, Tags=tags)
        same(control.list_tags_for_resource(**about)["Tags"], tags, "tags")
        same(s3.get_bucket_tagging(Bucket=BUCKET)["TagSet"], tags, "tags by S3")
        control.untag_resource(**about, TagKeys=[tag["Key"] for tag in tags])
        same(control.list_tags_for_resource(**about)["Tags"], [], "tags that are left")
        none = about | {"ResourceArn": f"arn:aws:s3:::{BUCKET}-none"}
        with fails("NoSuchResource", 404):
            control.list_tags_for_resource(**none)
