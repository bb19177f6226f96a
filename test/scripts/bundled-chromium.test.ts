import { readdirSync } from "node:fs";
import { chromium } from "playwright-core";
import { expect, it, onTestFinished } from "vitest";
import { hasBundledChromium, unpackBundledChromium } from "../../scripts/shared/bundled-chromium.ts";
import { createScratchDirectory } from "../../scripts/shared/scratch-directory.ts";
import { runProgram } from "./run-script.ts";

// Other platforms have no executable in the package; their tests need an installed browser.
it.runIf(hasBundledChromium())(
  "the packaged browser is unpacked once by two processes at once, and shows a page with its own libraries",
  async () => {
    const scratch = createScratchDirectory();
    onTestFinished(scratch.remove);
    const module = new URL("../../scripts/shared/bundled-chromium.ts", import.meta.url);
    const program = `import { unpackBundledChromium } from "${module}"; unpackBundledChromium(process.argv[1]);`;
    const unpack = () => runProgram(process.execPath, ["--no-warnings", "--eval", program, scratch.path], {});
    const exits = await Promise.all([unpack(), unpack()]);
    expect(exits).toEqual([1, 2].map(() => ({ code: 0, out: "", err: "" })));
    expect(readdirSync(scratch.path)).toEqual([expect.stringMatching(/^chromium-[\d.]+$/)]);
    const { executablePath, env } = unpackBundledChromium(scratch.path);
    const browser = await chromium.launch({ executablePath, env, chromiumSandbox: false });
    onTestFinished(() => browser.close());
    const page = await browser.newPage();
    await page.setContent("<h1>A page</h1>");
    expect(await page.getByRole("heading").boundingBox()).toMatchObject({ height: expect.any(Number) });
  },
);
