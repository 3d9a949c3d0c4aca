#!/usr/bin/env python3
"""A browser's upload form: a page with a form that a server made for one key, open for an hour.

    examples/post-form.py                      makes one, sends it as a browser would, compares
    examples/post-form.py BUCKET KEY > x.html  writes the page, to be opened in a browser

Whoever has the page may upload what its policy allows, without keys of his own. `${filename}` in
KEY becomes the name of the chosen file.
"""

import html
import io
import os
import sys
import urllib.request
import uuid

import boto3
from botocore.config import Config

region = os.environ.get("AWS_DEFAULT_REGION", "eu-central-1")
s3 = boto3.client(
    "s3",
    endpoint_url=os.environ["TORHAUS_ENDPOINT"],
    region_name=region,
    config=Config(s3={"addressing_style": "path"}, signature_version="s3v4"),
)


def make_form(bucket, key):
    """Address and hidden fields. The policy among them is signed: nothing in it can be changed."""
    return s3.generate_presigned_post(
        bucket,
        key,
        Fields={"success_action_status": "201"},
        Conditions=[{"success_action_status": "201"}, ["content-length-range", 1, 100 << 20]],
        ExpiresIn=3600,
    )


def make_page(form):
    fields = "\n".join(
        f'  <input type="hidden" name="{html.escape(name)}" value="{html.escape(value)}">'
        for name, value in form["fields"].items()
    )
    return f"""<!doctype html>
<meta charset="utf-8">
<title>Upload</title>
<form action="{html.escape(form["url"])}" method="post" enctype="multipart/form-data">
{fields}
  <input type="file" name="file" required>
  <button>Upload</button>
</form>"""


def send(form, name, content):
    """What a browser does with the form: every field, and the file last."""
    boundary = uuid.uuid4().hex
    body = io.BytesIO()
    for field, value in form["fields"].items():
        body.write(
            f'--{boundary}\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n'
            f"{value}\r\n".encode()
        )
    body.write(
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
        "Content-Type: application/octet-stream\r\n\r\n".encode()
    )
    body.write(content + f"\r\n--{boundary}--\r\n".encode())
    kind = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
    request = urllib.request.Request(form["url"], body.getvalue(), kind)
    context = None
    if form["url"].startswith("https:"):
        import ssl

        context = ssl.create_default_context(cafile=os.environ.get("AWS_CA_BUNDLE"))
    return urllib.request.urlopen(request, context=context).status


if len(sys.argv) == 3:
    print(make_page(make_form(*sys.argv[1:])))
    sys.exit()

bucket = f"example-post-form-{os.getpid()}"
s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": region})
try:
    content = os.urandom(1_000_000)
    form = make_form(bucket, "inbox/${filename}")
    assert make_page(form).count("<input") == len(form["fields"]) + 1
    assert send(form, "scan.bin", content) == 201
    assert s3.get_object(Bucket=bucket, Key="inbox/scan.bin")["Body"].read() == content
finally:
    s3.delete_object(Bucket=bucket, Key="inbox/scan.bin")
    s3.delete_bucket(Bucket=bucket)
print("post-form: the bytes are the same")
