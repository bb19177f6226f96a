import type { ApiResponse } from "../service.ts";

/** A secret that was found in a place where it must not be. */
export type Leak = { readonly kind: string; readonly where: string };

type Secret = {
  readonly kind: string;
  /** The encodings of the secret. */
  readonly patterns: readonly RegExp[];
  /** The responses that may contain it. */
  readonly issuedBy: Set<ApiResponse>;
};

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/-]/g, "\\$&");

const binary = (bytes: Uint8Array): string => String.fromCharCode(...bytes);

/** Base64 of the text within longer text: for each of the three alignments, without the boundary characters. */
function base64Forms(bytes: Uint8Array): string[] {
  return [0, 1, 2].flatMap((before) => {
    const padded = new Uint8Array([...new Uint8Array(before), ...bytes]);
    const encoded = btoa(binary(padded)).replace(/=+$/, "");
    const first = Math.ceil((before * 8) / 6);
    const last = Math.floor((padded.length * 8) / 6);
    const inner = encoded.slice(first, last);
    return [inner, inner.replaceAll("+", "-").replaceAll("/", "_")];
  });
}

/** The text raw, in base64, base64url, percent-encoding, hexadecimal and JSON. */
export function formsOf(text: string): string[] {
  const bytes = new TextEncoder().encode(text);
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0"));
  const percent = hex.map((pair) => `%${pair}`).join("");
  const encoded = [encodeURIComponent(text), percent, percent.toUpperCase(), hex.join("")];
  const json = JSON.stringify(text).slice(1, -1);
  const inQuery = new URLSearchParams({ a: text }).toString().slice(2);
  return [...new Set([text, json, inQuery, ...encoded, ...base64Forms(bytes)])];
}

/** Matches a six-digit code only outside longer numbers, because timestamps contain such digits. */
const patternOf = (form: string): RegExp =>
  /^\d{6}$/.test(form) ? new RegExp(`(?<!\\d)${form}(?!\\d)`) : new RegExp(escaped(form));

/** The planted secrets, and the texts that must contain none of them. */
export function createCanaries() {
  const secrets = new Map<string, Secret>();
  const texts = new Map<string, string>();
  const answers = new Set<{ answer: ApiResponse; kind: string }>();
  const plant = (kind: string, text: string): string => {
    if (!secrets.has(text)) {
      if (text.length < 6) throw new Error(`${kind} is too short to search for`);
      secrets.set(text, { kind, patterns: formsOf(text).map(patternOf), issuedBy: new Set() });
    }
    return text;
  };
  return {
    plant,
    /** Plants a secret that the response issues, and allows it in that response. */
    plantIssued(kind: string, text: string | undefined, answer: ApiResponse): string {
      if (text === undefined) throw new Error(`no ${kind} in ${answer.status} ${answer.text}`);
      plant(kind, text);
      secrets.get(text)?.issuedBy.add(answer);
      return text;
    },
    addText: (where: string, text: string) => texts.set(text, where),
    addAnswer: (kind: string, answer: ApiResponse) => answers.add({ kind, answer }),
    planted: () => [...secrets.values()].map(({ kind }) => kind),
    textsPlanted: (kindOrName: string) =>
      [...secrets].filter(([, { kind }]) => kind === kindOrName).map(([text]) => text),
    textsOf: (where: string) => [...texts].filter(([, at]) => at === where).map(([text]) => text),
    /** Every secret that a text or another response contains. */
    leaks(): Leak[] {
      const leaks: Leak[] = [];
      const search = (text: string, where: string, answer?: ApiResponse) => {
        for (const { kind, patterns, issuedBy } of secrets.values()) {
          if (answer && issuedBy.has(answer)) continue;
          if (patterns.some((pattern) => pattern.test(text))) leaks.push({ kind, where });
        }
      };
      for (const [text, where] of texts) search(text, where);
      for (const { kind, answer } of answers) {
        search(`${[...answer.headers].join("\n")}\n${answer.text}`, `the answer to ${kind}`, answer);
      }
      return leaks;
    },
  };
}

export type Canaries = ReturnType<typeof createCanaries>;
