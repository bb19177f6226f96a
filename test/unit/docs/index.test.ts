import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";

const index = readFileSync("docs/README.md", "utf8");

it("docs/README.md lists every page of docs", () => {
  const pages = readdirSync("docs").filter((name) => name.endsWith(".md") && name !== "README.md");
  expect(pages.length).toBeGreaterThan(20);
  expect(pages.filter((page) => !index.includes(`](${page})`))).toEqual([]);
});

it("README.md has fewer than 130 lines, and a screenshot of less than 60 KB", () => {
  const readme = readFileSync("README.md", "utf8");
  expect(readme.split("\n").length).toBeLessThan(130);
  const [, image = ""] = /!\[[^\]]+\]\(([^)]+)\)/.exec(readme) ?? [];
  expect(readFileSync(image).length).toBeLessThan(60 * 1024);
});
