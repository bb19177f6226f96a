import { expect, it } from "vitest";
import { expectErrorResponse } from "../../../support/assertions.ts";
import { insertFactor } from "../../../support/number-factor.ts";
import { addTotp, CODE, TEST_FACTORS, WRONG_CODE } from "../../../support/reauthentication-factors.ts";
import { startService } from "../../../support/service.ts";
import { registerVerifiedUser, tokenMailedTo } from "../../../support/users.ts";

const service = startService({ secondFactors: TEST_FACTORS });
const NEW_PASSWORD = "another quiet harbour";

// Security 52 and 54: the reset proves the mailbox, and a mailed code would prove nothing else.
it("a sign-in after a reset by mail asks for the stronger factor, and takes no mailed code", async () => {
  const { email } = await registerVerifiedUser(service);
  await addTotp(email);
  await insertFactor(email, "email_otp", null);
  await service.post("/forgot-password", { email });
  const token = await tokenMailedTo(service, email);
  expect((await service.post("/reset-password", { token, newPassword: NEW_PASSWORD })).status).toBe(200);
  const login = await service.post("/login", { email, password: NEW_PASSWORD });
  const { otpRequired, challengeId, factors = ["totp"], defaultFactor = "totp" } = login.body.data;
  expect([otpRequired, defaultFactor, login.body.message]).toEqual([
    true,
    "totp",
    "Enter the code of your app.",
  ]);
  expect(factors).not.toContain("email_otp");
  const verify = (code: string) => service.post("/login/otp", { challengeId, code });
  expectErrorResponse(await verify(WRONG_CODE), 400, "code_invalid");
  expect((await verify(CODE)).body.data.token).toMatch(/^eyJ/);
});
