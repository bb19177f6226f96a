import { Hono } from "hono";
import * as z from "zod/mini";
import type { DepsOf, HttpEnv } from "../../http/context.ts";
import { describeRoute } from "../../http/openapi-operation.ts";
import { type RequireSessionDeps, requireSession } from "../../http/require-session.ts";
import { answer, refuse, respond } from "../../http/respond.ts";
import { jsonBody } from "../../http/validate-request.ts";
import { type AnswerFieldsDeps, answerFields } from "./answer-fields.ts";
import { answerFieldProblems, answerMembers, answersField, presentAnswers } from "./present-answers.ts";

const answered = answer(200, undefined, z.object(answerMembers));

type Deps = AnswerFieldsDeps & RequireSessionDeps;

/** Answers to custom sign-up fields, after the sign-up. */
export function signUpFieldRoutes(depsOf: DepsOf<Deps>): Hono<HttpEnv> {
  return new Hono<HttpEnv>().post(
    "/me/sign-up-answers",
    describeRoute({
      operationId: "answerSignUpFields",
      summary: "Answer sign-up fields",
      description:
        "For the `missingFields` of `GET /me`: the account was created by another sign-in method, or the terms have a " +
        "new version. Fields that are not sent stay as they are.",
      tag: "Account",
      answer: answered,
    }),
    requireSession(depsOf),
    jsonBody(z.strictObject({ fields: answersField })),
    async (c) => {
      const deps = depsOf(c);
      const { fields: given } = c.req.valid("json");
      const fields = deps.settings.signUpFields.filter(({ name }) => Object.hasOwn(given, name));
      const input = { accountId: c.var.session.account.id, fields, given, caller: c.var.caller };
      const result = await answerFields(deps, input);
      return result.ok
        ? respond(c, answered, presentAnswers(result.value))
        : refuse(c, "validation_failed", { fields: answerFieldProblems(result.error.problems) });
    },
  );
}
