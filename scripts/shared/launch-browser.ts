import { chromium, type LaunchOptions } from "playwright-core";
import { findBrowser, NO_BROWSER } from "./find-browser.ts";

/** How the machine's browser is started: by itself, and with nothing but this machine to talk to. */
export function browserOptions(): LaunchOptions {
  const executablePath = findBrowser();
  if (executablePath === null) throw new Error(NO_BROWSER);
  return {
    executablePath,
    // Chromium refuses to run its sandbox as root; elsewhere there is no reason to go without.
    chromiumSandbox: process.getuid?.() !== 0,
    args: [
      "--disable-background-networking",
      "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
    ],
  };
}

/** One browser for any number of test files, which connect to its endpoint. */
export const serveBrowser = () => chromium.launchServer({ ...browserOptions(), host: "localhost" });
