// One step an algorithm: the SDK computes, the server checks and keeps, the SDK verifies.

import { digest } from "../digests.mjs";
import { same, step } from "../report.mjs";
import { BUCKET, fails, put, s3 } from "./common.mjs";

const BODY = Buffer.from("checked on both sides".repeat(1000));

for (const algorithm of ["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"]) {
  step(`checksum ${algorithm}`, async () => {
    const where = { Bucket: BUCKET, Key: `checked/${algorithm}`, ChecksumMode: "ENABLED" };
    const name = `Checksum${algorithm}`;
    const wanted = digest(algorithm, BODY);
    same((await put(where.Key, BODY, { ChecksumAlgorithm: algorithm }))[name], wanted, "of put");
    const found = await s3.getObject(where);
    same(found[name], wanted, "of get");
    same(Buffer.from(await found.Body.transformToByteArray()), BODY, "bytes");
    const head = await s3.headObject(where);
    same([head[name], head.ChecksumType], [wanted, "FULL_OBJECT"], "of head");
    const wrong = digest(algorithm, Buffer.from("something else"));
    await fails(put(where.Key, BODY, { [name]: wrong }), "BadDigest", 400);
  });
}
