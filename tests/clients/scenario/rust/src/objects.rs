//! Single objects: bytes, names, headers, conditions, copies, links, encryption.

use crate::buckets::recent;
use crate::common::{fails, keys, read, refused, status, told, World};
use crate::report::{
    base64, holds, md5, plain, quoted_md5, random, raw_md5, same, step, Outcome, Step,
};
use aws_sdk_s3::operation::copy_object::builders::CopyObjectFluentBuilder;
use aws_sdk_s3::operation::head_object::HeadObjectOutput;
use aws_sdk_s3::presigning::PresigningConfig;
use aws_sdk_s3::types::{
    Delete, MetadataDirective, ObjectIdentifier, ServerSideEncryption, Tag, Tagging,
};
use std::collections::HashMap;
use std::time::Duration;

const SIGNS: &str = "signs/a+b %41&c=d  e%2Ff.txt";

pub fn steps(w: &'static World) -> Vec<Step> {
    vec![
        step("put and get", put_and_get(w)),
        step("unicode key", name_survives(w, "Grüße/日本語 und 😀.txt", "Grüße/")),
        step("key with plus and percent", name_survives(w, SIGNS, "signs/")),
        step("metadata and content type", metadata(w)),
        step("head object", head_object(w)),
        step("range get", range_get(w)),
        step("conditional get", conditional_get(w)),
        step("put if none match", put_if_none_match(w)),
        step("copy object", copy_object(w)),
        step("object tags", object_tags(w)),
        step("delete", delete(w)),
        step("presigned get", presigned_get(w)),
        step("presigned put", presigned_put(w)),
        step("SSE-S3", sse_s3(w)),
        step("SSE-C", sse_c(w)),
    ]
}

async fn head(w: &World, key: &str) -> Result<HeadObjectOutput, crate::report::Error> {
    w.s3.head_object().bucket(&w.bucket).key(key).send().await.map_err(told)
}

async fn put_and_get(w: &World) -> Outcome {
    for (key, body) in [("small", &b"a small object"[..]), ("empty", b"")] {
        let done = w.put(key, body).send().await.map_err(told)?;
        same(done.e_tag(), Some(quoted_md5(body).as_str()), "ETag of put")?;
        let found = w.get(key).send().await.map_err(told)?;
        same(found.content_length(), Some(body.len() as i64), "length")?;
        same(found.e_tag(), Some(quoted_md5(body).as_str()), "ETag of get")?;
        same(found.body.collect().await?.to_vec(), body, "bytes")?;
    }
    Ok(())
}

async fn name_survives(w: &World, key: &str, prefix: &str) -> Outcome {
    w.put(key, key).send().await.map_err(told)?;
    same(w.bytes(key).await?, key.as_bytes(), "bytes")?;
    let list = w.s3.list_objects_v2().bucket(&w.bucket).prefix(prefix);
    same(keys(list.send().await.map_err(told)?.contents()), [key], "listed")
}

async fn metadata(w: &World) -> Outcome {
    let put = w.put("described", "{}").metadata("author", "someone");
    let put = put.metadata("purpose", "a test; with = signs").cache_control("max-age=60");
    put.content_type("application/json; charset=utf-8").send().await.map_err(told)?;
    let found = head(w, "described").await?;
    let wanted = HashMap::from(
        [("author", "someone"), ("purpose", "a test; with = signs")]
            .map(|(name, value)| (name.to_string(), value.to_string())),
    );
    same(found.metadata(), Some(&wanted), "metadata")?;
    same(found.content_type(), Some("application/json; charset=utf-8"), "content type")?;
    same(found.cache_control(), Some("max-age=60"), "cache control")
}

async fn head_object(w: &World) -> Outcome {
    w.put("headed", "12345").send().await.map_err(told)?;
    let found = head(w, "headed").await?;
    same(found.content_length(), Some(5), "length")?;
    same(found.e_tag(), Some(quoted_md5(b"12345").as_str()), "ETag")?;
    recent(found.last_modified(), Duration::from_secs(600))?;
    let absent = w.s3.head_object().bucket(&w.bucket).key("absent").send().await;
    holds(refused(absent)?.into_service_error().is_not_found(), "NotFound")
}

async fn range_get(w: &World) -> Outcome {
    w.put("ranged", "0123456789").send().await.map_err(told)?;
    let found = w.get("ranged").range("bytes=2-5").send().await.map_err(told)?;
    same(found.content_range(), Some("bytes 2-5/10"), "Content-Range")?;
    same(found.body.collect().await?.to_vec(), b"2345", "bytes")?;
    same(read(w.get("ranged").range("bytes=-3")).await?, b"789", "last bytes")?;
    fails(w.get("ranged").range("bytes=10-").send().await, "InvalidRange", 416)
}

async fn conditional_get(w: &World) -> Outcome {
    let done = w.put("conditional", "as it was").send().await.map_err(told)?;
    let etag = done.e_tag().ok_or("no ETag")?;
    same(read(w.get("conditional").if_match(etag)).await?, b"as it was", "bytes")?;
    let unchanged = refused(w.get("conditional").if_none_match(etag).send().await)?;
    same(status(&unchanged), 304, "status")?;
    let other = w.get("conditional").if_match("\"0123\"").send().await;
    fails(other, "PreconditionFailed", 412)
}

async fn put_if_none_match(w: &World) -> Outcome {
    w.put("only once", "first").if_none_match("*").send().await.map_err(told)?;
    let again = w.put("only once", "second").if_none_match("*").send().await;
    fails(again, "PreconditionFailed", 412)?;
    same(w.bytes("only once").await?, b"first", "bytes")
}

fn copy(w: &World) -> CopyObjectFluentBuilder {
    let source = format!("{}/copied/from", w.bucket);
    w.s3.copy_object().bucket(&w.bucket).key("copied/to").copy_source(source)
}

async fn copy_object(w: &World) -> Outcome {
    let put = w.put("copied/from", "to be copied").metadata("kept", "yes");
    let done = put.content_type("text/x-one").send().await.map_err(told)?;
    copy(w).send().await.map_err(told)?;
    same(w.bytes("copied/to").await?, b"to be copied", "bytes")?;
    let only = |name: &str, value: &str| HashMap::from([(name.to_string(), value.to_string())]);
    let kept = head(w, "copied/to").await?;
    same(kept.metadata(), Some(&only("kept", "yes")), "kept metadata")?;
    same(kept.content_type(), Some("text/x-one"), "kept content type")?;
    let anew = copy(w).metadata_directive(MetadataDirective::Replace).metadata("new", "one");
    anew.content_type("text/x-two").send().await.map_err(told)?;
    let replaced = head(w, "copied/to").await?;
    same(replaced.metadata(), Some(&only("new", "one")), "replaced metadata")?;
    same(replaced.content_type(), Some("text/x-two"), "replaced content type")?;
    let etag = done.e_tag().ok_or("no ETag")?;
    let unless = copy(w).copy_source_if_none_match(etag).send().await;
    fails(unless, "PreconditionFailed", 412)
}

async fn object_tags(w: &World) -> Outcome {
    w.put("tagged", "x").tagging("first=1").send().await.map_err(told)?;
    let tag = |key, value| Tag::builder().key(key).value(value).build();
    let wanted = vec![tag("a+b", "c d")?, tag("ü", "")?];
    let tagging = Tagging::builder().set_tag_set(Some(wanted.clone())).build()?;
    let put = w.s3.put_object_tagging().bucket(&w.bucket).key("tagged");
    put.tagging(tagging).send().await.map_err(told)?;
    let list = || w.s3.get_object_tagging().bucket(&w.bucket).key("tagged").send();
    same(list().await.map_err(told)?.tag_set(), wanted, "tags")?;
    same(w.get("tagged").send().await.map_err(told)?.tag_count(), Some(2), "count")?;
    let remove = w.s3.delete_object_tagging().bucket(&w.bucket).key("tagged");
    remove.send().await.map_err(told)?;
    same(list().await.map_err(told)?.tag_set().len(), 0, "tags after deletion")
}

async fn delete(w: &World) -> Outcome {
    let mut gone = Delete::builder();
    for name in ["gone/1", "gone/2", "gone/3", "gone/4"] {
        w.put(name, "").send().await.map_err(told)?;
        gone = gone.objects(ObjectIdentifier::builder().key(name).build()?);
    }
    w.put("gone/0", "").send().await.map_err(told)?;
    for name in ["gone/0", "gone/never there"] {
        w.s3.delete_object().bucket(&w.bucket).key(name).send().await.map_err(told)?;
    }
    let many = w.s3.delete_objects().bucket(&w.bucket).delete(gone.build()?);
    let done = many.send().await.map_err(told)?;
    same((done.deleted().len(), done.errors().len()), (4, 0), "deleted and errors")?;
    let left = w.s3.list_objects_v2().bucket(&w.bucket).prefix("gone/");
    same(left.send().await.map_err(told)?.contents().len(), 0, "left")?;
    let absent = refused(w.get("gone/0").send().await)?.into_service_error();
    holds(absent.is_no_such_key(), "NoSuchKey")
}

fn for_five_minutes() -> Result<PresigningConfig, crate::report::Error> {
    Ok(PresigningConfig::expires_in(Duration::from_secs(300))?)
}

async fn presigned_get(w: &World) -> Outcome {
    w.put("linked äöü", "behind a link").send().await.map_err(told)?;
    let link = w.get("linked äöü").presigned(for_five_minutes()?).await.map_err(told)?;
    same(plain(link.uri(), None)?, (200, b"behind a link".to_vec()), "answer")?;
    let at = link.uri().find("X-Amz-Signature=").ok_or("no signature")? + 16;
    let mut other = link.uri().to_string();
    let digit = if other[at..].starts_with('0') { "1" } else { "0" };
    other.replace_range(at..at + 1, digit);
    same(plain(&other, None)?.0, 403, "status for another signature")
}

async fn presigned_put(w: &World) -> Outcome {
    let body = random(1000);
    let put = w.s3.put_object().bucket(&w.bucket).key("linked/up").content_type("text/plain");
    let link = put.presigned(for_five_minutes()?).await.map_err(told)?;
    same(plain(link.uri(), Some(&body))?, (200, vec![]), "answer")?;
    same(w.bytes("linked/up").await?, body, "bytes")
}

async fn sse_s3(w: &World) -> Outcome {
    let body = random(100_000);
    let wanted = Some(&ServerSideEncryption::Aes256);
    let put = w.put("sealed", body.clone()).server_side_encryption(ServerSideEncryption::Aes256);
    same(put.send().await.map_err(told)?.server_side_encryption(), wanted, "of put")?;
    same(head(w, "sealed").await?.server_side_encryption(), wanted, "of head")?;
    same(md5(&w.bytes("sealed").await?), md5(&body), "MD5 of the bytes")
}

async fn sse_c(w: &World) -> Outcome {
    let (key, other, body) = (random(32), random(32), random(100_000));
    let put = w.put("own key", body.clone()).sse_customer_algorithm("AES256");
    let put = put.sse_customer_key(base64(&key)).sse_customer_key_md5(base64(&raw_md5(&key)));
    if !w.https {
        return fails(put.send().await, "InvalidRequest", 400);
    }
    put.send().await.map_err(told)?;
    let opened = |key: &[u8]| {
        let get = w.get("own key").sse_customer_algorithm("AES256");
        get.sse_customer_key(base64(key)).sse_customer_key_md5(base64(&raw_md5(key)))
    };
    same(md5(&read(opened(&key)).await?), md5(&body), "MD5 of the bytes")?;
    fails(w.get("own key").send().await, "InvalidRequest", 400)?;
    let wrong = status(&refused(opened(&other).send().await)?);
    holds(wrong == 400 || wrong == 403, &format!("{wrong} refuses another key"))
}
