import type { DetailName, StoredEvent } from "../../audit/event.ts";
import type { Words } from "../messages/catalogue.ts";

type Told = Exclude<DetailName, "sessionId">;

/** The values that have words; names of providers and Workers are words already. */
const valuesOf = (t: Words): Record<Told, Readonly<Record<string, string>>> => ({
  fields: t.fields,
  enabled: { true: t.account.on, false: t.account.off },
  role: t.roles,
  from: t.roles,
  to: t.roles,
  amr: t.methods,
  provider: {},
  worker: {},
  generation: {},
});

/** What an event says beside its type. A row may be of another version: what has no words here is shown as it is. */
export const detailsOf = (t: Words, { details }: StoredEvent): string[] =>
  Object.entries(details)
    // Which session it was helps no reader.
    .filter(([name]) => name !== "sessionId")
    .map(([name, value]) => {
      const values = wordOf(valuesOf(t), name, {});
      const parts = String(value).split(/[ ,]+/);
      return `${wordOf(t.details, name, name)}: ${parts.map((part) => wordOf(values, part, part)).join(", ")}`;
    });

const wordOf = <Word>(words: Readonly<Record<string, Word>>, key: string, otherwise: Word): Word =>
  Object.hasOwn(words, key) ? (words[key] as Word) : otherwise;
