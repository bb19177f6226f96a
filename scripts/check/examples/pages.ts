import { readdirSync, readFileSync } from "node:fs";
import { sep } from "node:path";
import { type Page, readMarkdown } from "./read-markdown.ts";

/** Every page that a reader is shown, by its path, with "/" on every system. */
export function readPages(): ReadonlyMap<string, Page> {
  const below = (room: string) =>
    readdirSync(room, { recursive: true, encoding: "utf8" })
      .map((name) => `${room}/${name}`.replaceAll(sep, "/"))
      .filter((path) => path.endsWith(".md") && !path.includes("node_modules"));
  const rooms = readdirSync(".").filter((name) => name === "docs" || name === "examples");
  const files = ["README.md", ...rooms.flatMap(below)].sort();
  return new Map(files.map((file) => [file, readMarkdown(file, readFileSync(file, "utf8"))]));
}
