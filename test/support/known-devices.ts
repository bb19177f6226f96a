import { expect } from "vitest";
import { type Service, startService } from "./service.ts";
import { PASSWORD } from "./users.ts";

/** Whether the service knows the device: a known device needs no second factor under the policy `new_device`. */
export async function isKnownDevice(
  { clock }: Service,
  email: string,
  deviceToken: string,
): Promise<boolean> {
  const newDeviceOtp = startService({ env: { LOGIN_OTP: "new_device" }, clock });
  const answer = await newDeviceOtp.post("/login", { email, password: PASSWORD, deviceToken });
  expect(answer.status).toBe(200);
  return answer.body.data.otpRequired !== true;
}
