// AWS SDK for JavaScript v3: objects, metadata, a large upload in parts, a presigned link.
// Run: npm install && node example.mjs   (NODE_EXTRA_CA_CERTS names the CA of an own certificate)

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { GetObjectCommand, S3, paginateListObjectsV2 } from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";

const region = process.env.AWS_REGION ?? "eu-central-1";
const Bucket = `example-javascript-${process.pid}`;
// Path style: the bucket stands in the path, so that no name server has to know it.
const s3 = new S3({ endpoint: process.env.TORHAUS_ENDPOINT, region, forcePathStyle: true });

await s3.createBucket({ Bucket, CreateBucketConfiguration: { LocationConstraint: region } });
try {
  const note = { Bucket, Key: "note.txt" };
  await s3.putObject({ ...note, Body: "a note", Metadata: { author: "example" } });
  const found = await s3.getObject(note);
  assert.equal(await found.Body.transformToString(), "a note");
  assert.deepEqual(found.Metadata, { author: "example" });

  const large = { Bucket, Key: "large.bin" };
  const body = randomBytes(20_000_000);
  await new Upload({ client: s3, params: { ...large, Body: body } }).done(); // in parts
  const back = await (await s3.getObject(large)).Body.transformToByteArray();
  assert(body.equals(back));

  const link = await getSignedUrl(s3, new GetObjectCommand(note), { expiresIn: 300 });
  assert.equal(await (await fetch(link)).text(), "a note");

  for await (const page of paginateListObjectsV2({ client: s3 }, { Bucket })) {
    for (const item of page.Contents) {
      console.log(String(item.Size).padStart(10), item.Key);
    }
  }
} finally {
  for (const Key of ["note.txt", "large.bin"]) {
    await s3.deleteObject({ Bucket, Key });
  }
  await s3.deleteBucket({ Bucket });
}
console.log("javascript: the bytes are the same");
