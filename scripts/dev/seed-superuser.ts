import { randomBytes, randomUUID } from "node:crypto";
import { eq } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import { createPasswordHasher } from "../../src/core/crypto/password-hash.ts";
import { createSecretRing } from "../../src/core/crypto/secret-ring.ts";
import { accounts } from "../../src/db/schema.ts";

const ADDRESS = "superuser@example.test";

/** What of the service's configuration a password hash hangs on. */
type Secrets = {
  readonly authSecret: string;
  readonly authSecretPrevious: string | undefined;
  readonly passwordHashBlocks: number;
};

/** `made` brings the password, which is nowhere else in clear. */
export type SeedOutcome =
  | { readonly outcome: "made"; readonly address: string; readonly password: string }
  /** Without an address where it is somebody else's than ours: a list of people's addresses is not to be printed. */
  | { readonly outcome: "exists"; readonly address?: string }
  | { readonly outcome: "address_taken"; readonly address: string };

/** Gives a local database its first superuser, verified and ready to sign in. Does nothing when there is one. */
export async function seedSuperuser(
  d1: Parameters<typeof drizzle>[0],
  secrets: Secrets,
): Promise<SeedOutcome> {
  const db = drizzle(d1);
  const known = await db
    .select({ emailKey: accounts.emailKey })
    .from(accounts)
    .where(eq(accounts.role, "superuser"));
  if (known.some(({ emailKey }) => emailKey === ADDRESS)) return { outcome: "exists", address: ADDRESS };
  if (known.length > 0) return { outcome: "exists" };
  const password = randomBytes(18).toString("base64url");
  const ring = await createSecretRing(secrets.authSecret, secrets.authSecretPrevious);
  const now = Date.now();
  const inserted = await db
    .insert(accounts)
    .values({
      id: randomUUID(),
      email: ADDRESS,
      emailKey: ADDRESS,
      emailVerifiedAt: now,
      name: "Superuser",
      passwordHash: await createPasswordHasher(ring, secrets.passwordHashBlocks).hash(password),
      role: "superuser",
      status: "active",
      createdAt: now,
      updatedAt: now,
    })
    .onConflictDoNothing()
    .returning({ id: accounts.id });
  if (inserted.length === 0) return { outcome: "address_taken", address: ADDRESS };
  return { outcome: "made", address: ADDRESS, password };
}
