// Images of a few hundred bytes, and functions that assemble PNG, JPEG and WebP files. This file shares
// no code with `src` and also runs in workerd.

export type Bytes = Uint8Array<ArrayBuffer>;
export type Upload = { readonly bytes: Bytes; readonly declaredType: string };
export type HostileImage = Upload & { readonly problem: string };

/** The script that hostile images contain. */
export const SCRIPT = "<script>alert(document.domain)</script>";

type Part = ArrayLike<number>;

export function join(...parts: readonly Part[]): Bytes {
  return Uint8Array.from(parts.flatMap((part) => Array.from(part)));
}

export const ascii = (text: string): Bytes => Uint8Array.from(text, (one) => one.charCodeAt(0));

const base64 = (text: string): Bytes => ascii(atob(text));

const number = (value: number, size: number): number[] =>
  Array.from({ length: size }, (_, i) => Math.floor(value / 256 ** (size - 1 - i)) & 0xff);

const numberLE = (value: number, size: number): number[] => number(value, size).reverse();

/** `SCRIPT` as bytes. */
export const scriptBytes = ascii(SCRIPT);

const hostile =
  (declaredType: string) =>
  (problem: string, bytes: Bytes): HostileImage => ({
    bytes,
    declaredType,
    problem,
  });
export const hostilePng = hostile("image/png");
export const hostileJpeg = hostile("image/jpeg");
export const hostileWebp = hostile("image/webp");

/** A copy of the bytes with `replacement` written at `at`. */
export function patched(bytes: Bytes, at: number, replacement: Part): Bytes {
  const copy = Uint8Array.from(bytes);
  copy.set(replacement, at);
  return copy;
}

// ---- PNG: 8 × 6 pixels in RGB

export const png = (...chunks: readonly Part[]): Bytes => join(ascii("\x89PNG\r\n\x1a\n"), ...chunks);

export function pngChunk(name: string, data: Part): Bytes {
  const named = join(ascii(name), data);
  let crc = ~0;
  for (const byte of named) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return join(number(data.length, 4), named, number(~crc >>> 0, 4));
}

export const ihdr = (width: number, height: number, colourType = 2, depth = 8): Bytes =>
  pngChunk("IHDR", [...number(width, 4), ...number(height, 4), depth, colourType, 0, 0, 0]);
export const iend = pngChunk("IEND", []);

export const pngPixels = base64(
  "CNcNySEBADEMA8CIGQivihkpm5myGpmGgDqYmPwfPQBc4AYPWNCFHmQICK7gDp5ghW7ohRx/JFdyJ0+yUjf1Us4/Wqu1W6dVzdt8TTeB" +
    "0Rrt0RnV8A7f0POHtaxtHavMaz7T5gd3cUZR",
);
/** 64 KiB of zeros as a zlib stream. */
export const deflatedZeros = base64(
  "eNrtwQEBAAAAgJD+r+4ICgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAGoADwAB",
);
/** 8 × 6 pixels of one bit, all zero, as a zlib stream of stored blocks. */
export const paletteZeros = join([0x78, 1, 1, 12, 0, 0xf3, 0xff], new Uint8Array(12), [0, 12, 0, 1]);
export const idat = pngChunk("IDAT", pngPixels);
export const tinyPng = png(ihdr(8, 6), idat, iend);

// ---- JPEG: 16 × 8 pixels, baseline, without JFIF

export const tinyJpeg = base64(
  "/9j/2wBDABQODxIPDRQSEBIXFRQYHjIhHhwcHj0sLiQySUBMS0dARkVQWnNiUFVtVkVGZIhlbXd7gYKBTmCNl4x9lnN+gXz/2wBDARUX" +
    "Fx4aHjshITt8U0ZTfHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHz/wAARCAAIABADASIAAhEB" +
    "AxEB/8QAFgABAQEAAAAAAAAAAAAAAAAAAAQF/8QAGhAAAgIDAAAAAAAAAAAAAAAAAAMFIzFhof/EABQBAQAAAAAAAAAAAAAAAAAAAAT/" +
    "xAAaEQACAwEBAAAAAAAAAAAAAAABBAADERMx/9oADAMBAAIRAxEAPwCZEDrhooicVgB22LKM5nNh0GrT6Z//2Q==",
);

export const jpegSegment = (code: number, data: Part): Bytes =>
  join([0xff, code], number(data.length + 2, 2), data);

/** `tinyJpeg` with these segments after its SOI marker. */
export const jpegWith = (...segments: readonly Part[]): Bytes =>
  join(tinyJpeg.subarray(0, 2), ...segments, tinyJpeg.subarray(2));

/** The offset of the first marker with that code in `tinyJpeg`. */
export const jpegMarker = (code: number): number =>
  tinyJpeg.findIndex((byte, at) => byte === 0xff && tinyJpeg[at + 1] === code);

/** EXIF of a camera: maker, owner, GPS position and orientation 6. */
export const exif = base64(
  "RXhpZgAASUkqAAgAAAAJAA8BAgAXAAAAmAAAABIBAwABAAAABgAAABoBBQABAAAAegAAABsBBQABAAAAggAAACgBAwABAAAAAgAAADsB" +
    "AgANAAAAigAAABMCAwABAAAAAQAAAGmHBAABAAAAsAAAACWIBAABAAAA/gAAAAAAAAA4YwAA6AMAADhjAADoAwAAQWRhIExvdmVsYWNl" +
    "AABHYXRlaG91c2UgQ2FtZXJhIFdvcmtzAAAGAACQBwAEAAAAMDIxMAGRBwAEAAAAAQIDAACgBwAEAAAAMDEwMAGgAwABAAAA//8AAAKg" +
    "BAABAAAAEAAAAAOgBAABAAAACAAAAAAAAAAFAAEAAgACAAAATgAAAAIABQADAAAAZAEAAAMAAgACAAAAVwAAAAQABQADAAAATAEAABIA" +
    "AgAMAAAAQAEAAAAAAABXR1MtODQtaG9tZQAAAAAAAQAAAAcAAAABAAAAlg8AAGQAAAAzAAAAAQAAAB4AAAABAAAAYAoAAGQAAAA=",
);
/** Personal data in `exif`. No image that the service serves may contain it. */
export const exifSecrets = ["Ada Lovelace", "Gatehouse Camera Works", "WGS-84-home"] as const;

// ---- WebP: 8 × 6 pixels, lossy, with alpha

export const webp = (...chunks: readonly Part[]): Bytes => {
  const body = join(ascii("WEBP"), ...chunks);
  return join(ascii("RIFF"), numberLE(body.length, 4), body);
};

export const webpChunk = (name: string, data: Part): Bytes =>
  join(ascii(name), numberLE(data.length, 4), data, data.length % 2 === 0 ? [] : [0]);

export const vp8x = (flags: number, width: number, height: number): Bytes =>
  webpChunk("VP8X", [flags, 0, 0, 0, ...numberLE(width - 1, 3), ...numberLE(height - 1, 3)]);

export const alph = webpChunk("ALPH", base64("ET8gEEg4stqfZ4iIyBwE2TYZy1jGcn+LI0T0P5Z8"));
export const vp8Data = base64(
  "EAIAnQEqCAAGAAOAWiWwAnS6AAK68E4EGAD+5p2pvdytHDx2y/nhuk2Y/3lDhWqi3j+TFRN+qJ/k3+gK/gq6YuEbbwl+8qAA",
);
export const vp8 = webpChunk("VP8 ", vp8Data);
export const tinyWebp = webp(vp8x(0x10, 8, 6), alph, vp8);

// ---- An unsupported format

/** One transparent pixel. */
export const tinyGif = base64("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7");
