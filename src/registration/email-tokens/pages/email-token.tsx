import type { Child } from "hono/jsx";
import type { DepsOf } from "../../../http/context.ts";
import { Field, Form } from "../../../ui/form-fields.tsx";
import type { PageContext, Shown } from "../../../ui/page.ts";
import { addressCookie } from "../../../ui/page-cookies.ts";
import { readPendingRedirectCookie } from "../../../ui/pending-redirect-cookie.ts";
import type { Form as Posted } from "../../../ui/read-form.ts";
import { renderMessage } from "../../../ui/render-failure.tsx";
import { type RenderPageDeps, wordsOf } from "../../../ui/render-page.tsx";
import { type ReturnTarget, withReturnTarget } from "../../../ui/return-target.ts";
import type { EmailTokenPurpose, LiveEmailToken } from "../email-token.ts";
import { type FindEmailTokenDeps, findEmailToken } from "../find-email-token.ts";

/** What a page needs that a mailed link leads to. */
export type LinkData = { readonly token: string; readonly link: LiveEmailToken; readonly here: string };

/** What the page is for: another link is asked for in another place. */
type Kind = "verify" | "reset";

type Expected = {
  readonly posted: Posted | null;
  readonly purposes: readonly EmailTokenPurpose[];
  readonly kind: Kind;
};

/** By GET the token is in the address, as it was mailed; the form that follows brings it in its body. */
export async function loadLink(
  c: PageContext,
  depsOf: DepsOf<FindEmailTokenDeps & RenderPageDeps>,
  { posted, purposes, kind }: Expected,
): Promise<LinkData | Response> {
  const token = posted ? posted.text("token") : (c.req.query("token") ?? "");
  const link = await findEmailToken(depsOf(c), token, purposes);
  if (!link) return showDeadLink(c, depsOf, kind);
  return { token, link, here: `${c.req.path}?token=${encodeURIComponent(token)}` };
}

/** Says how to come by another one: the same of every token, whether it was ever good or not. */
export function showDeadLink(c: PageContext, depsOf: DepsOf<RenderPageDeps>, kind: Kind): Promise<Response> {
  const { deadLink } = wordsOf(c);
  c.set("failure", "token_invalid");
  const data = {
    returnTarget: readPendingRedirectCookie(c, depsOf(c).settings),
    address: addressCookie.read(c),
  };
  const more = kind === "verify" ? (p: Shown) => verifyAgain(p, data) : (p: Shown) => resetAgain(p, data);
  return renderMessage(depsOf)(c, { title: deadLink.title, text: deadLink[kind], status: 400, more });
}

type Again = { readonly returnTarget: ReturnTarget | null; readonly address: string | undefined };

/** Asks where a new address is confirmed; whoever changes theirs begins where they began. */
const verifyAgain = (p: Shown, { returnTarget, address }: Again): Child => (
  <>
    <Form p={p} action={withReturnTarget("/sign-up/check-your-mail", returnTarget)}>
      <Field p={p} name="email" type="email" autocomplete="username" value={address} />
      <button type="submit" class="main">
        {p.t.checkMail.resend}
      </button>
    </Form>
    <p class="aside">
      {p.t.deadLink.wasUsed} <a href={withReturnTarget("/sign-in", returnTarget)}>{p.t.signIn.submit}</a>
      <br />
      {p.t.deadLink.wasChange} <a href="/account/email">{p.t.deadLink.changeAgain}</a>
    </p>
  </>
);

const resetAgain = (p: Shown, { returnTarget }: Again): Child => (
  <>
    <p>
      <a class="button main" href={withReturnTarget("/forgot-password", returnTarget)}>
        {p.t.deadLink.resetAgain}
      </a>
    </p>
    <p class="aside">{p.t.deadLink.wasInvite}</p>
  </>
);
