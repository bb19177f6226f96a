import * as z from "zod/mini";
import { type VariableProblem, withoutBlanks } from "./config-parsers.ts";

/** The settings, or all problems of their variables. */
export type ReadSettings<Settings> =
  | { readonly settings: Settings }
  | { readonly problems: readonly VariableProblem[] };

/** The schema of each provider. It may depend on context beside the variables. */
type SchemaTable<Context> = Readonly<Record<string, (context: Context) => z.ZodMiniType>>;

/**
 * Reads the variables of a gateway by the schema of the provider that `variable` names. Reports all
 * problems, trims values, and treats a blank variable as unset. The default provider is `off`.
 */
export function readProviderSettings<Context, Table extends SchemaTable<Context>>(
  variable: `${string}_PROVIDER`,
  table: Table,
  raw: Record<string, unknown>,
  context: Context,
): ReadSettings<z.output<ReturnType<Table[keyof Table]>>> {
  const variables = withoutBlanks(raw);
  // Only an unset variable turns the gateway off. Null is an error.
  const id = variables[variable] === undefined ? "off" : variables[variable];
  const schemaOf = typeof id === "string" && Object.hasOwn(table, id) ? table[id] : undefined;
  if (schemaOf === undefined) {
    return { problems: [{ path: variable, message: `must be one of ${Object.keys(table).join(", ")}` }] };
  }
  const parsed = schemaOf(context).safeParse(variables);
  if (!parsed.success) return { problems: problemsOf(parsed.error) };
  return { settings: parsed.data as z.output<ReturnType<Table[keyof Table]>> };
}

/** The schema of a provider that needs no variables. */
export const noSettings =
  <Id extends string>(provider: Id) =>
  () =>
    z.pipe(
      z.object({}),
      z.transform(() => ({ provider })),
    );

/** The problems of a parse error, by variable. */
export const problemsOf = (error: z.core.$ZodError | undefined): readonly VariableProblem[] =>
  (error?.issues ?? []).map(({ path, message }) => ({ path: path.join("."), message }));
