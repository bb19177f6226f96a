import { secondsUntil } from "../../authentication/lockout/rules.ts";
import { type Clock, HOUR } from "../../core/clock.ts";
import { keyedHash } from "../../core/crypto/keyed-hash.ts";
import type { SecretRing } from "../../core/crypto/secret-ring.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { ClientLimit, ClientLimits } from "../../rate-limit/client-limits.ts";
import type { DeviceRequestStore } from "./store.ts";
import { userCodeHashes } from "./user-code.ts";

export type EnterUserCodeDeps = {
  readonly clock: Clock;
  readonly secrets: SecretRing;
  readonly clientLimits: ClientLimits;
  readonly deviceRequests: Pick<DeviceRequestStore, "enterCode">;
};

type Input = {
  /** A code that `readUserCode` has accepted. */
  readonly code: string;
  readonly accountId: string;
  readonly ip: string | null;
};

type Failure =
  | { readonly reason: "user_code_unknown" }
  | { readonly reason: "too_many_codes"; readonly retryAfter: number };

/**
 * Wrong codes of an account per hour. RFC 8628 §5.1: with 34 bits they leave a guess no chance, whatever number of
 * codes is valid. A correct code does not clear the count, since anyone can request a code and enter it.
 */
const MAX_WRONG_CODES = 10;

/**
 * Whether the code is that of a device that waits. D1 counts a wrong code per account and per network of the client, in the
 * batch that compares it, so that parallel guesses are no more than the limits.
 */
export async function enterUserCode(
  deps: EnterUserCodeDeps,
  { code, accountId, ip }: Input,
): Promise<Result<null, Failure>> {
  const now = deps.clock.now();
  const outcome = await deps.deviceRequests.enterCode({
    codeHashes: await userCodeHashes(deps, code),
    limits: [await accountLimit(deps, accountId), ...(await deps.clientLimits("user-code", ip))],
    now,
  });
  if (outcome.kind === "limited")
    return err({ reason: "too_many_codes", retryAfter: secondsUntil(outcome.retryAt, now) });
  return outcome.kind === "found" ? ok(null) : err({ reason: "user_code_unknown" });
}

/** It holds in development, too, where the limits of networks are off. */
const accountLimit = async ({ secrets }: EnterUserCodeDeps, accountId: string): Promise<ClientLimit> => ({
  key: await keyedHash(secrets.current, "rate-key", `exact/user-code/account/${accountId}`),
  max: MAX_WRONG_CODES,
  windowMs: HOUR,
});
