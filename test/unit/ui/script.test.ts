import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { SCRIPT_PATH } from "../../../src/ui/script-routes.ts";

it("SCRIPT_PATH contains the hash of public/pages/enhance.js, which browsers cache without limit", () => {
  const hash = createHash("sha256").update(readFileSync("public/pages/enhance.js")).digest("hex");
  expect(SCRIPT_PATH, "correct VERSION in src/ui/script-routes.ts").toBe(
    `/pages/enhance-${hash.slice(0, 12)}.js`,
  );
});
