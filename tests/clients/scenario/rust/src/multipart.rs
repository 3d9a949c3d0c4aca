//! Uploads in parts, by hand.

use crate::checksums::sha256;
use crate::common::{fails, read, told, World};
use crate::report::{base64, holds, lacking, md5, random, same, step, Error, Outcome, Step, PART};
use aws_sdk_s3::operation::complete_multipart_upload::CompleteMultipartUploadOutput;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{
    ChecksumAlgorithm, ChecksumType, CompletedMultipartUpload, CompletedPart, ObjectAttributes,
    StorageClass,
};

const UNRELEASED: &str = "its transfer manager is a developer preview in another crate";

pub fn steps(w: &'static World) -> Vec<Step> {
    vec![
        step("stream of unknown length", lacking(UNRELEASED)),
        step("20 MiB by upload manager", lacking(UNRELEASED)),
        step("multipart by hand", by_hand(w)),
        step("list parts and uploads", list_and_abort(w)),
        step("copy a part", copy_part(w)),
        step("object attributes", attributes(w)),
    ]
}

async fn start(
    w: &World,
    key: &str,
    algorithm: Option<ChecksumAlgorithm>,
) -> Result<String, Error> {
    let create = w.s3.create_multipart_upload().bucket(&w.bucket).key(key);
    let made = create.set_checksum_algorithm(algorithm).send().await.map_err(told)?;
    Ok(made.upload_id.ok_or("no upload")?)
}

async fn send(
    w: &World,
    key: &str,
    id: &str,
    number: usize,
    body: Vec<u8>,
    algorithm: Option<ChecksumAlgorithm>,
) -> Result<CompletedPart, Error> {
    let upload = w.s3.upload_part().bucket(&w.bucket).key(key).upload_id(id);
    let number = i32::try_from(number)?;
    let upload = upload.part_number(number).body(ByteStream::from(body));
    let sent = upload.set_checksum_algorithm(algorithm).send().await.map_err(told)?;
    let part = CompletedPart::builder()
        .part_number(number)
        .set_e_tag(sent.e_tag)
        .set_checksum_crc32(sent.checksum_crc32)
        .set_checksum_sha256(sent.checksum_sha256);
    Ok(part.build())
}

async fn complete(
    w: &World,
    key: &str,
    id: &str,
    parts: Vec<CompletedPart>,
) -> Result<CompleteMultipartUploadOutput, Error> {
    let parts = CompletedMultipartUpload::builder().set_parts(Some(parts)).build();
    let complete = w.s3.complete_multipart_upload().bucket(&w.bucket).key(key);
    complete.upload_id(id).multipart_upload(parts).send().await.map_err(told)
}

/// Creates an upload with SHA256, sends the parts and completes it.
async fn in_parts(
    w: &World,
    key: &str,
    bodies: &[Vec<u8>],
) -> Result<CompleteMultipartUploadOutput, Error> {
    let algorithm = Some(ChecksumAlgorithm::Sha256);
    let id = start(w, key, algorithm.clone()).await?;
    let mut parts = vec![];
    for body in bodies {
        let number = parts.len() + 1;
        let sent = send(w, key, &id, number, body.clone(), algorithm.clone()).await?;
        let wanted = base64(&sha256(body));
        same(sent.checksum_sha256(), Some(wanted.as_str()), "checksum of a part")?;
        parts.push(sent);
    }
    complete(w, key, &id, parts).await
}

async fn by_hand(w: &World) -> Outcome {
    let bodies = [random(PART), random(PART), b"the last part".to_vec()];
    let done = in_parts(w, "by hand", &bodies).await?;
    holds(done.e_tag().unwrap_or_default().ends_with("-3\""), "an ETag that ends in -3")?;
    let digests: Vec<u8> = bodies.iter().flat_map(|body| sha256(body)).collect();
    let wanted = base64(&sha256(&digests)) + "-3";
    same(done.checksum_sha256(), Some(wanted.as_str()), "checksum")?;
    same(done.checksum_type(), Some(&ChecksumType::Composite), "type")?;
    same(md5(&w.bytes("by hand").await?), md5(&bodies.concat()), "MD5 of the bytes")?;
    let second = read(w.get("by hand").part_number(2)).await?;
    same(md5(&second), md5(&bodies[1]), "MD5 of part 2")
}

async fn list_and_abort(w: &World) -> Outcome {
    let key = "aborted";
    let id = start(w, key, None).await?;
    for number in 1..=3 {
        send(w, key, &id, number, vec![0; number], None).await?;
    }
    let list = || w.s3.list_parts().bucket(&w.bucket).key(key).upload_id(&id).max_parts(2);
    let mut pages = list().into_paginator().send();
    let mut sizes = vec![];
    while let Some(page) = pages.next().await {
        let page = page.map_err(told)?;
        sizes.extend(page.parts().iter().map(|p| (p.part_number(), p.size())));
    }
    let wanted = [1, 2, 3].map(|n| (Some(n), Some(i64::from(n))));
    same(sizes, wanted, "numbers and sizes")?;
    let uploads = || w.s3.list_multipart_uploads().bucket(&w.bucket);
    let listed = uploads().prefix(key).send().await.map_err(told)?;
    let found: Vec<_> = listed.uploads().iter().map(|u| u.upload_id()).collect();
    same(found, [Some(id.as_str())], "uploads")?;
    let abort = w.s3.abort_multipart_upload().bucket(&w.bucket).key(key).upload_id(&id);
    abort.send().await.map_err(told)?;
    same(uploads().send().await.map_err(told)?.uploads().len(), 0, "uploads afterwards")?;
    fails(list().send().await, "NoSuchUpload", 404)
}

async fn copy_part(w: &World) -> Outcome {
    let body = random(PART + 1000);
    w.put("part source", body.clone()).send().await.map_err(told)?;
    let id = start(w, "part copied", None).await?;
    let copy = w.s3.upload_part_copy().bucket(&w.bucket).key("part copied").upload_id(&id);
    let copy = copy.part_number(1).copy_source(format!("{}/part%20source", w.bucket));
    let copied = copy.copy_source_range(format!("bytes=1000-{}", PART + 999)).send().await;
    let copied = copied.map_err(told)?.copy_part_result.ok_or("no result")?;
    let first = CompletedPart::builder()
        .part_number(1)
        .set_e_tag(copied.e_tag)
        .set_checksum_crc32(copied.checksum_crc32)
        .build();
    let last = send(w, "part copied", &id, 2, b"the end".to_vec(), None).await?;
    complete(w, "part copied", &id, vec![first, last]).await?;
    let wanted = [&body[1000..], b"the end"].concat();
    same(md5(&w.bytes("part copied").await?), md5(&wanted), "MD5 of the bytes")
}

async fn attributes(w: &World) -> Outcome {
    let done = in_parts(w, "attributes", &[random(PART), b"end".to_vec()]).await?;
    let get = w.s3.get_object_attributes().bucket(&w.bucket).key("attributes");
    let all = ObjectAttributes::values().iter().map(|name| ObjectAttributes::from(*name));
    let get = get.set_object_attributes(Some(all.collect()));
    let found = get.send().await.map_err(told)?;
    same(found.e_tag(), done.e_tag().map(|tag| tag.trim_matches('"')), "ETag")?;
    same(found.object_size(), Some(PART as i64 + 3), "size")?;
    same(found.storage_class(), Some(&StorageClass::Standard), "storage class")?;
    let checksum = found.checksum().ok_or("no checksum")?.checksum_sha256();
    let wanted = done.checksum_sha256().and_then(|text| text.split('-').next());
    same(checksum, wanted, "checksum")?;
    let parts = found.object_parts().ok_or("no parts")?;
    same(parts.total_parts_count(), Some(2), "number of parts")?;
    let sizes: Vec<_> = parts.parts().iter().map(|p| p.size()).collect();
    same(sizes, [Some(PART as i64), Some(3)], "sizes of parts")
}
