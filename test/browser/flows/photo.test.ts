import sharp from "sharp";
import { describe, expect } from "vitest";
import { it } from "../support/fixtures.ts";
import { openSignedIn } from "../support/page-states/steps.ts";
import { PASSWORD } from "../support/service.ts";

/** A photo of a phone with 12 megapixels, too large to be uploaded whole: noise, and blue at the right edge. */
async function phonePhoto(): Promise<Buffer> {
  const [width, height] = [4000, 3000];
  const noise = { type: "gaussian" as const, mean: 128, sigma: 60 };
  const create = { height, channels: 3 as const, background: "blue" };
  const blue = await sharp({ create: { ...create, width: width / 2 } })
    .png()
    .toBuffer();
  return sharp({ create: { ...create, width, noise } })
    .composite([{ input: blue, left: width / 2, top: 0 }])
    .jpeg({ quality: 90 })
    .toBuffer();
}

describe("the photo of an account", () => {
  it("is cropped and made smaller in the browser, so that a photo of a phone can be uploaded", async ({
    visit,
    service,
  }) => {
    const { email } = await service.member();
    const visitor = await visit();
    const { page } = visitor;
    await openSignedIn(visitor, "/account/picture", { email, password: PASSWORD });
    const buffer = await phonePhoto();
    expect(buffer.byteLength).toBeGreaterThan(2 * 1024 * 1024);
    await page
      .locator("input[type=file]")
      .setInputFiles({ name: "photo.jpg", mimeType: "image/jpeg", buffer });
    const part = page.locator(".crop canvas");
    await part.waitFor();
    await page.getByRole("slider", { name: "Zoom" }).fill("2");
    await part.focus();
    for (let press = 0; press < 30; press += 1) await page.keyboard.press("ArrowRight");
    await page.getByRole("button", { name: "Upload photo" }).click();
    await page.waitForURL("**/account");
    const source = await page.locator("img[src*='/avatars/']").first().getAttribute("src");
    const stored = await page.request.get(source ?? "");
    const image = sharp(await stored.body());
    expect(await image.metadata()).toMatchObject({ format: "jpeg", width: 512, height: 512 });
    const { channels } = await image.stats();
    // The right edge of the photo is blue.
    expect(channels.map(({ mean }) => Math.round(mean / 255))).toEqual([0, 0, 1]);
  });
});
