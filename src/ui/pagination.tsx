import * as z from "zod/mini";
import type { PageContext, Shown } from "./page.ts";
import type { Words } from "./words.ts";

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

/** The way on, and back to the beginning, with the same questions. */
export function Turn({ p, next }: { p: Shown; next: string | number | null }) {
  if (next === null && !p.values.has("cursor")) return null;
  return (
    <p class="links">
      {p.values.has("cursor") && <a href={asked(p, "")}>{p.t.firstPage}</a>}
      {next !== null && (
        <a class="button" href={asked(p, String(next))}>
          {p.t.nextPage}
        </a>
      )}
    </p>
  );
}

function asked({ values }: Shown, cursor: string): string {
  const query = new URLSearchParams([...values].filter(([name]) => name !== "cursor"));
  if (cursor !== "") query.set("cursor", cursor);
  return `?${query}`;
}

/** Somebody's page; one's own is the account's. */
export const pageOf = ({ person }: Shown, id: string, search = ""): string =>
  person?.id === id ? "/account" : `/admin/users/${id}${search}`;

/** Back to the list as it was asked for: the pages under it have its questions in their own addresses. */
export const backToUsers = (t: Words, search: string) => ({
  href: `/admin/users${search}`,
  label: t.nav.users,
});
