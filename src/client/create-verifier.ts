import { type OverBinding, overBinding } from "./over-binding.ts";
import { type OverHttps, overHttps } from "./over-https.ts";
import type { StrictVerifier, Verifier } from "./verifier.ts";

/**
 * Says who a token speaks for: `createVerifier({ binding: env.AUTH })` asks Gatehouse itself, over a
 * service binding; `createVerifier({ issuer, audience })` checks by its published keys, from anywhere.
 */
export function createVerifier(by: OverBinding): StrictVerifier;
export function createVerifier(by: OverHttps): Verifier;
export function createVerifier(by: OverBinding | OverHttps): StrictVerifier | Verifier {
  return "binding" in by ? overBinding(by) : overHttps(by);
}
