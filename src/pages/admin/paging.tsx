import * as z from "zod/mini";
import type { PageContext, Shown } from "../page.ts";

/** Rows of a page that a person reads. */
export const PAGE_ROWS = 25;

/** What the address asks for, by the API's own schema. What it cannot ask for, it does not. */
export function queryOf<Schema extends z.ZodMiniObject>(
  c: PageContext,
  schema: Schema,
): Partial<z.output<Schema>> {
  const asked = Object.entries(c.req.query()).filter(([name, value]) => value !== "" && name in schema.shape);
  const read = z.partial(schema).safeParse(Object.fromEntries(asked));
  return read.success ? (read.data as Partial<z.output<Schema>>) : {};
}

/** The way on, with the same questions. */
export function More({ p, cursor }: { p: Shown; cursor: string | number | null }) {
  if (cursor === null) return null;
  const query = new URLSearchParams(p.values as Map<string, string>);
  query.set("cursor", String(cursor));
  return (
    <p>
      <a class="button" href={`?${query}`}>
        {p.t.more}
      </a>
    </p>
  );
}

/** Somebody's page; one's own is the account's. */
export const pageOf = ({ person }: Shown, id: string): string =>
  person?.id === id ? "/account" : `/admin/users/${id}`;
