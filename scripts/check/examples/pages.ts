import { readdirSync, readFileSync } from "node:fs";
import { sep } from "node:path";
import { type Page, readMarkdown } from "./read-markdown.ts";

/** Every page at the top level, of docs/ and of examples/, by its path with "/". */
export function readPages(): ReadonlyMap<string, Page> {
  const below = (folder: string) =>
    readdirSync(folder, { recursive: true, encoding: "utf8" })
      .map((name) => `${folder}/${name}`.replaceAll(sep, "/"))
      .filter((path) => path.endsWith(".md") && !path.includes("node_modules"));
  const folders = readdirSync(".").filter((name) => name === "docs" || name === "examples");
  const topLevel = readdirSync(".").filter((name) => name.endsWith(".md"));
  const files = [...topLevel, ...folders.flatMap(below)].sort();
  return new Map(files.map((file) => [file, readMarkdown(file, readFileSync(file, "utf8"))]));
}
