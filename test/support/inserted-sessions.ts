import { env } from "cloudflare:workers";
import { createSecretRing } from "../../src/core/crypto/secret-ring.ts";
import { openDatabase } from "../../src/db/database.ts";
import { newMeter } from "../../src/db/metered-d1.ts";
import { sessions } from "../../src/db/schema.ts";
import { signRefreshToken } from "../../src/sessions/refresh-token.ts";
import { FIRST_PARTY_CLIENT } from "../../src/sessions/session.ts";
import { sessionRow } from "../../src/sessions/statements.ts";
import type { Service } from "./service.ts";

const DAY_MS = 24 * 60 * 60_000;

/**
 * Inserts a session of this service's own client, as a sign-in by password leaves it, but without a password hash, a
 * device and an audit event. Returns its first refresh token.
 */
export async function insertSession(
  { env: serviceEnv, clock }: Pick<Service, "env" | "clock">,
  accountId: string,
  userAgent: string,
): Promise<string> {
  const { AUTH_SECRET, PUBLIC_URL } = serviceEnv as unknown as Record<string, string>;
  const now = clock.now();
  const id = crypto.randomUUID();
  const idleExpiresAt = now + 7 * DAY_MS;
  const session = {
    ...{ id, amr: ["pwd"], ip: null, userAgent, createdAt: now, authTime: now },
    ...{ idleExpiresAt, expiresAt: now + 30 * DAY_MS, app: null, clientId: FIRST_PARTY_CLIENT },
    ...{ audience: "gatehouse", codeClaim: null, deviceId: null },
  };
  await openDatabase(env.DB, newMeter()).insert(sessions).values(sessionRow(session, accountId));
  const deps = {
    secrets: await createSecretRing(AUTH_SECRET ?? ""),
    clock,
    settings: { publicUrl: PUBLIC_URL ?? "" },
  };
  return signRefreshToken(deps, { sessionId: id, accountId, generation: 1, rotatedAt: now, idleExpiresAt });
}
