import type { DepsOf } from "../../http/context.ts";
import { refreshCookie } from "../../http/session-cookies.ts";
import { fill } from "../../kernel/text.ts";
import { VERIFYING_PURPOSES, type VerifyEmailDeps, verifyEmail } from "../../registration/verify-email.ts";
import { Form } from "../fields.tsx";
import { go } from "../go.ts";
import { wayOnFromMail } from "../mailed-way.ts";
import type { Page } from "../page.ts";
import type { ShowPageDeps } from "../show-page.tsx";
import { withWayOn } from "../way-on.ts";
import { type LinkData, loadLink, showDeadLink } from "./mailed-link.tsx";

/** A mailed link asks before it does anything: mail scanners open links, and press no buttons. */
export const verifyPage = (depsOf: DepsOf<VerifyEmailDeps & ShowPageDeps>): Page<LinkData> => ({
  path: "/verify-email",
  access: "everybody",
  title: (t) => t.verify.title,
  load: (c, posted) => loadLink(c, depsOf, { posted, purposes: VERIFYING_PURPOSES, kind: "verify" }),
  here: ({ here }) => here,
  view: (p, { token, link }) => (
    <>
      <p class="lead">{fill(p.t.verify.lead, { address: link.email })}</p>
      <Form p={p}>
        <input type="hidden" name="token" value={token} />
        <button type="submit" class="main">
          {p.t.verify.submit}
        </button>
      </Form>
    </>
  ),
  submit: async (c, _form, { token, link }) => {
    const result = await verifyEmail(depsOf(c), { token, caller: c.var.caller });
    if (!result.ok) return showDeadLink(c, depsOf, "verify");
    if (link.purpose === "verify_email") {
      return go(c, withWayOn("/sign-in", wayOnFromMail(c, depsOf(c).settings)), "addressConfirmed");
    }
    return go(c, refreshCookie(c) === undefined ? "/sign-in" : "/account", "newAddressConfirmed");
  },
});
