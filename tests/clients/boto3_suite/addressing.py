"""Virtual-host style: the bucket in the host name."""

import os
import socket
from unittest import mock

from support import BUCKET, ENDPOINT, Skip, case, client, config, data, get, keys_of, put, same

DOMAIN = os.environ.get("TORHAUS_TEST_BASE_DOMAIN", "")


def resolved(host, *rest, real=socket.getaddrinfo, **options):
    """The test domain and all below it are this machine."""
    return real("127.0.0.1" if host.endswith(DOMAIN) else host, *rest, **options)


@case("virtual-host style")
def virtual_host():
    if not DOMAIN:
        raise Skip("the server has no base domain")
    scheme, _, address = ENDPOINT.partition("://")
    endpoint = f"{scheme}://{DOMAIN}:{address.rpartition(':')[2]}"
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
