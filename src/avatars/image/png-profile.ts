import { joinBytes, textBytes, uintBytes, uintBytesLE } from "./byte-reader.ts";
import { cleanProfile, MAX_PROFILE_BYTES } from "./colour-profile.ts";
import { inflate } from "./inflate.ts";

// PNG 3 §11.3.2.3: a name, a NUL, and the one method of compression.
const MAX_NAME_BYTES = 79;
const NAME = "RGB\0\0";

/** The data of a clean iCCP, or null when there is none. */
export function cleanPngProfile(chunk: Uint8Array | undefined): Uint8Array<ArrayBuffer> | null {
  const end = chunk?.indexOf(0) ?? -1;
  if (!chunk || end < 1 || end > MAX_NAME_BYTES || chunk[end + 1] !== 0) return null;
  const profile = new Uint8Array(MAX_PROFILE_BYTES);
  const length = inflate(chunk.subarray(end + 2), MAX_PROFILE_BYTES, profile);
  const clean = length === null ? null : cleanProfile(profile.subarray(0, length));
  return clean && joinBytes([textBytes(NAME), ...store(clean)]);
}

/** A zlib stream of one block that is not compressed (RFC 1951 §3.2.4), which 64 KiB less one fit into. */
function store(data: Uint8Array): ArrayLike<number>[] {
  const length = uintBytesLE(data.length, 2);
  const complement = uintBytesLE(data.length ^ 0xffff, 2);
  return [[0x78, 0x01, 0x01], length, complement, data, uintBytes(adler32(data), 4)];
}

// RFC 1950 §9.
function adler32(data: Uint8Array): number {
  let sum = 1;
  let sumOfSums = 0;
  for (const byte of data) {
    sum = (sum + byte) % 65_521;
    sumOfSums = (sumOfSums + sum) % 65_521;
  }
  return sumOfSums * 65_536 + sum;
}
