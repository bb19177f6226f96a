import { withTimeout } from "./with-timeout.ts";

type Answer = { readonly ok: true } | { readonly ok: false; readonly reason: string };
type Success<A> = Extract<A, { readonly ok: true }>;

/**
 * Calls Gatehouse over a service binding. The result is `unavailable` when the service is not deployed, throws or
 * times out, and when the response does not have the expected shape: the binding may point to another service.
 */
export async function callService<A extends Answer>(
  call: () => Promise<A>,
  isComplete: (success: Success<A>) => boolean,
): Promise<A | { readonly ok: false; readonly reason: "unavailable" }> {
  try {
    const answer = await withTimeout(call());
    if (answer?.ok === true && isComplete(answer as Success<A>)) return answer;
    if (answer?.ok === false && typeof answer.reason === "string") return answer;
    return UNAVAILABLE;
  } catch (cause) {
    // The developer of the app finds the cause here. The message contains no token and no user data.
    console.error(`Gatehouse did not answer: ${cause instanceof Error ? cause.message : cause}`);
    return UNAVAILABLE;
  }
}

const UNAVAILABLE = { ok: false, reason: "unavailable" } as const;
