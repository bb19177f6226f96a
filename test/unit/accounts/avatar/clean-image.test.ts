import { describe, expect, it } from "vitest";
import { cleanImage } from "../../../../src/accounts/avatar/image/clean-image.ts";
import { carriers } from "../../../support/carrier-images.ts";
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
import { hostileImages, photoWithGps } from "../../../support/images.ts";
import { cleaned, latin1 } from "./cleaned.ts";

describe("succeeds", () => {
  it.each([
    ["PNG", tinyPng, "image/png", 8, 6],
    ["JPEG", tinyJpeg, "image/jpeg", 16, 8],
    ["WebP", tinyWebp, "image/webp", 8, 6],
  ])("gives a clean %s back as it is", (_name, bytes, type, width, height) => {
    expect(cleaned(bytes, type)).toEqual({ type, width, height, bytes });
  });

  it.each(Object.entries(carriers))("takes %s, and leaves the script behind", (_name, upload) => {
    expect(latin1(upload.bytes)).toContain(SCRIPT.slice(0, 15));
    const { bytes, type } = cleaned(upload.bytes, upload.declaredType);
    expect(latin1(bytes)).not.toMatch(/script|alert/);
    expect(cleaned(bytes, type).bytes).toEqual(bytes);
  });

  it("takes a phone's photo, without place, name, maker and date, and the right way up", () => {
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

  it("takes the photo alone of a file that announces more pictures behind it", () => {
    const announced = jpegWith(jpegSegment(0xe2, Buffer.from("MPF\0MM\0*")));
    expect(cleaned(join(announced, tinyJpeg, tinyJpeg), "image/jpeg").bytes).toEqual(tinyJpeg);
  });

  it("takes fill bytes before markers", () => {
    const at = jpegMarker(0xda);
    const filled = join(
      tinyJpeg.subarray(0, at),
      [0xff, 0xff],
      tinyJpeg.subarray(at, -2),
      [0xff, 0xff, 0xff, 0xd9],
    );
    expect(cleaned(filled, "image/jpeg").width).toBe(16);
  });

  it("takes tables of 16 bits", () => {
    const wide = jpegWith(jpegSegment(0xdb, [0x13, ...new Array(128).fill(1)]));
    expect(cleaned(wide, "image/jpeg").bytes).toEqual(wide);
  });

  it("leaves a photo as it lies when its EXIF makes no sense, or comes behind the picture", () => {
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
    const late = join(tinyJpeg.subarray(0, -2), jpegSegment(0xe1, exif), [0xff, 0xd9]);
    expect(cleaned(late, "image/jpeg").bytes).toEqual(tinyJpeg);
  });

  it("reads a view into a larger buffer by its own bounds", () => {
    const around = join([1, 2, 3], tinyPng, [4, 5, 6]);
    const view = around.subarray(3, 3 + tinyPng.length);
    expect(cleaned(view, "image/png").bytes).toEqual(tinyPng);
  });
});

describe("refuses", () => {
  it.each(Object.entries(hostileImages))("%s", (_name, { bytes, declaredType, problem }) => {
    expect(cleanImage(bytes, declaredType)).toEqual({ ok: false, error: problem });
  });

  it.each([
    ["PNG", tinyPng, "image/png"],
    ["JPEG", tinyJpeg, "image/jpeg"],
    ["WebP", tinyWebp, "image/webp"],
  ])("a %s cut off anywhere", (_name, bytes, type) => {
    for (let length = 0; length < bytes.length; length++) {
      expect(cleanImage(bytes.subarray(0, length), type).ok, `${length} bytes`).toBe(false);
    }
  });
});
