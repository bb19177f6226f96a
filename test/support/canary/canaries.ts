import type { Answer } from "../service.ts";

/** Where something was found that must not be there. */
export type Leak = { readonly what: string; readonly where: string };

type Secret = {
  readonly what: string;
  /** The texts in any of which it would be given away. */
  readonly patterns: readonly RegExp[];
  /** The answers that hand it to whom it is for. */
  readonly handedOutBy: Set<Answer>;
};

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/-]/g, "\\$&");

const binary = (bytes: Uint8Array): string => String.fromCharCode(...bytes);

/** Base64 of the text as it may stand within other text: each of three places to begin, the ends cut. */
function base64Forms(bytes: Uint8Array): string[] {
  return [0, 1, 2].flatMap((before) => {
    const padded = new Uint8Array([...new Uint8Array(before), ...bytes]);
    const whole = btoa(binary(padded)).replace(/=+$/, "");
    const first = Math.ceil((before * 8) / 6);
    const last = Math.floor((padded.length * 8) / 6);
    const inner = whole.slice(first, last);
    return [inner, inner.replaceAll("+", "-").replaceAll("/", "_")];
  });
}

/** Raw, base64, base64url, percent-encoded, hexadecimal, and as JSON writes it. */
export function formsOf(text: string): string[] {
  const bytes = new TextEncoder().encode(text);
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0"));
  const percent = hex.map((pair) => `%${pair}`).join("");
  const encoded = [encodeURIComponent(text), percent, percent.toUpperCase(), hex.join("")];
  const json = JSON.stringify(text).slice(1, -1);
  const inQuery = new URLSearchParams({ a: text }).toString().slice(2);
  return [...new Set([text, json, inQuery, ...encoded, ...base64Forms(bytes)])];
}

/** Six digits stand alone: as part of a longer number they would be somebody's instant. */
const patternOf = (form: string): RegExp =>
  /^\d{6}$/.test(form) ? new RegExp(`(?<!\\d)${form}(?!\\d)`) : new RegExp(escaped(form));

/** Everything that was planted, and every text in which none of it may be. */
export function createCanaries() {
  const secrets = new Map<string, Secret>();
  const texts = new Map<string, string>();
  const answers = new Set<{ answer: Answer; what: string }>();
  const plant = (what: string, text: string): string => {
    if (!secrets.has(text)) {
      if (text.length < 6) throw new Error(`${what} is too short to be looked for`);
      secrets.set(text, { what, patterns: formsOf(text).map(patternOf), handedOutBy: new Set() });
    }
    return text;
  };
  return {
    plant,
    /** Plants what an answer hands out, and allows it there. */
    plantIssued(what: string, text: string | undefined, answer: Answer): string {
      if (text === undefined) throw new Error(`no ${what} in ${answer.status} ${answer.text}`);
      plant(what, text);
      secrets.get(text)?.handedOutBy.add(answer);
      return text;
    },
    addText: (where: string, text: string) => texts.set(text, where),
    addAnswer: (what: string, answer: Answer) => answers.add({ what, answer }),
    planted: () => [...secrets.values()].map(({ what }) => what),
    textsPlanted: (kind: string) =>
      [...secrets].filter(([, { what }]) => what === kind).map(([text]) => text),
    textsOf: (where: string) => [...texts].filter(([, at]) => at === where).map(([text]) => text),
    /** Every secret that is where it must not be. */
    leaks(): Leak[] {
      const leaks: Leak[] = [];
      const search = (text: string, where: string, answer?: Answer) => {
        for (const { what, patterns, handedOutBy } of secrets.values()) {
          if (answer && handedOutBy.has(answer)) continue;
          if (patterns.some((pattern) => pattern.test(text))) leaks.push({ what, where });
        }
      };
      for (const [text, where] of texts) search(text, where);
      for (const { what, answer } of answers) {
        search(`${[...answer.headers].join("\n")}\n${answer.text}`, `the answer to ${what}`, answer);
      }
      return leaks;
    },
  };
}

export type Canaries = ReturnType<typeof createCanaries>;
