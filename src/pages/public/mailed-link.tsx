import type { Child } from "hono/jsx";
import type { DepsOf } from "../../http/context.ts";
import { type FindLiveLinkDeps, findLiveLink } from "../../one-time-links/find-live-link.ts";
import type { LinkPurpose, LiveLink } from "../../one-time-links/link.ts";
import { Field, Form } from "../fields.tsx";
import { wayOnFromMail } from "../mailed-way.ts";
import type { PageContext, Shown } from "../page.ts";
import { addressCookie } from "../page-cookies.ts";
import type { Form as Posted } from "../read-form.ts";
import { showNote } from "../show-note.tsx";
import { type ShowPageDeps, wordsOf } from "../show-page.tsx";
import { type WayOn, withWayOn } from "../way-on.ts";

/** What a page needs that a mailed link leads to. */
export type LinkData = { readonly token: string; readonly link: LiveLink; readonly here: string };

/** What the page is for: another link is asked for in another place. */
type Kind = "verify" | "reset";

type Expected = {
  readonly posted: Posted | null;
  readonly purposes: readonly LinkPurpose[];
  readonly kind: Kind;
};

/** By GET the token is in the address, as it was mailed; the form that follows brings it in its body. */
export async function loadLink(
  c: PageContext,
  depsOf: DepsOf<FindLiveLinkDeps & ShowPageDeps>,
  { posted, purposes, kind }: Expected,
): Promise<LinkData | Response> {
  const token = posted ? posted.text("token") : (c.req.query("token") ?? "");
  const link = await findLiveLink(depsOf(c), token, purposes);
  if (!link) return showDeadLink(c, depsOf, kind);
  return { token, link, here: `${c.req.path}?token=${encodeURIComponent(token)}` };
}

/** Says how to come by another one: the same of every token, whether it was ever good or not. */
export function showDeadLink(c: PageContext, depsOf: DepsOf<ShowPageDeps>, kind: Kind): Promise<Response> {
  const { deadLink } = wordsOf(c);
  c.set("failure", "token_invalid");
  const data = { wayOn: wayOnFromMail(c, depsOf(c).settings), address: addressCookie.read(c) };
  const more = kind === "verify" ? (p: Shown) => verifyAgain(p, data) : (p: Shown) => resetAgain(p, data);
  return showNote(depsOf)(c, { title: deadLink.title, text: deadLink[kind], status: 400, more });
}

type Again = { readonly wayOn: WayOn | null; readonly address: string | undefined };

/** Asks where a new address is confirmed; whoever changes theirs begins where they began. */
const verifyAgain = (p: Shown, { wayOn, address }: Again): Child => (
  <>
    <Form p={p} action={withWayOn("/sign-up/check-your-mail", wayOn)}>
      <Field p={p} name="email" type="email" autocomplete="username" value={address} />
      <button type="submit" class="main">
        {p.t.checkMail.resend}
      </button>
    </Form>
    <p class="aside">
      {p.t.deadLink.wasUsed} <a href={withWayOn("/sign-in", wayOn)}>{p.t.signIn.submit}</a>
      <br />
      {p.t.deadLink.wasChange} <a href="/account/email">{p.t.deadLink.changeAgain}</a>
    </p>
  </>
);

const resetAgain = (p: Shown, { wayOn }: Again): Child => (
  <>
    <p>
      <a class="button main" href={withWayOn("/forgot-password", wayOn)}>
        {p.t.deadLink.resetAgain}
      </a>
    </p>
    <p class="aside">{p.t.deadLink.wasInvite}</p>
  </>
);
