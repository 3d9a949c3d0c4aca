// The client, the bucket and the few helpers that all steps use.

import { S3, S3ServiceException } from "@aws-sdk/client-s3";
import { refused, same } from "../report.mjs";

export const REGION = process.env.AWS_REGION;
export const BUCKET = `${process.env.TORHAUS_TEST_BUCKET}-steps`;
export const HTTPS = process.env.TORHAUS_ENDPOINT.startsWith("https:");

export function client(options = {}) {
  return new S3({
    endpoint: process.env.TORHAUS_ENDPOINT,
    region: REGION,
    forcePathStyle: true,
    maxAttempts: 1,
    ...options,
  });
}

export const s3 = client();

export const put = (key, body = Buffer.alloc(0), options = {}) =>
  s3.putObject({ Bucket: BUCKET, Key: key, Body: body, ...options });

export async function get(key, options = {}) {
  const found = await s3.getObject({ Bucket: BUCKET, Key: key, ...options });
  return Buffer.from(await found.Body.transformToByteArray());
}

export const create = (bucket, options = {}) =>
  s3.createBucket({
    Bucket: bucket,
    CreateBucketConfiguration: { LocationConstraint: REGION },
    ...options,
  });

export const keys = (page) => (page.Contents ?? []).map((item) => item.Key);

/** The promise must end with that error, as an exception of that type. */
export async function fails(promise, code, status, type = S3ServiceException) {
  const error = await refused(promise, code);
  if (!(error instanceof type)) {
    throw error;
  }
  same([error.name, error.$metadata.httpStatusCode], [code, status], "error");
}

export async function pages(paginator) {
  const all = [];
  for await (const page of paginator) {
    all.push(page);
  }
  return all;
}
