import { env } from "cloudflare:workers";
import { createClient, credentialsOf, jsonOf, postForm, requestTokens, type TestClient } from "./oauth.ts";
import type { openPageBrowser, PageResponse } from "./pages.ts";
import type { ApiResponse, Service } from "./service.ts";

export const DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code";

type Browser = ReturnType<typeof openPageBrowser>;

/** A public client that is registered for the device flow. */
export const createDeviceClient = (service: Service, changes: Parameters<typeof createClient>[1] = {}) =>
  createClient(service, {
    name: "TV-3000",
    clientUri: "https://tv.example.com",
    authMethod: "none",
    grantTypes: [DEVICE_GRANT, "refresh_token"],
    ...changes,
  });

export type StartedDevice = {
  readonly device_code: string;
  readonly user_code: string;
  readonly verification_uri: string;
  readonly verification_uri_complete: string;
  readonly expires_in: number;
  readonly interval: number;
};

export const DEVICE_REQUEST = {
  resource: "https://notes.example.com/api",
  scope: "notes:read openid",
};

/** Posts to the device authorization endpoint. */
export const requestDevice = (
  service: Service,
  client: TestClient,
  form: Readonly<Record<string, string>> = DEVICE_REQUEST,
): Promise<ApiResponse> =>
  postForm(service, "/oauth/device_authorization", { ...credentialsOf(client), ...form });

/** A device that shows its code. */
export async function startDevice(
  service: Service,
  client: TestClient,
  form?: Readonly<Record<string, string>>,
): Promise<StartedDevice> {
  const answer = await requestDevice(service, client, form);
  if (answer.status !== 200)
    throw new Error(`device authorization answered ${answer.status}: ${answer.text}`);
  return jsonOf(answer) as unknown as StartedDevice;
}

/** Asks for the tokens of a device. */
export const pollDevice = (
  service: Service,
  client: TestClient,
  { device_code }: Pick<StartedDevice, "device_code">,
): Promise<ApiResponse> => requestTokens(service, client, { grant_type: DEVICE_GRANT, device_code });

/** Enters the code on the page of the service. Returns the next page. */
export const enterCode = async (browser: Browser, userCode: string): Promise<PageResponse> =>
  browser.submit(await browser.visit("/device"), { userCode });

/** Enters the code and presses the button. Returns the response to the button. */
export const decide = async (
  browser: Browser,
  { user_code }: Pick<StartedDevice, "user_code">,
  act: "allow" | "deny" = "allow",
): Promise<PageResponse> => browser.press(await enterCode(browser, user_code), {}, act);

type DeviceRow = {
  readonly state: string;
  readonly interval: number;
  readonly claim: string | null;
  readonly account_id: string | null;
  readonly user_code_hash: string;
  readonly device_code_hash: string;
};

/** The stored requests of a client. */
export const deviceRows = async ({ id }: Pick<TestClient, "id">): Promise<DeviceRow[]> =>
  (await env.DB.prepare("SELECT * FROM oauth_device_requests WHERE client_id = ?").bind(id).all<DeviceRow>())
    .results;
