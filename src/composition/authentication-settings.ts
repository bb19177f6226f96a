import type { SecondFactorPolicy, SecondFactorSettings } from "../authentication/second-factor/policy.ts";
import { DAY } from "../core/clock.ts";
import type { VariableProblem } from "../core/config-parsers.ts";
import type { Variables } from "./config-schema.ts";

/** What the earlier variable LOGIN_OTP means. Its mailed code needs no enrolment, so it satisfies `required`. */
const OF_LOGIN_OTP = { off: "optional", new_device: "new_device", always: "required" } as const;

const isPolicyOf = (entry: string, role: string) => entry.startsWith(`${role}:`);

/** The policies by role. An entry without a role is the policy of the roles without one of their own. */
function policiesOf({ SECOND_FACTOR, LOGIN_OTP = "off" }: Variables): SecondFactorSettings["policies"] {
  const entries: readonly string[] = SECOND_FACTOR ?? [OF_LOGIN_OTP[LOGIN_OTP]];
  const general = entries.find((entry) => !entry.includes(":"));
  const of = (role: string): SecondFactorPolicy =>
    toPolicy((entries.find((entry) => isPolicyOf(entry, role)) ?? general)?.split(":").at(-1));
  return { user: of("user"), admin: of("admin"), superuser: of("superuser") };
}

const toPolicy = (text: string | undefined): SecondFactorPolicy =>
  text === "off" || text === "new_device" || text === "required" ? text : "optional";

/** `canText`: whether an SMS provider is configured. */
export const secondFactorSettings = (values: Variables, canText: boolean): SecondFactorSettings => ({
  policies: policiesOf(values),
  kinds: values.SECOND_FACTORS.filter((kind) => canText || kind !== "sms_otp"),
  gracePeriod: values.SECOND_FACTOR_GRACE_DAYS * DAY,
  deviceTrust: values.TRUSTED_DEVICE_DAYS * DAY,
});

/** What the schema of one variable cannot see. */
export function authenticationProblems(values: Variables): VariableProblem[] {
  const problems: VariableProblem[] = [];
  if (values.SECOND_FACTOR !== undefined && values.LOGIN_OTP !== undefined) {
    problems.push({
      path: "LOGIN_OTP",
      message: "must not be set together with SECOND_FACTOR, which replaces it",
    });
  }
  const host = URL.parse(values.PUBLIC_URL)?.hostname ?? "";
  const rpId = values.PASSKEY_RP_ID ?? host;
  if (host !== rpId && !host.endsWith(`.${rpId}`)) {
    problems.push({ path: "PASSKEY_RP_ID", message: "must be the host of PUBLIC_URL or a domain above it" });
  }
  return problems;
}
