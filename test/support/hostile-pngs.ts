import {
  ascii,
  type Bytes,
  deflatedZeros,
  type HostileImage,
  idat,
  iend,
  ihdr,
  join,
  paletteZeros,
  patched,
  png,
  pngChunk,
  pngPixels,
  SCRIPT,
  tinyPng,
} from "./image-parts.ts";

const script = ascii(SCRIPT);
const asPng = (problem: string, bytes: Bytes) => ({ bytes, declaredType: "image/png", problem });
const oddHeader = (...last: readonly number[]) => pngChunk("IHDR", [0, 0, 0, 8, 0, 0, 0, 6, 8, 2, ...last]);

/** PNGs that are to be refused, and for what reason. */
export const hostilePngs: Readonly<Record<string, HostileImage>> = {
  "a PNG with a script behind it": asPng("trailing_data", join(tinyPng, script)),
  "a PNG with a ZIP behind it": asPng("trailing_data", join(tinyPng, ascii("PK\x03\x04"))),
  "a PNG of a pixel that claims 40,000": asPng("dimensions_too_large", png(ihdr(40_000, 40_000), idat, iend)),
  "a PNG one pixel too wide": asPng("dimensions_too_large", png(ihdr(4097, 1), idat, iend)),
  "a PNG without width": asPng("damaged", png(ihdr(0, 6), idat, iend)),
  "a PNG cut off in its pixels": asPng("damaged", tinyPng.subarray(0, 90)),
  "a PNG without its end": asPng("damaged", tinyPng.subarray(0, -12)),
  "a PNG without pixels": asPng("damaged", png(ihdr(8, 6), iend)),
  "a PNG with a script for pixels": asPng("damaged", png(ihdr(8, 6), pngChunk("IDAT", script), iend)),
  "a PNG with a script behind its pixels": asPng(
    "damaged",
    png(ihdr(8, 6), pngChunk("IDAT", join(pngPixels, script)), iend),
  ),
  "a PNG with fewer pixels than it claims": asPng("damaged", png(ihdr(8, 7), idat, iend)),
  "a PNG with more pixels than it claims": asPng("damaged", png(ihdr(8, 5), idat, iend)),
  "a PNG of a pixel that holds 64 KiB": asPng(
    "damaged",
    png(ihdr(1, 1), pngChunk("IDAT", deflatedZeros), iend),
  ),
  "a PNG with a wrong checksum": asPng("damaged", patched(tinyPng, 32, [0, 0, 0, 0])),
  "a PNG with two headers": asPng("damaged", png(ihdr(8, 6), ihdr(8, 6), idat, iend)),
  "a PNG that begins with another chunk": asPng(
    "damaged",
    png(pngChunk("CgBI", [0, 0, 0, 0]), ihdr(8, 6), idat, iend),
  ),
  "a PNG with an unknown chunk that must be known": asPng(
    "damaged",
    png(ihdr(8, 6), pngChunk("EVIL", script), idat, iend),
  ),
  "a PNG with a chunk between its pixels": asPng(
    "damaged",
    png(
      ihdr(8, 6),
      pngChunk("IDAT", pngPixels.subarray(0, 50)),
      pngChunk("tEXt", []),
      pngChunk("IDAT", pngPixels.subarray(50)),
      iend,
    ),
  ),
  "a PNG that needs a palette and has none": asPng("damaged", png(ihdr(1, 1, 3), idat, iend)),
  "a PNG of a colour type that there is not": asPng("damaged", png(ihdr(8, 6, 5), idat, iend)),
  "a PNG in another compression": asPng("damaged", png(oddHeader(1, 0, 0), idat, iend)),
  "a PNG interlaced in a way that there is not": asPng("damaged", png(oddHeader(0, 0, 2), idat, iend)),
  "a PNG with a header that is too long": asPng("damaged", png(oddHeader(0, 0, 0, 0), idat, iend)),
  "a PNG with a third of a colour": asPng(
    "damaged",
    png(ihdr(8, 6, 3, 1), pngChunk("PLTE", [1, 2, 3, 4]), pngChunk("IDAT", paletteZeros), iend),
  ),
  "a PNG that moves": asPng(
    "animated",
    png(ihdr(8, 6), pngChunk("acTL", [0, 0, 0, 1, 0, 0, 0, 0]), idat, iend),
  ),
};
