// Single objects: bytes, names, headers, conditions, copies, links, encryption.

import { CopyDestinationOptions, CopySourceOptions } from "minio";
import { md5, plain, random, read, refused, same, step } from "../report.mjs";
import { BUCKET, HTTPS, fails, get, items, lacking, minio, names, put } from "./common.mjs";

step("put and get", async () => {
  const bodies = { small: Buffer.from("a small object"), empty: Buffer.alloc(0) };
  for (const [key, body] of Object.entries(bodies)) {
    same((await put(key, body)).etag, md5(body), "ETag of put");
    const found = await minio.statObject(BUCKET, key);
    same([found.size, found.etag], [body.length, md5(body)], "size and ETag");
    same(await get(key), body, "bytes");
  }
});

async function nameSurvives(key) {
  await put(key, key);
  same((await get(key)).toString(), key, "bytes");
  same(names(await items(minio.listObjectsV2(BUCKET, key.slice(0, 6), true))), [key], "listed");
}

step("unicode key", () => nameSurvives("Grüße/日本語 und 😀.txt"));
step("key with plus and percent", () => nameSurvives("signs/a+b %41&c=d  e%2Ff.txt"));

step("metadata and content type", async () => {
  const wanted = {
    author: "someone",
    purpose: "a test; with = signs",
    "content-type": "application/json; charset=utf-8",
    "cache-control": "max-age=60",
  };
  await put("described", "{}", wanted);
  same((await minio.statObject(BUCKET, "described")).metaData, wanted, "metadata");
});

step("head object", async () => {
  await put("headed", "12345");
  const found = await minio.statObject(BUCKET, "headed");
  same([found.size, found.etag], [5, md5("12345")], "size and ETag");
  same(Math.abs(Date.now() - found.lastModified) < 600e3, true, "changed just now");
  await fails(minio.statObject(BUCKET, "absent"), "NotFound");
});

step("range get", async () => {
  await put("ranged", "0123456789");
  const part = await read(await minio.getPartialObject(BUCKET, "ranged", 2, 4));
  same(part.toString(), "2345", "bytes");
  const end = await read(await minio.getPartialObject(BUCKET, "ranged", 7));
  same(end.toString(), "789", "last bytes");
  await fails(minio.getPartialObject(BUCKET, "ranged", 10), "InvalidRange");
});

step("conditional get", lacking("conditions for getObject and statObject"));

step("put if none match", async () => {
  await put("only once", "first", { "if-none-match": "*" });
  await fails(put("only once", "second", { "if-none-match": "*" }), "PreconditionFailed");
  same((await get("only once")).toString(), "first", "bytes");
});

for (const algorithm of ["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"]) {
  step(`checksum ${algorithm}`, lacking("checksums for putObject and getObject"));
}

const from = { Bucket: BUCKET, Object: "copied/from" };
const to = { Bucket: BUCKET, Object: "copied/to" };

step("copy object", async () => {
  const headers = { kept: "yes", "content-type": "text/x-one" };
  const { etag } = await put(from.Object, "to be copied", headers);
  await minio.copyObject(new CopySourceOptions(from), new CopyDestinationOptions(to));
  same((await get(to.Object)).toString(), "to be copied", "bytes");
  const kept = (await minio.statObject(BUCKET, to.Object)).metaData;
  same(kept, headers, "kept");
  await minio.copyObject(
    new CopySourceOptions(from),
    new CopyDestinationOptions({
      ...to,
      MetadataDirective: "REPLACE",
      UserMetadata: { new: "one" },
      Headers: { "content-type": "text/x-two" },
    }),
  );
  const replaced = (await minio.statObject(BUCKET, to.Object)).metaData;
  same(replaced, { new: "one", "content-type": "text/x-two" }, "replaced");
  const unless = new CopySourceOptions({ ...from, NoMatchETag: etag });
  await fails(minio.copyObject(unless, new CopyDestinationOptions(to)), "PreconditionFailed");
});

step("object tags", async () => {
  await put("tagged", "x");
  await minio.setObjectTagging(BUCKET, "tagged", { "a+b": "c d", ü: "" });
  const got = (await minio.getObjectTagging(BUCKET, "tagged")).map((t) => `${t.Key}=${t.Value}`);
  same(got.sort(), ["a+b=c d", "ü="], "tags");
  await minio.removeObjectTagging(BUCKET, "tagged");
  same(await minio.getObjectTagging(BUCKET, "tagged"), [], "tags after deletion");
});

step("delete", async () => {
  const gone = [0, 1, 2, 3, 4, 5].map((i) => `gone/${i}`);
  for (const name of gone) {
    await put(name);
  }
  await minio.removeObject(BUCKET, gone[0]);
  await minio.removeObject(BUCKET, "gone/never there");
  same(await minio.removeObjects(BUCKET, gone.slice(1)), [], "errors");
  same(await items(minio.listObjectsV2(BUCKET, "gone/", true)), [], "left");
  await fails(get(gone[0]), "NoSuchKey");
});

step("presigned get", async () => {
  await put("linked äöü", "behind a link");
  const link = await minio.presignedGetObject(BUCKET, "linked äöü", 300);
  same(await plain(link), [200, "behind a link"], "answer");
  const other = link.slice(0, -1) + (link.endsWith("0") ? "1" : "0");
  same((await plain(other))[0], 403, "status for another signature");
});

step("presigned put", async () => {
  const body = random(1000);
  const link = await minio.presignedPutObject(BUCKET, "linked/up", 300);
  same(await plain(link, { method: "PUT", body }), [200, ""], "answer");
  same(await get("linked/up"), body, "bytes");
});

step("SSE-S3", async () => {
  const body = random(100_000);
  await put("sealed", body, { "x-amz-server-side-encryption": "AES256" });
  const { metaData } = await minio.statObject(BUCKET, "sealed");
  same(metaData["x-amz-server-side-encryption"], "AES256", "of head");
  same(await get("sealed"), body, "bytes");
});

step("SSE-C", async () => {
  const withKey = (key) => ({
    SSECustomerAlgorithm: "AES256",
    SSECustomerKey: key.toString("base64"),
    SSECustomerKeyMD5: Buffer.from(md5(key), "hex").toString("base64"),
  });
  const headers = (key) => ({
    "x-amz-server-side-encryption-customer-algorithm": "AES256",
    "x-amz-server-side-encryption-customer-key": key.toString("base64"),
    "x-amz-server-side-encryption-customer-key-md5": withKey(key).SSECustomerKeyMD5,
  });
  const key = random(32);
  const body = random(100_000);
  if (!HTTPS) {
    await fails(put("own key", body, headers(key)), "InvalidRequest");
    return;
  }
  await put("own key", body, headers(key));
  same(await get("own key", withKey(key)), body, "bytes");
  await fails(get("own key"), "InvalidRequest");
  const { code } = await refused(get("own key", withKey(random(32))), "another key");
  same(["AccessDenied", "InvalidRequest"].includes(code), true, `${code} for another key`);
});
