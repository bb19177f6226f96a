import { constants, deflateSync, inflateRawSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { inflatedLength } from "../../../../src/accounts/avatar/image/inflated-length.ts";

const { Z_DEFAULT_STRATEGY, Z_FIXED, Z_HUFFMAN_ONLY, Z_RLE } = constants;
// More than a changed stream usually inflates to.
const LIMIT = 2 ** 24;

/** Noise, which compresses to literals, and repeated runs, which compress to long matches. */
const content = fc.oneof(
  fc.uint8Array({ maxLength: 3_000 }),
  fc
    .array(fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 40 }), fc.integer({ min: 1, max: 900 })), {
      maxLength: 8,
    })
    .map((runs) => Buffer.concat(runs.flatMap(([run, times]) => new Array<Uint8Array>(times).fill(run)))),
);
const deflated = fc
  .record({
    content,
    level: fc.integer({ min: 0, max: 9 }),
    strategy: fc.constantFrom(Z_DEFAULT_STRATEGY, Z_FIXED, Z_HUFFMAN_ONLY, Z_RLE),
    memLevel: fc.integer({ min: 1, max: 9 }),
  })
  .map(({ content, ...options }) => ({ content, zlib: deflateSync(content, options) }));

/** The output of Node's zlib, without checking header and checksum; null if it fails. */
function inflateWithNode(zlib: Uint8Array): Uint8Array | null {
  try {
    const options = { info: true, maxOutputLength: LIMIT };
    const result = inflateRawSync(zlib.subarray(2, -4), options) as unknown as {
      buffer: Uint8Array;
      engine: { bytesWritten: number };
    };
    return result.engine.bytesWritten === zlib.length - 6 ? result.buffer : null;
  } catch {
    return null;
  }
}

describe("inflatedLength", () => {
  it("counts the deflated bytes for every level and strategy", () => {
    fc.assert(
      fc.property(deflated, ({ content, zlib }) => {
        expect(inflatedLength(zlib)).toBe(content.length);
      }),
    );
  });
});

describe("inflatedLength refuses", () => {
  const zlib = deflateSync("some text, and some text again");

  it.each([
    ["nothing", new Uint8Array()],
    ["another method", Uint8Array.from([0x79, 0x9b, ...zlib.subarray(2)])],
    ["a window of 64 KiB", Uint8Array.from([0x88, 0x1c, ...zlib.subarray(2)])],
    ["a header whose check fails", Uint8Array.from([0x78, 0x9d, ...zlib.subarray(2)])],
    ["a preset dictionary", deflateSync("some text", { dictionary: Buffer.from("some text") })],
    ["a byte after its end", Uint8Array.from([...zlib, 0])],
    ["a truncated checksum", zlib.subarray(0, -1)],
  ])("returns null for %s", (_name, bytes) => {
    expect(inflatedLength(zlib)).toBe(30);
    expect(inflatedLength(bytes)).toBeNull();
  });
});

// Thousands of inputs, possibly on a busy machine.
describe("inflatedLength under fuzzing", { timeout: 60_000 }, () => {
  const change = fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 }));

  it("accepts and refuses damaged streams as zlib does", () => {
    const seen = { valid: 0, damaged: 0 };
    fc.assert(
      fc.property(deflated, fc.array(change, { maxLength: 3 }), ({ zlib }, changes) => {
        const bytes = Uint8Array.from(zlib);
        // The header and the checksum stay unchanged.
        const at = (place: number) => 2 + (place % (bytes.length - 6));
        for (const [place, mask] of changes) bytes[at(place)] = (bytes[at(place)] ?? 0) ^ mask;
        const expected = inflateWithNode(bytes);
        expect(inflatedLength(bytes)).toBe(expected?.length ?? null);
        seen[expected ? "valid" : "damaged"] += 1;
      }),
      { numRuns: 3_000 },
    );
    expect(seen.valid).toBeGreaterThan(100);
    expect(seen.damaged).toBeGreaterThan(100);
  });

  it("counts a 256 MiB compression bomb without storing its output", () => {
    const bomb = deflateSync(new Uint8Array(2 ** 28));
    const before = process.memoryUsage().arrayBuffers;
    expect(inflatedLength(bomb)).toBe(2 ** 28);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 20);
  });
});
