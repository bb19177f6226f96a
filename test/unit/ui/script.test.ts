import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { PASSKEY_SCRIPT_PATH, SCRIPT_PATH } from "../../../src/ui/script-routes.ts";

it.each([
  ["enhance", SCRIPT_PATH, "VERSION"],
  ["passkeys", PASSKEY_SCRIPT_PATH, "PASSKEY_VERSION"],
])("the path of %s.js contains its hash, since browsers cache it without limit", (name, path, constant) => {
  const hash = createHash("sha256")
    .update(readFileSync(`public/pages/${name}.js`))
    .digest("hex");
  expect(path, `correct ${constant} in src/ui/script-routes.ts`).toBe(
    `/pages/${name}-${hash.slice(0, 12)}.js`,
  );
});
