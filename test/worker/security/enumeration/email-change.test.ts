import { describe, expect, it } from "vitest";
import { markDeviceAsKnown } from "../../../support/one-time-codes.ts";
import { openPageBrowser, signedInPageBrowser } from "../../../support/pages.ts";
import { type ObservedRequest, startObservedService } from "../../../support/recorders.ts";
import { createTestClock, type Service, startService } from "../../../support/service.ts";
import {
  logIn,
  newAddress,
  PASSWORD,
  registerAndLogIn,
  registerVerifiedUser,
  signedInAs,
  usersApiAs,
} from "../../../support/users.ts";

const clock = createTestClock();
/** Prepares users without rate limits and with the development mailbox. */
const setupService = startService({ clock });

/** Prepares an address that an account holds, and returns it. */
const takenAddresses: Record<string, (service: Service) => Promise<string>> = {
  verified: async (service) => (await registerVerifiedUser(service)).email,
  "with a second factor": async (service) => {
    const { email, token } = await registerAndLogIn(service);
    await markDeviceAsKnown(token);
    await service.post("/me/otp", { enabled: true, password: PASSWORD }, token);
    return email;
  },
  deactivated: async (service) => {
    const { email, token } = await registerAndLogIn(service);
    await service.post("/me/deactivate", { password: PASSWORD }, token);
    return email;
  },
  invited: async (service) => {
    const email = newAddress();
    const superuser = await signedInAs(service, "superuser");
    await usersApiAs(service, superuser).call("POST", "", { email, name: "Grace" });
    return email;
  },
};

/** The request of a signed-in user for an address: prepared with one service and observed with another. */
type PrepareChange = (user: string, newEmail: string) => Promise<ObservedRequest>;

const changeRequests: Record<string, { status: number; prepare: PrepareChange }> = {
  "POST /me/email": {
    status: 200,
    prepare: async (user, newEmail) => ({
      path: "/me/email",
      body: { newEmail, password: PASSWORD },
      token: (await logIn(setupService, user)).token,
    }),
  },
  "the page /account/email": {
    status: 303,
    prepare: async (user, newEmail) => {
      const browser = await signedInPageBrowser(setupService, user);
      const page = await browser.visit("/account/email");
      return async (observed, headers) => {
        const formHeaders = { Origin: "null", "Sec-Fetch-Site": "same-origin", ...headers };
        const sender = openPageBrowser(observed, { formHeaders });
        for (const [name, value] of browser.jar) sender.jar.set(name, value);
        return sender.press(page, { newEmail, password: PASSWORD });
      };
    },
  },
};

const newUser = async () => (await registerVerifiedUser(setupService)).email;

/** What happened before the observed request. */
const histories: Record<string, (user: string, newEmail: string) => Promise<void>> = {
  "for the first time": async () => undefined,
  "after a request for the same address": async (user, newEmail) => {
    await requestChange(user, newEmail);
    clock.advance(2 * 60_000);
  },
  "after a request for another address": async (user) => {
    await requestChange(user, newAddress());
    clock.advance(2 * 60_000);
  },
  "just after another user's request for the address": async (_user, newEmail) =>
    requestChange(await newUser(), newEmail),
};

async function requestChange(user: string, newEmail: string) {
  const { token } = await logIn(setupService, user);
  const answer = await setupService.post("/me/email", { newEmail, password: PASSWORD }, token);
  expect(answer.status).toBe(200);
}

describe.each([
  ["without limits", {}],
  ["with limits", { RATE_LIMITS: "", BURST: undefined }],
])("%s", (_name, variables) => {
  describe.each(Object.entries(changeRequests))("a change of the address by %s", (_way, request) => {
    it.each(Object.entries(histories))(
      "has the same response, work and written rows for free and taken addresses, %s",
      async (history, precede) => {
        const observe = async (newEmail: string) => {
          const user = await newUser();
          await precede(user, newEmail);
          // The first mail of an hour inserts the counter of the hour, which the others update.
          await requestChange(await newUser(), newAddress());
          const prepared = await request.prepare(user, newEmail);
          return startObservedService(variables, clock).observe(prepared);
        };
        const free = await observe(newAddress());
        for (const [name, prepare] of Object.entries(takenAddresses))
          expect(await observe(await prepare(setupService)), name).toEqual(free);
        // The compared requests do real work and are not refused early.
        const isHeldBack = history.startsWith("just after") && "RATE_LIMITS" in variables;
        expect(free.status).toBe(isHeldBack ? 429 : request.status);
        if (!isHeldBack) expect(Object.keys(free.rowsByTable)).toContain("email_tokens");
      },
    );
  });
});
