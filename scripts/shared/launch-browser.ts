import { chromium, type LaunchOptions } from "playwright-core";
import { findBrowser, NO_BROWSER } from "./find-browser.ts";

/** Launch options: no background requests, and no host but localhost. */
export function browserOptions(): LaunchOptions {
  const executablePath = findBrowser();
  if (executablePath === null) throw new Error(NO_BROWSER);
  return {
    executablePath,
    // Chromium refuses to start its sandbox as root.
    chromiumSandbox: process.getuid?.() !== 0,
    args: [
      "--disable-background-networking",
      "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
    ],
  };
}

/** Starts one browser for all test files. They connect to its endpoint. */
export const serveBrowser = () => chromium.launchServer({ ...browserOptions(), host: "localhost" });
