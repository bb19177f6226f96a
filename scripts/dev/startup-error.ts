import type { VariableProblem } from "../../src/core/config-parsers.ts";
import type { DevOptions } from "../shared/wrangler-options.ts";
import { devVarsPath } from "./dev-vars.ts";

type Context = {
  readonly variables: Readonly<Record<string, unknown>>;
  readonly options: Pick<DevOptions, "config" | "envFiles" | "vars">;
};

/** Lists the invalid variables, where each is set, and the fix. */
export function startupError(problems: readonly VariableProblem[], { variables, options }: Context): string {
  const file = options.envFiles.at(-1) ?? devVarsPath(options);
  const sourceOf = (name: string) => {
    if (Object.hasOwn(options.vars, name)) return "--var";
    return name in variables ? `${file}, or [vars] of the configuration` : null;
  };
  const rows = problems.map(({ path, message }) => {
    const source = sourceOf(path);
    return `  ${path} ${message}${source === null ? "" : `   (from ${source})`}`;
  });
  const production =
    variables.ENVIRONMENT === "development" ? "" : "\n\nENVIRONMENT=development is not set there.";
  const isAllFromVar = problems.every(({ path }) => sourceOf(path) === "--var");
  const fix =
    isAllFromVar && production === ""
      ? "Correct the values of --var."
      : `Correct ${file}${orReplaceSecret(problems, options)}`;
  return `The service would not start with these variables:\n\n${rows.join("\n")}${production}\n\n${fix}`;
}

/** Suggests a new file only for an invalid secret: it would lose the other variables and the local passwords. */
function orReplaceSecret(
  problems: readonly VariableProblem[],
  { envFiles, vars }: Context["options"],
): string {
  const isOurFile = envFiles.length === 0 && !Object.hasOwn(vars, "AUTH_SECRET");
  if (!isOurFile || !problems.some(({ path }) => path === "AUTH_SECRET")) return ".";
  return (
    `, or delete it: the next \`npm run dev\` creates a new .dev.vars with random secrets.\n` +
    `A new AUTH_SECRET invalidates the local passwords: delete .wrangler/ as well.`
  );
}
