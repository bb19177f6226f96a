import { type Clock, systemClock } from "../../core/clock.ts";
import { parsePhoneNumber } from "../../core/phone-number.ts";
import { PROVIDER_TIMEOUT_MS } from "../../core/post-to-provider.ts";
import { hasControlCharacter } from "../../core/text.ts";
import type { DevMailbox } from "../dev-mailbox/dev-message.ts";
import type { SmsProvider, TextMessage } from "./port.ts";
import { createMailboxSmsProvider } from "./providers/dev-mailbox.ts";
import { createTwilioProvider } from "./providers/twilio.ts";
import { createVonageProvider } from "./providers/vonage.ts";
import type { SmsProviderId, SmsSettings } from "./settings.ts";

type Deps = {
  readonly mailbox: DevMailbox;
  /** Milliseconds for one attempt. Default: 10 seconds. */
  readonly timeout?: number;
  /** Dates mailbox messages. Default: the system's clock. */
  readonly clock?: Clock;
};

type ProviderTable = {
  readonly [Id in SmsProviderId]: (settings: SmsSettings<Id>, deps: Required<Deps>) => SmsProvider | null;
};

const providers: ProviderTable = {
  off: () => null,
  mailbox: (_settings, deps) => createMailboxSmsProvider(deps.mailbox, deps.clock),
  twilio: (settings, deps) => createTwilioProvider(settings, deps.timeout),
  vonage: (settings, deps) => createVonageProvider(settings, deps.timeout),
};

/**
 * Creates the provider in the settings, or returns null if text messages are off. Before sending, it refuses a
 * recipient that is not exactly one number in E.164 (`number_malformed`) and control characters
 * (`unsafe_text`). It never throws.
 */
export function createSmsProvider<Id extends SmsProviderId>(
  settings: SmsSettings<Id>,
  deps: Deps,
): SmsProvider | null {
  const provider = providers[settings.provider](settings, {
    ...deps,
    timeout: deps.timeout ?? PROVIDER_TIMEOUT_MS,
    clock: deps.clock ?? systemClock,
  });
  if (provider === null) return null;
  return {
    async send(message) {
      if (!isE164(message.to)) return { outcome: "refused", reason: "number_malformed" };
      if (!isSafe(message)) return { outcome: "refused", reason: "unsafe_text" };
      try {
        return await provider.send(message);
      } catch {
        // `SmsProvider` never throws: one message that fails unexpectedly must not stop the others.
        return { outcome: "retry", reason: "provider_threw" };
      }
    },
  };
}

function isE164(to: string): boolean {
  const number = parsePhoneNumber(to);
  return number.ok && number.value === to;
}

/** Line feeds are the only control characters allowed in the text. */
const isSafe = ({ text, idempotencyKey }: TextMessage): boolean =>
  !hasControlCharacter(text.replaceAll("\n", "")) && !hasControlCharacter(idempotencyKey);
