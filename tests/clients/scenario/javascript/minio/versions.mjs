// Versions, delete markers, locks: in buckets of their own, which the steps take away again.

import { same, step } from "../report.mjs";
import { BUCKET, REGION, fails, get, items, minio, put } from "./common.mjs";

async function versioned(name) {
  const bucket = `${BUCKET}-${name}`;
  await minio.makeBucket(bucket, REGION);
  await minio.setBucketVersioning(bucket, { Status: "Enabled" });
  same((await minio.getBucketVersioning(bucket)).Status, "Enabled", "versioning");
  return bucket;
}

const listed = (bucket) => items(minio.listObjects(bucket, "", true, { IncludeVersion: true }));

step("versions", async () => {
  const bucket = await versioned("versions");
  const first = (await put("note", "first", {}, bucket)).versionId;
  const second = (await put("note", "second", {}, bucket)).versionId;
  const found = (await listed(bucket)).map((v) => [v.versionId, String(v.isLatest)]);
  same(found, [[second, "true"], [first, "false"]], "versions");
  same((await get("note", {}, bucket)).toString(), "second", "the latest");
  same((await get("note", { versionId: first }, bucket)).toString(), "first", "the old one");
  for (const versionId of [first, second]) {
    await minio.removeObject(bucket, "note", { versionId });
  }
  await minio.removeBucket(bucket);
});

step("delete marker", async () => {
  const bucket = await versioned("markers");
  const kept = (await put("note", "kept", {}, bucket)).versionId;
  await minio.removeObject(bucket, "note");
  await fails(get("note", {}, bucket), "NoSuchKey");
  const markers = (await listed(bucket)).filter((v) => v.isDeleteMarker);
  same(markers.length, 1, "markers");
  await minio.removeObject(bucket, "note", { versionId: markers[0].versionId });
  same((await get("note", {}, bucket)).toString(), "kept", "bytes");
  await minio.removeObject(bucket, "note", { versionId: kept });
  same(await listed(bucket), [], "versions left");
  await minio.removeBucket(bucket);
});

step("object lock", async () => {
  const bucket = `${BUCKET}-locked`;
  await minio.makeBucket(bucket, REGION, { ObjectLocking: true });
  same((await minio.getObjectLockConfig(bucket)).objectLockEnabled, "Enabled", "lock");
  const { versionId } = await put("record", "to be kept", {}, bucket);
  const until = new Date(Math.floor(Date.now() / 1000) * 1000 + 3600e3);
  const retention = { mode: "GOVERNANCE", retainUntilDate: until.toISOString(), versionId };
  await minio.putObjectRetention(bucket, "record", retention);
  const found = await minio.getObjectRetention(bucket, "record", { versionId });
  same([found.mode, +new Date(found.retainUntilDate)], ["GOVERNANCE", +until], "retention");
  await fails(minio.removeObject(bucket, "record", { versionId }), "AccessDenied");
  await minio.removeObject(bucket, "record", { versionId, governanceBypass: true });
  await minio.removeBucket(bucket);
});
