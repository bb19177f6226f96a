import { type OverBinding, overBinding } from "./binding-verifier.ts";
import { type OverHttps, overHttps } from "./jwks-verifier.ts";
import type { StrictVerifier, Verifier } from "./verifier.ts";

/**
 * Creates a verifier of access tokens. `createVerifier({ binding: env.AUTH })` calls Gatehouse over a service
 * binding; `createVerifier({ issuer, audience })` verifies with the published keys, from any runtime.
 */
export function createVerifier(options: OverBinding): StrictVerifier;
export function createVerifier(options: OverHttps): Verifier;
export function createVerifier(options: OverBinding | OverHttps): StrictVerifier | Verifier {
  return "binding" in options ? overBinding(options) : overHttps(options);
}
