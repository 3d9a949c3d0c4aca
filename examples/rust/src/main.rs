//! AWS SDK for Rust: objects, metadata, a large upload in parts, a presigned link.
//! Run: cargo run   (SSL_CERT_FILE names the CA of an own certificate)

use aws_sdk_s3::presigning::PresigningConfig;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{
    BucketLocationConstraint, CompletedMultipartUpload, CompletedPart, CreateBucketConfiguration,
};
use aws_sdk_s3::Client;
use std::time::Duration;

type Outcome = Result<(), Box<dyn std::error::Error>>;
const PART: usize = 8 << 20;

#[tokio::main]
async fn main() -> Outcome {
    // Region and keys come from the environment.
    let environment = aws_config::load_defaults(aws_config::BehaviorVersion::latest()).await;
    let config = aws_sdk_s3::config::Builder::from(&environment)
        .endpoint_url(std::env::var("TORHAUS_ENDPOINT")?)
        .force_path_style(true) // so that no name server has to know the bucket
        .build();
    let s3 = Client::from_conf(config);
    let bucket = format!("example-rust-{}", std::process::id());
    let region = BucketLocationConstraint::from(std::env::var("AWS_REGION")?.as_str());
    let place = CreateBucketConfiguration::builder().location_constraint(region).build();
    s3.create_bucket().bucket(&bucket).create_bucket_configuration(place).send().await?;

    let put = s3.put_object().bucket(&bucket).key("note.txt").metadata("author", "example");
    put.body(ByteStream::from_static(b"a note")).send().await?;
    let found = s3.get_object().bucket(&bucket).key("note.txt").send().await?;
    assert_eq!(found.metadata().and_then(|all| all.get("author")).unwrap(), "example");
    assert_eq!(found.body.collect().await?.to_vec(), b"a note");

    let large: Vec<u8> = (0..20_000_000_u32).map(|i| (i.wrapping_mul(i) >> 7) as u8).collect();
    upload_in_parts(&s3, &bucket, "large.bin", &large).await?;
    let back = s3.get_object().bucket(&bucket).key("large.bin").send().await?;
    assert!(back.body.collect().await?.to_vec() == large);

    let five_minutes = PresigningConfig::expires_in(Duration::from_secs(300))?;
    let link = s3.get_object().bucket(&bucket).key("note.txt").presigned(five_minutes).await?;
    println!("anyone may read the note for five minutes: {}", link.uri());

    let mut pages = s3.list_objects_v2().bucket(&bucket).into_paginator().send();
    while let Some(page) = pages.next().await {
        for item in page?.contents() {
            let key = item.key().unwrap_or_default();
            println!("{:>10} {key}", item.size().unwrap_or_default());
            s3.delete_object().bucket(&bucket).key(key).send().await?;
        }
    }
    s3.delete_bucket().bucket(&bucket).send().await?;
    println!("rust: the bytes are the same");
    Ok(())
}

async fn upload_in_parts(s3: &Client, bucket: &str, key: &str, body: &[u8]) -> Outcome {
    let upload = s3.create_multipart_upload().bucket(bucket).key(key).send().await?;
    let id = upload.upload_id().unwrap_or_default();
    let mut parts = vec![];
    for (number, piece) in (1..).zip(body.chunks(PART)) {
        let part = s3.upload_part().bucket(bucket).key(key).upload_id(id).part_number(number);
        let sent = part.body(ByteStream::from(piece.to_vec())).send().await?;
        let done = CompletedPart::builder().part_number(number).set_e_tag(sent.e_tag);
        parts.push(done.set_checksum_crc32(sent.checksum_crc32).build());
    }
    let all = CompletedMultipartUpload::builder().set_parts(Some(parts)).build();
    let complete = s3.complete_multipart_upload().bucket(bucket).key(key).upload_id(id);
    complete.multipart_upload(all).send().await?;
    Ok(())
}
