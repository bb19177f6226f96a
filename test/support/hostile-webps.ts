import {
  alph,
  ascii,
  type HostileImage,
  hostileWebp,
  join,
  patched,
  scriptBytes,
  tinyWebp,
  vp8,
  vp8Data,
  vp8x,
  webp,
  webpChunk,
} from "./image-parts.ts";

/** The header of a lossless image of 8 × 6 pixels. */
const lossless = (signature: number, version: number) =>
  webpChunk("VP8L", [signature, 7, 0x40, 1, version, 0]);

/** WebPs that the service must reject, each with the expected reason. */
export const hostileWebps: Readonly<Record<string, HostileImage>> = {
  "a WebP followed by a script": hostileWebp("trailing_data", join(tinyWebp, scriptBytes)),
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
