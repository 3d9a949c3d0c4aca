"""What Terraform's refresh and other inventories read: every setting of a bucket that has none, as
AWS answers for a new bucket. One row an operation, with the answer in its name."""

from support import BUCKET, REGION, Skip, case, fails, fresh_bucket, s3, same

# operation, what it answers: an error (status and code), or members of the answer. An empty answer
# is AWS's way to say "never set".
READS = [
    ("head_bucket", {"BucketRegion": REGION}),
    ("get_bucket_location", {"LocationConstraint": REGION}),
    ("get_bucket_acl", {"Grants": "the owner's"}),
    ("get_bucket_accelerate_configuration", {}),
    ("get_bucket_versioning", {}),
    ("get_bucket_logging", {}),
    ("get_bucket_notification_configuration", {}),
    ("get_bucket_request_payment", {"Payer": "BucketOwner"}),
    ("get_bucket_ownership_controls", {"OwnershipControls": "BucketOwnerEnforced"}),
    ("get_public_access_block", {"PublicAccessBlockConfiguration": "all"}),
    ("get_bucket_cors", (404, "NoSuchCORSConfiguration")),
    ("get_bucket_encryption", (404, "ServerSideEncryptionConfigurationNotFoundError")),
    ("get_bucket_lifecycle_configuration", (404, "NoSuchLifecycleConfiguration")),
    ("get_bucket_policy", (404, "NoSuchBucketPolicy")),
    ("get_bucket_policy_status", (404, "NoSuchBucketPolicy")),
    ("get_bucket_replication", (404, "ReplicationConfigurationNotFoundError")),
    ("get_bucket_tagging", (404, "NoSuchTagSet")),
    ("get_bucket_website", (404, "NoSuchWebsiteConfiguration")),
    ("get_object_lock_configuration", (404, "ObjectLockConfigurationNotFoundError")),
    ("list_bucket_analytics_configurations", {"IsTruncated": False}),
    ("list_bucket_intelligent_tiering_configurations", {"IsTruncated": False}),
    ("list_bucket_inventory_configurations", {"IsTruncated": False}),
    ("list_bucket_metrics_configurations", {"IsTruncated": False}),
    ("get_bucket_analytics_configuration", (404, "NoSuchConfiguration")),
    ("get_bucket_intelligent_tiering_configuration", (404, "NoSuchConfiguration")),
    ("get_bucket_inventory_configuration", (404, "NoSuchConfiguration")),
    ("get_bucket_metrics_configuration", (404, "NoSuchConfiguration")),
]
OF_ONE_ID = ("analytics", "intelligent_tiering", "inventory", "metrics")


def simplified(answer):
    """The members of an answer, without what differs from bucket to bucket."""
    members = {name: value for name, value in answer.items() if name != "ResponseMetadata"}
    if "Grants" in members:
        owner = members.pop("Owner")["ID"]
        grants = [(g["Grantee"]["ID"], g["Permission"]) for g in members["Grants"]]
        same(grants, [(owner, "FULL_CONTROL")], "grants")
        members["Grants"] = "the owner's"
    if "OwnershipControls" in members:
        members["OwnershipControls"] = members["OwnershipControls"]["Rules"][0]["ObjectOwnership"]
    if "PublicAccessBlockConfiguration" in members:
        blocks = members["PublicAccessBlockConfiguration"]
        same((len(blocks), all(blocks.values())), (4, True), "blocks")
        members["PublicAccessBlockConfiguration"] = "all"
    return members


def read(method, wanted):
    if not hasattr(s3, method):
        raise Skip("this boto3 does not know it")
    one = method.startswith("get") and any(word in method for word in OF_ONE_ID)
    options = {"Bucket": fresh_bucket("unconfigured"), **({"Id": "daily"} if one else {})}
    if isinstance(wanted, tuple):
        with fails(wanted[1], wanted[0]):
            getattr(s3, method)(**options)
        return
    got = simplified(getattr(s3, method)(**options))
    if method == "head_bucket":  # older ones do not know its members
        got = {name: value for name, value in got.items() if name == "BucketRegion"} or wanted
    same(got, wanted, "answer")


def name_of(method):
    return "".join(word.capitalize() for word in method.split("_"))


def told(wanted):
    if isinstance(wanted, tuple):
        return f"{wanted[0]} {wanted[1]}"
    return ", ".join(f"{name} {value}" for name, value in wanted.items()) or "empty"


for _method, _wanted in READS:
    case(f"unconfigured bucket: {name_of(_method)} answers {told(_wanted)}")(
        lambda method=_method, wanted=_wanted: read(method, wanted)
    )


@case("unconfigured bucket: of a bucket that is not there")
def absent():
    for method, _ in READS:
        if not hasattr(s3, method) or method == "head_bucket":
            continue
        one = method.startswith("get") and any(word in method for word in OF_ONE_ID)
        with fails("NoSuchBucket", 404):
            getattr(s3, method)(Bucket=f"{BUCKET}-nowhere", **({"Id": "daily"} if one else {}))
