import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, relative, resolve } from "node:path";
import { declarationsOf, type Example, type Problem, problemIn } from "./example.ts";

/** Inside the repository, so that packages resolve, and ignored by git. */
const PARENT = ".wrangler";

/**
 * Type-checks TypeScript and JavaScript: each block is a module, with the declarations of its mark.
 * `ts` has the types of Workers, `js` those of browsers.
 */
export function checkPrograms(examples: readonly Example[]): readonly Problem[] {
  return [...platforms].flatMap(([language, compilerOptions]) => {
    const own = examples.filter((example) => platformOf(example) === language);
    return own.length === 0 ? [] : compile(own, compilerOptions);
  });
}

function platformOf({ language }: Example): "ts" | "js" | "mjs" {
  if (language.startsWith("t")) return "ts";
  return language === "mjs" ? "mjs" : "js";
}

const script = { allowJs: true, checkJs: true, noImplicitAny: false };

const platforms = new Map<string, object>([
  ["ts", { lib: ["es2024"], types: ["@cloudflare/workers-types"] }],
  ["js", { lib: ["es2024", "dom", "dom.iterable"], types: [], ...script }],
  ["mjs", { lib: ["es2024"], types: ["node"], ...script }],
]);

function compile(examples: readonly Example[], platform: object): readonly Problem[] {
  mkdirSync(PARENT, { recursive: true });
  const directory = mkdtempSync(join(PARENT, "examples-"));
  try {
    const files = examples.map((example, at) => {
      const [word] = example.language.match(/^(?:tsx|ts|js)/) ?? ["js"];
      const name = `example-${at}.${example.language === "typescript" ? "ts" : word}`;
      writeFileSync(join(directory, name), `${example.code}\nexport {};\n`);
      const declarations = declarationsOf(example);
      if (declarations === null) return { names: [name], example };
      // In a file of its own, so that the block keeps its line numbers.
      const given = `given-${at}.d.ts`;
      writeFileSync(join(directory, given), `${declarations}\n`);
      return { names: [name, given], example };
    });
    // One run for each block, since the declarations of one must not apply to another.
    return files.flatMap(({ names, example }) => {
      writeFileSync(join(directory, "tsconfig.json"), tsconfig(names, platform));
      const { stdout } = spawnSync(process.execPath, [TSC, "-p", directory, "--pretty", "false"], {
        encoding: "utf8",
      });
      return problemsOf(stdout, example);
    });
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

const TSC = createRequire(import.meta.url)
  .resolve("typescript/package.json")
  .replace("package.json", "bin/tsc");

/** Extends the repository's tsconfig, whose `paths` resolve the package to its sources, without a build. */
const tsconfig = (files: readonly string[], platform: object): string =>
  JSON.stringify({
    extends: relative(join(PARENT, "x"), resolve("tsconfig.json")),
    compilerOptions: {
      ...platform,
      noUnusedLocals: false,
      noUnusedParameters: false,
      isolatedModules: false,
    },
    files,
    include: [],
  });

function problemsOf(output: string, example: Example): readonly Problem[] {
  const rows = output.split("\n").filter((row) => /error TS\d+/.test(row));
  return rows.map((row) => {
    const [, file = "", at = "1", message = row] = /([^/\\(]*)\((\d+),\d+\): error (.*)/.exec(row) ?? [];
    const line = file.startsWith("given") ? example.line : example.line + Number(at) - 1;
    const hint = /TS2304|TS2552|TS18004/.test(message)
      ? "; declare a name in the mark above: given: declare const …"
      : "";
    return problemIn({ ...example, line }, message + hint);
  });
}
