import { withTimeout } from "./or-too-late.ts";

type Answer = { readonly ok: true } | { readonly ok: false; readonly reason: string };
type Yes<A> = Extract<A, { readonly ok: true }>;

/**
 * Asks Gatehouse over a service binding. Whatever keeps it from answering (it is not deployed, it throws, it
 * takes too long) is `unavailable`, and so is what is no answer to this question: the binding may be to
 * something else.
 */
export async function ask<A extends Answer>(
  call: () => Promise<A>,
  isWhole: (yes: Yes<A>) => boolean,
): Promise<A | { readonly ok: false; readonly reason: "unavailable" }> {
  try {
    const answer = await withTimeout(call());
    if (answer?.ok === true && isWhole(answer as Yes<A>)) return answer;
    if (answer?.ok === false && typeof answer.reason === "string") return answer;
    return UNAVAILABLE;
  } catch (cause) {
    // Whoever set up the binding finds here what it is that does not answer; it holds nothing of what was asked.
    console.error(`Gatehouse did not answer: ${cause instanceof Error ? cause.message : cause}`);
    return UNAVAILABLE;
  }
}

const UNAVAILABLE = { ok: false, reason: "unavailable" } as const;
