import { describe, expect, it } from "vitest";
import { cleanImage } from "../../../../src/accounts/avatar/image/clean-image.ts";
import { hostileImages, photoWithGps } from "../../../support/images.ts";

// test/unit/avatars has the rest: this shows that the runtime judges as Node does.
describe("succeeds", () => {
  it("takes a photo", () => {
    const { bytes, declaredType } = photoWithGps();
    expect(cleanImage(bytes, declaredType)).toMatchObject({ ok: true, value: { width: 8, height: 16 } });
  });
});

describe("refuses", () => {
  it.each(Object.entries(hostileImages))("%s", (_name, { bytes, declaredType, problem }) => {
    expect(cleanImage(bytes, declaredType)).toEqual({ ok: false, error: problem });
  });
});
