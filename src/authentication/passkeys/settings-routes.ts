import { type Context, Hono } from "hono";
import * as z from "zod/mini";
import type { DepsOf, HttpEnv } from "../../http/context.ts";
import { describeRoute } from "../../http/openapi-operation.ts";
import { type RequireSessionDeps, requireSession } from "../../http/require-session.ts";
import { answer, refuse, respond } from "../../http/respond.ts";
import { jsonBody } from "../../http/validate-request.ts";
import { ENROLMENT, RECENT_AUTHENTICATION } from "../reauthentication/fields.ts";
import { type AddPasskeyDeps, type AddPasskeyFailure, addPasskey } from "./add-passkey.ts";
import { ADD_PASSKEY_CONFLICTS, addPasskeyErrors } from "./errors.ts";
import { attestationField, creationOptionsSchema, passkeyLabelField, passkeySchema } from "./fields.ts";
import { type StartAddPasskeyDeps, startAddPasskey } from "./start-add-passkey.ts";

const options = answer(200, undefined, z.object({ options: creationOptionsSchema }));
const added = answer(201, "The passkey is added.", passkeySchema);

const PASSKEYS_OFF =
  "`not_found`: SIGN_IN_METHODS has no passkeys, and neither have the second factors of this user.";

type Deps = StartAddPasskeyDeps & AddPasskeyDeps & RequireSessionDeps;

/** Adds a passkey to the caller's account. `/me/factors` lists, renames and removes it. */
export function passkeySettingsRoutes(depsOf: DepsOf<Deps>): Hono<HttpEnv> {
  const tag = "Account";
  const session = requireSession(depsOf, { allows: ["enrol_second_factor"] });
  return new Hono<HttpEnv>()
    .post(
      "/me/factors/passkeys/options",
      describeRoute({
        operationId: "startAddPasskey",
        summary: "Options for a new passkey",
        description: `Valid once, in this session, for five minutes. ${PASSKEYS_OFF} ${RECENT_AUTHENTICATION} ${ENROLMENT}`,
        tag,
        answer: options,
        failures: [addPasskeyErrors.passkeys_off, addPasskeyErrors.reauthentication_required],
      }),
      session,
      async (c) => {
        const result = await startAddPasskey(depsOf(c), { session: c.var.session });
        return result.ok ? respond(c, options, { options: result.value }) : refuseAddition(c, result.error);
      },
    )
    .post(
      "/me/factors/passkeys",
      describeRoute({
        operationId: "addPasskey",
        summary: "Add a passkey",
        description: `It can sign in at once. Its user is mailed. ${PASSKEYS_OFF} ${RECENT_AUTHENTICATION} ${ENROLMENT}`,
        tag,
        answer: added,
        failures: Object.values(addPasskeyErrors),
      }),
      session,
      jsonBody(z.strictObject({ attestation: attestationField, label: z.optional(passkeyLabelField) })),
      async (c) => {
        const { attestation, label } = c.req.valid("json");
        const { session: current, caller } = c.var;
        const result = await addPasskey(depsOf(c), { session: current, attestation, label, caller });
        if (!result.ok) return refuseAddition(c, result.error);
        const createdAt = new Date(result.value.createdAt).toISOString();
        return respond(c, added, { ...result.value, createdAt, lastUsedAt: null });
      },
    );
}

const refuseAddition = (c: Context, { reason }: AddPasskeyFailure): Response =>
  refuse(c, addPasskeyErrors[reason], { message: ADD_PASSKEY_CONFLICTS[reason] });
