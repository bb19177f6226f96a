import type { Child } from "hono/jsx";
import type { DepsOf } from "../../../http/context.ts";
import { refuse } from "../../../http/respond.ts";
import { EmailField, Form } from "../../../ui/form-fields.tsx";
import type { PageContext, PageProps } from "../../../ui/page.ts";
import { addressCookie } from "../../../ui/page-cookies.ts";
import { readPendingRedirectCookie } from "../../../ui/pending-redirect-cookie.ts";
import type { Form as SubmittedForm } from "../../../ui/read-form.ts";
import { type RenderPageDeps, wordsOf } from "../../../ui/render-page.tsx";
import { type ReturnTarget, withReturnTarget } from "../../../ui/return-target.ts";
import type { EmailTokenPurpose, LiveEmailToken } from "../email-token.ts";
import { type FindEmailTokenDeps, findEmailToken } from "../find-email-token.ts";

/** The data of a page that a mailed link opens. `here`: its path with the token. */
export type EmailTokenData = {
  readonly token: string;
  readonly emailToken: LiveEmailToken;
  readonly here: string;
};

/** The page's task. It decides where the user can request another token. */
type Kind = "verify" | "reset";

type Expected = {
  readonly posted: SubmittedForm | null;
  readonly purposes: readonly EmailTokenPurpose[];
  readonly kind: Kind;
};

/** Reads the token: from the query by GET, as it was mailed, and from the form's body by POST. */
export async function loadEmailToken(
  c: PageContext,
  depsOf: DepsOf<FindEmailTokenDeps & RenderPageDeps>,
  { posted, purposes, kind }: Expected,
): Promise<EmailTokenData | Response> {
  const token = posted ? posted.text("token") : (c.req.query("token") ?? "");
  const emailToken = await findEmailToken(depsOf(c), token, purposes);
  if (!emailToken) return showInvalidTokenPage(c, depsOf, kind);
  return { token, emailToken, here: `${c.req.path}?token=${encodeURIComponent(token)}` };
}

/** Explains how to request another token. The page is the same for expired, used and unknown tokens. */
export function showInvalidTokenPage(c: PageContext, depsOf: DepsOf<RenderPageDeps>, kind: Kind): Response {
  const { deadLink } = wordsOf(c);
  const data = {
    returnTarget: readPendingRedirectCookie(c, depsOf(c).settings),
    address: addressCookie.read(c),
  };
  const more =
    kind === "verify"
      ? (p: PageProps) => resendVerificationForm(p, data)
      : (p: PageProps) => resetAgainLink(p, data);
  return refuse(c, "token_invalid", { page: { title: deadLink.title, text: deadLink[kind], more } });
}

type RetryData = { readonly returnTarget: ReturnTarget | null; readonly address: string | undefined };

/** Resends a verification. An address change restarts on its own page. */
const resendVerificationForm = (p: PageProps, { returnTarget, address }: RetryData): Child => (
  <>
    <Form p={p} action={withReturnTarget("/sign-up/check-your-mail", returnTarget)}>
      <EmailField p={p} name="email" autocomplete="username" value={address} />
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

const resetAgainLink = (p: PageProps, { returnTarget }: RetryData): Child => (
  <>
    <p>
      <a class="button main" href={withReturnTarget("/forgot-password", returnTarget)}>
        {p.t.deadLink.resetAgain}
      </a>
    </p>
    <p class="aside">{p.t.deadLink.wasInvite}</p>
  </>
);
