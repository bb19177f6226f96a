import { execFileSync } from "node:child_process";
import { expect, it } from "vitest";
import { tinyJpeg } from "../../../support/image-parts.ts";

const MODULE = new URL("../../../../src/accounts/avatar/image/clean-image.ts", import.meta.url).href;

/** 2 MiB of the smallest copied segment, followed by a valid image. */
const SCRIPT = `
  const { cleanImage } = await import(${JSON.stringify(MODULE)});
  const picture = Buffer.from(process.argv[1], "base64");
  const bytes = new Uint8Array(2 * 1024 * 1024);
  bytes.set([0xff, 0xd8]);
  let at = 2;
  for (; at + 6 + picture.length <= bytes.length; at += 6) bytes.set([0xff, 0xdd, 0, 4, 0, 0], at);
  bytes.set(picture.subarray(2), at);
  cleanImage(bytes.subarray(0, at + picture.length - 2), "image/jpeg");
`;

it("checks a JPEG of 350,000 segments within the memory limit of a Worker", () => {
  const picture = Buffer.from(tinyJpeg).toString("base64");
  // A Worker has 128 MB in total.
  const heap = ["--max-old-space-size=120", "--max-semi-space-size=4"];
  const run = () =>
    execFileSync(process.execPath, [...heap, "--input-type=module", "-e", SCRIPT, picture], {
      stdio: "pipe",
    });
  expect(run).not.toThrow();
}, 30_000);
