//! One step an algorithm: the SDK computes, the server checks and keeps, the SDK verifies.

use crate::common::{fails, told, World};
use crate::report::{base64, same, step, Outcome, Step};
use aws_sdk_s3::operation::put_object::builders::PutObjectFluentBuilder;
use aws_sdk_s3::types::{ChecksumAlgorithm, ChecksumMode, ChecksumType};
use sha1::Sha1;
use sha2::{Digest, Sha256};

pub fn steps(w: &'static World) -> Vec<Step> {
    vec![
        step("checksum CRC32", check(w, ChecksumAlgorithm::Crc32)),
        step("checksum CRC32C", check(w, ChecksumAlgorithm::Crc32C)),
        step("checksum CRC64NVME", check(w, ChecksumAlgorithm::Crc64Nvme)),
        step("checksum SHA1", check(w, ChecksumAlgorithm::Sha1)),
        step("checksum SHA256", check(w, ChecksumAlgorithm::Sha256)),
    ]
}

/// Computed plainly, so that the SDK's own is compared with something else.
fn crc(body: &[u8], polynomial: u64, bits: u32) -> Vec<u8> {
    let ones = u64::MAX >> (64 - bits);
    let mut value = ones;
    for byte in body {
        value ^= u64::from(*byte);
        for _ in 0..8 {
            value = if value & 1 == 1 { (value >> 1) ^ polynomial } else { value >> 1 };
        }
    }
    (value ^ ones).to_be_bytes()[8 - bits as usize / 8..].to_vec()
}

pub fn sha256(body: &[u8]) -> Vec<u8> {
    Sha256::digest(body).to_vec()
}

fn digest(algorithm: &ChecksumAlgorithm, body: &[u8]) -> String {
    base64(&match algorithm {
        ChecksumAlgorithm::Crc32 => crc(body, 0xedb8_8320, 32),
        ChecksumAlgorithm::Crc32C => crc(body, 0x82f6_3b78, 32),
        ChecksumAlgorithm::Crc64Nvme => crc(body, 0x9a6c_9329_ac4b_c9b5, 64),
        ChecksumAlgorithm::Sha1 => Sha1::digest(body).to_vec(),
        _ => sha256(body),
    })
}

/// The field of an answer that belongs to the algorithm: all answers name theirs alike.
macro_rules! field {
    ($answer:expr, $algorithm:expr) => {
        match $algorithm {
            ChecksumAlgorithm::Crc32 => $answer.checksum_crc32(),
            ChecksumAlgorithm::Crc32C => $answer.checksum_crc32_c(),
            ChecksumAlgorithm::Crc64Nvme => $answer.checksum_crc64_nvme(),
            ChecksumAlgorithm::Sha1 => $answer.checksum_sha1(),
            _ => $answer.checksum_sha256(),
        }
    };
}

fn with_checksum(
    put: PutObjectFluentBuilder,
    algorithm: &ChecksumAlgorithm,
    value: String,
) -> PutObjectFluentBuilder {
    match algorithm {
        ChecksumAlgorithm::Crc32 => put.checksum_crc32(value),
        ChecksumAlgorithm::Crc32C => put.checksum_crc32_c(value),
        ChecksumAlgorithm::Crc64Nvme => put.checksum_crc64_nvme(value),
        ChecksumAlgorithm::Sha1 => put.checksum_sha1(value),
        _ => put.checksum_sha256(value),
    }
}

async fn check(w: &World, algorithm: ChecksumAlgorithm) -> Outcome {
    let body = b"checked on both sides".repeat(1000);
    let key = format!("checked/{}", algorithm.as_str());
    let wanted = digest(&algorithm, &body);
    let wanted = Some(wanted.as_str());
    let put = w.put(&key, body.clone()).checksum_algorithm(algorithm.clone());
    let done = put.send().await.map_err(told)?;
    same(field!(done, algorithm), wanted, "of put")?;
    let get = w.get(&key).checksum_mode(ChecksumMode::Enabled);
    let found = get.send().await.map_err(told)?;
    same(field!(found, algorithm), wanted, "of get")?;
    same(found.body.collect().await?.to_vec(), body.clone(), "bytes")?;
    let head = w.s3.head_object().bucket(&w.bucket).key(&key);
    let head = head.checksum_mode(ChecksumMode::Enabled).send().await.map_err(told)?;
    same(field!(head, algorithm), wanted, "of head")?;
    same(head.checksum_type(), Some(&ChecksumType::FullObject), "type")?;
    let wrong = with_checksum(w.put(&key, body), &algorithm, digest(&algorithm, b"something else"));
    fails(wrong.send().await, "BadDigest", 400)
}
