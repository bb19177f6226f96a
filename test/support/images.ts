import {
  alph,
  ascii,
  type Bytes,
  exif,
  exifSecrets,
  idat,
  iend,
  ihdr,
  join,
  jpegSegment,
  jpegWith,
  paletteZeros,
  png,
  pngChunk,
  scriptBytes,
  tinyJpeg,
  tinyPng,
  tinyWebp,
  type Upload,
  vp8,
  vp8x,
  webp,
  webpChunk,
} from "./image-parts.ts";

const XMP = ascii("http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>Ada at home</x:xmpmeta>");
const IPTC = ascii("Photoshop 3.0\x008BIM\x04\x04\0\0\0\0\0\x10\x1c\x02\x5a\0\x0bFaringdon12");

/** A photo with the metadata of a phone: orientation (16 × 8 pixels displayed as 8 × 16), GPS position and author. */
export const photoWithGps = (): Upload & { readonly secrets: readonly string[] } => ({
  bytes: jpegWith(
    jpegSegment(0xe1, exif),
    jpegSegment(0xe1, XMP),
    jpegSegment(0xed, IPTC),
    jpegSegment(0xfe, ascii("edited in the garden")),
  ),
  declaredType: "image/jpeg",
  secrets: [...exifSecrets, "xmpmeta", "Ada at home", "Photoshop", "Faringdon", "in the garden"],
});

const pngUpload = (bytes: Bytes) => ({ bytes, declaredType: "image/png" });

const jpegUpload = (bytes: Bytes) => ({ bytes, declaredType: "image/jpeg" });

const webpUpload = (bytes: Bytes) => ({ bytes, declaredType: "image/webp" });

/** Uploads that the service accepts after it removes the script that each contains. */
export const imagesWithScripts: Readonly<Record<string, Upload>> = {
  "a PNG with text": pngUpload(
    png(ihdr(8, 6), pngChunk("tEXt", join(ascii("Comment\0"), scriptBytes)), idat, iend),
  ),
  "a PNG with a private chunk": pngUpload(png(ihdr(8, 6), pngChunk("evIl", scriptBytes), idat, iend)),
  "a PNG with an invalid ICC profile": pngUpload(
    png(ihdr(8, 6), pngChunk("iCCP", join(ascii("name\0\0"), scriptBytes)), idat, iend),
  ),
  "a PNG with an unneeded palette": pngUpload(png(ihdr(8, 6), pngChunk("PLTE", scriptBytes), idat, iend)),
  "a PNG with a palette of more colours than its bit depth allows": pngUpload(
    png(
      ihdr(8, 6, 3, 1),
      pngChunk("PLTE", join([0, 0, 0, 9, 9, 9], scriptBytes)),
      pngChunk("IDAT", paletteZeros),
      iend,
    ),
  ),
  "a PNG with text after its pixels": pngUpload(png(ihdr(8, 6), idat, pngChunk("iTXt", scriptBytes), iend)),
  "a JPEG with a comment": jpegUpload(jpegWith(jpegSegment(0xfe, scriptBytes))),
  "a JPEG with a thumbnail in JFIF": jpegUpload(
    jpegWith(jpegSegment(0xe0, join(ascii("JFIF\0"), [1, 1, 0, 0, 1, 0, 1, 13, 1], scriptBytes))),
  ),
  "a JPEG with an invalid ICC profile": jpegUpload(
    jpegWith(jpegSegment(0xe2, join(ascii("ICC_PROFILE\0\x01\x01"), scriptBytes))),
  ),
  "a JPEG with an Adobe segment that is too long": jpegUpload(
    jpegWith(jpegSegment(0xee, join(ascii("Adobe"), [0, 100, 0, 0, 0, 0, 1], scriptBytes))),
  ),
  "a JPEG with an application segment": jpegUpload(jpegWith(jpegSegment(0xeb, scriptBytes))),
  "a WebP with XMP": webpUpload(webp(vp8x(0x14, 8, 6), alph, vp8, webpChunk("XMP ", scriptBytes))),
  "a WebP with an invalid ICC profile": webpUpload(
    webp(vp8x(0x30, 8, 6), webpChunk("ICCP", scriptBytes), alph, vp8),
  ),
  "a WebP with undeclared alpha": webpUpload(webp(vp8, webpChunk("ALPH", scriptBytes))),
  "a WebP with an unknown chunk": webpUpload(webp(vp8, webpChunk("EVIL", scriptBytes))),
  "a WebP with a second image": webpUpload(webp(vp8, webpChunk("VP8 ", scriptBytes))),
  "a PNG followed by a script": pngUpload(join(tinyPng, scriptBytes)),
  "a JPEG followed by a script": jpegUpload(join(tinyJpeg, scriptBytes)),
  "a multi-picture JPEG with a second image, followed by a script": jpegUpload(
    join(jpegWith(jpegSegment(0xe2, ascii("MPF\0MM\0*"))), tinyJpeg, scriptBytes),
  ),
  "a WebP followed by a script": webpUpload(join(tinyWebp, scriptBytes)),
};

const SAMSUNG_TRAILER = join(
  [0, 0, 1, 0x0a, 14, 0, 0, 0],
  ascii("Image_UTC_Data1700000000000SEFH"),
  [0x6a, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0x0a, 35, 0, 0, 0, 35, 0, 0, 0, 24, 0, 0, 0],
  ascii("SEFT"),
);
const MOTION_PHOTO_VIDEO = join(
  [0, 0, 0, 24],
  ascii("ftypmp42\0\0\0\0isommp42"),
  [0, 0, 0, 8],
  ascii("mdat"),
);

const endings = {
  "one zero byte": [0],
  "a newline": ascii("\n"),
  "4 KiB of zeros": new Uint8Array(4096),
  "the trailer of a Samsung phone": SAMSUNG_TRAILER,
  "the video of a motion photo": MOTION_PHOTO_VIDEO,
  "a ZIP": ascii("PK\x03\x04"),
  "another JPEG": tinyJpeg,
  "the start of another JPEG": tinyJpeg.subarray(0, 40),
  "a marker byte": [0xff],
} as const;

const formats = {
  PNG: pngUpload(tinyPng),
  JPEG: jpegUpload(tinyJpeg),
  WebP: webpUpload(tinyWebp),
} as const;

/** Clean images with bytes after their end, and the image without these bytes. */
export const imagesWithTrailingBytes: readonly (readonly [string, Upload, Bytes])[] = Object.entries(
  formats,
).flatMap(([format, { bytes, declaredType }]) =>
  Object.entries(endings).map(
    ([ending, trailing]) =>
      [`a ${format} followed by ${ending}`, { bytes: join(bytes, trailing), declaredType }, bytes] as const,
  ),
);
