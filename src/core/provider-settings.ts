import * as z from "zod/mini";
import { type VariableProblem, withoutBlanks } from "./variables.ts";

/** Settings, or every problem of the variables that they are read from. */
export type ReadSettings<Settings> =
  | { readonly settings: Settings }
  | { readonly problems: readonly VariableProblem[] };

/** What each provider needs, hanging on what is known beside the variables. */
type SchemaTable<Given> = Readonly<Record<string, (given: Given) => z.ZodMiniType>>;

/**
 * Reads the variables of a gateway by the schema of the provider that `variable` names. Every problem is
 * reported, not only the first; a blank variable counts as one that is not set, and space around a value
 * is forgiven. A gateway that can be `off` is, unless it is told otherwise.
 */
export function readProviderSettings<Given, Table extends SchemaTable<Given>>(
  variable: `${string}_PROVIDER`,
  table: Table,
  raw: Record<string, unknown>,
  given: Given,
): ReadSettings<z.output<ReturnType<Table[keyof Table]>>> {
  const variables = withoutBlanks(raw);
  // Only a variable that is not set turns anything off: null is a mistake.
  const id = variables[variable] === undefined ? "off" : variables[variable];
  const schemaOf = typeof id === "string" && Object.hasOwn(table, id) ? table[id] : undefined;
  if (schemaOf === undefined) {
    return { problems: [{ path: variable, message: `must be one of ${Object.keys(table).join(", ")}` }] };
  }
  const read = schemaOf(given).safeParse(variables);
  if (!read.success) return { problems: problemsOf(read.error) };
  return { settings: read.data as z.output<ReturnType<Table[keyof Table]>> };
}

/** The schema of a provider that needs no variables. */
export const noSettings =
  <Id extends string>(provider: Id) =>
  () =>
    z.pipe(
      z.object({}),
      z.transform(() => ({ provider })),
    );

/** What schemas say is wrong, by the variables that it is wrong with. */
export const problemsOf = (error: z.core.$ZodError | undefined): readonly VariableProblem[] =>
  (error?.issues ?? []).map(({ path, message }) => ({ path: path.join("."), message }));
