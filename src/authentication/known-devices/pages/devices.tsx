import { SECOND } from "../../../core/clock.ts";
import type { DepsOf } from "../../../http/context.ts";
import { removeDeviceCookie } from "../../../http/device-cookie.ts";
import { deviceName } from "../../../sessions/pages/device-name.ts";
import type { CurrentSession } from "../../../sessions/session.ts";
import { Form } from "../../../ui/form-fields.tsx";
import type { Page, PageProps } from "../../../ui/page.ts";
import { redirectWithFlash } from "../../../ui/redirect-with-flash.ts";
import { LocalTime, TimeAgo } from "../../../ui/relative-time.tsx";
import { Badge, backToAccount } from "../../../ui/settings-rows.tsx";
import { DEVICE_TOKEN_TTL_MS } from "../device-token.ts";
import { type EndDeviceTrustDeps, endDeviceTrust } from "../end-device-trust.ts";
import { type ForgetDeviceDeps, forgetDevice } from "../forget-device.ts";
import { type ListDevicesDeps, type ListedDevice, listDevices } from "../list-devices.ts";

type Data = { readonly devices: readonly ListedDevice[] };

/** The remembered devices, each with a button that forgets it, and one that ends its trust. */
export const devicesPage = (
  depsOf: DepsOf<ListDevicesDeps & ForgetDeviceDeps & EndDeviceTrustDeps>,
): Page<Data, CurrentSession> => ({
  path: "/account/devices",
  access: "signed_in",
  title: (t) => t.devices.title,
  back: backToAccount,
  load: (c) => c.var.session,
  loadData: async (c, session) => ({ devices: await listDevices(depsOf(c), session) }),
  view: (p, { devices }) => (
    <>
      <p class="lead">{p.t.devices.lead}</p>
      {devices.length === 0 ? (
        <p class="faint">{p.t.devices.none}</p>
      ) : (
        <ul class="card list">
          {devices.map((device) => (
            <Device p={p} device={device} />
          ))}
        </ul>
      )}
    </>
  ),
  submit: async (c, form, { account }) => {
    const deviceId = form.text("id");
    if (form.text("act") === "end-trust") {
      await endDeviceTrust(depsOf(c), { deviceId, accountId: account.id, caller: c.var.caller });
      return redirectWithFlash(c, "/account/devices", "trustEnded");
    }
    await forgetDevice(depsOf(c), { deviceId, accountId: account.id, caller: c.var.caller });
    removeDeviceCookie(c, deviceId, DEVICE_TOKEN_TTL_MS / SECOND);
    // The same page for a device that had been forgotten already.
    return redirectWithFlash(c, "/account/devices", "deviceForgotten");
  },
});

const Device = ({ p, device }: { readonly p: PageProps; readonly device: ListedDevice }) => (
  <li>
    <p>
      <strong>{deviceName(p.t, device.userAgent)}</strong>{" "}
      {device.current && <Badge good>{p.t.sessions.current}</Badge>}
      <br />
      <span class="faint">
        {p.t.devices.lastSignIn} <TimeAgo p={p} at={device.lastUsedAt} />
        {device.ip && ` · ${device.ip}`}
        <br />
        {p.t.devices.since} <LocalTime p={p} at={device.createdAt} />
        {device.trustedUntil !== null && (
          <>
            <br />
            {p.t.devices.trusted} <LocalTime p={p} at={device.trustedUntil} />
          </>
        )}
      </span>
    </p>
    {device.trustedUntil !== null && (
      <Form p={p} act="end-trust">
        <input type="hidden" name="id" value={device.id} />
        <button type="submit" aria-label={`${p.t.devices.endTrust}: ${deviceName(p.t, device.userAgent)}`}>
          {p.t.devices.endTrust}
        </button>
      </Form>
    )}
    <Form p={p}>
      <input type="hidden" name="id" value={device.id} />
      <button type="submit" aria-label={`${p.t.devices.forget}: ${deviceName(p.t, device.userAgent)}`}>
        {p.t.devices.forget}
      </button>
    </Form>
  </li>
);
