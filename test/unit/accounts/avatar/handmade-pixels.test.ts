import { deflateSync } from "node:zlib";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import {
  iend,
  ihdr,
  join,
  jpegMarker,
  jpegSegment,
  jpegWith,
  patched,
  png,
  pngChunk,
  tinyJpeg,
} from "../../../support/image-parts.ts";
import { latin1 } from "./cleaned.ts";

import { expectSamePicture, furthestOf, shown } from "./shown.ts";

const WIDTH = 45;
const HEIGHT = 32;

/** Rows of noise, without filters. */
function handmadePng(colourType: number, depth: number, channels: number): Uint8Array {
  const rowBytes = Math.ceil((WIDTH * depth * channels) / 8);
  const rows = new Uint8Array(HEIGHT * (1 + rowBytes));
  for (let i = 0; i < rows.length; i++) rows[i] = i % (1 + rowBytes) === 0 ? 0 : (i * i * 31) >> 3;
  const transparent = { 0: [0, 1], 2: [0, 1, 0, 2, 0, 3], 3: [0, 80] }[colourType];
  return png(
    ihdr(WIDTH, HEIGHT, colourType, depth),
    pngChunk("gAMA", [0, 0, 0xb1, 0x8f]),
    pngChunk("tEXt", Buffer.from("Author\0Ada Lovelace")),
    ...(colourType === 3
      ? [
          pngChunk(
            "PLTE",
            Uint8Array.from({ length: 3 << depth }, (_, i) => i * 7),
          ),
        ]
      : []),
    ...(transparent ? [pngChunk("tRNS", transparent)] : []),
    pngChunk("IDAT", deflateSync(rows).subarray(0, 40)),
    pngChunk("IDAT", deflateSync(rows).subarray(40)),
    pngChunk("tIME", [7, 0xea, 11, 20, 12, 0, 0]),
    iend,
  );
}

describe("cleanImage with hand-made PNG files", () => {
  const kinds: [colourType: number, channels: number, depths: number[]][] = [
    [0, 1, [1, 2, 4, 8, 16]],
    [2, 3, [8, 16]],
    [3, 1, [1, 2, 4, 8]],
    [4, 2, [8, 16]],
    [6, 4, [8, 16]],
  ];
  const cases = kinds.flatMap(([type, channels, depths]) =>
    depths.map((depth) => [type, depth, channels] as const),
  );

  it.each(cases)("preserves the pixels of PNG colour type %i with %i bits", async (type, depth, channels) => {
    const { image, furthest } = await expectSamePicture(handmadePng(type, depth, channels), "image/png");
    expect(furthest).toBe(0);
    expect(latin1(image.bytes)).not.toMatch(/Ada|tIME|tEXt/);
    expect(latin1(image.bytes)).toContain("gAMA");
    if (type < 4) expect(latin1(image.bytes)).toContain("tRNS");
  });
});

describe("cleanImage with Adobe and JFIF colour coding", () => {
  const jfif = jpegSegment(0xe0, [...Buffer.from("JFIF\0"), 1, 2, 0, 0, 1, 0, 1, 0, 0]);
  const adobe = jpegSegment(0xee, [...Buffer.from("Adobe"), 0, 100, 0, 0, 0, 0, 0]);

  it.each([
    ["an Adobe segment", [adobe], true],
    ["a JFIF and an Adobe segment", [jfif, adobe], false],
  ])("preserves the colours of a JPEG with %s", async (_name, segments, isOther) => {
    const original = jpegWith(...segments);
    expect((await expectSamePicture(original, "image/jpeg")).furthest).toBe(0);
    const plain = await shown(tinyJpeg);
    const furthest = furthestOf((await shown(original)).data, plain.data);
    expect(furthest > 20).toBe(isOther);
  });
});

describe("cleanImage with restart markers", () => {
  it("preserves the pixels of a JPEG with restart markers", async () => {
    const scan = jpegMarker(0xda);
    const coded = tinyJpeg.subarray(scan + 14, -2);
    // The block of the small image twice: after a restart, decoding does not depend on earlier data.
    const header = tinyJpeg.subarray(0, scan);
    const wide = patched(join(header), jpegMarker(0xc0) + 5, [0, 8, 0, 32]);
    const start = tinyJpeg.subarray(scan, scan + 14);
    const restarting = join(wide, jpegSegment(0xdd, [0, 1]), start, coded, [0xff, 0xd0], coded, [0xff, 0xd9]);
    const { image, furthest } = await expectSamePicture(restarting, "image/jpeg");
    expect(furthest).toBe(0);
    expect(image.bytes).toEqual(restarting);
    const half = (left: number) =>
      sharp(image.bytes).extract({ left, top: 0, width: 8, height: 8 }).raw().toBuffer();
    expect(await half(20)).toEqual(await half(4));
  });
});
