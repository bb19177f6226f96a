import type { PageContext } from "../../../ui/page.ts";
import { readReturnTarget } from "../../../ui/return-target.ts";
import type { Words } from "../../../ui/ui-texts.ts";
import type { FactorSummary } from "../factor.ts";
import type { ListedFactors } from "../list-factors.ts";
import type { SecondFactorPolicy } from "../policy.ts";

export type TwoStepData = ListedFactors & {
  /** The policy of the user's role. */
  readonly policy: SecondFactorPolicy;
  /** The session is good for the enrolment only. */
  readonly isRestricted: boolean;
  /** Whether SIGN_IN_METHODS has passkeys. */
  readonly signsInByPasskey: boolean;
};

/** Whether a factor is asked for after the first one. */
export const isSecond = ({ isSecondFactor }: FactorSummary): boolean => isSecondFactor;

/** Whether the account has a second factor other than the mailed code. */
export const hasStrongerFactor = ({ factors }: Pick<TwoStepData, "factors">): boolean =>
  factors.some((factor) => isSecond(factor) && factor.kind !== "email_otp");

export const TWO_STEP_PAGE = "/account/two-step";

/** Link back to the page of the second factors, for its subpages. */
export const backToTwoStep = (t: Words) => ({ href: TWO_STEP_PAGE, label: t.twoStep.title });

/** Where the user goes on after the enrolment: the page that led here, or the page of the second factors. */
export const pageAfterEnrolment = (
  c: PageContext,
  deps: { readonly settings: { readonly publicUrl: string } },
): string => readReturnTarget(new URL(c.req.url).searchParams, deps.settings) ?? TWO_STEP_PAGE;
