import { readFileSync } from "node:fs";
import { expect, it } from "vitest";

// The code blocks in the README of examples/notes must match the source.

const README = readFileSync("examples/notes/README.md", "utf8");

/** Replaces line breaks by spaces: the formatter may wrap a line that the README does not. */
const collapseWhitespace = (text: string): string => text.replaceAll(/\s+/g, " ");

it.each([
  ["toml", "examples/notes/wrangler.toml", /#.*/g],
  ["ts", "examples/notes/src/index.tsx", /\/\/ .*/g],
])("finds each %s line of the README of examples/notes in %s", (language, file, comment) => {
  const [, block = ""] = new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, "s").exec(README) ?? [];
  const source = collapseWhitespace(readFileSync(file, "utf8"));
  const lines = block.split("\n").map((line) => collapseWhitespace(line.replaceAll(comment, "")).trim());
  // The README imports less than the source. `npm run examples` checks that its imports suffice.
  const compared = lines.filter((line) => line !== "" && !line.startsWith("import "));
  expect(compared.length).toBeGreaterThan(3);
  for (const line of compared) expect(source).toContain(line);
});
