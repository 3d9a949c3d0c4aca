//! Buckets, their listings, their errors.

use crate::common::{config, fails, keys, refused, status, told, World};
use crate::report::{holds, same, step, Outcome, Step};
use aws_sdk_s3::config::Credentials;
use aws_sdk_s3::types::CommonPrefix;
use aws_sdk_s3::Client;
use std::time::{Duration, SystemTime};

pub fn steps(w: &'static World) -> Vec<Step> {
    vec![
        step("create bucket", create_bucket(w)),
        step("head bucket", head_bucket(w)),
        step("list buckets", list_buckets(w)),
        step("list v1", list_v1(w)),
        step("list v2", list_v2(w)),
        step("errors", errors(w)),
        step("delete bucket", delete_bucket(w)),
    ]
}

async fn create_bucket(w: &World) -> Outcome {
    let create =
        || w.s3.create_bucket().bucket(&w.bucket).create_bucket_configuration(w.place()).send();
    let made = create().await.map_err(told)?;
    same(made.location(), Some(format!("/{}", w.bucket).as_str()), "Location")?;
    let again = refused(create().await)?.into_service_error();
    holds(again.is_bucket_already_owned_by_you(), "BucketAlreadyOwnedByYou")
}

async fn head_bucket(w: &World) -> Outcome {
    let found = w.s3.head_bucket().bucket(&w.bucket).send().await.map_err(told)?;
    same(found.bucket_region(), Some(w.region.as_str()), "region")?;
    let absent = refused(w.s3.head_bucket().bucket(&w.absent).send().await)?;
    same(status(&absent), 404, "status")?;
    holds(absent.into_service_error().is_not_found(), "NotFound")
}

/// Whether a time is near this one.
pub fn recent(time: Option<&aws_sdk_s3::primitives::DateTime>, most: Duration) -> Outcome {
    let told = time.ok_or("no time")?.as_secs_f64();
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?.as_secs_f64();
    holds((now - told).abs() < most.as_secs_f64(), "a time near now")
}

async fn list_buckets(w: &World) -> Outcome {
    let all = w.s3.list_buckets().send().await.map_err(told)?;
    let found = all.buckets().iter().find(|b| b.name() == Some(&w.bucket)).ok_or("not listed")?;
    recent(found.creation_date(), Duration::from_secs(86400))
}

const NAMES: [&str; 7] = ["l/1", "l/2", "l/a/3", "l/a/4", "l/b/5", "l/ö", "l/😀"];

async fn fill(w: &World) -> Outcome {
    for name in NAMES {
        w.put(name, "x").send().await.map_err(told)?;
    }
    Ok(())
}

fn prefixes(common: &[CommonPrefix]) -> Vec<&str> {
    common.iter().filter_map(CommonPrefix::prefix).collect()
}

async fn list_v1(w: &World) -> Outcome {
    fill(w).await?;
    let list = || w.s3.list_objects().bucket(&w.bucket).prefix("l/");
    let mut found: Vec<String> = vec![];
    loop {
        let page = list().max_keys(2).set_marker(found.last().cloned());
        let page = page.send().await.map_err(told)?;
        found.extend(keys(page.contents()).iter().map(ToString::to_string));
        if page.is_truncated() != Some(true) {
            break;
        }
    }
    same(found, NAMES, "keys")?;
    let after = list().delimiter("/").marker("l/1").send().await.map_err(told)?;
    same(keys(after.contents()), ["l/2", "l/ö", "l/😀"], "keys after the marker")?;
    same(prefixes(after.common_prefixes()), ["l/a/", "l/b/"], "common prefixes")
}

async fn list_v2(w: &World) -> Outcome {
    fill(w).await?;
    let list = || w.s3.list_objects_v2().bucket(&w.bucket).prefix("l/");
    let mut pages = list().delimiter("/").max_keys(2).into_paginator().send();
    let (mut found, mut common, mut count) = (vec![], vec![], 0);
    while let Some(page) = pages.next().await {
        let page = page.map_err(told)?;
        found.extend(keys(page.contents()).iter().map(ToString::to_string));
        common.extend(prefixes(page.common_prefixes()).iter().map(ToString::to_string));
        count += 1;
    }
    same(found, ["l/1", "l/2", "l/ö", "l/😀"], "keys")?;
    same(common, ["l/a/", "l/b/"], "common prefixes")?;
    same(count, 3, "pages")?;
    let after = list().start_after("l/a/4").send().await.map_err(told)?;
    same(keys(after.contents()), ["l/b/5", "l/ö", "l/😀"], "keys after l/a/4")?;
    same(after.key_count(), Some(3), "count")
}

async fn errors(w: &World) -> Outcome {
    let key = refused(w.get("absent").send().await)?.into_service_error();
    holds(key.is_no_such_key(), "NoSuchKey")?;
    let bucket = w.s3.list_objects_v2().bucket(&w.absent).send().await;
    holds(refused(bucket)?.into_service_error().is_no_such_bucket(), "NoSuchBucket")?;
    let wrong = Credentials::new(
        std::env::var("AWS_ACCESS_KEY_ID")?,
        "not the secret",
        None,
        None,
        "a wrong key",
    );
    let stranger = Client::from_conf(config().await.credentials_provider(wrong).build());
    let list = stranger.list_objects_v2().bucket(&w.bucket).send().await;
    fails(list, "SignatureDoesNotMatch", 403)
}

async fn delete_bucket(w: &World) -> Outcome {
    w.put("last one", "").send().await.map_err(told)?;
    fails(w.s3.delete_bucket().bucket(&w.bucket).send().await, "BucketNotEmpty", 409)?;
    let mut pages = w.s3.list_objects_v2().bucket(&w.bucket).into_paginator().send();
    while let Some(page) = pages.next().await {
        for key in keys(page.map_err(told)?.contents()) {
            w.s3.delete_object().bucket(&w.bucket).key(key).send().await.map_err(told)?;
        }
    }
    w.s3.delete_bucket().bucket(&w.bucket).send().await.map_err(told)?;
    let gone = refused(w.s3.head_bucket().bucket(&w.bucket).send().await)?;
    holds(gone.into_service_error().is_not_found(), "NotFound")
}
