import { expect, it } from "vitest";
import { findBrowser } from "../../../../scripts/shared/find-browser.ts";

/** A machine with these executables. */
const machine = (platform: NodeJS.Platform, env: NodeJS.ProcessEnv, programs: readonly string[]) => ({
  platform,
  env,
  isExecutable: (path: string) => programs.includes(path),
});

const EDGE = "Microsoft\\Edge\\Application\\msedge.exe";
const MAC_CHROME = "Applications/Google Chrome.app/Contents/MacOS/Google Chrome";

it.each([
  ["linux", { PATH: "/usr/local/bin:/usr/bin" }, "/usr/bin/chromium"],
  ["linux", { PATH: "/opt/bin" }, "/opt/bin/google-chrome-stable"],
  ["linux", {}, "/snap/bin/chromium"],
  ["darwin", { HOME: "/Users/ada" }, `/${MAC_CHROME}`],
  ["darwin", { HOME: "/Users/ada" }, `/Users/ada/${MAC_CHROME}`],
  ["win32", { "PROGRAMFILES(X86)": "C:\\Program Files (x86)" }, `C:\\Program Files (x86)\\${EDGE}`],
  ["win32", { LOCALAPPDATA: "C:\\Ada" }, "C:\\Ada\\Google\\Chrome\\Application\\chrome.exe"],
] as const)("finds on %s with %j %s", (platform, env, program) => {
  expect(findBrowser(machine(platform, env, [program]))).toBe(program);
});

it("prefers Debian's headless shell to other browsers", () => {
  const programs = ["/usr/bin/chromium", "/usr/bin/chromium-headless-shell"];
  expect(findBrowser(machine("linux", { PATH: "/usr/bin" }, programs))).toBe(
    "/usr/bin/chromium-headless-shell",
  );
});

it("uses CHROMIUM_PATH and no other browser in its place", () => {
  const programs = ["/usr/bin/chromium", "/home/ada/chrome"];
  const named = (path: string) => machine("linux", { PATH: "/usr/bin", CHROMIUM_PATH: path }, programs);
  expect(findBrowser(named("/home/ada/chrome"))).toBe("/home/ada/chrome");
  expect(findBrowser(named("/home/ada/gone"))).toBeNull();
});

it.each(["linux", "darwin", "win32", "aix"] as const)("finds no browser on %s without one", (platform) => {
  expect(findBrowser(machine(platform, { PATH: "/usr/bin", HOME: "/home/ada" }, []))).toBeNull();
});
