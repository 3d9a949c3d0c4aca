// minio-js: objects, metadata, a large upload in parts, a presigned link.
// Run: npm install && node example.mjs   (NODE_EXTRA_CA_CERTS names the CA of an own certificate)

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { Client } from "minio";

const endpoint = new URL(process.env.TORHAUS_ENDPOINT);
const region = process.env.AWS_REGION ?? "eu-central-1";
const bucket = `example-minio-js-${process.pid}`;
const useSSL = endpoint.protocol === "https:";
const minio = new Client({
  endPoint: endpoint.hostname,
  port: Number(endpoint.port || (useSSL ? 443 : 80)),
  useSSL,
  accessKey: process.env.AWS_ACCESS_KEY_ID,
  secretKey: process.env.AWS_SECRET_ACCESS_KEY,
  region,
  partSize: 8 << 20,
});

await minio.makeBucket(bucket, region);
try {
  await minio.putObject(bucket, "note.txt", "a note", { author: "example" });
  assert.equal(String(await buffer(await minio.getObject(bucket, "note.txt"))), "a note");
  assert.equal((await minio.statObject(bucket, "note.txt")).metaData.author, "example");

  const body = randomBytes(20_000_000);
  const pieces = Array.from({ length: 20 }, (_, i) => body.subarray(i * 1e6, (i + 1) * 1e6));
  const stream = Readable.from(pieces, { objectMode: false });
  await minio.putObject(bucket, "large.bin", stream, body.length); // in parts
  assert(body.equals(await buffer(await minio.getObject(bucket, "large.bin"))));

  const link = await minio.presignedGetObject(bucket, "note.txt", 300);
  assert.equal(await (await fetch(link)).text(), "a note");

  for await (const item of minio.listObjectsV2(bucket, "", true)) {
    console.log(String(item.size).padStart(10), item.name);
  }
} finally {
  await minio.removeObjects(bucket, ["note.txt", "large.bin"]);
  await minio.removeBucket(bucket);
}
console.log("minio-js: the bytes are the same");
