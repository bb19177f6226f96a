import * as z from "zod/mini";
import type { PageContext, PageProps } from "./page.ts";
import type { Words } from "./ui-texts.ts";

/** Rows of one page. */
export const PAGE_ROWS = 25;

/** Parses the filters of the query string by the schema of the API. Invalid filters are ignored. */
export function readQuery<Schema extends z.ZodMiniObject>(
  c: PageContext,
  schema: Schema,
): Partial<z.output<Schema>> {
  const given = Object.entries(c.req.query()).filter(([name, value]) => value !== "" && name in schema.shape);
  const read = z.partial(schema).safeParse(Object.fromEntries(given));
  return read.success ? (read.data as Partial<z.output<Schema>>) : {};
}

/** Links to the next and the first page of a list with the same filters. */
export function Pagination({ p, next }: { p: PageProps; next: string | number | null }) {
  if (next === null && !p.values.has("cursor")) return null;
  return (
    <p class="links">
      {p.values.has("cursor") && <a href={pageUrl(p, "")}>{p.t.firstPage}</a>}
      {next !== null && (
        <a class="button" href={pageUrl(p, String(next))}>
          {p.t.nextPage}
        </a>
      )}
    </p>
  );
}

function pageUrl({ values }: PageProps, cursor: string): string {
  const query = new URLSearchParams([...values].filter(([name]) => name !== "cursor"));
  if (cursor !== "") query.set("cursor", cursor);
  return `?${query}`;
}

/** URL of a user's page. The signed-in user's own page is /account. */
export const userUrl = ({ account }: PageProps, id: string, search = ""): string =>
  account?.id === id ? "/account" : `/admin/users/${id}${search}`;

/** Link back to the list. Its subpages keep the list's filters in their query strings. */
export const backToUsers = (t: Words, search: string) => ({
  href: `/admin/users${search}`,
  label: t.nav.users,
});
