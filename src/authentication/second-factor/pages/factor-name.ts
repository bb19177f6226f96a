import type { Words } from "../../../ui/ui-texts.ts";
import type { FactorSummary } from "../factor.ts";

/** What the user calls a factor, or the name of its kind. */
export const factorName = (t: Words, { label, kind }: Pick<FactorSummary, "label" | "kind">): string =>
  label ?? t.twoStep.kinds[kind];
