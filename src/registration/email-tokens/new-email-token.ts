import type { Clock } from "../../core/clock.ts";
import { hashOneTimeToken, newOneTimeToken } from "../../core/crypto/one-time-token.ts";
import {
  EMAIL_TOKEN_PAGES,
  EMAIL_TOKEN_TTL_MS,
  type EmailTokenPurpose,
  type NewEmailToken,
} from "./email-token.ts";

export type NewEmailTokenDeps = {
  readonly clock: Clock;
  /** The URL is built from configuration alone, so that no request header can change it. */
  readonly settings: { readonly publicUrl: string };
};

/** A new token: its hash to store, and the URL to mail. The token itself is not stored. */
export async function newEmailToken(
  deps: NewEmailTokenDeps,
  purpose: EmailTokenPurpose,
): Promise<{ emailToken: NewEmailToken; url: string }> {
  const token = newOneTimeToken();
  const now = deps.clock.now();
  return {
    emailToken: {
      tokenHash: await hashOneTimeToken(token),
      purpose,
      createdAt: now,
      expiresAt: now + EMAIL_TOKEN_TTL_MS[purpose],
    },
    url: `${deps.settings.publicUrl}${EMAIL_TOKEN_PAGES[purpose]}?token=${token}`,
  };
}
