import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { parseEnv } from "node:util";
import { readConfig } from "../../../src/composition/config.ts";
import { checkShell } from "./check-shell.ts";
import { type Example, type Problem, problemIn } from "./example.ts";

/** Parses JSON. JSON with comments may have whole comment lines. */
export function checkJson(example: Example): readonly Problem[] {
  const text = example.language === "jsonc" ? example.code.replaceAll(/^\s*\/\/.*$/gm, "") : example.code;
  try {
    JSON.parse(text);
    return [];
  } catch (error) {
    return [problemIn(example, `not JSON: ${error instanceof Error ? error.message : error}`)];
  }
}

/** Prepares every statement against the migrated schema, without running it. */
export function checkSql(example: Example): readonly Problem[] {
  // A block that is not run is for another database than ours.
  if (example.mark?.kind === "not-run") return [];
  const db = new DatabaseSync(":memory:");
  try {
    const files = readdirSync("migrations").filter((name) => name.endsWith(".sql"));
    for (const file of files.sort()) db.exec(readFileSync(join("migrations", file), "utf8"));
    for (const statement of example.code.split(/;\s*$/m)) if (statement.trim() !== "") db.prepare(statement);
    return [];
  } catch (error) {
    return [problemIn(example, `SQLite: ${error instanceof Error ? error.message : error}`)];
  } finally {
    db.close();
  }
}

/** Parses lines of .dev.vars with the service's own parser, beside the required variables. */
export function checkVariableLines(example: Example): readonly Problem[] {
  const given = parseEnv(example.code);
  const read = readConfig({ ENVIRONMENT: "development", ...REQUIRED, ...given });
  const problems = read.ok ? [] : read.error.map(({ path, message }) => `${path} ${message}`);
  return problems.map((message) => problemIn(example, `the service would not start: ${message}`));
}

const REQUIRED = {
  AUTH_SECRET: "a root secret of 32 bytes or more, for a check",
  PUBLIC_URL: "http://localhost:8787",
};

/** A CI workflow. The project has no YAML parser, so this checks the indentation and the shell commands. */
export function checkWorkflow(example: Example): readonly Problem[] {
  return example.code.split("\n").flatMap((text, at) => {
    const here = { ...example, line: example.line + at };
    const [indent = ""] = /^\s*/.exec(text) ?? [];
    if (indent.includes("\t") || indent.length % 2 === 1)
      return [problemIn(here, "YAML is indented by two spaces")];
    const [, code = ""] = /^\s*(?:- )?run: (?![|>])(.+)$/.exec(text) ?? [];
    return code === "" ? [] : checkShell({ ...here, code });
  });
}
