import { readFileSync } from "node:fs";
import { expect, it } from "vitest";

// What the example's README shows is what the example is.

const README = readFileSync("examples/notes/README.md", "utf8");

/** Without comments, and as one line: the formatter breaks what is long. */
const plain = (text: string): string => text.replaceAll(/\s+/g, " ");

it.each([
  ["toml", "examples/notes/wrangler.toml", /#.*/g],
  ["ts", "examples/notes/src/index.tsx", /\/\/ .*/g],
])("the lines in %s of its README are those of %s", (language, file, comment) => {
  const [, shown = ""] = new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, "s").exec(README) ?? [];
  const real = plain(readFileSync(file, "utf8"));
  const lines = shown.split("\n").map((line) => plain(line.replaceAll(comment, "")).trim());
  // A shorter piece imports less; that it does import what it needs is `npm run examples` to say.
  const own = lines.filter((line) => line !== "" && !line.startsWith("import "));
  expect(own.length).toBeGreaterThan(3);
  for (const line of own) expect(real).toContain(line);
});
