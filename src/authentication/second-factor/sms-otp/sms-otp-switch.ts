import type { TextSettings } from "../../../accounts/phone/rules.ts";
import type { Caller } from "../../../core/caller.ts";
import type { Clock } from "../../../core/clock.ts";
import type { Outbox } from "../../../messaging/outbox/outbox-port.ts";
import type { CurrentSession } from "../../../sessions/session.ts";
import type { SecondFactorSettings } from "../policy.ts";
import type { SmsOtpStore } from "./store.ts";

export type SwitchSmsOtpDeps = {
  readonly clock: Clock;
  readonly smsOtpFactors: SmsOtpStore;
  readonly messages: Outbox;
  readonly settings: TextSettings & { readonly secondFactor: SecondFactorSettings };
};

export type SwitchSmsOtpInput = { readonly session: CurrentSession; readonly caller: Caller };

/** `texts_off`: this deployment does not allow the factor. `phone_missing`: the account has no verified number. */
export type SwitchSmsOtpFailure = {
  readonly reason: "texts_off" | "phone_missing" | "reauthentication_required" | "last_factor";
};
