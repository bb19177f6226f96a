import type { GrantType } from "../clients/client.ts";
import { type RedeemDeviceCodeDeps, redeemDeviceCode } from "../device/redeem-device-code.ts";
import { type GrantClientCredentialsDeps, grantClientCredentials } from "./grant-client-credentials.ts";
import { type RedeemAuthorizationCodeDeps, redeemAuthorizationCode } from "./redeem-authorization-code.ts";
import { type RefreshClientTokensDeps, refreshClientTokens } from "./refresh-client-tokens.ts";
import type { TokenGrant } from "./token-grant.ts";

export type TokenGrantDeps = RedeemAuthorizationCodeDeps &
  RefreshClientTokensDeps &
  GrantClientCredentialsDeps &
  RedeemDeviceCodeDeps;

/** The grant types of the token endpoint. The discovery document lists them. */
export const TOKEN_GRANTS: Readonly<Partial<Record<GrantType, TokenGrant<TokenGrantDeps>>>> = {
  authorization_code: redeemAuthorizationCode,
  refresh_token: refreshClientTokens,
  client_credentials: grantClientCredentials,
  "urn:ietf:params:oauth:grant-type:device_code": redeemDeviceCode,
};
