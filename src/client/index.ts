// The exports of `gatehouse/client`.
export type { AuthEvent, AuthEventReceiver } from "./auth-event.ts";
export type {
  ApiKey,
  AuthServiceBinding,
  CallFailure,
  Failed,
  Permission,
  User,
  VerifyApiKeyResult,
} from "./auth-service.ts";
export type { OverBinding } from "./binding-verifier.ts";
export { createVerifier } from "./create-verifier.ts";
export type { OverHttps } from "./jwks-verifier.ts";
export { createKeyVerifier, isApiKey, type KeyVerifier, type KeyVerifierOptions } from "./key-verifier.ts";
export type { LogoutEvent } from "./oauth/logout-token.ts";
export { type MachineClient, type MachineTokens, machineTokens } from "./oauth/machine-tokens.ts";
export type { Recency } from "./recency.ts";
export type { AccessToken, MachineToken, UserToken } from "./resource/access-token.ts";
export type { Authorization, CheckOptions, Refusal, ResourceOptions } from "./resource/authorize-request.ts";
export { protectResource, type ResourceServer } from "./resource/protect-resource.ts";
export type { Role, VerifiedSession, VerifyFailure, VerifyResult } from "./session.ts";
export type { StrictVerifier, Verifier } from "./verifier.ts";
