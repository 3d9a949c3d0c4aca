"""What is changed of a request on its way: method, target, headers, body."""

from matrix.mutation import (
    ALL,
    ARGUMENT,
    DENIED,
    MISMATCH,
    Mutation,
    codes,
    permanent,
    s3_only,
    spoil,
    start,
    stream,
)

# The request


def has_other_method(form, operation):
    return operation.kind != "form" and operation.service == "s3"


@spoil("another method", codes(MISMATCH, MISMATCH), has_other_method)
def _(wire, world):
    wire.method = "DELETE" if wire.method != "DELETE" else "GET"


@spoil("HEAD for GET", codes(MISMATCH, MISMATCH), lambda f, o: o.method == "GET")
def _(wire, world):
    wire.method = "HEAD"


@spoil("another bucket", codes(MISMATCH, MISMATCH, DENIED, DENIED), s3_only)
def _(wire, world):
    wire.path = wire.path.replace("akten", "ablage") if len(wire.path) > 1 else "/ablage"


def has_key(form, operation):
    return operation.scope == "object" and operation.service == "s3"


@spoil("another key", codes(MISMATCH, MISMATCH), has_key)
def _(wire, world):
    wire.path += "2"


@spoil("a path with dots", codes(MISMATCH, MISMATCH), has_key)
def _(wire, world):
    wire.path = "/ablage/../akten/geheim"


@spoil("a path encoded twice", codes(MISMATCH, MISMATCH), has_key)
def _(wire, world):
    wire.path = wire.path.replace("geheim", "%2567eheim")


def has_query(form, operation):
    return bool(operation.query)


def not_form(form, operation):
    return operation.kind != "form" and operation.service == "s3"


@spoil("one more parameter", codes(MISMATCH, MISMATCH), not_form)
def _(wire, world):
    wire.query.append("prefix=a")


@spoil("a sub-resource more", codes(MISMATCH, MISMATCH), not_form)
def _(wire, world):
    wire.query.append("tagging=" if "tagging=" not in wire.query else "acl=")


@spoil("a parameter twice", codes(MISMATCH, MISMATCH), has_query)
def _(wire, world):
    wire.query.append(wire.query[0])


@spoil("a parameter of another value", codes(MISMATCH, MISMATCH), has_query)
def _(wire, world):
    wire.query[0] += "1"


@spoil("a parameter less", codes(MISMATCH, MISMATCH), has_query)
def _(wire, world):
    wire.query.pop(0)


@spoil("another host", codes(MISMATCH, MISMATCH), s3_only)
def _(wire, world):
    wire.header("host", "ablage.s3.torhaus.test")


@spoil("a signed header of another value", codes(MISMATCH, MISMATCH))
def _(wire, world):
    wire.header("content-type", "text/html")


@spoil("a signed x-amz-* header of another value", codes(MISMATCH, MISMATCH), s3_only)
def _(wire, world):
    wire.header("x-amz-meta-note", "another note")


@spoil("a signed header less", codes(MISMATCH, MISMATCH), s3_only)
def _(wire, world):
    wire.without("x-amz-meta-note")


@spoil("a signed header twice", codes(MISMATCH, MISMATCH), s3_only)
def _(wire, world):
    wire.headers.append(["x-amz-meta-note", "a note"])


UNSIGNED_HEADERS = {
    "x-amz-acl": "public-read",
    "x-amz-grant-read": 'uri="http://acs.amazonaws.com/groups/global/AllUsers"',
    "x-amz-tagging": "a=b",
    "x-amz-copy-source": "/akten/geheim",
    "x-amz-copy-source-range": "bytes=0-1",
    "x-amz-metadata-directive": "REPLACE",
    "x-amz-meta-owner": "me",
    "x-amz-website-redirect-location": "https://example.org/",
    "x-amz-storage-class": "STANDARD_IA",
    "x-amz-server-side-encryption": "AES256",
    "x-amz-server-side-encryption-customer-algorithm": "AES256",
    "x-amz-object-lock-mode": "GOVERNANCE",
    "x-amz-bypass-governance-retention": "true",
    "x-amz-expected-bucket-owner": "000000000000",
    "x-amz-request-payer": "requester",
    "x-amz-checksum-crc32": "AAAAAA==",
    "x-amz-rename-source": "/akten/geheim",
    "x-amz-mfa": "1 2",
    "x-amz-anything-new": "1",
    "content-md5": "1B2M2Y8AsgTpgAmY7PhCfg==",
}


def unsigned(name, value):
    def function(wire, world):
        wire.headers.append([name, value])

    def fits(form, operation):
        return name not in dict(operation.headers)

    ALL.append(Mutation(f"unsigned {name}", codes(DENIED, DENIED), spoil=function, fits=fits))


for header_name, header_value in UNSIGNED_HEADERS.items():
    unsigned(header_name, header_value)


@spoil("an unsigned token", codes(DENIED, DENIED), permanent)
def _(wire, world):
    wire.headers.append(["x-amz-security-token", world.session[2]])


@start("host not signed", codes(DENIED, DENIED))
def _(signing, world):
    signing.unsigned = ("host",)


@start("content-type and note not signed", codes(DENIED, DENIED), s3_only)
def _(signing, world):
    signing.unsigned = ("content-type", "x-amz-meta-note")


# The hash of the body


@spoil("another hash", codes(MISMATCH), s3_only)
def _(wire, world):
    wire.header("x-amz-content-sha256", "0" * 64)


@spoil("UNSIGNED-PAYLOAD instead of a hash", codes(MISMATCH), lambda f, o: not f.payload)
def _(wire, world):
    wire.header("x-amz-content-sha256", "UNSIGNED-PAYLOAD")


@spoil("an unsigned trailer instead of a hash", codes(MISMATCH), lambda f, o: not f.payload)
def _(wire, world):
    wire.header("x-amz-content-sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER")


@spoil("a hash that is none", codes(ARGUMENT), s3_only)
def _(wire, world):
    wire.header("x-amz-content-sha256", "none")


@spoil("no hash", codes("InvalidRequest"), s3_only)
def _(wire, world):
    wire.without("x-amz-content-sha256")


@spoil("the hash twice", codes(ARGUMENT), s3_only)
def _(wire, world):
    wire.headers.append(["x-amz-content-sha256", "0" * 64])


# The body


def reads_body(form, operation):
    return operation.there and operation.kind in ("xml", "stream", "manifest")


@spoil(
    "another body",
    codes("XAmzContentSHA256Mismatch"),
    lambda f, o: reads_body(f, o) and not f.payload,
    touches_body=True,
)
def _(wire, world):
    wire.body = b"X" + wire.body[1:]


@spoil(
    "another body under a signed Content-MD5",
    codes("BadDigest", "BadDigest"),
    lambda f, o: reads_body(f, o) and o.kind == "xml" and (f.payload or f.where == "query"),
    touches_body=True,
)
def _(wire, world):
    wire.body = b"X" + wire.body[1:]


def signed_chunks(form, operation):
    return reads_body(form, operation) and stream(form, operation) and "AWS4" in form.payload


@spoil("another byte in a chunk", codes(MISMATCH), signed_chunks, touches_body=True)
def _(wire, world):
    wire.chunks[0][1] = b"X" + wire.chunks[0][1][1:]


@spoil("a wrong signature of a chunk", codes(MISMATCH), signed_chunks, touches_body=True)
def _(wire, world):
    wire.chunks[0][0] = wire.chunks[0][0][:-4] + "0000"


@spoil("a wrong signature of the last chunk", codes(MISMATCH), signed_chunks, touches_body=True)
def _(wire, world):
    wire.chunks[-1][0] = wire.chunks[-1][0][:-4] + "0000"


@spoil("no signature of a chunk", codes("IncompleteBody"), signed_chunks, touches_body=True)
def _(wire, world):
    wire.chunks[0][0] = wire.chunks[0][0].partition(";")[0]


def trailer_signed(form, operation):
    return signed_chunks(form, operation) and form.payload.endswith("TRAILER")


def trailer(form, operation):
    return reads_body(form, operation) and stream(form, operation) and "TRAILER" in form.payload


@spoil("a wrong signature of the trailer", codes(MISMATCH), trailer_signed, touches_body=True)
def _(wire, world):
    wire.trailer[-1] = wire.trailer[-1][:-4] + "0000"


@spoil(
    "no signature of the trailer",
    codes("IncompleteBody"),
    trailer_signed,
    touches_body=True,
)
def _(wire, world):
    wire.trailer.pop()


@spoil("another value in the trailer", codes(MISMATCH), trailer_signed, touches_body=True)
def _(wire, world):
    wire.trailer[0] = "x-amz-checksum-crc32:AAAAAA=="


@spoil("no trailer", codes("MalformedTrailerError"), trailer, touches_body=True)
def _(wire, world):
    wire.trailer.clear()


@spoil(
    "another byte above an unsigned trailer",
    codes("BadDigest"),
    lambda f, o: trailer(f, o) and not signed_chunks(f, o),
    touches_body=True,
)
def _(wire, world):
    wire.chunks[0][1] = b"X" + wire.chunks[0][1][1:]


@spoil("another decoded length", codes(MISMATCH), stream)
def _(wire, world):
    wire.header("x-amz-decoded-content-length", "1")
