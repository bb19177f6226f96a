import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { parseEnv } from "node:util";
import { readConfig } from "../../../src/composition/config.ts";
import { checkShell } from "./check-shell.ts";
import { type Example, type Problem, problemIn } from "./example.ts";

/** JSON as it is; of JSON with comments, whole lines of them may stand there. */
export function checkJson(example: Example): readonly Problem[] {
  const text = example.language === "jsonc" ? example.code.replaceAll(/^\s*\/\/.*$/gm, "") : example.code;
  try {
    JSON.parse(text);
    return [];
  } catch (error) {
    return [problemIn(example, `not JSON: ${error instanceof Error ? error.message : error}`)];
  }
}

/** Every statement must be one that the migrated schema understands; nothing is done by it. */
export function checkSql(example: Example): readonly Problem[] {
  // Marked so, it is of a database that is not ours, and of which there is no copy here.
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

/** Lines of .dev.vars, by the service's own reader, beside what every laptop has. */
export function checkVariableLines(example: Example): readonly Problem[] {
  const given = parseEnv(example.code);
  const read = readConfig({ ENVIRONMENT: "development", ...LAPTOP, ...given });
  const problems = read.ok ? [] : read.error.map(({ path, message }) => `${path} ${message}`);
  return problems.map((says) => problemIn(example, `the service would not start: ${says}`));
}

const LAPTOP = {
  AUTH_SECRET: "a root secret of 32 bytes or more, for a check",
  PUBLIC_URL: "http://localhost:8787",
};

/** A workflow of CI. No YAML reader is among our packages: its indentation is looked at, and its commands are read. */
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
