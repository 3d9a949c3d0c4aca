"""The settings of a bucket as Terraform's resources write, read back and take them away: what was
written is what is read, or a plan finds the same change for ever. One row a setting."""

import copy
import datetime
import json

from botocore.exceptions import ParamValidationError
from support import Skip, case, fails, fresh_bucket, s3, same

DAY = datetime.datetime(2030, 1, 1, tzinfo=datetime.timezone.utc)


def rule(name, where, **actions):
    return {"ID": name, "Status": "Enabled", "Filter": where, **actions}


def encrypted(algorithm, **more):
    default = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": algorithm}}
    return {"Rules": [{**default, "BucketKeyEnabled": False, **more}]}


BOTH = {"Prefix": "x", "ObjectSizeGreaterThan": 500, "ObjectSizeLessThan": 64000}
RULES = [
    rule("all", {}, Expiration={"Days": 365}),
    rule("empty", {"Prefix": ""}, NoncurrentVersionExpiration={"NoncurrentDays": 30}),
    rule("tag", {"Tag": {"Key": "k", "Value": "v"}}, Expiration={"Date": DAY}),
    rule("and", {"And": {**BOTH, "Tags": [{"Key": "a", "Value": "b"}]}}, Expiration={"Days": 1}),
    rule("marker", {"Prefix": "d"}, Expiration={"ExpiredObjectDeleteMarker": True}),
    rule("uploads", {"Prefix": "m"}, AbortIncompleteMultipartUpload={"DaysAfterInitiation": 7}),
    rule("dated", {"Prefix": "t"}, Transitions=[{"Date": DAY, "StorageClass": "DEEP_ARCHIVE"}]),
    rule(
        "moved",
        {"Prefix": "a/"},
        Transitions=[
            {"Days": 30, "StorageClass": "STANDARD_IA"},
            {"Days": 60, "StorageClass": "GLACIER"},
        ],
    ),
    {"ID": "old", "Status": "Disabled", "Prefix": "old", "Expiration": {"Days": 3}},
]
ROUTES = [
    {
        "Condition": {"KeyPrefixEquals": "docs/"},
        "Redirect": {"ReplaceKeyPrefixWith": "documents/"},
    },
    {
        "Condition": {"HttpErrorCodeReturnedEquals": "404"},
        "Redirect": {"HostName": "example.org", "Protocol": "https", "HttpRedirectCode": "302"},
    },
]
# setting: parameter of the put, member of the answer that holds the document (None: the answer
# itself), documents, and what the get answers when it was deleted (None: it cannot be).
SETTINGS = {
    "bucket_cors": (
        "CORSConfiguration",
        None,
        [
            {
                "CORSRules": [
                    {
                        "ID": "a",
                        "AllowedHeaders": ["*"],
                        "AllowedMethods": ["PUT", "POST"],
                        "AllowedOrigins": ["https://example.org"],
                        "ExposeHeaders": ["ETag"],
                        "MaxAgeSeconds": 0,
                    },
                    {"AllowedMethods": ["GET"], "AllowedOrigins": ["*"]},
                ]
            }
        ],
        "NoSuchCORSConfiguration",
    ),
    "bucket_website": (
        "WebsiteConfiguration",
        None,
        [
            {
                "IndexDocument": {"Suffix": "index.html"},
                "ErrorDocument": {"Key": "error.html"},
                "RoutingRules": ROUTES,
            },
            {"RedirectAllRequestsTo": {"HostName": "example.org", "Protocol": "https"}},
        ],
        "NoSuchWebsiteConfiguration",
    ),
    "bucket_encryption": (
        "ServerSideEncryptionConfiguration",
        "ServerSideEncryptionConfiguration",
        [
            encrypted("AES256"),
            encrypted("aws:kms", BucketKeyEnabled=True),
            encrypted("AES256", BlockedEncryptionTypes={"EncryptionType": ["SSE-C"]}),
            encrypted("AES256", BlockedEncryptionTypes={"EncryptionType": ["NONE"]}),
        ],
        "ServerSideEncryptionConfigurationNotFoundError",
    ),
    "bucket_ownership_controls": (
        "OwnershipControls",
        "OwnershipControls",
        [{"Rules": [{"ObjectOwnership": "BucketOwnerPreferred"}]}],
        "OwnershipControlsNotFoundError",
    ),
    "public_access_block": (
        "PublicAccessBlockConfiguration",
        "PublicAccessBlockConfiguration",
        [
            {
                "BlockPublicAcls": False,
                "IgnorePublicAcls": True,
                "BlockPublicPolicy": False,
                "RestrictPublicBuckets": True,
            }
        ],
        "NoSuchPublicAccessBlockConfiguration",
    ),
    "bucket_versioning": (
        "VersioningConfiguration",
        None,
        [{"Status": "Enabled"}, {"Status": "Suspended"}],
        None,
    ),
    "bucket_request_payment": (
        "RequestPaymentConfiguration",
        None,
        [{"Payer": "Requester"}, {"Payer": "BucketOwner"}],
        None,
    ),
    "bucket_accelerate_configuration": (
        "AccelerateConfiguration",
        None,
        [{"Status": "Suspended"}],
        None,
    ),
}


def written(answer):
    return {name: value for name, value in answer.items() if name != "ResponseMetadata"}


def write(setting, parameter, document, **more):
    try:
        return getattr(s3, f"put_{setting}")(**{parameter: document, **more})
    except ParamValidationError:
        raise Skip("this boto3 does not know all of it") from None


def cycle(setting):
    parameter, member, documents, gone = SETTINGS[setting]
    bucket = fresh_bucket(f"setting-{list(SETTINGS).index(setting)}")
    for document in documents:
        write(setting, parameter, copy.deepcopy(document), Bucket=bucket)
        answer = written(getattr(s3, f"get_{setting}")(Bucket=bucket))
        same(answer.get(member) if member else answer, document, setting)
    if gone:
        getattr(s3, f"delete_{setting}")(Bucket=bucket)
        with fails(gone, 404):
            getattr(s3, f"get_{setting}")(Bucket=bucket)


for name in SETTINGS:
    case(f"setting as written: {name.replace('_', ' ')}")(lambda name=name: cycle(name))


@case("setting as written: bucket lifecycle configuration")
def lifecycle():
    bucket = fresh_bucket("lifecycle")
    for least in (None, "varies_by_storage_class", "all_storage_classes_128K"):
        more = {"TransitionDefaultMinimumObjectSize": least} if least else {}
        parameter = "bucket_lifecycle_configuration", "LifecycleConfiguration"
        write(*parameter, {"Rules": copy.deepcopy(RULES)}, Bucket=bucket, **more)
        answer = s3.get_bucket_lifecycle_configuration(Bucket=bucket)
        same(answer["Rules"], RULES, "rules")
        if least:
            same(answer["TransitionDefaultMinimumObjectSize"], least, "least size")
    s3.delete_bucket_lifecycle(Bucket=bucket)
    with fails("NoSuchLifecycleConfiguration", 404):
        s3.get_bucket_lifecycle_configuration(Bucket=bucket)


@case("setting as written: bucket logging and policy")
def logging():
    logs, bucket = fresh_bucket("logs"), fresh_bucket("logged")
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "logging.s3.amazonaws.com"},
        "Action": "s3:PutObject",
        "Resource": f"arn:aws:s3:::{logs}/*",
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    s3.put_bucket_policy(Bucket=logs, Policy=policy)
    same(json.loads(s3.get_bucket_policy(Bucket=logs)["Policy"]), json.loads(policy), "policy")
    enabled = {"TargetBucket": logs, "TargetPrefix": "log/"}
    by_event = {
        "TargetObjectKeyFormat": {"PartitionedPrefix": {"PartitionDateSource": "EventTime"}}
    }
    for more in ({}, {"TargetObjectKeyFormat": {"SimplePrefix": {}}}, by_event):
        status = {"LoggingEnabled": {**enabled, **more}}
        write("bucket_logging", "BucketLoggingStatus", copy.deepcopy(status), Bucket=bucket)
        same(written(s3.get_bucket_logging(Bucket=bucket)), status, "logging")
    s3.put_bucket_logging(Bucket=bucket, BucketLoggingStatus={})
    same(written(s3.get_bucket_logging(Bucket=bucket)), {}, "logging that is off")
    s3.delete_bucket_policy(Bucket=logs)
    with fails("NoSuchBucketPolicy", 404):
        s3.get_bucket_policy(Bucket=logs)
