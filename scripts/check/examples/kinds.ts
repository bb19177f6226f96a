import { declarationsOf, type Example, type Problem, problemIn } from "./example.ts";

/** The check of a block, by its language. */
const kinds = {
  bash: "shell",
  sh: "shell",
  shell: "shell",
  ts: "program",
  typescript: "program",
  tsx: "program",
  js: "program",
  javascript: "program",
  mjs: "program",
  toml: "wrangler",
  json: "json",
  jsonc: "json",
  sql: "sql",
  yaml: "workflow",
  yml: "workflow",
  // No compiler is installed: the mark has to say that the block is not run.
  go: "other",
  java: "other",
  python: "other",
  ini: "variables",
  dotenv: "variables",
  "": "text",
  text: "text",
  md: "text",
  html: "text",
  http: "text",
} as const satisfies Record<string, string>;

export type Kind = (typeof kinds)[keyof typeof kinds];

export const kindOf = ({ language }: Pick<Example, "language">): Kind | null =>
  Object.hasOwn(kinds, language) ? kinds[language as keyof typeof kinds] : null;

const COMMAND = /^\s*(?:\$ )?(?:npm|npx|node|curl|wrangler|git|openssl)\s+\S/m;

/** Kinds without a mark: text, and variables, which the service's parser checks. */
const UNRUN: ReadonlySet<Kind> = new Set(["text", "variables"]);

/** Checks that a block is run, or that its mark states why it is not. */
export function judgeMark(example: Example): readonly Problem[] {
  const kind = kindOf(example);
  if (kind === null) {
    const known = Object.keys(kinds).filter(Boolean).join(", ");
    return [problemIn(example, `\`\`\`${example.language} has no check; the known languages are ${known}`)];
  }
  if (!UNRUN.has(kind) && example.mark === null) return [problemIn(example, UNMARKED)];
  if (kind === "text" && COMMAND.test(example.code)) {
    return [problemIn(example, "this block contains commands: begin it with ```bash")];
  }
  if (declarationsOf(example) !== null && kind !== "program") {
    return [problemIn(example, '"given" is for TypeScript and JavaScript')];
  }
  if (example.mark?.kind === "run" && kind !== "shell") {
    return [problemIn(example, `"run" is for bash; ${example.language || "text"} needs "run by"`)];
  }
  return [];
}

const UNMARKED =
  "this block is not run. Write above it <!-- example: run by <test> as <name> -->, and read it in that test " +
  "(scripts/check/examples/examples-for-test.ts); or, for bash, <!-- example: run -->: `npm run walk` runs it against a real " +
  "`npm run dev` (with $ORIGIN and <!-- example setup … -->); or <!-- example: not run: <why> -->";
