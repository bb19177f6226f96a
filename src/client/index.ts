// The exports of `gatehouse/client`.
export type {
  AuthServiceBinding,
  CallFailure,
  Client,
  ExchangeResult,
  Failed,
  Permission,
  SignedIn,
  Tokens,
  User,
} from "./auth-service.ts";
export { createVerifier } from "./create-verifier.ts";
export type { OverBinding } from "./over-binding.ts";
export type { OverHttps } from "./over-https.ts";
export type { Role, VerifiedSession, VerifyFailure, VerifyResult } from "./session.ts";
export type { StrictVerifier, Verifier } from "./verifier.ts";
