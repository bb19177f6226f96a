import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

// The headless shell of @sparticuz/chromium, with the libraries and the font that it needs. The package unpacks it into the
// temporary directory of its process. This module runs it with a directory of the installation, once for each version.

export type BundledChromium = {
  readonly executablePath: string;
  /** Variables for the browser's process. Other programs must not load these libraries. */
  readonly env: Readonly<Record<string, string>>;
};

/** Whether the package has an executable for this machine. */
export const hasBundledChromium = ({ platform, arch } = process): boolean =>
  platform === "linux" && arch === "x64";

/** Unpacks the browser unless it is unpacked. Safe in several processes at once. */
export function unpackBundledChromium(cache = resolve("node_modules/.cache")): BundledChromium {
  const directory = join(cache, `chromium-${packageVersion()}`);
  if (!existsSync(directory)) {
    mkdirSync(cache, { recursive: true });
    const staging = mkdtempSync(join(cache, "chromium-unpacking-"));
    try {
      unpackInto(staging, directory);
      moveInPlace(staging, directory);
    } finally {
      rmSync(staging, { recursive: true, force: true });
    }
  }
  return {
    executablePath: join(directory, "chromium"),
    env: {
      LD_LIBRARY_PATH: join(directory, "al2023/lib"),
      FONTCONFIG_FILE: join(directory, "fonts.conf"),
    },
  };
}

function packageVersion(): string {
  const file = join(createRequire(import.meta.url).resolve("@sparticuz/chromium"), "../../package.json");
  return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
}

function unpackInto(staging: string, directory: string): void {
  const program = fileURLToPath(new URL("../build/unpack-chromium.ts", import.meta.url));
  execFileSync(process.execPath, ["--no-warnings", program], { env: { ...process.env, TMPDIR: staging } });
  // Its own font alone, so that text has the same width on every machine.
  writeFileSync(
    join(staging, "fonts.conf"),
    `<fontconfig><dir>${directory}/fonts</dir><cachedir>${directory}/fonts-cache</cachedir></fontconfig>\n`,
  );
  // Another user may run the tests of the same installation.
  chmodSync(join(staging, "chromium"), 0o755);
  chmodSync(staging, 0o755);
}

/** A rename fails if another process was first; then its directory is complete. */
function moveInPlace(staging: string, directory: string): void {
  try {
    renameSync(staging, directory);
  } catch (cause) {
    if (!existsSync(directory)) throw cause;
  }
}
