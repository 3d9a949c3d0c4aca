// Checksums written plainly, so that the SDK's own are compared with something else.

import { createHash } from "node:crypto";

function crc(body, polynomial, bits) {
  const ones = (1n << BigInt(bits)) - 1n;
  const table = Array.from({ length: 256 }, (_, byte) => {
    let value = BigInt(byte);
    for (let bit = 0; bit < 8; bit++) {
      value = value & 1n ? (value >> 1n) ^ polynomial : value >> 1n;
    }
    return value;
  });
  let value = ones;
  for (const byte of body) {
    value = table[Number((value ^ BigInt(byte)) & 255n)] ^ (value >> 8n);
  }
  return Buffer.from((value ^ ones).toString(16).padStart(bits / 4, "0"), "hex");
}

/** Base64, as S3 writes it. */
export function digest(algorithm, body) {
  switch (algorithm) {
    case "CRC32":
      return crc(body, 0xedb88320n, 32).toString("base64");
    case "CRC32C":
      return crc(body, 0x82f63b78n, 32).toString("base64");
    case "CRC64NVME":
      return crc(body, 0x9a6c9329ac4bc9b5n, 64).toString("base64");
    default:
      return createHash(algorithm.toLowerCase()).update(body).digest("base64");
  }
}
