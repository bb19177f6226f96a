import sharp from "sharp";
import { expect } from "vitest";
import { cleaned } from "./cleaned.ts";

/** The pixels as displayed: with the orientation applied, in sRGB. */
export const shown = async (bytes: Uint8Array) => {
  const image = sharp(bytes, { failOn: "warning" }).autoOrient().toColourspace("srgb");
  return image.raw().toBuffer({ resolveWithObject: true });
};

export const furthestOf = (some: Uint8Array, others: Uint8Array): number =>
  some.reduce((most, value, i) => Math.max(most, Math.abs(value - (others[i] ?? 0))), 0);

/** A second decoder reads the same size and pixels before and after; `furthest` is the largest difference. */
export async function expectSamePicture(original: Uint8Array, type: string) {
  const image = cleaned(original, type);
  const [before, after] = [await shown(original), await shown(image.bytes)];
  expect(after.info).toMatchObject({ width: image.width, height: image.height });
  expect(after.info).toEqual(before.info);
  return { image, furthest: furthestOf(before.data, after.data) };
}
