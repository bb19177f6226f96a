/** The sentences that the page hands to its script, by error code of the API or by name. */
const texts: Readonly<Record<string, string>> = JSON.parse(document.currentScript?.dataset.texts ?? "{}");

export const areas = (name: string): HTMLElement[] => [
  ...document.querySelectorAll<HTMLElement>(`[data-passkey="${name}"]`),
];

/** Shows a sentence in the area, where screen readers announce it. No name: removes an earlier one. */
export function say(area: HTMLElement, name: string | null): void {
  area.querySelector(":scope > [role=alert]")?.remove();
  if (name === null) return;
  const alert = document.createElement("p");
  alert.className = "alert";
  alert.setAttribute("role", "alert");
  alert.textContent = texts[name] ?? texts.failed ?? "";
  area.prepend(alert);
}

export type ApiAnswer = {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: the API is described in openapi.json
  readonly data: any;
  /** The error code. Null for a success. */
  readonly code: string | null;
};

const csrfToken = (): string => document.querySelector<HTMLInputElement>("input[name=csrf]")?.value ?? "";

/** Sends a request to the API of this service. A network error gives the code `failed`. */
export async function post(path: string, body: object = {}): Promise<ApiAnswer> {
  try {
    const response = await fetch(`/api/auth${path}`, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRF-Token": csrfToken() },
      body: JSON.stringify(body),
    });
    const { data, error } = await response.json();
    return { status: response.status, data, code: response.ok ? null : (error?.code ?? "failed") };
  } catch {
    return { status: 0, data: null, code: "failed" };
  }
}

/** The user has cancelled, or another ceremony has taken over: nothing has to be said. */
export function isSilent(error: unknown): boolean {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error && (cause.name === "NotAllowedError" || cause.name === "AbortError");
}

/** Does the work of a form before the browser submits it. Without success the form is not submitted. */
export function beforeSubmit(form: HTMLFormElement, work: () => Promise<boolean>): void {
  let state: "idle" | "working" | "done" = "idle";
  form.addEventListener("submit", async (event) => {
    if (state === "done") return;
    event.preventDefault();
    event.stopPropagation();
    if (state === "working") return;
    state = "working";
    state = (await work()) ? "done" : "idle";
    if (state === "done") form.requestSubmit();
  });
}
