// Single objects: bytes, names, headers, conditions, copies, links, encryption.

import { GetObjectCommand, NoSuchKey, NotFound, PutObjectCommand } from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { md5, plain, random, refused, same, step } from "../report.mjs";
import { BUCKET, HTTPS, fails, get, keys, put, s3 } from "./common.mjs";

const at = (key) => ({ Bucket: BUCKET, Key: key });

step("put and get", async () => {
  const bodies = { small: Buffer.from("a small object"), empty: Buffer.alloc(0) };
  for (const [key, body] of Object.entries(bodies)) {
    same((await put(key, body)).ETag, `"${md5(body)}"`, "ETag of put");
    const found = await s3.getObject(at(key));
    same([found.ContentLength, found.ETag], [body.length, `"${md5(body)}"`], "length and ETag");
    same(Buffer.from(await found.Body.transformToByteArray()), body, "bytes");
  }
});

async function nameSurvives(key) {
  await put(key, key);
  same((await get(key)).toString(), key, "bytes");
  const listed = await s3.listObjectsV2({ Bucket: BUCKET, Prefix: key.slice(0, 6) });
  same(keys(listed), [key], "listed");
}

step("unicode key", () => nameSurvives("Grüße/日本語 und 😀.txt"));
step("key with plus and percent", () => nameSurvives("signs/a+b %41&c=d  e%2Ff.txt"));

step("metadata and content type", async () => {
  const Metadata = { author: "someone", purpose: "a test; with = signs" };
  const wanted = {
    Metadata,
    ContentType: "application/json; charset=utf-8",
    CacheControl: "max-age=60",
  };
  await put("described", "{}", wanted);
  const { ContentType, CacheControl, ...found } = await s3.headObject(at("described"));
  same({ Metadata: found.Metadata, ContentType, CacheControl }, wanted, "of head");
});

step("head object", async () => {
  await put("headed", "12345");
  const found = await s3.headObject(at("headed"));
  same([found.ContentLength, found.ETag], [5, `"${md5("12345")}"`], "length and ETag");
  same(Math.abs(Date.now() - found.LastModified) < 600e3, true, "changed just now");
  await fails(s3.headObject(at("absent")), "NotFound", 404, NotFound);
});

step("range get", async () => {
  await put("ranged", "0123456789");
  const found = await s3.getObject({ ...at("ranged"), Range: "bytes=2-5" });
  same(await found.Body.transformToString(), "2345", "bytes");
  same(found.ContentRange, "bytes 2-5/10", "Content-Range");
  same((await get("ranged", { Range: "bytes=-3" })).toString(), "789", "last bytes");
  await fails(get("ranged", { Range: "bytes=10-" }), "InvalidRange", 416);
});

step("conditional get", async () => {
  const { ETag } = await put("conditional", "as it was");
  same((await get("conditional", { IfMatch: ETag })).toString(), "as it was", "bytes");
  const unchanged = await refused(get("conditional", { IfNoneMatch: ETag }), "same ETag");
  same(unchanged.$metadata?.httpStatusCode, 304, "status");
  await fails(get("conditional", { IfMatch: '"0123"' }), "PreconditionFailed", 412);
});

step("put if none match", async () => {
  await put("only once", "first", { IfNoneMatch: "*" });
  await fails(put("only once", "second", { IfNoneMatch: "*" }), "PreconditionFailed", 412);
  same((await get("only once")).toString(), "first", "bytes");
});

step("copy object", async () => {
  const first = { Metadata: { kept: "yes" }, ContentType: "text/x-one" };
  const { ETag } = await put("copied/from", "to be copied", first);
  const copy = { ...at("copied/to"), CopySource: `${BUCKET}/copied/from` };
  await s3.copyObject(copy);
  same((await get("copied/to")).toString(), "to be copied", "bytes");
  const kept = await s3.headObject(at("copied/to"));
  same([kept.Metadata, kept.ContentType], [first.Metadata, first.ContentType], "kept");
  const second = { Metadata: { new: "one" }, ContentType: "text/x-two" };
  await s3.copyObject({ ...copy, MetadataDirective: "REPLACE", ...second });
  const replaced = await s3.headObject(at("copied/to"));
  same([replaced.Metadata, replaced.ContentType], [second.Metadata, "text/x-two"], "replaced");
  const refusedCopy = s3.copyObject({ ...copy, CopySourceIfNoneMatch: ETag });
  await fails(refusedCopy, "PreconditionFailed", 412);
});

step("object tags", async () => {
  await put("tagged", "x", { Tagging: "first=1" });
  const TagSet = [{ Key: "a+b", Value: "c d" }, { Key: "ü", Value: "" }];
  await s3.putObjectTagging({ ...at("tagged"), Tagging: { TagSet } });
  same((await s3.getObjectTagging(at("tagged"))).TagSet, TagSet, "tags");
  const found = await s3.getObject(at("tagged"));
  same([found.TagCount, await found.Body.transformToString()], [2, "x"], "count and bytes");
  await s3.deleteObjectTagging(at("tagged"));
  same((await s3.getObjectTagging(at("tagged"))).TagSet, [], "tags after deletion");
});

step("delete", async () => {
  const names = [0, 1, 2, 3, 4, 5].map((i) => `gone/${i}`);
  for (const name of names) {
    await put(name);
  }
  await s3.deleteObject(at(names[0]));
  await s3.deleteObject(at("gone/never there"));
  const Objects = names.slice(1).map((Key) => ({ Key }));
  const answer = await s3.deleteObjects({ Bucket: BUCKET, Delete: { Objects } });
  same(answer.Deleted.map((d) => d.Key).sort(), names.slice(1), "deleted");
  same(keys(await s3.listObjectsV2({ Bucket: BUCKET, Prefix: "gone/" })), [], "left");
  await fails(get(names[0]), "NoSuchKey", 404, NoSuchKey);
});

step("presigned get", async () => {
  await put("linked äöü", "behind a link");
  const command = new GetObjectCommand(at("linked äöü"));
  const link = await getSignedUrl(s3, command, { expiresIn: 300 });
  same(await plain(link), [200, "behind a link"], "answer");
  const other = link.replace(/X-Amz-Signature=./, (found) =>
    found.endsWith("0") ? "X-Amz-Signature=1" : "X-Amz-Signature=0",
  );
  same((await plain(other))[0], 403, "status for another signature");
});

step("presigned put", async () => {
  const body = random(1000);
  const command = new PutObjectCommand({ ...at("linked/up"), ContentType: "text/plain" });
  const link = await getSignedUrl(s3, command, { expiresIn: 300 });
  const headers = { "Content-Type": "text/plain" };
  same(await plain(link, { method: "PUT", body, headers }), [200, ""], "answer");
  same(await get("linked/up"), body, "bytes");
});

step("SSE-S3", async () => {
  const body = random(100_000);
  const answer = await put("sealed", body, { ServerSideEncryption: "AES256" });
  same(answer.ServerSideEncryption, "AES256", "of put");
  same((await s3.headObject(at("sealed"))).ServerSideEncryption, "AES256", "of head");
  same(await get("sealed"), body, "bytes");
});

step("SSE-C", async () => {
  const withKey = (key) => ({
    SSECustomerAlgorithm: "AES256",
    SSECustomerKey: key.toString("base64"),
    SSECustomerKeyMD5: Buffer.from(md5(key), "hex").toString("base64"),
  });
  const key = random(32);
  const body = random(100_000);
  if (!HTTPS) {
    await fails(put("own key", body, withKey(key)), "InvalidRequest", 400);
    return;
  }
  await put("own key", body, withKey(key));
  same(await get("own key", withKey(key)), body, "bytes");
  await fails(get("own key"), "InvalidRequest", 400);
  const wrong = await refused(get("own key", withKey(random(32))), "another key");
  same([400, 403].includes(wrong.$metadata?.httpStatusCode), true, "another key is refused");
});
