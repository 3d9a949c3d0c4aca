// Buckets, their settings, their listings, their errors.

import { same, step } from "../report.mjs";
import { BUCKET, REGION, client, fails, items, lacking, minio } from "./common.mjs";
import { names, prefixes, put } from "./common.mjs";

step("create bucket", async () => {
  await minio.makeBucket(BUCKET, REGION);
  await fails(minio.makeBucket(BUCKET, REGION), "BucketAlreadyOwnedByYou");
});

step("head bucket", async () => {
  same(await minio.bucketExists(BUCKET), true, "ours");
  same(await minio.bucketExists(`${BUCKET}-absent`), false, "one that is not there");
  same(await client({ region: undefined }).getBucketRegionAsync(BUCKET), REGION, "region");
});

step("list buckets", async () => {
  const found = (await minio.listBuckets()).filter((b) => b.name === BUCKET);
  same(found.length, 1, "buckets of that name");
  same(Math.abs(Date.now() - found[0].creationDate) < 86400e3, true, "created today");
});

const NAMES = ["l/1", "l/2", "l/a/3", "l/a/4", "l/b/5", "l/ö", "l/😀"];

async function fill() {
  for (const name of NAMES) {
    await put(name, "x");
  }
}

step("list v1", async () => {
  await fill();
  const found = [];
  for (let marker = "", more = true; more; ) {
    const options = { Delimiter: "", MaxKeys: 2, IncludeVersion: false };
    const page = await minio.listObjectsQuery(BUCKET, "l/", marker, options);
    found.push(...names(page.objects));
    marker = page.nextMarker;
    more = page.isTruncated;
  }
  same(found, NAMES, "keys");
  const options = { Delimiter: "/", MaxKeys: 1000, IncludeVersion: false };
  const after = await minio.listObjectsQuery(BUCKET, "l/", "l/1", options);
  same(names(after.objects), ["l/2", "l/ö", "l/😀"], "keys after the marker");
  same(prefixes(after.objects), ["l/a/", "l/b/"], "common prefixes");
});

step("list v2", async () => {
  await fill();
  const found = [];
  let pages = 0;
  for (let token = "", more = true; more; pages++) {
    const page = await minio.listObjectsV2Query(BUCKET, "l/", token, "/", 2, "");
    found.push(...page.objects);
    token = page.nextContinuationToken;
    more = page.isTruncated;
  }
  same(names(found), ["l/1", "l/2", "l/ö", "l/😀"], "keys");
  same(prefixes(found), ["l/a/", "l/b/"], "common prefixes");
  same(pages, 3, "pages");
  const after = await items(minio.listObjectsV2(BUCKET, "l/", true, "l/a/4"));
  same(names(after), ["l/b/5", "l/ö", "l/😀"], "keys after l/a/4");
});

step("bucket tags", async () => {
  await fails(minio.getBucketTagging(BUCKET), "NoSuchTagSet");
  await minio.setBucketTagging(BUCKET, { team: "Straße + co", empty: "" });
  const got = (await minio.getBucketTagging(BUCKET)).map((t) => `${t.Key}=${t.Value}`);
  same(got.sort(), ["empty=", "team=Straße + co"], "tags");
  await minio.removeBucketTagging(BUCKET);
  await fails(minio.getBucketTagging(BUCKET), "NoSuchTagSet");
});

step("CORS", lacking("operation for CORS rules"));

step("lifecycle", async () => {
  await fails(minio.getBucketLifecycle(BUCKET), "NoSuchLifecycleConfiguration");
  const rule = {
    ID: "old logs",
    Status: "Enabled",
    Filter: { Prefix: "logs/" },
    Expiration: { Days: 30 },
    AbortIncompleteMultipartUpload: { DaysAfterInitiation: 3 },
  };
  await minio.setBucketLifecycle(BUCKET, { Rule: [rule] });
  same((await minio.getBucketLifecycle(BUCKET)).Rule, rule, "rule");
  await minio.removeBucketLifecycle(BUCKET);
  await fails(minio.getBucketLifecycle(BUCKET), "NoSuchLifecycleConfiguration");
});

step("bucket policy", async () => {
  await fails(minio.getBucketPolicy(BUCKET), "NoSuchBucketPolicy");
  const document = {
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "NoDeletion",
        Effect: "Deny",
        Principal: "*",
        Action: "s3:DeleteObject",
        Resource: `arn:aws:s3:::${BUCKET}/kept/*`,
      },
    ],
  };
  await minio.setBucketPolicy(BUCKET, JSON.stringify(document));
  same(JSON.parse(await minio.getBucketPolicy(BUCKET)), document, "policy");
  await minio.setBucketPolicy(BUCKET, ""); // removes it
  await fails(minio.getBucketPolicy(BUCKET), "NoSuchBucketPolicy");
});

step("errors", async () => {
  await fails(minio.getObject(BUCKET, "absent"), "NoSuchKey");
  await fails(items(minio.listObjectsV2(`${BUCKET}-absent`)), "NoSuchBucket");
  const stranger = client({ secretKey: "not the secret" });
  await fails(items(stranger.listObjectsV2(BUCKET)), "SignatureDoesNotMatch");
});

step("delete bucket", async () => {
  await put("last one");
  await fails(minio.removeBucket(BUCKET), "BucketNotEmpty");
  const left = names(await items(minio.listObjectsV2(BUCKET, "", true)));
  await minio.removeObjects(BUCKET, left);
  await minio.removeBucket(BUCKET);
  same(await minio.bucketExists(BUCKET), false, "it is there");
});
