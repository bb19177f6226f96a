import { fill } from "../../../core/text.ts";
import type { DepsOf } from "../../../http/context.ts";
import type { RefreshTokenDeps } from "../../../sessions/refresh-token.ts";
import type { Resource } from "../../../sessions/resource.ts";
import { Form } from "../../../ui/form-fields.tsx";
import type { Page, PageProps } from "../../../ui/page.ts";
import { redirectWithFlash } from "../../../ui/redirect-with-flash.ts";
import { withReturnTarget } from "../../../ui/return-target.ts";
import { clientHostOf } from "../../client-host.ts";
import { scopeTexts } from "../../pages/scope-texts.ts";
import { parseScope } from "../../scopes.ts";
import { type DecideDeviceRequestDeps, decideDeviceRequest } from "../decide-device-request.ts";
import { DEVICE_PATH, type PendingDeviceRequest } from "../device-request.ts";
import { readEnteredCode } from "../entered-code.ts";
import { type FindDeviceRequestDeps, findDeviceRequest } from "../find-device-request.ts";
import { formatUserCode } from "../user-code.ts";
import { decidingSession } from "./deciding-session.ts";

type Deps = DecideDeviceRequestDeps &
  FindDeviceRequestDeps &
  RefreshTokenDeps & { readonly settings: { readonly resources: readonly Resource[] } };

type Data = {
  readonly code: string;
  readonly request: PendingDeviceRequest;
  readonly resources: readonly Resource[];
};

/** Asks whether the device may have access. RFC 8628 §5.4: an attacker may have sent the code, so it always asks. */
export const deviceConfirmPage = (depsOf: DepsOf<Deps>): Page<Data> => ({
  path: "/device/confirm",
  access: "signed_in",
  title: (t) => t.device.confirmTitle,
  back: (t) => ({ href: DEVICE_PATH, label: t.device.title }),
  load: async (c) => {
    const deps = depsOf(c);
    const { sessionId, account } = c.var.session;
    const code = await readEnteredCode(deps, new URL(c.req.url).searchParams, sessionId);
    if (code === null) return redirectWithFlash(c, DEVICE_PATH);
    const request = await findDeviceRequest(deps, { code, accountId: account.id });
    if (request === null) return redirectWithFlash(c, DEVICE_PATH, "deviceCodeExpired");
    return { code, request, resources: deps.settings.resources };
  },
  view: (p, data) => (
    <>
      <Client p={p} {...data} />
      <ul class="card list">
        {scopeTexts(p.t, data.resources, {
          resource: data.request.resource,
          scopes: parseScope(data.request.scope),
        }).map((text) => (
          <li>{text}</li>
        ))}
      </ul>
      <p class="hint">{fill(p.t.device.code, { code: formatUserCode(data.code) })}</p>
      <p class="alert">{p.t.device.warning}</p>
      <div class="person">
        <Form p={p} act="allow">
          <button type="submit" class="main">
            {p.t.device.allow}
          </button>
        </Form>
        <Form p={p} act="deny">
          <button type="submit">{p.t.device.deny}</button>
        </Form>
      </div>
      <p class="aside">
        {fill(p.t.device.signedInAs, { address: p.account?.email ?? "" })}{" "}
        <a href={withReturnTarget("/sign-out", p.here)}>{p.t.device.another}</a>
      </p>
    </>
  ),
  submit: async (c, form, { request }) => {
    const deps = depsOf(c);
    const held = await decidingSession(c, deps);
    if (held === null) return redirectWithFlash(c, DEVICE_PATH, "formLost");
    const isAllowed = form.text("act") === "allow";
    const outcome = await decideDeviceRequest(deps, { isAllowed, request, held, caller: c.var.caller });
    if (outcome === "not_held") return redirectWithFlash(c, DEVICE_PATH, "formLost");
    if (outcome === "not_pending") return redirectWithFlash(c, DEVICE_PATH, "deviceCodeExpired");
    return redirectWithFlash(c, "/account", isAllowed ? "deviceAllowed" : "deviceDenied");
  },
});

const Client = ({ p, request: { client } }: { p: PageProps } & Data) => (
  <>
    <p>
      <strong>{client.name}</strong>
      <br />
      <span class="faint">{clientHostOf(client)}</span>
    </p>
    <p class="lead">{fill(p.t.device.confirmLead, { client: client.name, app: p.brand.appName })}</p>
  </>
);
