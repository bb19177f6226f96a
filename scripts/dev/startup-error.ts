import type { VariableProblem } from "../../src/core/variables.ts";
import type { WranglerArguments } from "../shared/wrangler-arguments.ts";
import { devVarsPath } from "./dev-vars.ts";

type Where = {
  readonly variables: Readonly<Record<string, unknown>>;
  readonly args: Pick<WranglerArguments, "config" | "envFiles" | "vars">;
};

/** Why the service would not start with these variables, where each of them is said, and how that is put right. */
export function startupError(problems: readonly VariableProblem[], { variables, args }: Where): string {
  const file = args.envFiles.at(-1) ?? devVarsPath(args);
  const placeOf = (name: string) => {
    if (Object.hasOwn(args.vars, name)) return "--var";
    return name in variables ? `${file}, or [vars] of the configuration` : null;
  };
  const rows = problems.map(({ path, message }) => {
    const place = placeOf(path);
    return `  ${path} ${message}${place === null ? "" : `   (from ${place})`}`;
  });
  const production =
    variables.ENVIRONMENT === "development" ? "" : "\n\nENVIRONMENT=development is not set there.";
  const isAllSaidHere = problems.every(({ path }) => placeOf(path) === "--var");
  const mend =
    isAllSaidHere && production === ""
      ? "Correct what --var says."
      : `Correct ${file}${orAnew(problems, args)}`;
  return `The service would not start with these variables:\n\n${rows.join("\n")}${production}\n\n${mend}`;
}

/** Everything else of the file is worth keeping, and so are the passwords that hang on its secret. */
function orAnew(problems: readonly VariableProblem[], { envFiles, vars }: Where["args"]): string {
  const isOurs = envFiles.length === 0 && !Object.hasOwn(vars, "AUTH_SECRET");
  if (!isOurs || !problems.some(({ path }) => path === "AUTH_SECRET")) return ".";
  return (
    `, or delete it: the next \`npm run dev\` makes a new .dev.vars with random secrets.\n` +
    `A new AUTH_SECRET voids the local passwords: delete .wrangler/ as well.`
  );
}
