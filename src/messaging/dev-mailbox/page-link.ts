/** The state of the page, which its URL holds. */
export type PageState = {
  readonly to: string | undefined;
  readonly id: string | undefined;
  readonly view: "html" | "text";
};

/** The shortest URL of the mailbox page in this state. */
export function pageLink({ to, id, view }: PageState): string {
  const query = new URLSearchParams();
  if (to !== undefined) query.set("to", to);
  if (id !== undefined) query.set("id", id);
  if (view === "text") query.set("view", view);
  return query.size === 0 ? "/dev/mailbox" : `/dev/mailbox?${query}`;
}
