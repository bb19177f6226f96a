import { DEVICE_TOKEN_TTL_MS } from "../../authentication/known-devices/device-token.ts";
import { SECOND } from "../../core/clock.ts";
import type { DepsOf } from "../../http/context.ts";
import { removeDeviceCookie } from "../../http/device-cookie.ts";
import { accessCookie, clearSessionCookies, refreshCookie } from "../../http/session-cookies.ts";
import { CheckboxField, Form } from "../../ui/form-fields.tsx";
import type { Page } from "../../ui/page.ts";
import { redirectWithFlash } from "../../ui/redirect-with-flash.ts";
import { type SignOutDeps, signOut } from "../sign-out.ts";

/** `back`: the link for users who stay signed in. */
type Data = { readonly back: string };

/**
 * The sign-out button of every page posts here. On GET, or when the form's CSRF token has expired, the page asks for
 * confirmation. An app sends its users to /oauth/logout instead.
 */
export const signOutPage = (depsOf: DepsOf<SignOutDeps>): Page<Data> => ({
  path: "/sign-out",
  access: "everybody",
  title: (t) => t.signOut.title,
  load: (c) => ({ back: c.var.returnTarget ?? "/account" }),
  view: (p, { back }) => (
    <>
      <p class="lead">{p.t.signOut.lead}</p>
      <Form p={p}>
        <CheckboxField name="forgetDevice" label={p.t.signOut.forget} />
        <button type="submit" class="main">
          {p.t.signOut.submit}
        </button>
      </Form>
      <p class="aside">
        <a href={back}>{p.t.signOut.stay}</a>
      </p>
    </>
  ),
  submit: async (c, form) => {
    const forgetsDevice = form.text("forgetDevice") !== "";
    const tokens = [
      ["access", accessCookie(c)],
      ["refresh", refreshCookie(c)],
    ] as const;
    clearSessionCookies(c);
    let forgottenDeviceId: string | null = null;
    for (const [kind, token] of tokens) {
      if (token === undefined) continue;
      const result = await signOut(depsOf(c), { kind, token, forgetsDevice, caller: c.var.caller });
      if (!result.ok) continue;
      forgottenDeviceId = result.value.forgottenDeviceId;
      break;
    }
    if (forgetsDevice) removeDeviceCookie(c, forgottenDeviceId, DEVICE_TOKEN_TTL_MS / SECOND);
    return redirectWithFlash(c, "/sign-in", "signedOut");
  },
});
