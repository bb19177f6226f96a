import { err, ok, type Result } from "../../../core/result.ts";
import { joinBytes, readText, readUint, textBytes, uintBytes } from "./byte-reader.ts";
import type { ImageProblem } from "./image.ts";

export const PNG_SIGNATURE = "\x89PNG\r\n\x1a\n";

export type Chunk = { readonly name: string; readonly data: Uint8Array };

// Length, name and checksum (PNG 3 §5.3).
const FRAME_BYTES = 12;

/** About 200 bytes each in an upload of maximum size. Encoders write larger chunks, and each one costs memory. */
const MAX_CHUNKS = 10_000;

/** The chunks from the signature to IEND. Verifies each checksum. Bytes after IEND are not read, so the new file drops them. */
export function readChunks(bytes: Uint8Array): Result<readonly Chunk[], ImageProblem> {
  const chunks: Chunk[] = [];
  for (let at = PNG_SIGNATURE.length; at + FRAME_BYTES <= bytes.length && chunks.length < MAX_CHUNKS; ) {
    const end = at + FRAME_BYTES + readUint(bytes, at, 4);
    if (end > bytes.length || readUint(bytes, end - 4, 4) !== crc32(bytes.subarray(at + 4, end - 4))) {
      return err("damaged");
    }
    const name = readText(bytes, at + 4, 4);
    chunks.push({ name, data: bytes.subarray(at + 8, end - 4) });
    if (name === "IEND") return ok(chunks);
    at = end;
  }
  return err("damaged");
}

export function writeChunk(name: string, data: ArrayLike<number>): Uint8Array<ArrayBuffer> {
  const nameAndData = joinBytes([textBytes(name), data]);
  return joinBytes([uintBytes(data.length, 4), nameAndData, uintBytes(crc32(nameAndData), 4)]);
}

// PNG 3, annex D: CRC-32, one byte at a time.
const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = (value >>> 1) ^ (value & 1 ? 0xedb88320 : 0);
  return value;
});

function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ (CRC_TABLE[(crc ^ byte) & 0xff] ?? 0);
  return ~crc >>> 0;
}
