import { mailedCodeTo } from "./one-time-codes.ts";
import type { ApiResponse, Service } from "./service.ts";

/** Requests a code. Returns the id of the challenge. */
export async function requestChallenge(service: Service, email: string): Promise<string> {
  const answer = await service.post("/login/email-code", { email });
  if (answer.status !== 200) throw new Error(`the request answered ${answer.status}: ${answer.text}`);
  return answer.body.data.challengeId;
}

export type EmailChallenge = { readonly challengeId: string; readonly code: string };

/** Requests a code and reads it from the mailbox. */
export async function requestEmailCode(service: Service, email: string): Promise<EmailChallenge> {
  const challengeId = await requestChallenge(service, email);
  return { challengeId, code: await mailedCodeTo(service, email) };
}

export const enterEmailCode = (
  service: Service,
  challenge: EmailChallenge,
  fields: object = {},
): Promise<ApiResponse> => service.post("/login/email-code/verify", { ...challenge, ...fields });

/** Signs in by email code. */
export async function signInByCode(service: Service, email: string): Promise<ApiResponse> {
  return enterEmailCode(service, await requestEmailCode(service, email));
}
