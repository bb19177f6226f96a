import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { errorTable } from "../../../src/http/error-table.ts";

const page = readFileSync("docs/troubleshooting.md", "utf8");
const firstCells = page
  .split("\n")
  .filter((line) => line.startsWith("| "))
  .map((line) => line.split("|")[1] ?? "");

/** The text of all sources, with the parts of a concatenated string joined. */
const sources = ["src", "scripts"]
  .flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((name) => /\.(?:ts|tsx|mjs)$/.test(name))
      .map((name) => readFileSync(join(folder, name), "utf8")),
  )
  .join("\n")
  .replaceAll(/["`] \+\s*["`]/g, "")
  .replaceAll("\\`", "`");

/** Messages of Cloudflare, Node and libraries. */
const FOREIGN = ["Address already in use", "Worker exceeded CPU time limit"];

/** The longest literal part of a message. Values, and words after "invalid_request: ", are put in at run time. */
const literalOf = (message: string): string =>
  message
    .replace(/^[a-z_]+: /, "")
    .split(/…|\d+/)
    .map((part) => part.trim().replace(/^[.,;]\s*/, ""))
    .sort((a, b) => b.length - a.length)[0] ?? "";

it("docs/troubleshooting.md quotes messages that the program has", () => {
  const quoted = firstCells.flatMap((cell) =>
    [...cell.matchAll(/"([^"]{12,})"/g)].map(([, text = ""]) => text),
  );
  expect(quoted.length).toBeGreaterThan(20);
  const missing = quoted.filter((text) => !FOREIGN.includes(text) && !sources.includes(literalOf(text)));
  expect(missing).toEqual([]);
});

it("docs/troubleshooting.md names error codes that the API has", () => {
  const [, section = ""] = /## Sign-in fails\n(.*?)\n## /s.exec(page) ?? [];
  const codes = [...section.matchAll(/^\| `([a-z_]+)`/gm)].map(([, code = ""]) => code);
  expect(codes.length).toBeGreaterThan(8);
  expect(codes.filter((code) => !Object.hasOwn(errorTable, code))).toEqual([]);
});
