import { DAY } from "../core/clock.ts";
import type { Outbox } from "../messaging/outbox/outbox-port.ts";
import type { RegistrationRequest } from "../queued-requests/queued-request.ts";
import { newDeactivatedNotice } from "./deactivated-notice.ts";
import { type NewEmailTokenDeps, newEmailToken } from "./email-tokens/new-email-token.ts";
import type { RegistrationStore } from "./store.ts";

export type CreateAccountDeps = NewEmailTokenDeps & {
  readonly registrations: Pick<RegistrationStore, "create">;
  readonly messages: Outbox;
};

type Input = Omit<RegistrationRequest, "kind"> & { readonly requestId: string };

/**
 * Performs a queued registration: creates an account with an unverified address and mails a verification token. The
 * owner of a taken address gets a notice, or, while the address is unverified, a new token. The owner of a deactivated
 * account is told that it is deactivated.
 */
export async function createAccount(deps: CreateAccountDeps, input: Input): Promise<void> {
  const now = deps.clock.now();
  const { emailToken, url } = await newEmailToken(deps, "verify_email");
  const verification = await deps.messages.create(
    { kind: "verify_email", url },
    { expiresAt: emailToken.expiresAt },
  );
  const notice = await deps.messages.create({ kind: "account_exists" }, { expiresAt: now + DAY });
  const deactivatedNotice = await newDeactivatedNotice(deps, now);
  await deps.registrations.create({ ...input, emailToken, verification, notice, deactivatedNotice, now });
  // The batch queued at most one of the three.
  await deps.messages.deliver([verification.id, notice.id, deactivatedNotice.id]);
}
