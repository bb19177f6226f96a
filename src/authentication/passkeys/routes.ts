import { type Context, Hono } from "hono";
import * as z from "zod/mini";
import { readChallengeCookie } from "../../http/challenge-cookie.ts";
import type { DepsOf, HttpEnv } from "../../http/context.ts";
import { type CsrfDeps, isCsrfSafe } from "../../http/csrf.ts";
import { presentedDeviceTokens } from "../../http/device-cookie.ts";
import { describeRoute } from "../../http/openapi-operation.ts";
import { addPasskeyChallenge, clearPasskeyChallenges, passkeyChallenges } from "../../http/passkey-cookie.ts";
import { answer, refuse, respond } from "../../http/respond.ts";
import { jsonBody } from "../../http/validate-request.ts";
import { audienceField } from "../../sessions/fields.ts";
import { deviceTokenField, transportField } from "../fields.ts";
import { challengeIdField } from "../one-time-codes/fields.ts";
import type { SignInMethod } from "../sign-in-methods.ts";
import { prepareTokenResponse, respondWithTokens, signInResponse } from "../token-response.ts";
import { type CreatePasskeyOptionsDeps, createPasskeyOptions } from "./create-passkey-options.ts";
import { passkeySignInErrors } from "./errors.ts";
import { assertionField, requestOptionsSchema, unknownCredentialSchema } from "./fields.ts";
import {
  type PasskeySignInFailure,
  type SignInWithPasskeyDeps,
  signInWithPasskey,
} from "./sign-in-with-passkey.ts";
import { type StartPasskeySignInDeps, startPasskeySignIn } from "./start-passkey-sign-in.ts";

const started = answer(
  200,
  undefined,
  z.object({
    challengeId: z.optional(z.uuid()).check(z.meta({ description: "Absent where a cookie has it." })),
    expiresIn: z.int().check(z.meta({ description: "Seconds." })),
    options: requestOptionsSchema,
  }),
);

const secondFactorOptions = answer(200, undefined, z.object({ options: requestOptionsSchema }));

type Deps = SignInWithPasskeyDeps &
  StartPasskeySignInDeps &
  CreatePasskeyOptionsDeps &
  CsrfDeps & { readonly settings: { readonly signInMethods: readonly SignInMethod[] } };

const isOff = ({ settings }: Pick<Deps, "settings">): boolean => !settings.signInMethods.includes("passkey");

/** Sign-in by passkey, as first and as second factor. */
export function passkeyRoutes(depsOf: DepsOf<Deps>): Hono<HttpEnv> {
  const tag = "Sessions";
  return new Hono<HttpEnv>()
    .post(
      "/login/passkey/options",
      describeRoute({
        operationId: "startPasskeySignIn",
        summary: "Options for a sign-in by passkey",
        description:
          "They name no account: the user chooses one of their passkeys. Valid once, for five minutes. With the " +
          "transport `cookie` the challenge is bound to the browser by a cookie.",
        tag,
        answer: started,
        cookies: true,
        failures: ["csrf_failed", "not_found"],
      }),
      jsonBody(z.strictObject({ transport: z.optional(transportField) })),
      async (c) => {
        const deps = depsOf(c);
        if (isOff(deps)) return refuse(c, "not_found");
        const isCookie = c.req.valid("json").transport === "cookie";
        if (isCookie && !(await isCsrfSafe(c, deps))) return refuse(c, "csrf_failed");
        const { challengeId, expiresIn, options } = await startPasskeySignIn(deps);
        if (!isCookie) return respond(c, started, { challengeId, expiresIn, options });
        addPasskeyChallenge(c, challengeId);
        return respond(c, started, { expiresIn, options });
      },
    )
    .post(
      "/login/passkey",
      describeRoute({
        operationId: "signInWithPasskey",
        summary: "Sign in by passkey",
        description:
          "The passkey must verify the user, which counts as two factors. Send the `challengeId` of the options, except " +
          "with the transport `cookie`. If the service does not know the credential, `data.unknownCredential` has what " +
          "`PublicKeyCredential.signalUnknownCredential` takes.",
        tag,
        answer: signInResponse,
        refused: unknownCredentialSchema,
        cookies: true,
        failures: [...Object.values(passkeySignInErrors), "csrf_failed", "not_found"],
      }),
      jsonBody(
        z.strictObject({
          challengeId: z.optional(challengeIdField),
          assertion: assertionField,
          deviceToken: z.optional(deviceTokenField),
          transport: z.optional(transportField),
          audience: z.optional(audienceField),
        }),
      ),
      async (c) => {
        const deps = depsOf(c);
        if (isOff(deps)) return refuse(c, "not_found");
        const { transport, audience: requested, challengeId, assertion, ...input } = c.req.valid("json");
        const prepared = await prepareTokenResponse(c, deps, { transport, audience: requested });
        if (!prepared.ok) return refuse(c, prepared.code, prepared.details);
        const { audience, replaces } = prepared;
        const result = await signInWithPasskey(deps, {
          challengeIds: challengesOf(c, transport, challengeId),
          assertion,
          deviceTokens: presentedDeviceTokens(c, input.deviceToken),
          audience,
          replaces,
          caller: c.var.caller,
        });
        if (!result.ok) return refuseSignIn(c, deps, result.error, assertion.id);
        if (transport === "cookie") clearPasskeyChallenges(c);
        return respondWithTokens(c, deps, result.value, transport);
      },
    )
    .post(
      "/login/otp/options",
      describeRoute({
        operationId: "startPasskeySecondFactor",
        summary: "Options for a passkey as second factor",
        description:
          "Answer with `POST /login/otp` and the factor `passkey`. Without a `challengeId` the pending sign-in of the " +
          "browser's cookie counts. The response is the same for an unknown challenge.",
        tag,
        answer: secondFactorOptions,
        failures: ["csrf_failed", "validation_failed"],
      }),
      jsonBody(z.strictObject({ challengeId: z.optional(challengeIdField) })),
      async (c) => {
        const deps = depsOf(c);
        const { challengeId } = c.req.valid("json");
        if (challengeId === undefined && !(await isCsrfSafe(c, deps))) return refuse(c, "csrf_failed");
        const subjectId = challengeId ?? (await readChallengeCookie(c, deps))?.challengeId;
        if (subjectId === undefined) {
          return refuse(c, "validation_failed", {
            fields: [{ path: "challengeId", message: "Is required." }],
          });
        }
        const options = await createPasskeyOptions(deps, { purpose: "second_factor", subjectId });
        return respond(c, secondFactorOptions, { options });
      },
    );
}

/** A browser's challenge must come from its cookie, so that no other site can make it use the assertion of another user. */
const challengesOf = (
  c: Context,
  transport: string | undefined,
  challengeId: string | undefined,
): readonly string[] => {
  if (transport === "cookie") return passkeyChallenges(c);
  return challengeId === undefined ? [] : [challengeId];
};

function refuseSignIn(
  c: Context,
  { settings }: Pick<Deps, "settings">,
  error: PasskeySignInFailure,
  credentialId: string,
): Response {
  const code = passkeySignInErrors[error.reason];
  const { rpId } = settings.passkeys;
  return refuse(c, code, {
    message: code === "invalid_credentials" ? "The passkey was not accepted." : undefined,
    retryAfter: "retryAfter" in error ? error.retryAfter : undefined,
    data: error.reason === "unknown_credential" ? { unknownCredential: { rpId, credentialId } } : undefined,
  });
}
