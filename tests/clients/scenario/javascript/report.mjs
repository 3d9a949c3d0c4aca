// Runs the steps in the harness's order and reports each on a line, as harness/program.py says.

import { createHash, randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import { isDeepStrictEqual } from "node:util";

export const PART = 5 << 20;
export const random = (size) => randomBytes(size);
export const md5 = (body) => createHash("md5").update(body).digest("hex");

const steps = new Map();

export class NotApplicable extends Error {}

export function step(name, action) {
  steps.set(name, action);
}

export function same(got, wanted, what) {
  if (!isDeepStrictEqual(got, wanted)) {
    const shown = (value) => String(JSON.stringify(value)).slice(0, 300);
    throw new Error(`${what}: got ${shown(got)}, wanted ${shown(wanted)}`);
  }
}

/** The promise must be refused; returns what it threw. */
export async function refused(promise, what) {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error(`${what} worked, wanted an error`);
}

/** A stream that nobody knows the length of, in pieces of an odd size. */
export function stream(body) {
  return Readable.from(
    (function* () {
      for (let at = 0; at < body.length; at += 70001) {
        yield body.subarray(at, at + 70001);
      }
    })(),
    { objectMode: false },
  );
}

export async function read(readable) {
  const pieces = [];
  for await (const piece of readable) {
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

/** Status and body of a plain request, by no S3 client. */
export async function plain(url, options) {
  const answer = await fetch(url, options);
  return [answer.status, await answer.text()];
}

export async function main() {
  for (const name of process.env.TORHAUS_TEST_STEPS.split("\n")) {
    if (!steps.has(name)) {
      continue;
    }
    const began = Date.now();
    let outcome = "ok";
    let detail = "";
    try {
      await steps.get(name)();
    } catch (error) {
      outcome = error instanceof NotApplicable ? "skip" : "FAIL";
      detail = outcome === "skip" ? error.message : error.stack.split("\n").slice(0, 4).join("\n");
    }
    const seconds = (Date.now() - began) / 1000;
    console.log(JSON.stringify({ row: name, outcome, detail, seconds }));
  }
  // minio-js leaves an answer unread, and its connection would keep the process.
  process.exit(0);
}
