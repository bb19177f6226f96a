import { fill } from "../../core/text.ts";
import type { DepsOf } from "../../http/context.ts";
import { presentedTokens } from "../../http/require-session.ts";
import { refreshCookie } from "../../http/session-cookies.ts";
import { Form } from "../../ui/form-fields.tsx";
import type { Page } from "../../ui/page.ts";
import { readPendingRedirectCookie } from "../../ui/pending-redirect-cookie.ts";
import { redirectWithFlash } from "../../ui/redirect-with-flash.ts";
import type { RenderPageDeps } from "../../ui/render-page.tsx";
import { withReturnTarget } from "../../ui/return-target.ts";
import {
  type EmailTokenData,
  loadEmailToken,
  showInvalidTokenPage,
} from "../email-tokens/pages/email-token.tsx";
import { VERIFICATION_PURPOSES, type VerifyEmailDeps, verifyEmail } from "../verify-email.ts";

/** The page asks for a click before it consumes the token: mail scanners open links but submit no forms. */
export const verifyEmailPage = (depsOf: DepsOf<VerifyEmailDeps & RenderPageDeps>): Page<EmailTokenData> => ({
  path: "/verify-email",
  access: "everybody",
  title: (t) => t.verify.title,
  load: (c, posted) => loadEmailToken(c, depsOf, { posted, purposes: VERIFICATION_PURPOSES, kind: "verify" }),
  here: ({ here }) => here,
  view: (p, { token, emailToken }) => (
    <>
      <p class="lead">{fill(p.t.verify.lead, { address: emailToken.email })}</p>
      <Form p={p}>
        <input type="hidden" name="token" value={token} />
        <button type="submit" class="main">
          {p.t.verify.submit}
        </button>
      </Form>
    </>
  ),
  submit: async (c, _form, { token, emailToken }) => {
    const input = { token, tokens: presentedTokens(c), caller: c.var.caller };
    const result = await verifyEmail(depsOf(c), input);
    if (!result.ok) return showInvalidTokenPage(c, depsOf, "verify");
    if (emailToken.purpose === "verify_email") {
      return redirectWithFlash(
        c,
        withReturnTarget("/sign-in", readPendingRedirectCookie(c, depsOf(c).settings)),
        result.value.mailedPasswordChoice ? "addressConfirmedWithoutPassword" : "addressConfirmed",
        { address: emailToken.email },
      );
    }
    return redirectWithFlash(
      c,
      refreshCookie(c) === undefined ? "/sign-in" : "/account",
      "newAddressConfirmed",
      { address: emailToken.email },
    );
  },
});
