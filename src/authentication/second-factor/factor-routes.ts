import { type Context, Hono } from "hono";
import type { DepsOf, HttpEnv } from "../../http/context.ts";
import { describeRoute } from "../../http/openapi-operation.ts";
import { type RequireSessionDeps, requireSession } from "../../http/require-session.ts";
import { answer, refuse, respond } from "../../http/respond.ts";
import { idParam, jsonBody } from "../../http/validate-request.ts";
import { RECENT_AUTHENTICATION } from "../reauthentication/fields.ts";
import type { FactorSummary } from "./factor.ts";
import { CONFLICTS, factorErrors } from "./factor-errors.ts";
import { factorChangesBody, factorListSchema } from "./factors/fields.ts";
import { type ListFactorsDeps, listFactors } from "./list-factors.ts";
import { type RemoveFactorDeps, removeFactor } from "./remove-factor.ts";
import { type RenameFactorDeps, renameFactor } from "./rename-factor.ts";
import {
  type SetPasskeyAsSecondFactorDeps,
  setPasskeyAsSecondFactor,
} from "./set-passkey-as-second-factor.ts";

const factorList = answer(200, undefined, factorListSchema);
const factorChanged = answer(200, "The factor is changed.");
const factorRemoved = answer(200, "The factor is removed.");

type Deps = ListFactorsDeps &
  RenameFactorDeps &
  SetPasskeyAsSecondFactorDeps &
  RemoveFactorDeps &
  RequireSessionDeps;

/** The user's own factors. Each method has its own routes that add one. */
export function factorRoutes(depsOf: DepsOf<Deps>): Hono<HttpEnv> {
  const tag = "Account";
  const session = requireSession(depsOf);
  return new Hono<HttpEnv>()
    .get(
      "/me/factors",
      describeRoute({
        operationId: "listFactors",
        summary: "The caller's second factors and passkeys",
        description: "Without their secrets.",
        tag,
        answer: factorList,
      }),
      requireSession(depsOf, { allows: ["enrol_second_factor"] }),
      async (c) => {
        const { factors, recoveryCodesLeft, allowed } = await listFactors(depsOf(c), c.var.session);
        const data = { factors: factors.map(present), recoveryCodesLeft, allowed: [...allowed] };
        return respond(c, factorList, data);
      },
    )
    .patch(
      "/me/factors/:id",
      describeRoute({
        operationId: "changeFactor",
        summary: "Rename one of the caller's factors, or use a passkey as second factor",
        description: `\`isSecondFactor\` can be set for a passkey only, and the user is mailed. ${RECENT_AUTHENTICATION}`,
        tag,
        answer: factorChanged,
        failures: [
          factorErrors.not_found,
          factorErrors.kind_not_allowed,
          factorErrors.reauthentication_required,
          factorErrors.last_second_factor,
        ],
      }),
      session,
      idParam,
      jsonBody(factorChangesBody),
      async (c) => {
        const { label, isSecondFactor } = c.req.valid("json");
        const target = { session: c.var.session, id: c.req.valid("param").id, caller: c.var.caller };
        if (isSecondFactor !== undefined) {
          const result = await setPasskeyAsSecondFactor(depsOf(c), { ...target, isSecondFactor });
          if (!result.ok) return refuseChange(c, result.error.reason);
        }
        if (label === undefined) return respond(c, factorChanged);
        const renamed = await renameFactor(depsOf(c), { ...target, label });
        return renamed.ok ? respond(c, factorChanged) : refuseChange(c, renamed.error.reason);
      },
    )
    .delete(
      "/me/factors/:id",
      describeRoute({
        operationId: "removeFactor",
        summary: "Remove one of the caller's factors",
        description:
          "The trust in devices ends. The recovery codes end with the last second factor. The user is mailed. " +
          RECENT_AUTHENTICATION,
        tag,
        answer: factorRemoved,
        failures: [
          factorErrors.not_found,
          factorErrors.reauthentication_required,
          factorErrors.last_second_factor,
          factorErrors.last_sign_in_method,
        ],
      }),
      session,
      idParam,
      async (c) => {
        const { id } = c.req.valid("param");
        const input = { session: c.var.session, id, caller: c.var.caller };
        const result = await removeFactor(depsOf(c), input);
        return result.ok ? respond(c, factorRemoved) : refuseChange(c, result.error.reason);
      },
    );
}

const refuseChange = (c: Context, reason: keyof typeof factorErrors): Response =>
  refuse(c, factorErrors[reason], { message: CONFLICTS[reason] });

const iso = (instant: number): string => new Date(instant).toISOString();

const present = ({ isSynced, createdAt, lastUsedAt, ...factor }: FactorSummary) => ({
  ...factor,
  createdAt: iso(createdAt),
  lastUsedAt: lastUsedAt === null ? null : iso(lastUsedAt),
  ...(isSynced === null ? {} : { isSynced }),
});
