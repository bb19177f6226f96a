import { describe, expect, it } from "vitest";
import { cleanImage } from "../../../../src/accounts/avatar/image/clean-image.ts";
import { hostileImages } from "../../../support/hostile-images.ts";
import { photoWithGps } from "../../../support/images.ts";

// test/unit/accounts/avatar has the other cases; this file compares workerd with Node.
describe("cleanImage in workerd accepts", () => {
  it("accepts a photo and swaps its sides by orientation", () => {
    const { bytes, declaredType } = photoWithGps();
    expect(cleanImage(bytes, declaredType)).toMatchObject({ ok: true, value: { width: 8, height: 16 } });
  });
});

describe("cleanImage in workerd refuses", () => {
  it.each(Object.entries(hostileImages))("refuses %s", (_name, { bytes, declaredType, problem }) => {
    expect(cleanImage(bytes, declaredType)).toEqual({ ok: false, error: problem });
  });
});
