import { fill } from "../../core/text.ts";
import { textFor, type Words } from "../../ui/ui-texts.ts";
import { type SocialFailure, socialErrors } from "./errors.ts";

/** The sentence of a failure on a page. `provider`: its display name, if it is known. */
export const failureText = (
  { social, failures }: Words,
  { reason }: Pick<SocialFailure, "reason">,
  provider: string | undefined,
): string =>
  fill(textFor(social.failures, reason, failures[socialErrors[reason]]), {
    provider: provider ?? social.provider,
  });
