import type { Clock } from "../kernel/clock.ts";
import { hashOneTimeToken, newOneTimeToken } from "../kernel/crypto/one-time-token.ts";
import { LINK_LIFE, LINK_PAGE, type LinkDraft, type LinkPurpose } from "./link.ts";

export type NewLinkDeps = {
  readonly clock: Clock;
  /** Links are built from configuration alone: no header of a request can shape one. */
  readonly settings: { readonly publicUrl: string };
};

/** A fresh token: its hash to store, and the link to mail. The token itself is kept nowhere else. */
export async function newLink(
  deps: NewLinkDeps,
  purpose: LinkPurpose,
): Promise<{ link: LinkDraft; url: string }> {
  const token = newOneTimeToken();
  const now = deps.clock.now();
  return {
    link: {
      tokenHash: await hashOneTimeToken(token),
      purpose,
      createdAt: now,
      expiresAt: now + LINK_LIFE[purpose],
    },
    url: `${deps.settings.publicUrl}${LINK_PAGE[purpose]}?token=${token}`,
  };
}
