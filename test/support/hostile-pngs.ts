import {
  ascii,
  deflatedZeros,
  type HostileImage,
  hostilePng,
  idat,
  iend,
  ihdr,
  join,
  paletteZeros,
  patched,
  png,
  pngChunk,
  pngPixels,
  scriptBytes,
  tinyPng,
} from "./image-parts.ts";

const oddHeader = (...last: readonly number[]) => pngChunk("IHDR", [0, 0, 0, 8, 0, 0, 0, 6, 8, 2, ...last]);

/** PNGs that the service must reject, each with the expected reason. */
export const hostilePngs: Readonly<Record<string, HostileImage>> = {
  "a PNG followed by a script": hostilePng("trailing_data", join(tinyPng, scriptBytes)),
  "a PNG followed by a ZIP": hostilePng("trailing_data", join(tinyPng, ascii("PK\x03\x04"))),
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
