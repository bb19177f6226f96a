import { Hono } from "hono";
import * as z from "zod/mini";
import { SECOND } from "../../core/clock.ts";
import type { DepsOf, HttpEnv } from "../../http/context.ts";
import { removeDeviceCookie } from "../../http/device-cookie.ts";
import { describeRoute } from "../../http/openapi-operation.ts";
import { type RequireSessionDeps, requireSession } from "../../http/require-session.ts";
import { answer, refuse, respond } from "../../http/respond.ts";
import { timestamp } from "../../http/timestamp.ts";
import { idParam } from "../../http/validate-request.ts";
import { DEVICE_TOKEN_TTL_MS } from "./device-token.ts";
import { type EndDeviceTrustDeps, endDeviceTrust } from "./end-device-trust.ts";
import { type ForgetDeviceDeps, forgetDevice } from "./forget-device.ts";
import { type ListDevicesDeps, listDevices } from "./list-devices.ts";

const deviceSchema = z
  .object({
    id: z.uuid(),
    createdAt: timestamp,
    lastUsedAt: timestamp,
    ip: z.nullable(z.string()),
    userAgent: z.nullable(z.string()),
    trustedUntil: z
      .nullable(timestamp)
      .check(z.meta({ description: "Until when a sign-in on it needs no second factor. Null: it does." })),
    current: z.boolean().check(z.meta({ description: "Whether this session was opened on it." })),
  })
  .check(z.meta({ id: "Device" }));

const deviceList = answer(200, undefined, z.array(deviceSchema));
const deviceForgotten = answer(200, "The device is not remembered any more.");

const trustEnded = answer(200, "Sign-ins on the device need the second factor again.");

type Deps = ListDevicesDeps & ForgetDeviceDeps & EndDeviceTrustDeps & RequireSessionDeps;

/** The devices on which the user has signed in. */
export function knownDeviceRoutes(depsOf: DepsOf<Deps>): Hono<HttpEnv> {
  const tag = "Account";
  const session = requireSession(depsOf);
  return new Hono<HttpEnv>()
    .get(
      "/me/devices",
      describeRoute({
        operationId: "listDevices",
        summary: "The caller's remembered devices",
        description: "A device is remembered for 180 days after its last sign-in.",
        tag,
        answer: deviceList,
      }),
      session,
      async (c) => {
        const devices = await listDevices(depsOf(c), c.var.session);
        const iso = (instant: number) => new Date(instant).toISOString();
        const presented = devices.map((device) => ({
          ...device,
          createdAt: iso(device.createdAt),
          lastUsedAt: iso(device.lastUsedAt),
          trustedUntil: device.trustedUntil === null ? null : iso(device.trustedUntil),
        }));
        return respond(c, deviceList, presented);
      },
    )
    .delete(
      "/me/devices/:id",
      describeRoute({
        operationId: "forgetDevice",
        summary: "Forget one of the caller's devices",
        description: "Its `deviceToken` is invalid from then on. Its sessions go on.",
        tag,
        answer: deviceForgotten,
        cookies: true,
        failures: ["not_found"],
      }),
      session,
      idParam,
      async (c) => {
        const { account } = c.var.session;
        const { id: deviceId } = c.req.valid("param");
        const input = { deviceId, accountId: account.id, caller: c.var.caller };
        const result = await forgetDevice(depsOf(c), input);
        if (!result.ok) return refuse(c, result.error.reason);
        removeDeviceCookie(c, deviceId, DEVICE_TOKEN_TTL_MS / SECOND);
        return respond(c, deviceForgotten);
      },
    )
    .delete(
      "/me/devices/:id/trust",
      describeRoute({
        operationId: "endDeviceTrust",
        summary: "Ask for the second factor again on one of the caller's devices",
        description: "The device stays known. Its sessions go on.",
        tag,
        answer: trustEnded,
        failures: ["not_found"],
      }),
      session,
      idParam,
      async (c) => {
        const { account } = c.var.session;
        const { id: deviceId } = c.req.valid("param");
        const input = { deviceId, accountId: account.id, caller: c.var.caller };
        const result = await endDeviceTrust(depsOf(c), input);
        return result.ok ? respond(c, trustEnded) : refuse(c, result.error.reason);
      },
    );
}
