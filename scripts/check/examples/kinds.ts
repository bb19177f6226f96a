import { type Example, type Problem, problemIn } from "./example.ts";

/** How a block is looked at, by the word of its fence. */
const kinds = {
  bash: "shell",
  sh: "shell",
  shell: "shell",
  ts: "program",
  typescript: "program",
  tsx: "program",
  js: "program",
  javascript: "program",
  toml: "wrangler",
  json: "json",
  jsonc: "json",
  sql: "sql",
  yaml: "workflow",
  yml: "workflow",
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

/** Kinds that nothing has to run: what is no program, and variables, which the service's own reader is asked about. */
const AS_IT_IS: ReadonlySet<Kind> = new Set(["text", "variables"]);

/** Whether it is said what becomes of a block: it is run, or has a reason why it is not. */
export function judgeMark(example: Example): readonly Problem[] {
  const kind = kindOf(example);
  if (kind === null) {
    const known = Object.keys(kinds).filter(Boolean).join(", ");
    return [problemIn(example, `nobody here can check \`\`\`${example.language}; known are ${known}`)];
  }
  if (!AS_IT_IS.has(kind) && example.mark === null) return [problemIn(example, UNMARKED)];
  if (kind === "text" && COMMAND.test(example.code)) {
    return [problemIn(example, "this block has commands in it: begin it with ```bash")];
  }
  if (example.mark?.kind === "run-by" && example.mark.declarations !== null && kind !== "program") {
    return [problemIn(example, '"given" is for TypeScript and JavaScript')];
  }
  if (example.mark?.kind === "run" && kind !== "shell") {
    return [problemIn(example, `"run" is for bash; ${example.language || "text"} is run by a test`)];
  }
  return [];
}

const UNMARKED =
  "nobody runs this block. Write above it <!-- example: run by <test> as <name> -->, and take it in that test " +
  "(scripts/check/examples/left-to.ts); or, where it is bash, <!-- example: run -->, and it is run against a real `npm run dev` " +
  "(with $ORIGIN, and what <!-- example setup … --> defines); or <!-- example: not run: <why> -->";
