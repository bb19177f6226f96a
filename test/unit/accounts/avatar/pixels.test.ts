import sharp, { type Sharp } from "sharp";
import { describe, expect, it } from "vitest";
import {
  alph,
  join,
  patched,
  SCRIPT,
  tinyWebp,
  vp8,
  vp8x,
  webp,
  webpChunk,
} from "../../../support/image-parts.ts";
import { cleaned, latin1 } from "./cleaned.ts";

import { expectSamePicture, furthestOf, shown } from "./shown.ts";

const WIDTH = 45;
const HEIGHT = 32;

/** All corners differ, and the colour channels are independent. */
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

const orientations = [1, 2, 3, 4, 5, 6, 7, 8];
const formats = {
  "image/jpeg": (image: Sharp) => image.jpeg(),
  "image/png": (image: Sharp) => image.png(),
  "image/webp": (image: Sharp) => image.webp(),
} as const;

describe.each(Object.entries(formats))("cleanImage with %s", (type, encode) => {
  it.each(orientations)("keeps orientation %i and drops all other EXIF and XMP data", async (orientation) => {
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
] as const)("cleanImage with a colour profile in %s", (type, encode) => {
  it("keeps the colours of a profile and drops its texts", async () => {
    const original = await encode(described(picture(3), 1, "p3")).toBuffer();
    const { image, furthest } = await expectSamePicture(original, type);
    expect(furthest).toBeLessThanOrEqual(1);
    const profile = (await sharp(image.bytes).metadata()).icc;
    expect(latin1(original)).toMatch(/desc|cprt/);
    expect(latin1(profile ?? new Uint8Array())).toContain("rXYZ");
    expect(latin1(profile ?? new Uint8Array())).not.toMatch(/desc|cprt|mluc/);
    // Without the profile the colours would differ.
    const unread = await sharp(original, { ignoreIcc: true }).raw().toBuffer();
    expect(furthestOf((await shown(original)).data, unread)).toBeGreaterThan(20);
  });
});

describe("cleanImage with a script in a colour profile", () => {
  it("drops a script in a colour profile, keeps its colours and drops a malformed profile", async () => {
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

describe("cleanImage with JPEG encodings", () => {
  it.each([
    ["baseline", picture(3).jpeg()],
    ["progressive", picture(3).jpeg({ progressive: true })],
    ["progressive with many scans", picture(3).jpeg({ mozjpeg: true })],
    ["with all colours", picture(3).jpeg({ chromaSubsampling: "4:4:4" })],
    ["in grey", picture(1).toColourspace("b-w").jpeg()],
    ["in CMYK", picture(3).toColourspace("cmyk").jpeg()],
    ["of 4096 pixels", picture(3, 4096, 3).jpeg()],
  ])("preserves the pixels of a JPEG %s", async (_name, source) => {
    expect((await expectSamePicture(await source.toBuffer(), "image/jpeg")).furthest).toBe(0);
  });
});

describe("cleanImage with PNG encodings", { timeout: 60_000 }, () => {
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
  ])("preserves the pixels of a PNG %s", async (_name, source) => {
    expect((await expectSamePicture(await source.toBuffer(), "image/png")).furthest).toBe(0);
  });
});

describe("cleanImage with WebP encodings", () => {
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
  ])("preserves the pixels of a WebP %s", async (_name, source) => {
    expect((await expectSamePicture(await source.toBuffer(), "image/webp")).furthest).toBe(0);
  });
});

describe("cleanImage with animations", () => {
  const frames = picture(3, WIDTH, HEIGHT * 2)
    .raw()
    .toBuffer();
  it("refuses an animated WebP", async () => {
    const raw = { width: WIDTH, height: HEIGHT * 2, channels: 3, pageHeight: HEIGHT } as const;
    const moving = await sharp(await frames, { raw })
      .webp({ loop: 0, delay: [100, 100] })
      .toBuffer();
    expect(() => cleaned(moving, "image/webp")).toThrow("refused: animated");
  });
});
