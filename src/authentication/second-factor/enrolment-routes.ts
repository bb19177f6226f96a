import { type Context, Hono } from "hono";
import * as z from "zod/mini";
import type { DepsOf, HttpEnv } from "../../http/context.ts";
import { describeRoute } from "../../http/openapi-operation.ts";
import { type RequireSessionDeps, requireSession } from "../../http/require-session.ts";
import { answer, refuse, respond } from "../../http/respond.ts";
import { jsonBody } from "../../http/validate-request.ts";
import { codeField } from "../one-time-codes/fields.ts";
import { ENROLMENT, RECENT_AUTHENTICATION } from "../reauthentication/fields.ts";
import { CONFLICTS, factorErrors } from "./factor-errors.ts";
import {
  enrolmentTokenField,
  labelField,
  offeredAuthenticatorSchema,
  recoveryCodesSchema,
} from "./factors/fields.ts";
import { type CreateRecoveryCodesDeps, createRecoveryCodes } from "./recovery-codes/create-recovery-codes.ts";
import { type StartTotpEnrolmentDeps, startTotpEnrolment } from "./totp/start-totp-enrolment.ts";
import { type VerifyTotpEnrolmentDeps, verifyTotpEnrolment } from "./totp/verify-totp-enrolment.ts";

const authenticatorOffered = answer(200, undefined, offeredAuthenticatorSchema);
const authenticatorAdded = answer(201, "The authenticator is added.", z.object({ id: z.uuid() }));
const codesCreated = answer(201, "Keep these codes. You cannot see them again.", recoveryCodesSchema);

type Deps = StartTotpEnrolmentDeps & VerifyTotpEnrolmentDeps & CreateRecoveryCodesDeps & RequireSessionDeps;

/** Adds authenticators and recovery codes to the user's own account. */
export function factorEnrolmentRoutes(depsOf: DepsOf<Deps>): Hono<HttpEnv> {
  const tag = "Account";
  const enrolling = requireSession(depsOf, { allows: ["enrol_second_factor"] });
  return new Hono<HttpEnv>()
    .post(
      "/me/factors/totp",
      describeRoute({
        operationId: "startAuthenticator",
        summary: "Create the secret of a further authenticator app",
        description: `Nothing is stored before its first code is verified. ${RECENT_AUTHENTICATION} ${ENROLMENT}`,
        tag,
        answer: authenticatorOffered,
        failures: [factorErrors.kind_not_allowed, factorErrors.reauthentication_required],
      }),
      enrolling,
      async (c) => {
        const result = await startTotpEnrolment(depsOf(c), { session: c.var.session });
        return result.ok
          ? respond(c, authenticatorOffered, result.value)
          : refuseEnrolment(c, result.error.reason);
      },
    )
    .post(
      "/me/factors/totp/verify",
      describeRoute({
        operationId: "addAuthenticator",
        summary: "Add an authenticator app by one of its codes",
        description: `The user is mailed. ${RECENT_AUTHENTICATION} ${ENROLMENT}`,
        tag,
        answer: authenticatorAdded,
        failures: [
          factorErrors.kind_not_allowed,
          factorErrors.reauthentication_required,
          factorErrors.token_invalid,
          factorErrors.code_incorrect,
          factorErrors.too_many_factors,
        ],
      }),
      enrolling,
      jsonBody(
        z.strictObject({
          enrolmentToken: enrolmentTokenField,
          code: codeField,
          label: z.optional(z.nullable(labelField)),
        }),
      ),
      async (c) => {
        const { label = null, ...input } = c.req.valid("json");
        const { session, caller } = c.var;
        const result = await verifyTotpEnrolment(depsOf(c), { ...input, label, session, caller });
        return result.ok
          ? respond(c, authenticatorAdded, { id: result.value.id })
          : refuseEnrolment(c, result.error.reason);
      },
    )
    .post(
      "/me/factors/recovery-codes",
      describeRoute({
        operationId: "createRecoveryCodes",
        summary: "Create a new set of recovery codes",
        description:
          "The earlier codes are void. Only an account with a second factor has recovery codes. The user is mailed. " +
          `${RECENT_AUTHENTICATION} ${ENROLMENT}`,
        tag,
        answer: codesCreated,
        failures: [
          factorErrors.kind_not_allowed,
          factorErrors.reauthentication_required,
          factorErrors.no_second_factor,
        ],
      }),
      enrolling,
      async (c) => {
        const { session, caller } = c.var;
        const result = await createRecoveryCodes(depsOf(c), { session, caller });
        return result.ok
          ? respond(c, codesCreated, { codes: [...result.value] })
          : refuseEnrolment(c, result.error.reason);
      },
    );
}

const refuseEnrolment = (c: Context, reason: keyof typeof factorErrors): Response =>
  refuse(c, factorErrors[reason], { message: CONFLICTS[reason] });
