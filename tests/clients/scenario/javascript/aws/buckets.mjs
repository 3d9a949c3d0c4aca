// Buckets, their settings, their errors.

import {
  BucketAlreadyOwnedByYou,
  NoSuchBucket,
  NoSuchKey,
  NotFound,
  paginateListObjectsV2,
} from "@aws-sdk/client-s3";
import { same, step } from "../report.mjs";
import { BUCKET, REGION, client, create, fails, keys, pages, put, s3 } from "./common.mjs";

const here = { Bucket: BUCKET };

step("create bucket", async () => {
  same((await create(BUCKET)).Location, `/${BUCKET}`, "Location");
  await fails(create(BUCKET), "BucketAlreadyOwnedByYou", 409, BucketAlreadyOwnedByYou);
});

step("head bucket", async () => {
  same((await s3.headBucket(here)).BucketRegion, REGION, "region");
  await fails(s3.headBucket({ Bucket: `${BUCKET}-absent` }), "NotFound", 404, NotFound);
});

step("list buckets", async () => {
  const found = (await s3.listBuckets({})).Buckets.filter((b) => b.Name === BUCKET);
  same(found.length, 1, "buckets of that name");
  same(Math.abs(Date.now() - found[0].CreationDate) < 86400e3, true, "created today");
});

step("bucket tags", async () => {
  await fails(s3.getBucketTagging(here), "NoSuchTagSet", 404);
  const tags = [
    { Key: "empty", Value: "" },
    { Key: "team", Value: "Straße + co" },
  ];
  await s3.putBucketTagging({ ...here, Tagging: { TagSet: tags } });
  const got = (await s3.getBucketTagging(here)).TagSet;
  same(got.sort((a, b) => (a.Key < b.Key ? -1 : 1)), tags, "tags");
  await s3.deleteBucketTagging(here);
  await fails(s3.getBucketTagging(here), "NoSuchTagSet", 404);
});

step("CORS", async () => {
  await fails(s3.getBucketCors(here), "NoSuchCORSConfiguration", 404);
  const rule = {
    AllowedOrigins: ["https://www.example.org"],
    AllowedMethods: ["GET", "PUT"],
    AllowedHeaders: ["*"],
    ExposeHeaders: ["ETag"],
    MaxAgeSeconds: 600,
  };
  await s3.putBucketCors({ ...here, CORSConfiguration: { CORSRules: [rule] } });
  same((await s3.getBucketCors(here)).CORSRules, [rule], "rules");
  await s3.deleteBucketCors(here);
  await fails(s3.getBucketCors(here), "NoSuchCORSConfiguration", 404);
});

step("lifecycle", async () => {
  await fails(s3.getBucketLifecycleConfiguration(here), "NoSuchLifecycleConfiguration", 404);
  const rule = {
    ID: "old logs",
    Status: "Enabled",
    Filter: { Prefix: "logs/" },
    Expiration: { Days: 30 },
    AbortIncompleteMultipartUpload: { DaysAfterInitiation: 3 },
  };
  await s3.putBucketLifecycleConfiguration({ ...here, LifecycleConfiguration: { Rules: [rule] } });
  same((await s3.getBucketLifecycleConfiguration(here)).Rules, [rule], "rules");
  await s3.deleteBucketLifecycle(here);
  await fails(s3.getBucketLifecycleConfiguration(here), "NoSuchLifecycleConfiguration", 404);
});

step("bucket policy", async () => {
  await fails(s3.getBucketPolicy(here), "NoSuchBucketPolicy", 404);
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
  await s3.putBucketPolicy({ ...here, Policy: JSON.stringify(document) });
  same(JSON.parse((await s3.getBucketPolicy(here)).Policy), document, "policy");
  await s3.deleteBucketPolicy(here);
  await fails(s3.getBucketPolicy(here), "NoSuchBucketPolicy", 404);
});

step("errors", async () => {
  await fails(s3.getObject({ ...here, Key: "absent" }), "NoSuchKey", 404, NoSuchKey);
  const absent = { Bucket: `${BUCKET}-absent` };
  await fails(s3.listObjectsV2(absent), "NoSuchBucket", 404, NoSuchBucket);
  const stranger = client({
    credentials: {
      accessKeyId: process.env.AWS_ACCESS_KEY_ID,
      secretAccessKey: "not the secret",
    },
  });
  await fails(stranger.listObjectsV2(here), "SignatureDoesNotMatch", 403);
});

step("delete bucket", async () => {
  await put("last one");
  await fails(s3.deleteBucket(here), "BucketNotEmpty", 409);
  for (const page of await pages(paginateListObjectsV2({ client: s3 }, here))) {
    for (const key of keys(page)) {
      await s3.deleteObject({ ...here, Key: key });
    }
  }
  await s3.deleteBucket(here);
  await fails(s3.headBucket(here), "NotFound", 404, NotFound);
});
