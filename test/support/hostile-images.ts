import {
  alph,
  ascii,
  deflatedZeros,
  type HostileImage,
  hostileJpeg,
  hostilePng,
  hostileWebp,
  idat,
  iend,
  ihdr,
  join,
  jpegMarker,
  jpegSegment,
  jpegWith,
  paletteZeros,
  patched,
  png,
  pngChunk,
  pngPixels,
  SCRIPT,
  scriptBytes,
  tinyGif,
  tinyJpeg,
  tinyPng,
  tinyWebp,
  vp8,
  vp8Data,
  vp8x,
  webp,
  webpChunk,
} from "./image-parts.ts";

const oddHeader = (...last: readonly number[]) => pngChunk("IHDR", [0, 0, 0, 8, 0, 0, 0, 6, 8, 2, ...last]);

/** PNGs that the service must reject, each with the expected reason. */
export const hostilePngs: Readonly<Record<string, HostileImage>> = {
  "a PNG that declares 40,000 × 40,000 pixels": hostilePng(
    "dimensions_too_large",
    png(ihdr(40_000, 40_000), idat, iend),
  ),
  "a PNG one pixel too wide": hostilePng("dimensions_too_large", png(ihdr(4097, 1), idat, iend)),
  "a PNG of width 0": hostilePng("damaged", png(ihdr(0, 6), idat, iend)),
  "a PNG truncated in its pixels": hostilePng("damaged", tinyPng.subarray(0, 90)),
  "a PNG without IEND": hostilePng("damaged", tinyPng.subarray(0, -12)),
  "a PNG without pixels": hostilePng("damaged", png(ihdr(8, 6), iend)),
  "a PNG with a script as its pixels": hostilePng(
    "damaged",
    png(ihdr(8, 6), pngChunk("IDAT", scriptBytes), iend),
  ),
  "a PNG with a script after its pixels": hostilePng(
    "damaged",
    png(ihdr(8, 6), pngChunk("IDAT", join(pngPixels, scriptBytes)), iend),
  ),
  "a PNG with fewer pixels than it declares": hostilePng("damaged", png(ihdr(8, 7), idat, iend)),
  "a PNG with more pixels than it declares": hostilePng("damaged", png(ihdr(8, 5), idat, iend)),
  "a PNG of one pixel with 64 KiB of data": hostilePng(
    "damaged",
    png(ihdr(1, 1), pngChunk("IDAT", deflatedZeros), iend),
  ),
  "a PNG with a wrong checksum": hostilePng("damaged", patched(tinyPng, 32, [0, 0, 0, 0])),
  "a PNG with two headers": hostilePng("damaged", png(ihdr(8, 6), ihdr(8, 6), idat, iend)),
  "a PNG that begins with another chunk": hostilePng(
    "damaged",
    png(pngChunk("CgBI", [0, 0, 0, 0]), ihdr(8, 6), idat, iend),
  ),
  "a PNG with an unknown critical chunk": hostilePng(
    "damaged",
    png(ihdr(8, 6), pngChunk("EVIL", scriptBytes), idat, iend),
  ),
  "a PNG with a chunk between its pixels": hostilePng(
    "damaged",
    png(
      ihdr(8, 6),
      pngChunk("IDAT", pngPixels.subarray(0, 50)),
      pngChunk("tEXt", []),
      pngChunk("IDAT", pngPixels.subarray(50)),
      iend,
    ),
  ),
  "a palette PNG without a palette": hostilePng("damaged", png(ihdr(1, 1, 3), idat, iend)),
  "a PNG of an undefined colour type": hostilePng("damaged", png(ihdr(8, 6, 5), idat, iend)),
  "a PNG of an undefined compression method": hostilePng("damaged", png(oddHeader(1, 0, 0), idat, iend)),
  "a PNG of an undefined interlace method": hostilePng("damaged", png(oddHeader(0, 0, 2), idat, iend)),
  "a PNG with a header that is too long": hostilePng("damaged", png(oddHeader(0, 0, 0, 0), idat, iend)),
  "a PNG with an incomplete palette entry": hostilePng(
    "damaged",
    png(ihdr(8, 6, 3, 1), pngChunk("PLTE", [1, 2, 3, 4]), pngChunk("IDAT", paletteZeros), iend),
  ),
  "an animated PNG": hostilePng(
    "animated",
    png(ihdr(8, 6), pngChunk("acTL", [0, 0, 0, 1, 0, 0, 0, 0]), idat, iend),
  ),
};

const frameOffset = jpegMarker(0xc0);

const jpegSized = (width: number, height: number) =>
  patched(tinyJpeg, frameOffset + 5, [height >> 8, height & 0xff, width >> 8, width & 0xff]);

const jpegWithout = (code: number) => {
  const at = jpegMarker(code);
  const length = 2 + (tinyJpeg[at + 2] ?? 0) * 256 + (tinyJpeg[at + 3] ?? 0);
  return join(tinyJpeg.subarray(0, at), tinyJpeg.subarray(at + length));
};

const jpegScan = tinyJpeg.subarray(jpegMarker(0xda), -2);

/** JPEGs that the service must reject, each with the expected reason. */
export const hostileJpegs: Readonly<Record<string, HostileImage>> = {
  "a JPEG of 12 bits": hostileJpeg("unknown_format", patched(tinyJpeg, frameOffset + 4, [12])),
  "a JPEG with a restart marker outside its scans": hostileJpeg("damaged", jpegWith([0xff, 0xd0, 0, 2])),
  "a JPEG with its scan before its frame": hostileJpeg(
    "damaged",
    join([0xff, 0xd8], jpegScan, tinyJpeg.subarray(2, jpegMarker(0xda)), [0xff, 0xd9]),
  ),
  "a JPEG with fewer components than its frame declares": hostileJpeg(
    "damaged",
    join(
      [0xff, 0xd8],
      jpegSegment(0xc0, tinyJpeg.subarray(frameOffset + 4, frameOffset + 16)),
      jpegWithout(0xc0).subarray(2),
    ),
  ),
  "a JPEG without its EOI marker": hostileJpeg("damaged", tinyJpeg.subarray(0, -2)),
  "a JPEG truncated in a table": hostileJpeg("damaged", tinyJpeg.subarray(0, 100)),
  "a JPEG of three bytes": hostileJpeg("damaged", tinyJpeg.subarray(0, 3)),
  "a JPEG without segments": hostileJpeg("damaged", join([0xff, 0xd8, 0xff, 0xd9])),
  "a JPEG without a frame": hostileJpeg("damaged", jpegWithout(0xc0)),
  "a JPEG without a scan": hostileJpeg("damaged", join(tinyJpeg.subarray(0, jpegMarker(0xda)), [0xff, 0xd9])),
  "a JPEG of two frames": hostileJpeg("damaged", jpegWith(tinyJpeg.subarray(frameOffset, frameOffset + 19))),
  "a JPEG of 65,535 × 65,535 pixels": hostileJpeg("dimensions_too_large", jpegSized(65_535, 65_535)),
  "a JPEG one pixel too high": hostileJpeg("dimensions_too_large", jpegSized(16, 4097)),
  "a JPEG of height 0": hostileJpeg("damaged", jpegSized(16, 0)),
  "a JPEG in arithmetic coding": hostileJpeg("unknown_format", patched(tinyJpeg, frameOffset + 1, [0xc9])),
  "a lossless JPEG": hostileJpeg("unknown_format", patched(tinyJpeg, frameOffset + 1, [0xc3])),
  "a JPEG with a script in a table": hostileJpeg("damaged", jpegWith(jpegSegment(0xdb, scriptBytes))),
  "a JPEG with a script after its Huffman tables": hostileJpeg(
    "damaged",
    jpegWith(jpegSegment(0xc4, join(new Uint8Array(17), scriptBytes))),
  ),
  "a JPEG with a script between its segments": hostileJpeg(
    "damaged",
    jpegWith(jpegSegment(0xfe, [0]), scriptBytes),
  ),
  "a JPEG of thousands of scans": hostileJpeg(
    "damaged",
    join(tinyJpeg.subarray(0, -2), ...Array.from({ length: 2_000 }, () => jpegScan), [0xff, 0xd9]),
  ),
};

/** The header of a lossless image of 8 × 6 pixels. */
const lossless = (signature: number, version: number) =>
  webpChunk("VP8L", [signature, 7, 0x40, 1, version, 0]);

/** WebPs that the service must reject, each with the expected reason. */
export const hostileWebps: Readonly<Record<string, HostileImage>> = {
  "a truncated WebP": hostileWebp("damaged", tinyWebp.subarray(0, -20)),
  "a WebP that is only a header": hostileWebp("damaged", webp()),
  "a WebP with a chunk that is longer than the file": hostileWebp("damaged", patched(tinyWebp, 72, [0xff])),
  "a WebP with an incomplete last chunk": hostileWebp("damaged", webp(vp8, ascii("EXIF"))),
  "a WebP with an image smaller than its canvas": hostileWebp("damaged", webp(vp8x(0, 4096, 4096), vp8)),
  "a WebP that declares 16 million pixels a side": hostileWebp(
    "dimensions_too_large",
    webp(vp8x(0, 2 ** 24, 2 ** 24), vp8),
  ),
  "a WebP with an image that is too large": hostileWebp(
    "dimensions_too_large",
    webp(webpChunk("VP8 ", patched(vp8Data, 6, [0x01, 0x10]))),
  ),
  "a WebP without an image": hostileWebp("damaged", webp(vp8x(0x10, 8, 6), alph)),
  "a WebP that begins with its metadata": hostileWebp("damaged", webp(webpChunk("XMP ", scriptBytes), vp8)),
  "a WebP with a script as its image": hostileWebp("damaged", webp(webpChunk("VP8 ", scriptBytes))),
  "a WebP whose frame is not a key frame": hostileWebp(
    "damaged",
    webp(webpChunk("VP8 ", patched(vp8Data, 0, [0x11]))),
  ),
  "a WebP with less data than it declares": hostileWebp(
    "damaged",
    webp(webpChunk("VP8 ", patched(vp8Data, 1, [0xff, 0xff]))),
  ),
  "a WebP of two images": hostileWebp("damaged", webp(vp8x(0, 8, 6), vp8, lossless(0x2f, 0))),
  "a lossless WebP with a wrong signature": hostileWebp("damaged", webp(lossless(0x2e, 0))),
  "a lossless WebP of an unknown version": hostileWebp("damaged", webp(lossless(0x2f, 0x20))),
  "a WebP with alpha in an unknown coding": hostileWebp(
    "damaged",
    webp(vp8x(0x10, 8, 6), webpChunk("ALPH", [2, 0]), vp8),
  ),
  "a WebP with a script as its alpha": hostileWebp(
    "damaged",
    webp(vp8x(0x10, 8, 6), webpChunk("ALPH", scriptBytes), vp8),
  ),
  "a WebP with a canvas that is too long": hostileWebp(
    "damaged",
    webp(webpChunk("VP8X", [0, 0, 0, 0, 7, 0, 0, 5, 0, 0, 0, 0]), vp8),
  ),
  "an animated WebP": hostileWebp(
    "animated",
    webp(vp8x(0x02, 8, 6), webpChunk("ANIM", [0, 0, 0, 0, 0, 0]), webpChunk("ANMF", new Uint8Array(16))),
  ),
  "a WebP with only the animation flag": hostileWebp("animated", webp(vp8x(0x02, 8, 6), vp8)),
};

const svg = ascii(`<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`);

/** Uploads that the service must reject, each with the expected reason. */
export const hostileImages: Readonly<Record<string, HostileImage>> = {
  "an empty upload": hostilePng("unknown_format", join()),
  "an SVG declared as SVG": { bytes: svg, declaredType: "image/svg+xml", problem: "unknown_format" },
  "an SVG declared as PNG": hostilePng("unknown_format", svg),
  "an HTML page declared as JPEG": hostileJpeg(
    "unknown_format",
    ascii(`<!doctype html><html>${SCRIPT}</html>`),
  ),
  "a GIF declared as PNG": hostilePng("unknown_format", tinyGif),
  "a GIF declared as GIF": { bytes: tinyGif, declaredType: "image/gif", problem: "unknown_format" },
  "a script before a PNG": hostilePng("unknown_format", join(scriptBytes, tinyPng)),
  "a WAVE file declared as WebP": hostileWebp("unknown_format", patched(tinyWebp, 8, ascii("WAVE"))),
  "a PNG declared as JPEG": hostileJpeg("type_mismatch", tinyPng),
  "a JPEG declared as WebP": hostileWebp("type_mismatch", tinyJpeg),
  "a WebP declared as HTML": { bytes: tinyWebp, declaredType: "text/html", problem: "type_mismatch" },
  ...hostilePngs,
  ...hostileJpegs,
  ...hostileWebps,
};
