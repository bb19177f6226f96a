/** What the page shows, and so what its address says. */
export type PageState = {
  readonly to: string | undefined;
  readonly id: string | undefined;
  readonly view: "html" | "text";
};

/** The address of the mailbox page in a given state, as short as can be. */
export function pageLink({ to, id, view }: PageState): string {
  const query = new URLSearchParams();
  if (to !== undefined) query.set("to", to);
  if (id !== undefined) query.set("id", id);
  if (view === "text") query.set("view", view);
  return query.size === 0 ? "/dev/mailbox" : `/dev/mailbox?${query}`;
}
