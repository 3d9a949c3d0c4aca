// The client, the bucket and the few helpers that all steps use.

import { Client, S3Error } from "minio";
import { NotApplicable, PART, read, refused, same } from "../report.mjs";

export const REGION = process.env.AWS_REGION;
export const BUCKET = `${process.env.TORHAUS_TEST_BUCKET}-steps`;

const endpoint = new URL(process.env.TORHAUS_ENDPOINT);
export const HTTPS = endpoint.protocol === "https:";

export function client(options = {}) {
  return new Client({
    endPoint: endpoint.hostname,
    port: Number(endpoint.port),
    useSSL: HTTPS,
    accessKey: process.env.AWS_ACCESS_KEY_ID,
    secretKey: process.env.AWS_SECRET_ACCESS_KEY,
    region: REGION,
    pathStyle: true,
    partSize: PART,
    ...options,
  });
}

export const minio = client();

export const put = (key, body = Buffer.alloc(0), headers = {}, bucket = BUCKET) =>
  minio.putObject(bucket, key, Buffer.from(body), headers);

export const get = async (key, options = {}, bucket = BUCKET) =>
  read(await minio.getObject(bucket, key, options));

/** The promise must end with that error. */
export async function fails(promise, code) {
  const error = await refused(promise, code);
  if (!(error instanceof S3Error)) {
    throw error;
  }
  same(error.code, code, "error");
}

export function lacking(what) {
  return () => {
    throw new NotApplicable(`minio-js has no ${what}`);
  };
}

export async function items(listing) {
  const all = [];
  for await (const item of listing) {
    all.push(item);
  }
  return all;
}

export const names = (objects) => objects.flatMap((o) => (o.name ? [o.name] : []));
export const prefixes = (objects) => objects.flatMap((o) => (o.prefix ? [o.prefix] : []));
