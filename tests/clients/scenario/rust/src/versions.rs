//! Versions, delete markers, locks: in buckets of their own, which the steps take away again.

use crate::common::{fails, read, refused, told, World};
use crate::report::{holds, same, step, Error, Outcome, Step};
use aws_sdk_s3::operation::delete_object::builders::DeleteObjectFluentBuilder;
use aws_sdk_s3::operation::get_object::builders::GetObjectFluentBuilder;
use aws_sdk_s3::operation::list_object_versions::ListObjectVersionsOutput;
use aws_sdk_s3::primitives::{ByteStream, DateTime};
use aws_sdk_s3::types::{
    BucketVersioningStatus, ObjectLockEnabled, ObjectLockRetention, ObjectLockRetentionMode,
    VersioningConfiguration,
};
use std::time::{Duration, SystemTime};

pub fn steps(w: &'static World) -> Vec<Step> {
    vec![
        step("versions", versions(w)),
        step("delete marker", delete_marker(w)),
        step("object lock", object_lock(w)),
    ]
}

/// One key in a bucket of its own.
struct Versioned<'a> {
    w: &'a World,
    bucket: String,
}

impl Versioned<'_> {
    async fn enable(self) -> Result<Self, Error> {
        let create = self.w.s3.create_bucket().bucket(&self.bucket);
        create.create_bucket_configuration(self.w.place()).send().await.map_err(told)?;
        let enabled = BucketVersioningStatus::Enabled;
        let wanted = VersioningConfiguration::builder().status(enabled.clone()).build();
        let put = self.w.s3.put_bucket_versioning().bucket(&self.bucket);
        put.versioning_configuration(wanted).send().await.map_err(told)?;
        let found = self.w.s3.get_bucket_versioning().bucket(&self.bucket).send().await;
        same(found.map_err(told)?.status(), Some(&enabled), "versioning")?;
        Ok(self)
    }

    async fn put(&self, body: &'static str) -> Result<String, Error> {
        let put = self.w.s3.put_object().bucket(&self.bucket).key("note");
        let done = put.body(ByteStream::from_static(body.as_bytes())).send().await;
        Ok(done.map_err(told)?.version_id.ok_or("no version")?)
    }

    fn get(&self, id: Option<&String>) -> GetObjectFluentBuilder {
        let get = self.w.s3.get_object().bucket(&self.bucket).key("note");
        get.set_version_id(id.cloned())
    }

    fn remove(&self, id: Option<&String>) -> DeleteObjectFluentBuilder {
        let remove = self.w.s3.delete_object().bucket(&self.bucket).key("note");
        remove.set_version_id(id.cloned())
    }

    async fn list(&self) -> Result<ListObjectVersionsOutput, Error> {
        self.w.s3.list_object_versions().bucket(&self.bucket).send().await.map_err(told)
    }

    async fn remove_bucket(&self) -> Outcome {
        self.w.s3.delete_bucket().bucket(&self.bucket).send().await.map_err(told)?;
        Ok(())
    }
}

async fn versions(w: &World) -> Outcome {
    let v = Versioned { w, bucket: format!("{}-versions", w.bucket) }.enable().await?;
    let (first, second) = (v.put("first").await?, v.put("second").await?);
    let listed = v.list().await?;
    let found: Vec<_> =
        listed.versions().iter().map(|v| (v.version_id(), v.is_latest())).collect();
    let wanted = [(Some(second.as_str()), Some(true)), (Some(first.as_str()), Some(false))];
    same(found, wanted, "versions")?;
    same(read(v.get(None)).await?, b"second", "the latest")?;
    same(read(v.get(Some(&first))).await?, b"first", "the old one")?;
    for id in [first, second] {
        v.remove(Some(&id)).send().await.map_err(told)?;
    }
    v.remove_bucket().await
}

async fn delete_marker(w: &World) -> Outcome {
    let v = Versioned { w, bucket: format!("{}-markers", w.bucket) }.enable().await?;
    let kept = v.put("kept").await?;
    let marker = v.remove(None).send().await.map_err(told)?;
    same(marker.delete_marker(), Some(true), "a marker")?;
    let absent = refused(v.get(None).send().await)?.into_service_error();
    holds(absent.is_no_such_key(), "NoSuchKey")?;
    let listed = v.list().await?;
    let found: Vec<_> = listed.delete_markers().iter().map(|m| m.version_id()).collect();
    same(found, [marker.version_id()], "markers")?;
    v.remove(marker.version_id.as_ref()).send().await.map_err(told)?;
    same(read(v.get(None)).await?, b"kept", "bytes")?;
    v.remove(Some(&kept)).send().await.map_err(told)?;
    same(v.list().await?.versions().len(), 0, "versions left")?;
    v.remove_bucket().await
}

async fn object_lock(w: &World) -> Outcome {
    let v = Versioned { w, bucket: format!("{}-locked", w.bucket) };
    let create = w.s3.create_bucket().bucket(&v.bucket).object_lock_enabled_for_bucket(true);
    create.create_bucket_configuration(w.place()).send().await.map_err(told)?;
    let lock = w.s3.get_object_lock_configuration().bucket(&v.bucket).send().await;
    let lock = lock.map_err(told)?.object_lock_configuration.ok_or("no lock")?;
    same(lock.object_lock_enabled(), Some(&ObjectLockEnabled::Enabled), "lock")?;
    let id = v.put("to be kept").await?;
    let in_an_hour = SystemTime::now() + Duration::from_secs(3600);
    let in_an_hour = in_an_hour.duration_since(SystemTime::UNIX_EPOCH)?.as_secs();
    let wanted = ObjectLockRetention::builder()
        .mode(ObjectLockRetentionMode::Governance)
        .retain_until_date(DateTime::from_secs(in_an_hour as i64))
        .build();
    let put = w.s3.put_object_retention().bucket(&v.bucket).key("note").version_id(&id);
    put.retention(wanted.clone()).send().await.map_err(told)?;
    let get = w.s3.get_object_retention().bucket(&v.bucket).key("note").version_id(&id);
    same(get.send().await.map_err(told)?.retention(), Some(&wanted), "retention")?;
    fails(v.remove(Some(&id)).send().await, "AccessDenied", 403)?;
    let bypass = v.remove(Some(&id)).bypass_governance_retention(true);
    bypass.send().await.map_err(told)?;
    v.remove_bucket().await
}
