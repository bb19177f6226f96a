import { OPERATOR } from "../../src/admin/authorization/actor.ts";
import {
  type RequestFactorRemovalFailure,
  requestFactorRemoval,
} from "../../src/authentication/factor-removal/request-factor-removal.ts";
import { HOUR } from "../../src/core/clock.ts";
import { CommandError } from "../shared/command-error.ts";
import { caller, type OperatorWithSecrets } from "./compose.ts";
import { linkBase } from "./create-superuser.ts";
import { findUser } from "./find-user.ts";

type Input = {
  /** An email address or an id. */
  readonly user: string;
  /** The origin of the link, in place of PUBLIC_URL. */
  readonly url: string | undefined;
};

const DEFAULT_HOURS = 72;

/** Requests the removal of all factors of a user, also of a superuser. The service performs it after the waiting period. */
export async function removeFactors(deps: OperatorWithSecrets, { user, url }: Input): Promise<string> {
  const { variables } = deps.platform;
  const { id, email } = await findUser(deps, user);
  const settings = {
    ...deps.settings,
    publicUrl: linkBase(deps.platform, url),
    factorRemovalDelay: hoursOf(variables.FACTOR_REMOVAL_HOURS) * HOUR,
    canText: typeof variables.SMS_PROVIDER === "string" && variables.SMS_PROVIDER !== "off",
  };
  const result = await requestFactorRemoval({ ...deps, settings }, { actor: OPERATOR, id, caller });
  if (!result.ok) throw new CommandError(messages[result.error.reason]);
  const due = new Date(result.value.dueAt).toISOString();
  return `The factors of ${email} will be removed at ${due}. ${email} is notified and can cancel it.`;
}

function hoursOf(value: unknown): number {
  const hours = value === undefined ? DEFAULT_HOURS : Number(value);
  if (Number.isInteger(hours) && hours >= 1 && hours <= 720) return hours;
  throw new CommandError("FACTOR_REMOVAL_HOURS must be 1 to 720 whole hours.");
}

const messages: Record<RequestFactorRemovalFailure["reason"], string> = {
  no_such_user: "The account was deleted in the meantime.",
  not_manageable: "An operator may not do this.",
  deactivated: "This account is deactivated. Activate it first: npm run admin -- activate <email>",
  removal_pending: "The removal of this user's factors is pending already.",
  no_factors: "This user has no factors.",
  changed_meanwhile:
    "The account changed in the meantime, and the command changed nothing. Please try again.",
};
