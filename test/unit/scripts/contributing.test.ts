import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const text = readFileSync("docs/contributing.md", "utf8");
const lines = text.split("\n");
const code = [...text.matchAll(/`([^`]+)`/g)].map(([, inline = ""]) => inline);

/** The numbered list of a section. */
const stepsOf = (heading: string): readonly string[] => {
  const section = text.split("\n## ").find((part) => part.startsWith(`${heading}\n`)) ?? "";
  return section.split("\n").filter((line) => /^\d+\. /.test(line));
};

describe("docs/contributing.md", () => {
  it("names only files and folders that exist", () => {
    const paths = code.filter((inline) =>
      /^(?:src|test|scripts|docs|migrations|public)\/[\w./-]+$/.test(inline),
    );
    expect(paths.length).toBeGreaterThan(40);
    expect(paths.filter((path) => !existsSync(path))).toEqual([]);
  });

  it("names only commands that exist", () => {
    const { scripts } = JSON.parse(readFileSync("package.json", "utf8"));
    const commands = code
      .filter((inline) => inline.startsWith("npm run "))
      .map((inline) => inline.split(" ")[2]);
    expect(commands.filter((name = "") => !(name in scripts))).toEqual([]);
  });

  it("needs at most eight places for a use case with a route and a page", () => {
    const steps = stepsOf("A use case with a route and a page");
    expect(steps.length).toBeGreaterThan(0);
    expect(steps.length).toBeLessThanOrEqual(8);
  });

  it("is shorter than 150 lines of at most 100 columns", () => {
    expect(lines.length).toBeLessThan(150);
    expect(lines.filter((line) => line.length > 100 && !line.startsWith("|"))).toEqual([]);
  });
});
