import { Hono } from "hono";
import * as z from "zod/mini";
import type { DepsOf, HttpEnv } from "../http/context.ts";
import { describeRoute } from "../http/openapi-operation.ts";
import { answer, refuse, respond } from "../http/respond.ts";
import { timestamp } from "../http/timestamp.ts";
import {
  CHECKS,
  type CheckDependenciesDeps,
  checkDependencies,
  type HealthReport,
} from "./check-dependencies.ts";

const running = answer(200, undefined, z.object({ status: z.literal("ok") }));

const statusField = z.enum(["ok", "failing"]);
const checkSchema = z.object({ status: statusField, ms: z.number() });
const reportSchema = z.object({
  status: statusField,
  checkedAt: timestamp.check(
    z.meta({ description: "When the checks ran. A report is at most ten seconds old." }),
  ),
  checks: z.object(
    Object.fromEntries(CHECKS.map((name) => [name, checkSchema])) as Record<
      (typeof CHECKS)[number],
      typeof checkSchema
    >,
  ),
});
const healthy = answer(200, undefined, reportSchema);

const tag = "Discovery";

export const HEALTH_PATH = "/healthz";
const alive = { status: "ok" } as const;
/** The body of `GET /healthz`. */
export const HEALTH_BODY = JSON.stringify({ success: true, data: alive });

/** `/healthz`: the Worker runs and its configuration is valid. `/healthz/deep`: its stores answer too. */
export function healthRoutes(depsOf: DepsOf<CheckDependenciesDeps>): Hono<HttpEnv> {
  return new Hono<HttpEnv>()
    .get(
      HEALTH_PATH,
      describeRoute({
        operationId: "getHealth",
        summary: "Liveness: whether the service runs",
        tag,
        answer: running,
      }),
      (c) => respond(c, running, alive),
    )
    .get(
      "/healthz/deep",
      describeRoute({
        operationId: "getDeepHealth",
        summary: "Readiness: whether the service's dependencies answer",
        tag,
        answer: healthy,
        unavailable: reportSchema,
      }),
      async (c) => {
        const report = presentReport(await checkDependencies(depsOf(c)));
        return report.status === "ok"
          ? respond(c, healthy, report)
          : refuse(c, "unavailable", { data: report });
      },
    );
}

const presentReport = ({ checkedAt, ...report }: HealthReport): z.input<typeof reportSchema> => ({
  ...report,
  checkedAt: new Date(checkedAt).toISOString(),
});
