import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cleanImage } from "../../../../src/accounts/avatar/image/clean-image.ts";
import { hostileImages } from "../../../support/hostile-images.ts";
import {
  alph,
  ascii,
  exif,
  idat,
  iend,
  ihdr,
  join,
  jpegMarker,
  jpegSegment,
  png,
  pngChunk,
  SCRIPT,
  tinyJpeg,
  tinyPng,
  tinyWebp,
  vp8,
  vp8x,
  webp,
  webpChunk,
} from "../../../support/image-parts.ts";
import { imagesWithScripts, photoWithGps } from "../../../support/images.ts";
import { latin1 } from "./cleaned.ts";

const TYPES = ["image/png", "image/jpeg", "image/webp"];
const PROBLEMS = ["unknown_format", "type_mismatch", "damaged", "dimensions_too_large", "animated"];

/** For any input: no exception, and either a known problem or a result that is already clean. */
function isAccepted(bytes: Uint8Array, type: string): boolean {
  const result = cleanImage(bytes, type);
  if (!result.ok) {
    expect(PROBLEMS).toContain(result.error);
    return false;
  }
  const image = result.value;
  expect(image.type).toBe(type);
  for (const side of [image.width, image.height]) expect(side >= 1 && side <= 4096).toBe(true);
  // Rewriting adds few bytes.
  expect(image.bytes.length).toBeLessThan(bytes.length + 200);
  expect(latin1(image.bytes)).not.toContain(SCRIPT);
  expect(cleanImage(image.bytes, type)).toEqual(result);
  return true;
}

const good = [photoWithGps(), ...Object.values(imagesWithScripts)];
const bad = Object.values(hostileImages).filter(({ bytes }) => bytes.length < 2_000);
const anySample = fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...good) }, fc.constantFrom(...bad));
const magic = fc.constantFrom(tinyPng.subarray(0, 8), tinyJpeg.subarray(0, 3), tinyWebp.subarray(0, 12));
const byte = fc.oneof(fc.constantFrom(0, 1, 0x7f, 0x80, 0xd9, 0xfe, 0xff), fc.nat(255));

// Thousands of inputs, possibly on a busy machine.
describe("cleanImage under fuzzing", { timeout: 60_000 }, () => {
  it("does not throw for random bytes with and without a magic number", () => {
    fc.assert(
      fc.property(
        fc.option(magic, { nil: new Uint8Array() }),
        fc.uint8Array({ maxLength: 300 }),
        fc.constantFrom(...TYPES),
        (start, noise, type) => void isAccepted(join(start, noise), type),
      ),
      { numRuns: 3_000 },
    );
  });

  it("does not throw for images with changed, removed and inserted bytes", () => {
    const edit = fc.record({
      at: fc.nat(2_000),
      kind: fc.constantFrom("change", "cut", "insert", "end"),
      bytes: fc.array(byte, { minLength: 1, maxLength: 6 }),
    });
    let accepted = 0;
    fc.assert(
      fc.property(anySample, fc.array(edit, { minLength: 1, maxLength: 4 }), (sample, edits) => {
        let { bytes } = sample;
        for (const { at, kind, bytes: others } of edits) {
          const place = at % (bytes.length + 1);
          const rest = kind === "insert" ? place : kind === "end" ? bytes.length : place + others.length;
          const between = kind === "cut" || kind === "end" ? [] : others;
          bytes = join(bytes.subarray(0, place), between, bytes.subarray(rest));
        }
        // The sample's script must be gone; an edit is too short to contain one.
        if (isAccepted(bytes, sample.declaredType)) accepted += 1;
      }),
      { numRuns: 5_000 },
    );
    expect(accepted).toBeGreaterThan(100);
  });

  const script = ascii(SCRIPT);
  const pngParts = [
    ihdr(8, 6),
    idat,
    iend,
    pngChunk("IDAT", idat.subarray(8, 60)),
    ...["tEXt", "iTXt", "zTXt", "iCCP", "PLTE", "tRNS", "eXIf", "sRGB", "acTL", "fdAT", "EVIL"].map((name) =>
      pngChunk(name, script),
    ),
    pngChunk("sRGB", [0]),
    pngChunk("gAMA", [0, 0, 0xb1, 0x8f]),
    pngChunk("eXIf", exif.subarray(6)),
  ];
  const webpParts = [
    vp8x(0x10, 8, 6),
    vp8x(0, 9, 6),
    alph,
    vp8,
    ...["XMP ", "ICCP", "ANMF", "VP8L", "EVIL"].map((name) => webpChunk(name, script)),
    webpChunk("EXIF", exif),
  ];
  const places = [0xdb, 0xc0, 0xc4, 0xda, 0xd9].map(jpegMarker);
  const jpegParts = [
    ...places.map((place, i) => tinyJpeg.subarray(place, places[i + 1])),
    ...[0xe0, 0xe2, 0xed, 0xee, 0xfe, 0xdb, 0xc4, 0xdd].map((code) => jpegSegment(code, script)),
    jpegSegment(0xe1, exif),
    jpegSegment(0xe2, ascii("MPF\0")),
    Uint8Array.from([0xff, 0xd8]),
  ];

  it.each([
    ["PNG", "image/png", pngParts, 3, png],
    ["JPEG", "image/jpeg", jpegParts, 5, (...parts: ArrayLike<number>[]) => join([0xff, 0xd8], ...parts)],
    ["WebP", "image/webp", webpParts, 4, webp],
  ] as const)(
    "does not throw for the parts of a %s in any order and number",
    (_name, type, parts, needed, build) => {
      let accepted = 0;
      // Either all parts in order with others between them, or a random sequence.
      const orderly = fc
        .array(fc.tuple(fc.nat(needed), fc.constantFrom(...parts)), { maxLength: 3 })
        .map((others) =>
          Array.from({ length: needed + 1 }, (_, i) => [
            ...others.filter(([place]) => place === i).map(([, part]) => part),
            ...parts.slice(i, Math.min(i + 1, needed)),
          ]).flat(),
        );
      fc.assert(
        fc.property(fc.oneof(orderly, fc.array(fc.constantFrom(...parts), { maxLength: 9 })), (chosen) => {
          if (isAccepted(build(...chosen), type)) accepted += 1;
        }),
        { numRuns: 3_000 },
      );
      expect(accepted).toBeGreaterThan(100);
    },
  );
});
