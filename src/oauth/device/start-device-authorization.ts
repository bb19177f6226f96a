import { SECOND } from "../../core/clock.ts";
import { hashOneTimeToken, newOneTimeToken } from "../../core/crypto/one-time-token.ts";
import type { SecretRing } from "../../core/crypto/secret-ring.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { Resource } from "../../sessions/resource.ts";
import {
  type AuthenticateClientDeps,
  authenticateClient,
} from "../client-authentication/authenticate-client.ts";
import type { ClientCredentials } from "../client-authentication/presented-client.ts";
import type { OAuthError } from "../oauth-error.ts";
import { chooseResource, chooseScopes, scopeText } from "../scopes.ts";
import {
  DEVICE_GRANT_TYPE,
  DEVICE_PATH,
  DEVICE_REQUEST_TTL_MS,
  type NewDeviceRequest,
  POLL_INTERVAL,
} from "./device-request.ts";
import type { DeviceRequestStore } from "./store.ts";
import { formatUserCode, hashUserCode, newUserCode } from "./user-code.ts";

export type StartDeviceAuthorizationDeps = AuthenticateClientDeps & {
  readonly secrets: SecretRing;
  readonly settings: { readonly publicUrl: string; readonly resources: readonly Resource[] };
  readonly deviceRequests: Pick<DeviceRequestStore, "insert">;
};

/** The response of RFC 8628 §3.2. Times in seconds. */
export type DeviceAuthorization = {
  readonly device_code: string;
  readonly user_code: string;
  readonly verification_uri: string;
  readonly verification_uri_complete: string;
  readonly expires_in: number;
  readonly interval: number;
};

/** Codes of ten minutes hardly ever collide: 34 bits. */
const MAX_COLLISIONS = 3;

/** Stores the request of a device (RFC 8628 §3.1). Costs two D1 round trips. */
export async function startDeviceAuthorization(
  deps: StartDeviceAuthorizationDeps,
  credentials: ClientCredentials,
): Promise<Result<DeviceAuthorization, OAuthError>> {
  const authenticated = await authenticateClient(deps, credentials);
  if (!authenticated.ok) return authenticated;
  const client = authenticated.value;
  if (!client.grantTypes.includes(DEVICE_GRANT_TYPE)) return err(UNAUTHORIZED_CLIENT);
  const { form } = credentials;
  const { resources } = deps.settings;
  const resource = chooseResource({ client, resources, requested: form.get("resource") });
  if (!resource.ok) return resource;
  const scopes = chooseScopes({ client, resource: resource.value, requested: form.get("scope") });
  if (!scopes.ok) return scopes;
  const request = {
    clientId: client.id,
    resource: resource.value?.uri ?? "",
    scope: scopeText(scopes.value),
  };
  return ok(await storeRequest(deps, request));
}

async function storeRequest(
  deps: StartDeviceAuthorizationDeps,
  request: Pick<NewDeviceRequest, "clientId" | "resource" | "scope">,
): Promise<DeviceAuthorization> {
  const deviceCode = newOneTimeToken();
  const now = deps.clock.now();
  for (let collisions = 0; collisions < MAX_COLLISIONS; collisions += 1) {
    const userCode = newUserCode();
    const row = {
      ...request,
      deviceCodeHash: await hashOneTimeToken(deviceCode),
      userCodeHash: await hashUserCode(deps, userCode),
      interval: POLL_INTERVAL,
      createdAt: now,
      expiresAt: now + DEVICE_REQUEST_TTL_MS,
    };
    if ((await deps.deviceRequests.insert(row)) === "inserted")
      return present(deps.settings, deviceCode, userCode);
  }
  throw new Error("no free user code was found");
}

function present(
  { publicUrl }: StartDeviceAuthorizationDeps["settings"],
  deviceCode: string,
  userCode: string,
): DeviceAuthorization {
  const shown = formatUserCode(userCode);
  return {
    device_code: deviceCode,
    user_code: shown,
    verification_uri: `${publicUrl}${DEVICE_PATH}`,
    verification_uri_complete: `${publicUrl}${DEVICE_PATH}?user_code=${shown}`,
    expires_in: DEVICE_REQUEST_TTL_MS / SECOND,
    interval: POLL_INTERVAL,
  };
}

const UNAUTHORIZED_CLIENT: OAuthError = {
  error: "unauthorized_client",
  description: "The client is not registered for the device flow.",
};
