// Uploads in parts, by the client itself and by hand.

import { CopyDestinationOptions, CopySourceOptions } from "minio";
import { digest } from "../digests.mjs";
import { PART, md5, random, same, step, stream } from "../report.mjs";
import { BUCKET, fails, get, items, lacking, minio, put } from "./common.mjs";

step("stream of unknown length", async () => {
  const body = random(2 * PART + 12345);
  await minio.putObject(BUCKET, "streamed", stream(body));
  same(md5(await get("streamed")), md5(body), "MD5 of the bytes");
});

step("20 MiB by upload manager", async () => {
  const body = random(20 << 20);
  // A stream, since minio-js makes one single part of a large Buffer.
  const done = await minio.putObject(BUCKET, "managed", stream(body), body.length);
  same(done.etag.slice(-2), "-4", "end of the ETag");
  same(md5(await get("managed")), md5(body), "MD5 of the bytes");
});

step("multipart by hand", async () => {
  const bodies = [random(PART), random(PART), Buffer.from("the last part")];
  // Without an algorithm: minio-js lists no checksums when it completes an upload.
  const uploadID = await minio.initiateNewMultipartUpload(BUCKET, "by hand", {});
  const part = (partNumber, body, checked) =>
    minio.uploadPart(
      {
        bucketName: BUCKET,
        objectName: "by hand",
        uploadID,
        partNumber,
        headers: { "x-amz-checksum-sha256": digest("SHA256", checked) },
      },
      body,
    );
  const etags = [];
  for (const [index, body] of bodies.entries()) {
    etags.push(await part(index + 1, body, body));
    same(etags[index].etag, md5(body), `ETag of part ${index + 1}`);
  }
  await fails(part(3, bodies[2], bodies[1]), "BadDigest");
  const done = await minio.completeMultipartUpload(BUCKET, "by hand", uploadID, etags);
  same(done.etag.slice(-2), "-3", "end of the ETag");
  same(md5(await get("by hand")), md5(Buffer.concat(bodies)), "MD5 of the bytes");
});

step("list parts and uploads", async () => {
  const uploadID = await minio.initiateNewMultipartUpload(BUCKET, "aborted", {});
  const where = { bucketName: BUCKET, objectName: "aborted", uploadID, headers: {} };
  for (const partNumber of [1, 2, 3]) {
    await minio.uploadPart({ ...where, partNumber }, Buffer.alloc(partNumber));
  }
  const parts = await minio.listParts(BUCKET, "aborted", uploadID);
  same(parts.map((p) => [p.part, p.size]), [[1, 1], [2, 2], [3, 3]], "parts");
  const uploads = await items(minio.listIncompleteUploads(BUCKET, "aborted", true));
  same(uploads.map((u) => [u.key, u.uploadId]), [["aborted", uploadID]], "uploads");
  await minio.abortMultipartUpload(BUCKET, "aborted", uploadID);
  same(await items(minio.listIncompleteUploads(BUCKET, "", true)), [], "uploads afterwards");
  await fails(minio.listParts(BUCKET, "aborted", uploadID), "NoSuchUpload");
});

step("copy a part", async () => {
  const body = random(PART + 1000);
  await put("part-source", body);
  await put("part-end", "the end");
  // From the beginning, since composeObject takes any other Start for 0.
  const first = { Bucket: BUCKET, Object: "part-source", MatchRange: true, Start: 0 };
  await minio.composeObject(new CopyDestinationOptions({ Bucket: BUCKET, Object: "part-copied" }), [
    new CopySourceOptions({ ...first, End: PART - 1 }),
    new CopySourceOptions({ Bucket: BUCKET, Object: "part-end" }),
  ]);
  const wanted = Buffer.concat([body.subarray(0, PART), Buffer.from("the end")]);
  same(md5(await get("part-copied")), md5(wanted), "MD5 of the bytes");
});

step("object attributes", lacking("GetObjectAttributes"));
