//! What a bucket may be told: tags, CORS, lifecycle, policy.

use crate::common::{fails, told, World};
use crate::report::{same, step, Outcome, Step};
use aws_sdk_s3::types::{
    AbortIncompleteMultipartUpload, BucketLifecycleConfiguration, CorsConfiguration, CorsRule,
    ExpirationStatus, LifecycleExpiration, LifecycleRule, LifecycleRuleFilter, Tag, Tagging,
};

pub fn steps(w: &'static World) -> Vec<Step> {
    vec![
        step("bucket tags", bucket_tags(w)),
        step("CORS", cors(w)),
        step("lifecycle", lifecycle(w)),
        step("bucket policy", policy(w)),
    ]
}

async fn bucket_tags(w: &World) -> Outcome {
    let get = || w.s3.get_bucket_tagging().bucket(&w.bucket).send();
    fails(get().await, "NoSuchTagSet", 404)?;
    let tag = |key, value| Tag::builder().key(key).value(value).build();
    let wanted = vec![tag("empty", "")?, tag("team", "Straße + co")?];
    let tagging = Tagging::builder().set_tag_set(Some(wanted.clone())).build()?;
    w.s3.put_bucket_tagging().bucket(&w.bucket).tagging(tagging).send().await.map_err(told)?;
    let mut found = get().await.map_err(told)?.tag_set;
    found.sort_by(|a, b| a.key().cmp(b.key()));
    same(found, wanted, "tags")?;
    w.s3.delete_bucket_tagging().bucket(&w.bucket).send().await.map_err(told)?;
    fails(get().await, "NoSuchTagSet", 404)
}

async fn cors(w: &World) -> Outcome {
    let get = || w.s3.get_bucket_cors().bucket(&w.bucket).send();
    fails(get().await, "NoSuchCORSConfiguration", 404)?;
    let rule = CorsRule::builder()
        .allowed_origins("https://www.example.org")
        .allowed_methods("GET")
        .allowed_methods("PUT")
        .allowed_headers("*")
        .expose_headers("ETag")
        .max_age_seconds(600)
        .build()?;
    let rules = CorsConfiguration::builder().cors_rules(rule.clone()).build()?;
    w.s3.put_bucket_cors().bucket(&w.bucket).cors_configuration(rules).send().await.map_err(told)?;
    same(get().await.map_err(told)?.cors_rules(), [rule], "rules")?;
    w.s3.delete_bucket_cors().bucket(&w.bucket).send().await.map_err(told)?;
    fails(get().await, "NoSuchCORSConfiguration", 404)
}

async fn lifecycle(w: &World) -> Outcome {
    let get = || w.s3.get_bucket_lifecycle_configuration().bucket(&w.bucket).send();
    fails(get().await, "NoSuchLifecycleConfiguration", 404)?;
    let abort = AbortIncompleteMultipartUpload::builder().days_after_initiation(3).build();
    let rule = LifecycleRule::builder()
        .id("old logs")
        .status(ExpirationStatus::Enabled)
        .filter(LifecycleRuleFilter::builder().prefix("logs/").build())
        .expiration(LifecycleExpiration::builder().days(30).build())
        .abort_incomplete_multipart_upload(abort)
        .build()?;
    let rules = BucketLifecycleConfiguration::builder().rules(rule.clone()).build()?;
    let put = w.s3.put_bucket_lifecycle_configuration().bucket(&w.bucket);
    put.lifecycle_configuration(rules).send().await.map_err(told)?;
    same(get().await.map_err(told)?.rules(), [rule], "rules")?;
    w.s3.delete_bucket_lifecycle().bucket(&w.bucket).send().await.map_err(told)?;
    fails(get().await, "NoSuchLifecycleConfiguration", 404)
}

async fn policy(w: &World) -> Outcome {
    let get = || w.s3.get_bucket_policy().bucket(&w.bucket).send();
    fails(get().await, "NoSuchBucketPolicy", 404)?;
    let document = format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Sid":"NoDeletion","Effect":"Deny",
        "Principal":"*","Action":"s3:DeleteObject","Resource":"arn:aws:s3:::{}/kept/*"}}]}}"#,
        w.bucket
    );
    w.s3.put_bucket_policy().bucket(&w.bucket).policy(&document).send().await.map_err(told)?;
    same(get().await.map_err(told)?.policy(), Some(document.as_str()), "policy")?;
    w.s3.delete_bucket_policy().bucket(&w.bucket).send().await.map_err(told)?;
    fails(get().await, "NoSuchBucketPolicy", 404)
}
