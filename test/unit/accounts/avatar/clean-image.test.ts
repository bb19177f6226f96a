import { describe, expect, it } from "vitest";
import { cleanImage } from "../../../../src/accounts/avatar/image/clean-image.ts";
import { hostileImages } from "../../../support/hostile-images.ts";
import {
  exif,
  join,
  jpegMarker,
  jpegSegment,
  jpegWith,
  patched,
  SCRIPT,
  tinyJpeg,
  tinyPng,
  tinyWebp,
} from "../../../support/image-parts.ts";
import { imagesWithScripts, imagesWithTrailingBytes, photoWithGps } from "../../../support/images.ts";
import { cleaned, latin1 } from "./cleaned.ts";

describe("cleanImage accepts", () => {
  it.each([
    ["PNG", tinyPng, "image/png", 8, 6],
    ["JPEG", tinyJpeg, "image/jpeg", 16, 8],
    ["WebP", tinyWebp, "image/webp", 8, 6],
  ])("returns a clean %s unchanged", (_name, bytes, type, width, height) => {
    expect(cleaned(bytes, type)).toEqual({ type, width, height, bytes });
  });

  it.each(Object.entries(imagesWithScripts))("accepts %s and drops the script", (_name, upload) => {
    expect(latin1(upload.bytes)).toContain(SCRIPT.slice(0, 15));
    const { bytes, type } = cleaned(upload.bytes, upload.declaredType);
    expect(latin1(bytes)).not.toMatch(/script|alert/);
    expect(cleaned(bytes, type).bytes).toEqual(bytes);
  });

  it("removes place, author, maker and date from a phone photo and keeps its orientation", () => {
    const photo = photoWithGps();
    const image = cleaned(photo.bytes, photo.declaredType);
    expect(image).toMatchObject({ width: 8, height: 16 });
    for (const secret of photo.secrets) {
      expect(latin1(photo.bytes)).toContain(secret);
      expect(latin1(image.bytes)).not.toContain(secret);
    }
    const orientation = [0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0];
    const tiff = [0x4d, 0x4d, 0, 42, 0, 0, 0, 8, ...orientation];
    expect(image.bytes).toEqual(jpegWith(jpegSegment(0xe1, [...Buffer.from("Exif\0\0"), ...tiff])));
  });

  it.each(imagesWithTrailingBytes)("accepts %s and drops these bytes", (_name, upload, image) => {
    expect(cleaned(upload.bytes, upload.declaredType).bytes).toEqual(image);
  });

  it("drops the declared additional images of a photo", () => {
    const declaring = jpegWith(jpegSegment(0xe2, Buffer.from("MPF\0MM\0*")));
    expect(cleaned(join(declaring, tinyJpeg, tinyJpeg), "image/jpeg").bytes).toEqual(tinyJpeg);
  });

  it("accepts fill bytes before JPEG markers", () => {
    const at = jpegMarker(0xda);
    const filled = join(
      tinyJpeg.subarray(0, at),
      [0xff, 0xff],
      tinyJpeg.subarray(at, -2),
      [0xff, 0xff, 0xff, 0xd9],
    );
    expect(cleaned(filled, "image/jpeg").width).toBe(16);
  });

  it("accepts 16-bit quantization tables", () => {
    const wide = jpegWith(jpegSegment(0xdb, [0x13, ...new Array(128).fill(1)]));
    expect(cleaned(wide, "image/jpeg").bytes).toEqual(wide);
  });

  it("ignores the orientation in malformed EXIF data or after the image data", () => {
    const type = exif.findIndex((byte, at) => byte === 0x12 && exif[at + 1] === 1) + 2;
    for (const [place, value] of [
      [type, 4],
      [type + 2, 2],
      [type + 6, 9],
      [type + 6, 0],
      [6, 0x4a],
    ] as const) {
      const photo = jpegWith(jpegSegment(0xe1, patched(exif, place, [value])));
      expect(cleaned(photo, "image/jpeg").bytes).toEqual(tinyJpeg);
    }
    const trailingExif = join(tinyJpeg.subarray(0, -2), jpegSegment(0xe1, exif), [0xff, 0xd9]);
    expect(cleaned(trailingExif, "image/jpeg").bytes).toEqual(tinyJpeg);
  });

  it("reads a view of a larger buffer within its bounds", () => {
    const around = join([1, 2, 3], tinyPng, [4, 5, 6]);
    const view = around.subarray(3, 3 + tinyPng.length);
    expect(cleaned(view, "image/png").bytes).toEqual(tinyPng);
  });
});

describe("cleanImage refuses", () => {
  it.each(Object.entries(hostileImages))("refuses %s", (_name, { bytes, declaredType, problem }) => {
    expect(cleanImage(bytes, declaredType)).toEqual({ ok: false, error: problem });
  });

  it.each([
    ["PNG", tinyPng, "image/png"],
    ["JPEG", tinyJpeg, "image/jpeg"],
    ["WebP", tinyWebp, "image/webp"],
  ])("refuses a %s truncated at any byte", (_name, bytes, type) => {
    for (let length = 0; length < bytes.length; length++) {
      expect(cleanImage(bytes.subarray(0, length), type).ok, `${length} bytes`).toBe(false);
    }
  });
});
