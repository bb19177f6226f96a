import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";

// `node scripts/shared/find-browser.ts` prints the browser that the tests of the pages would use, or fails.

/**
 * What Debian, Ubuntu, Fedora, Arch and the vendors' own packages call it; the free ones first, and before all of
 * them Debian's Chromium without windows, which costs a third of the others' time (docs/decisions/022).
 */
const COMMANDS = [
  "chromium-headless-shell",
  "chromium",
  "chromium-browser",
  "google-chrome",
  "google-chrome-stable",
  "microsoft-edge",
  "microsoft-edge-stable",
  "brave-browser",
];
const MAC_APPS = ["Chromium", "Google Chrome", "Microsoft Edge", "Brave Browser"];
const WINDOWS_PROGRAMS = [
  "Chromium\\Application\\chrome.exe",
  "Google\\Chrome\\Application\\chrome.exe",
  "Microsoft\\Edge\\Application\\msedge.exe",
];

export const NO_BROWSER =
  "No Chromium, Chrome or Edge was found on this machine, and the pages are tested in one. Install any of them " +
  "(Debian: apt-get install chromium-headless-shell), or name its program in CHROMIUM_PATH.";

type Machine = {
  readonly env: NodeJS.ProcessEnv;
  readonly platform: NodeJS.Platform;
  readonly isProgram: (path: string) => boolean;
};

/** The program of a browser of Chromium's family: the one in CHROMIUM_PATH, or one where they are installed. */
export function findBrowser({ env, platform, isProgram }: Machine = thisMachine): string | null {
  // Somebody who names one does not want another in its place.
  if (env.CHROMIUM_PATH) return isProgram(env.CHROMIUM_PATH) ? env.CHROMIUM_PATH : null;
  return placesOn(platform, env).find(isProgram) ?? null;
}

function placesOn(platform: NodeJS.Platform, env: NodeJS.ProcessEnv): string[] {
  if (platform === "darwin") {
    const folders = ["/Applications", join(env.HOME ?? "", "Applications")];
    return MAC_APPS.flatMap((app) => folders.map((folder) => `${folder}/${app}.app/Contents/MacOS/${app}`));
  }
  if (platform === "win32") {
    const folders = [env.PROGRAMFILES, env["PROGRAMFILES(X86)"], env.LOCALAPPDATA].filter((path) => path);
    return WINDOWS_PROGRAMS.flatMap((program) => folders.map((folder) => `${folder}\\${program}`));
  }
  const folders = [...(env.PATH ?? "").split(delimiter), "/usr/bin", "/snap/bin"];
  return COMMANDS.flatMap((command) => folders.map((folder) => join(folder, command)));
}

const thisMachine: Machine = {
  env: process.env,
  platform: process.platform,
  isProgram: (path) => {
    try {
      accessSync(path, constants.X_OK);
      return statSync(path).isFile();
    } catch {
      return false;
    }
  },
};

if (import.meta.main) {
  const found = findBrowser();
  console.log(found ?? NO_BROWSER);
  process.exitCode = found === null ? 1 : 0;
}
