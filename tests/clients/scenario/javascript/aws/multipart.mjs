// Uploads in parts, by the SDK's manager and by hand.

import { createHash } from "node:crypto";
import { Upload } from "@aws-sdk/lib-storage";
import { digest } from "../digests.mjs";
import { PART, md5, random, same, step, stream } from "../report.mjs";
import { BUCKET, fails, get, put, s3 } from "./common.mjs";

const managed = (key, body) =>
  new Upload({
    client: s3,
    params: { Bucket: BUCKET, Key: key, Body: body },
    partSize: PART,
  }).done();

step("stream of unknown length", async () => {
  const body = random(2 * PART + 12345);
  await managed("streamed", stream(body));
  same(md5(await get("streamed")), md5(body), "MD5 of the bytes");
});

step("20 MiB by upload manager", async () => {
  const body = random(20 << 20);
  const done = await managed("managed", body);
  same(done.ETag.slice(-3), '-4"', "end of the ETag");
  same(md5(await get("managed")), md5(body), "MD5 of the bytes");
});

/** Creates an upload with SHA256, sends the parts and completes it. */
async function inParts(key, bodies) {
  const where = { Bucket: BUCKET, Key: key };
  const { UploadId } = await s3.createMultipartUpload({ ...where, ChecksumAlgorithm: "SHA256" });
  const Parts = [];
  for (const [index, body] of bodies.entries()) {
    const PartNumber = index + 1;
    const sent = await s3.uploadPart({
      ...where,
      UploadId,
      PartNumber,
      Body: body,
      ChecksumAlgorithm: "SHA256",
    });
    same(sent.ChecksumSHA256, digest("SHA256", body), `checksum of part ${PartNumber}`);
    Parts.push({ PartNumber, ETag: sent.ETag, ChecksumSHA256: sent.ChecksumSHA256 });
  }
  return s3.completeMultipartUpload({ ...where, UploadId, MultipartUpload: { Parts } });
}

step("multipart by hand", async () => {
  const bodies = [random(PART), random(PART), Buffer.from("the last part")];
  const done = await inParts("by hand", bodies);
  same(done.ETag.slice(-3), '-3"', "end of the ETag");
  const digests = bodies.map((body) => createHash("sha256").update(body).digest());
  const wanted = `${digest("SHA256", Buffer.concat(digests))}-3`;
  same([done.ChecksumSHA256, done.ChecksumType], [wanted, "COMPOSITE"], "checksum");
  same(md5(await get("by hand")), md5(Buffer.concat(bodies)), "MD5 of the bytes");
  same(md5(await get("by hand", { PartNumber: 2 })), md5(bodies[1]), "MD5 of part 2");
});

step("list parts and uploads", async () => {
  const where = { Bucket: BUCKET, Key: "aborted" };
  const { UploadId } = await s3.createMultipartUpload(where);
  for (const PartNumber of [1, 2, 3]) {
    await s3.uploadPart({ ...where, UploadId, PartNumber, Body: "x".repeat(PartNumber) });
  }
  // By hand: paginateListParts overlooks IsTruncated and starts anew after the last page.
  const parts = [];
  for (let PartNumberMarker = "0", more = true; more; ) {
    const page = await s3.listParts({ ...where, UploadId, PartNumberMarker, MaxParts: 2 });
    parts.push(...page.Parts.map((p) => [p.PartNumber, p.Size]));
    PartNumberMarker = page.NextPartNumberMarker;
    more = page.IsTruncated;
  }
  same(parts, [[1, 1], [2, 2], [3, 3]], "parts");
  const { Uploads } = await s3.listMultipartUploads({ Bucket: BUCKET, Prefix: "aborted" });
  same(Uploads.map((u) => [u.Key, u.UploadId]), [["aborted", UploadId]], "uploads");
  await s3.abortMultipartUpload({ ...where, UploadId });
  const left = await s3.listMultipartUploads({ Bucket: BUCKET });
  same(left.Uploads ?? [], [], "uploads afterwards");
  await fails(s3.listParts({ ...where, UploadId }), "NoSuchUpload", 404);
});

step("copy a part", async () => {
  const body = random(PART + 1000);
  await put("part source", body);
  const where = { Bucket: BUCKET, Key: "part copied" };
  const { UploadId } = await s3.createMultipartUpload(where);
  const { CopyPartResult: copied } = await s3.uploadPartCopy({
    ...where,
    UploadId,
    PartNumber: 1,
    CopySource: `${BUCKET}/part%20source`,
    CopySourceRange: `bytes=1000-${PART + 999}`,
  });
  const sent = await s3.uploadPart({ ...where, UploadId, PartNumber: 2, Body: "the end" });
  const Parts = [
    { PartNumber: 1, ETag: copied.ETag, ChecksumCRC32: copied.ChecksumCRC32 },
    { PartNumber: 2, ETag: sent.ETag, ChecksumCRC32: sent.ChecksumCRC32 },
  ];
  await s3.completeMultipartUpload({ ...where, UploadId, MultipartUpload: { Parts } });
  const wanted = Buffer.concat([body.subarray(1000), Buffer.from("the end")]);
  same(md5(await get("part copied")), md5(wanted), "MD5 of the bytes");
});

step("object attributes", async () => {
  const done = await inParts("attributes", [random(PART), Buffer.from("end")]);
  const found = await s3.getObjectAttributes({
    Bucket: BUCKET,
    Key: "attributes",
    ObjectAttributes: ["ETag", "ObjectSize", "Checksum", "ObjectParts", "StorageClass"],
  });
  same(found.ETag, done.ETag.replaceAll('"', ""), "ETag");
  same(found.ObjectSize, PART + 3, "size");
  same(found.StorageClass, "STANDARD", "storage class");
  same(found.Checksum.ChecksumSHA256, done.ChecksumSHA256.split("-")[0], "checksum");
  same(found.ObjectParts.TotalPartsCount, 2, "number of parts");
  const parts = found.ObjectParts.Parts.map((p) => [p.PartNumber, p.Size]);
  same(parts, [[1, PART], [2, 3]], "parts");
});
