import type { DepsOf } from "../../http/context.ts";
import { type FindLiveLinkDeps, findLiveLink } from "../../one-time-links/find-live-link.ts";
import type { LinkPurpose, LiveLink } from "../../one-time-links/link.ts";
import type { PageContext } from "../page.ts";
import type { Form } from "../read-form.ts";
import { showNote } from "../show-note.tsx";
import { type ShowPageDeps, wordsOf } from "../show-page.tsx";

/** What a page needs that a mailed link leads to. */
export type LinkData = { readonly token: string; readonly link: LiveLink; readonly here: string };

type Expected = { readonly posted: Form | null; readonly purposes: readonly LinkPurpose[] };

/** By GET the token is in the address, as it was mailed; the form that follows brings it in its body. */
export async function loadLink(
  c: PageContext,
  depsOf: DepsOf<FindLiveLinkDeps & ShowPageDeps>,
  { posted, purposes }: Expected,
): Promise<LinkData | Response> {
  const token = posted ? posted.text("token") : (c.req.query("token") ?? "");
  const link = await findLiveLink(depsOf(c), token, purposes);
  if (!link) return showDeadLink(c, depsOf);
  return { token, link, here: `${c.req.path}?token=${encodeURIComponent(token)}` };
}

export function showDeadLink(c: PageContext, depsOf: DepsOf<ShowPageDeps>): Promise<Response> {
  const { title, text } = wordsOf(c).deadLink;
  c.set("failure", "token_invalid");
  return showNote(depsOf)(c, { title, text, status: 400 });
}
