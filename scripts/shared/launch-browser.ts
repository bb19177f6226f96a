import { chromium, type LaunchOptions } from "playwright-core";
import { hasBundledChromium, unpackBundledChromium } from "./bundled-chromium.ts";
import { findBrowser } from "./find-browser.ts";

const NO_BROWSER =
  "The page tests need Chromium, Chrome or Edge, and this machine has none. Install one, or set CHROMIUM_PATH to its " +
  "executable.";

/** An installed browser, else the one of the packages. CHROMIUM_PATH admits no other. */
function chooseBrowser(): Pick<LaunchOptions, "executablePath" | "env"> {
  const executablePath = findBrowser();
  if (executablePath !== null) return { executablePath };
  if (process.env.CHROMIUM_PATH || !hasBundledChromium()) throw new Error(NO_BROWSER);
  const bundled = unpackBundledChromium();
  return { ...bundled, env: { ...process.env, ...bundled.env } };
}

/** Starts one browser for all test files. They connect to its endpoint. */
export const serveBrowser = () =>
  chromium.launchServer({
    ...chooseBrowser(),
    host: "localhost",
    // Its sandbox does not start as root, nor in most containers. All pages are local: no other host resolves.
    chromiumSandbox: false,
    args: [
      "--disable-background-networking",
      "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
    ],
  });
