import { createDeviceClient, DEVICE_GRANT, decide, startDevice } from "../../../support/devices.ts";
import { signedInPageBrowser } from "../../../support/pages.ts";
import { registerVerifiedUser } from "../../../support/users.ts";
import { type BudgetTable, type MeasuredRequest, service } from "./measured-service.ts";

const form = (path: string, fields: Record<string, string>): MeasuredRequest => ({
  method: "POST",
  path,
  body: new URLSearchParams(fields).toString(),
  headers: { "Content-Type": "application/x-www-form-urlencoded" },
});

const SCOPE = { scope: "openid" };

/** The device flow. The first round trip of each reads the client. */
export const deviceBudgets: BudgetTable = {
  "POST /oauth/device_authorization": {
    budget: { d1: 2, kvGets: 1, kvPuts: 0 },
    request: async () => {
      const { id } = await createDeviceClient(service);
      return form("/oauth/device_authorization", { client_id: id, ...SCOPE });
    },
  },
  "POST /oauth/token, a poll of a device that waits": {
    budget: { d1: 2, kvGets: 1, kvPuts: 0 },
    status: 400,
    request: async () => {
      const client = await createDeviceClient(service);
      const { device_code } = await startDevice(service, client, SCOPE);
      return form("/oauth/token", { grant_type: DEVICE_GRANT, client_id: client.id, device_code });
    },
  },
  "POST /oauth/token, a poll of a device that is allowed": {
    budget: { d1: 2, kvGets: 1, kvPuts: 0 },
    request: async () => {
      const client = await createDeviceClient(service);
      const device = await startDevice(service, client, SCOPE);
      const { email } = await registerVerifiedUser(service);
      await decide(await signedInPageBrowser(service, email), device);
      const { device_code } = device;
      return form("/oauth/token", { grant_type: DEVICE_GRANT, client_id: client.id, device_code });
    },
  },
};
