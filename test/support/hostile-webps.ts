import {
  alph,
  ascii,
  type Bytes,
  type HostileImage,
  join,
  patched,
  SCRIPT,
  tinyWebp,
  vp8,
  vp8Data,
  vp8x,
  webp,
  webpChunk,
} from "./image-parts.ts";

const script = ascii(SCRIPT);
const asWebp = (problem: string, bytes: Bytes) => ({ bytes, declaredType: "image/webp", problem });
/** The first bytes of 8 × 6 pixels without loss. */
const lossless = (signature: number, version: number) =>
  webpChunk("VP8L", [signature, 7, 0x40, 1, version, 0]);

/** WebPs that are to be refused, and for what reason. */
export const hostileWebps: Readonly<Record<string, HostileImage>> = {
  "a WebP with a script behind it": asWebp("trailing_data", join(tinyWebp, script)),
  "a WebP cut off": asWebp("damaged", tinyWebp.subarray(0, -20)),
  "a WebP of a header alone": asWebp("damaged", webp()),
  "a WebP with a chunk that is longer than the file": asWebp("damaged", patched(tinyWebp, 72, [0xff])),
  "a WebP with half a chunk at its end": asWebp("damaged", webp(vp8, ascii("EXIF"))),
  "a WebP whose picture is smaller than its canvas": asWebp("damaged", webp(vp8x(0, 4096, 4096), vp8)),
  "a WebP that claims 16 million pixels a side": asWebp(
    "dimensions_too_large",
    webp(vp8x(0, 2 ** 24, 2 ** 24), vp8),
  ),
  "a WebP with a picture too large": asWebp(
    "dimensions_too_large",
    webp(webpChunk("VP8 ", patched(vp8Data, 6, [0x01, 0x10]))),
  ),
  "a WebP without a picture": asWebp("damaged", webp(vp8x(0x10, 8, 6), alph)),
  "a WebP that begins with its metadata": asWebp("damaged", webp(webpChunk("XMP ", script), vp8)),
  "a WebP with a script for a picture": asWebp("damaged", webp(webpChunk("VP8 ", script))),
  "a WebP of a frame that changes another": asWebp(
    "damaged",
    webp(webpChunk("VP8 ", patched(vp8Data, 0, [0x11]))),
  ),
  "a WebP that announces more than it has": asWebp(
    "damaged",
    webp(webpChunk("VP8 ", patched(vp8Data, 1, [0xff, 0xff]))),
  ),
  "a WebP of two pictures": asWebp("damaged", webp(vp8x(0, 8, 6), vp8, lossless(0x2f, 0))),
  "a WebP without loss, of another signature": asWebp("damaged", webp(lossless(0x2e, 0))),
  "a WebP without loss, of another version": asWebp("damaged", webp(lossless(0x2f, 0x20))),
  "a WebP with alpha in an unknown coding": asWebp(
    "damaged",
    webp(vp8x(0x10, 8, 6), webpChunk("ALPH", [2, 0]), vp8),
  ),
  "a WebP with a script for alpha": asWebp("damaged", webp(vp8x(0x10, 8, 6), webpChunk("ALPH", script), vp8)),
  "a WebP with a canvas that is too long": asWebp(
    "damaged",
    webp(webpChunk("VP8X", [0, 0, 0, 0, 7, 0, 0, 5, 0, 0, 0, 0]), vp8),
  ),
  "a WebP that moves": asWebp(
    "animated",
    webp(vp8x(0x02, 8, 6), webpChunk("ANIM", [0, 0, 0, 0, 0, 0]), webpChunk("ANMF", new Uint8Array(16))),
  ),
  "a WebP that says it moves": asWebp("animated", webp(vp8x(0x02, 8, 6), vp8)),
};
