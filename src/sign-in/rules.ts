/** When this service asks for a second step; a person may always choose it for themselves. */
export type SecondStepPolicy = "off" | "new_device" | "always";

export const isSecondStepDue = (
  policy: SecondStepPolicy,
  facts: { readonly chosen: boolean; readonly deviceIsKnown: boolean },
): boolean => policy === "always" || facts.chosen || (policy === "new_device" && !facts.deviceIsKnown);
