import {
  alph,
  ascii,
  type Bytes,
  idat,
  iend,
  ihdr,
  join,
  jpegSegment,
  jpegWith,
  paletteZeros,
  png,
  pngChunk,
  SCRIPT,
  type Upload,
  vp8,
  vp8x,
  webp,
  webpChunk,
} from "./image-parts.ts";

const script = ascii(SCRIPT);
const asPng = (bytes: Bytes) => ({ bytes, declaredType: "image/png" });
const asJpeg = (bytes: Bytes) => ({ bytes, declaredType: "image/jpeg" });
const asWebp = (bytes: Bytes) => ({ bytes, declaredType: "image/webp" });

/** Pictures that are to be taken, without the script that each carries. */
export const carriers: Readonly<Record<string, Upload>> = {
  "a PNG with text": asPng(png(ihdr(8, 6), pngChunk("tEXt", join(ascii("Comment\0"), script)), idat, iend)),
  "a PNG with a private chunk": asPng(png(ihdr(8, 6), pngChunk("evIl", script), idat, iend)),
  "a PNG with an ICC profile that is none": asPng(
    png(ihdr(8, 6), pngChunk("iCCP", join(ascii("name\0\0"), script)), idat, iend),
  ),
  "a PNG with a palette that it does not need": asPng(png(ihdr(8, 6), pngChunk("PLTE", script), idat, iend)),
  "a PNG with a palette of more colours than its pixels can name": asPng(
    png(
      ihdr(8, 6, 3, 1),
      pngChunk("PLTE", join([0, 0, 0, 9, 9, 9], script)),
      pngChunk("IDAT", paletteZeros),
      iend,
    ),
  ),
  "a PNG with text behind its pixels": asPng(png(ihdr(8, 6), idat, pngChunk("iTXt", script), iend)),
  "a JPEG with a comment": asJpeg(jpegWith(jpegSegment(0xfe, script))),
  "a JPEG with a thumbnail in JFIF": asJpeg(
    jpegWith(jpegSegment(0xe0, join(ascii("JFIF\0"), [1, 1, 0, 0, 1, 0, 1, 13, 1], script))),
  ),
  "a JPEG with an ICC profile that is none": asJpeg(
    jpegWith(jpegSegment(0xe2, join(ascii("ICC_PROFILE\0\x01\x01"), script))),
  ),
  "a JPEG with a segment of Adobe that is too long": asJpeg(
    jpegWith(jpegSegment(0xee, join(ascii("Adobe"), [0, 100, 0, 0, 0, 0, 1], script))),
  ),
  "a JPEG with a segment of an application": asJpeg(jpegWith(jpegSegment(0xeb, script))),
  "a WebP with XMP": asWebp(webp(vp8x(0x14, 8, 6), alph, vp8, webpChunk("XMP ", script))),
  "a WebP with an ICC profile that is none": asWebp(
    webp(vp8x(0x30, 8, 6), webpChunk("ICCP", script), alph, vp8),
  ),
  "a WebP with alpha that it does not announce": asWebp(webp(vp8, webpChunk("ALPH", script))),
  "a WebP with an unknown chunk": asWebp(webp(vp8, webpChunk("EVIL", script))),
  "a WebP with a second picture": asWebp(webp(vp8, webpChunk("VP8 ", script))),
};
