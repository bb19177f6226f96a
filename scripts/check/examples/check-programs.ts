import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, relative, resolve } from "node:path";
import { type Example, type Problem, problemIn } from "./example.ts";

/** Inside of the repository, so that packages are found, and where git does not look. */
const ROOM = ".wrangler";

/**
 * Type-checks TypeScript and JavaScript: each block a module of its own, with the names that its mark gives it.
 * `ts` is for Workers and has their types, `js` is for browsers and has the DOM's.
 */
export function checkPrograms(examples: readonly Example[]): readonly Problem[] {
  return [...platforms].flatMap(([language, compilerOptions]) => {
    const own = examples.filter((example) => (example.language.startsWith("t") ? "ts" : "js") === language);
    return own.length === 0 ? [] : compile(own, compilerOptions);
  });
}

const platforms = new Map<string, object>([
  ["ts", { lib: ["es2024"], types: ["@cloudflare/workers-types"] }],
  [
    "js",
    { lib: ["es2024", "dom", "dom.iterable"], types: [], allowJs: true, checkJs: true, noImplicitAny: false },
  ],
]);

function compile(examples: readonly Example[], platform: object): readonly Problem[] {
  mkdirSync(ROOM, { recursive: true });
  const directory = mkdtempSync(join(ROOM, "examples-"));
  try {
    const files = examples.map((example, at) => {
      const [word] = example.language.match(/^(?:tsx|ts|js)/) ?? ["js"];
      const name = `example-${at}.${example.language === "typescript" ? "ts" : word}`;
      writeFileSync(join(directory, name), `${example.code}\nexport {};\n`);
      const declarations = example.mark?.kind === "run-by" ? example.mark.declarations : null;
      if (declarations === null) return { names: [name], example };
      // Beside the block and not above it, so that its lines keep their numbers.
      const given = `given-${at}.d.ts`;
      writeFileSync(join(directory, given), `${declarations}\n`);
      return { names: [name, given], example };
    });
    // A run for each, since what is given to one block must not be known to another.
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

/** Extends the repository's, whose `paths` lead from the package's own name to its sources: nothing has to be built. */
const tsconfig = (files: readonly string[], platform: object): string =>
  JSON.stringify({
    extends: relative(join(ROOM, "x"), resolve("tsconfig.json")),
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
    const [, file = "", at = "1", says = row] = /([^/\\(]*)\((\d+),\d+\): error (.*)/.exec(row) ?? [];
    const line = file.startsWith("given") ? example.line : example.line + Number(at) - 1;
    const hint = /TS2304|TS2552|TS18004/.test(says)
      ? "; given: declare const …, in the mark above it, explains a name"
      : "";
    return problemIn({ ...example, line }, says + hint);
  });
}
