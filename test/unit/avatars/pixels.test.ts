import { deflateSync } from "node:zlib";
import sharp, { type Sharp } from "sharp";
import { describe, expect, it } from "vitest";
import {
  alph,
  iend,
  ihdr,
  join,
  jpegMarker,
  jpegSegment,
  jpegWith,
  patched,
  png,
  pngChunk,
  SCRIPT,
  tinyJpeg,
  tinyWebp,
  vp8,
  vp8x,
  webp,
  webpChunk,
} from "../../support/image-parts.ts";
import { cleaned, latin1 } from "./cleaned.ts";

const WIDTH = 45;
const HEIGHT = 32;

/** No two corners alike, and colours outside of each other's planes. */
function picture(channels: 1 | 2 | 3 | 4, width = WIDTH, height = HEIGHT): Sharp {
  const pixels = new Uint8Array(width * height * channels);
  for (let i = 0; i < width * height; i++) {
    const [x, y] = [i % width, Math.floor(i / width)];
    const colour = [(x * 255) / width, (y * 255) / height, x * 2 < width === y * 2 < height ? 40 : 220];
    const alpha = 255 - (x * 200) / width;
    const pixel = channels > 2 ? [...colour, alpha] : [colour[2] ?? 0, alpha];
    for (let c = 0; c < channels; c++) pixels[i * channels + c] = pixel[c] ?? 0;
  }
  return sharp(pixels, { raw: { width, height, channels } });
}

const SECRETS = ["Ada Lovelace", "WGS-84-home", "xmpmeta", "Holloway"];
const described = (image: Sharp, orientation: number, profile: string): Sharp =>
  image
    .withMetadata({ orientation })
    .withIccProfile(profile)
    .withExifMerge({ IFD0: { Artist: "Ada Lovelace" }, IFD3: { GPSMapDatum: "WGS-84-home" } })
    .withXmp("<x:xmpmeta xmlns:x='adobe:ns:meta/'>Holloway</x:xmpmeta>");

/** The pixels as they are shown: the right way up and in the colours of the web. */
const shown = async (bytes: Uint8Array) => {
  const image = sharp(bytes, { failOn: "warning" }).autoOrient().toColourspace("srgb");
  return image.raw().toBuffer({ resolveWithObject: true });
};

const furthestOf = (some: Uint8Array, others: Uint8Array): number =>
  some.reduce((most, value, i) => Math.max(most, Math.abs(value - (others[i] ?? 0))), 0);

/** Another decoder sees what it saw before, and it is of the size that is said. */
async function expectSamePicture(original: Uint8Array, type: string) {
  const image = cleaned(original, type);
  const [before, after] = [await shown(original), await shown(image.bytes)];
  expect(after.info).toMatchObject({ width: image.width, height: image.height });
  expect(after.info).toEqual(before.info);
  return { image, furthest: furthestOf(before.data, after.data) };
}

const orientations = [1, 2, 3, 4, 5, 6, 7, 8];
const formats = {
  "image/jpeg": (image: Sharp) => image.jpeg(),
  "image/png": (image: Sharp) => image.png(),
  "image/webp": (image: Sharp) => image.webp(),
} as const;

describe.each(Object.entries(formats))("%s", (type, encode) => {
  it.each(orientations)("keeps orientation %i, and nothing else of EXIF and XMP", async (orientation) => {
    const original = await encode(described(picture(3), orientation, "srgb")).toBuffer();
    expect(latin1(original)).toContain("Ada Lovelace");
    const { image, furthest } = await expectSamePicture(original, type);
    expect(furthest).toBe(0);
    const { orientation: kept = 1, xmp, exif } = await sharp(image.bytes).metadata();
    expect(kept).toBe(orientation);
    expect(xmp).toBeUndefined();
    expect(exif?.length ?? 0).toBeLessThanOrEqual(32);
    for (const secret of SECRETS) expect(latin1(image.bytes)).not.toContain(secret);
  });
});

describe.each([
  ["image/jpeg", formats["image/jpeg"]],
  ["image/webp", formats["image/webp"]],
] as const)("a colour profile of %s", (type, encode) => {
  it("keeps its colours, and not its words", async () => {
    const original = await encode(described(picture(3), 1, "p3")).toBuffer();
    const { image, furthest } = await expectSamePicture(original, type);
    expect(furthest).toBeLessThanOrEqual(1);
    const profile = (await sharp(image.bytes).metadata()).icc;
    expect(latin1(original)).toMatch(/desc|cprt/);
    expect(latin1(profile ?? new Uint8Array())).toContain("rXYZ");
    expect(latin1(profile ?? new Uint8Array())).not.toMatch(/desc|cprt|mluc/);
    // It would show, were the profile not kept.
    const unread = await sharp(original, { ignoreIcc: true }).raw().toBuffer();
    expect(furthestOf((await shown(original)).data, unread)).toBeGreaterThan(20);
  });
});

describe("a colour profile with a script in it", () => {
  it("comes without the script, and says the same", async () => {
    const source = await picture(3).withIccProfile("p3").webp().toBuffer();
    const { icc = new Uint8Array() } = await sharp(source).metadata();
    const longer = join(icc, Buffer.from(SCRIPT));
    const carrier = patched(longer, 0, [0, 0, longer.length >> 8, longer.length & 0xff]);
    const upload = webp(vp8x(0x30, 8, 6), webpChunk("ICCP", carrier), alph, vp8);
    const { image, furthest } = await expectSamePicture(upload, "image/webp");
    expect(furthest).toBeLessThanOrEqual(1);
    expect(latin1(image.bytes)).toContain("ICCP");
    expect(latin1(image.bytes)).not.toContain("script");
    expect(cleaned(image.bytes, "image/webp").bytes).toEqual(image.bytes);
    for (const broken of [
      patched(carrier, 36, [0]),
      carrier.subarray(0, 260),
      patched(carrier, 16, [0x43]),
    ]) {
      const other = webp(vp8x(0x30, 8, 6), webpChunk("ICCP", broken), alph, vp8);
      expect(cleaned(other, "image/webp").bytes).toEqual(tinyWebp);
    }
  });
});

describe("JPEG", () => {
  it.each([
    ["baseline", picture(3).jpeg()],
    ["progressive", picture(3).jpeg({ progressive: true })],
    ["progressive with many scans", picture(3).jpeg({ mozjpeg: true })],
    ["with all colours", picture(3).jpeg({ chromaSubsampling: "4:4:4" })],
    ["in grey", picture(1).toColourspace("b-w").jpeg()],
    ["in CMYK", picture(3).toColourspace("cmyk").jpeg()],
    ["of 4096 pixels", picture(3, 4096, 3).jpeg()],
  ])("%s is shown as before", async (_name, source) => {
    expect((await expectSamePicture(await source.toBuffer(), "image/jpeg")).furthest).toBe(0);
  });
});

describe("PNG", () => {
  it.each([
    ["in grey", picture(1).toColourspace("b-w").png()],
    ["in grey with alpha", picture(2).toColourspace("b-w").png()],
    ["in RGB", picture(3).png()],
    ["in RGB with alpha", picture(4).png()],
    ["of 16 bits", picture(3).toColourspace("rgb16").png()],
    ["of 16 bits with alpha", picture(4).toColourspace("rgb16").png()],
    ["of 256 colours", picture(3).png({ palette: true })],
    ["of 256 colours with alpha", picture(4).png({ palette: true })],
    ["of 16 colours", picture(3).png({ palette: true, colours: 16 })],
    ["of 4 colours", picture(3).png({ palette: true, colours: 4 })],
    ["of 2 colours", picture(3).png({ palette: true, colours: 2 })],
    ["interlaced", picture(3).png({ progressive: true })],
    ["of 4 colours, interlaced", picture(3).png({ palette: true, colours: 4, progressive: true })],
    ["not compressed", picture(3).png({ compressionLevel: 0 })],
    ["of one pixel", picture(3, 1, 1).png()],
    ["of one pixel, interlaced", picture(3, 1, 1).png({ progressive: true })],
    ["of 3 × 5 pixels, interlaced", picture(3, 3, 5).png({ progressive: true })],
    ["of 4096 pixels", picture(4, 4096, 4096).png({ compressionLevel: 1 })],
  ])("%s is shown as before", async (_name, source) => {
    expect((await expectSamePicture(await source.toBuffer(), "image/png")).furthest).toBe(0);
  });
});

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

describe("every kind of PNG", () => {
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

  it.each(cases)("colour type %i of %i bits is shown as before", async (type, depth, channels) => {
    const { image, furthest } = await expectSamePicture(handmadePng(type, depth, channels), "image/png");
    expect(furthest).toBe(0);
    expect(latin1(image.bytes)).not.toMatch(/Ada|tIME|tEXt/);
    expect(latin1(image.bytes)).toContain("gAMA");
    if (type < 4) expect(latin1(image.bytes)).toContain("tRNS");
  });
});

describe("JPEG whose colours are coded otherwise", () => {
  const jfif = jpegSegment(0xe0, [...Buffer.from("JFIF\0"), 1, 2, 0, 0, 1, 0, 1, 0, 0]);
  const adobe = jpegSegment(0xee, [...Buffer.from("Adobe"), 0, 100, 0, 0, 0, 0, 0]);

  it.each([
    ["as Adobe says", [adobe], true],
    ["not as Adobe says, since it is JFIF", [jfif, adobe], false],
  ])("%s, is shown as before", async (_name, segments, isOther) => {
    const original = jpegWith(...segments);
    expect((await expectSamePicture(original, "image/jpeg")).furthest).toBe(0);
    const plain = await shown(tinyJpeg);
    const furthest = furthestOf((await shown(original)).data, plain.data);
    expect(furthest > 20).toBe(isOther);
  });
});

describe("JPEG with restart markers", () => {
  it("is shown as before", async () => {
    const scan = jpegMarker(0xda);
    const coded = tinyJpeg.subarray(scan + 14, -2);
    // The one block of the small picture twice: after a restart, nothing is told from what went before.
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

describe("WebP", () => {
  it.each([
    ["lossy", picture(3).webp()],
    ["lossy with alpha", picture(4).webp()],
    ["lossy with alpha that is not compressed", picture(4).webp({ alphaQuality: 100, effort: 0 })],
    ["lossless", picture(3).webp({ lossless: true })],
    ["lossless with alpha", picture(4).webp({ lossless: true })],
    ["lossless, on its side", picture(4).withMetadata({ orientation: 6 }).webp({ lossless: true })],
    ["with alpha, on its side", picture(4).withMetadata({ orientation: 8 }).webp()],
    ["of one pixel", picture(3, 1, 1).webp()],
    ["of 4096 pixels", picture(3, 4096, 2).webp()],
  ])("%s is shown as before", async (_name, source) => {
    expect((await expectSamePicture(await source.toBuffer(), "image/webp")).furthest).toBe(0);
  });
});

describe("what moves", () => {
  const frames = picture(3, WIDTH, HEIGHT * 2)
    .raw()
    .toBuffer();
  it("is refused as WebP", async () => {
    const raw = { width: WIDTH, height: HEIGHT * 2, channels: 3, pageHeight: HEIGHT } as const;
    const moving = await sharp(await frames, { raw })
      .webp({ loop: 0, delay: [100, 100] })
      .toBuffer();
    expect(() => cleaned(moving, "image/webp")).toThrow("refused: animated");
  });
});
