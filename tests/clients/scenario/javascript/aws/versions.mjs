// Versions, delete markers, locks: in buckets of their own, which the steps take away again.

import { NoSuchKey } from "@aws-sdk/client-s3";
import { same, step } from "../report.mjs";
import { BUCKET, create, fails, s3 } from "./common.mjs";

async function versioned(name) {
  const bucket = { Bucket: `${BUCKET}-${name}` };
  await create(bucket.Bucket);
  await s3.putBucketVersioning({ ...bucket, VersioningConfiguration: { Status: "Enabled" } });
  same((await s3.getBucketVersioning(bucket)).Status, "Enabled", "versioning");
  return bucket;
}

const text = async (where) => (await s3.getObject(where)).Body.transformToString();

step("versions", async () => {
  const bucket = await versioned("versions");
  const where = { ...bucket, Key: "note" };
  const first = (await s3.putObject({ ...where, Body: "first" })).VersionId;
  const second = (await s3.putObject({ ...where, Body: "second" })).VersionId;
  const { Versions } = await s3.listObjectVersions(bucket);
  const found = Versions.map((v) => [v.VersionId, v.IsLatest]);
  same(found, [[second, true], [first, false]], "versions");
  same(await text(where), "second", "the latest");
  same(await text({ ...where, VersionId: first }), "first", "the old one");
  for (const VersionId of [first, second]) {
    await s3.deleteObject({ ...where, VersionId });
  }
  await s3.deleteBucket(bucket);
});

step("delete marker", async () => {
  const bucket = await versioned("markers");
  const where = { ...bucket, Key: "note" };
  const kept = (await s3.putObject({ ...where, Body: "kept" })).VersionId;
  const marker = await s3.deleteObject(where);
  same(marker.DeleteMarker, true, "a marker");
  await fails(s3.getObject(where), "NoSuchKey", 404, NoSuchKey);
  const { DeleteMarkers } = await s3.listObjectVersions(bucket);
  same(DeleteMarkers.map((m) => m.VersionId), [marker.VersionId], "markers");
  await s3.deleteObject({ ...where, VersionId: marker.VersionId });
  same(await text(where), "kept", "bytes");
  await s3.deleteObject({ ...where, VersionId: kept });
  same((await s3.listObjectVersions(bucket)).Versions ?? [], [], "versions left");
  await s3.deleteBucket(bucket);
});

step("object lock", async () => {
  const bucket = { Bucket: `${BUCKET}-locked` };
  await create(bucket.Bucket, { ObjectLockEnabledForBucket: true });
  const lock = (await s3.getObjectLockConfiguration(bucket)).ObjectLockConfiguration;
  same(lock.ObjectLockEnabled, "Enabled", "lock");
  const where = { ...bucket, Key: "record" };
  where.VersionId = (await s3.putObject({ ...where, Body: "to be kept" })).VersionId;
  const until = new Date(Math.floor(Date.now() / 1000) * 1000 + 3600e3);
  const Retention = { Mode: "GOVERNANCE", RetainUntilDate: until };
  await s3.putObjectRetention({ ...where, Retention });
  same((await s3.getObjectRetention(where)).Retention, Retention, "retention");
  await fails(s3.deleteObject(where), "AccessDenied", 403);
  await s3.deleteObject({ ...where, BypassGovernanceRetention: true });
  await s3.deleteBucket(bucket);
});
