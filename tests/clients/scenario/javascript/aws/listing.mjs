// Both kinds of listing, in pages.

import { paginateListObjectsV2 } from "@aws-sdk/client-s3";
import { same, step } from "../report.mjs";
import { BUCKET, keys, pages, put, s3 } from "./common.mjs";

const NAMES = ["l/1", "l/2", "l/a/3", "l/a/4", "l/b/5", "l/ö", "l/😀"];
const where = { Bucket: BUCKET, Prefix: "l/" };

const prefixes = (page) => (page.CommonPrefixes ?? []).map((item) => item.Prefix);

async function fill() {
  for (const name of NAMES) {
    await put(name, "x");
  }
}

step("list v1", async () => {
  await fill();
  const found = [];
  for (let marker = "", more = true; more; ) {
    const page = await s3.listObjects({ ...where, Marker: marker, MaxKeys: 2 });
    found.push(...keys(page));
    marker = keys(page).at(-1);
    more = page.IsTruncated;
  }
  same(found, NAMES, "keys");
  const after = await s3.listObjects({ ...where, Delimiter: "/", Marker: "l/1" });
  same(keys(after), ["l/2", "l/ö", "l/😀"], "keys after the marker");
  same(prefixes(after), ["l/a/", "l/b/"], "common prefixes");
});

step("list v2", async () => {
  await fill();
  const found = await pages(
    paginateListObjectsV2({ client: s3, pageSize: 2 }, { ...where, Delimiter: "/" }),
  );
  same(found.flatMap(keys), ["l/1", "l/2", "l/ö", "l/😀"], "keys");
  same(found.flatMap(prefixes), ["l/a/", "l/b/"], "common prefixes");
  same(found.length, 3, "pages");
  const after = await s3.listObjectsV2({ ...where, StartAfter: "l/a/4" });
  same(keys(after), ["l/b/5", "l/ö", "l/😀"], "keys after l/a/4");
  same(after.KeyCount, 3, "count");
});
