import { readFileSync } from "node:fs";

// Whether node_modules holds what the lock file says, to the byte: what `npm ci` would have seen to
// (docs/decisions/013). npm writes down what it has installed in a lock file of its own.

type LockFile = { packages: Record<string, { version?: string; integrity?: string }> };

const read = (path: string): LockFile => JSON.parse(readFileSync(path, "utf8"));

const locked = read("package-lock.json").packages;
const installed = Object.entries(read("node_modules/.package-lock.json").packages);
const strange = installed.filter(([path, { version, integrity }]) => {
  const expected = locked[path];
  return expected?.version !== version || expected?.integrity !== integrity;
});

if (installed.length === 0 || strange.length > 0) {
  for (const [path, { version }] of strange) console.error(`${path} ${version} is not as it is locked`);
  console.error(
    "The installed packages are not those of package-lock.json: run `npm install` and commit it.",
  );
  process.exitCode = 1;
} else {
  console.log(`${installed.length} packages installed as they are locked.`);
}
