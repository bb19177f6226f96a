import type { Problem } from "./example.ts";

const OTHER_PROVIDERS = ["APPLE", "MICROSOFT", "GITHUB", "FACEBOOK", "LINKEDIN"];

/** The variables in the first column of docs/configuration.md's tables. */
export function documentedVariables(configuration: string): ReadonlySet<string> {
  const names = new Set<string>();
  for (const [row] of configuration.matchAll(/^\| *`.*$/gm)) {
    const [, cell = ""] = row.split("|");
    for (const [, name = ""] of cell.matchAll(/`([A-Z][A-Z0-9_]+)`/g)) names.add(name);
  }
  // That page describes other providers by reference to GOOGLE.
  for (const name of [...names].filter((one) => one.includes("_GOOGLE_"))) {
    for (const other of OTHER_PROVIDERS) names.add(name.replace("GOOGLE", other));
  }
  // Apple has a private key instead.
  names.delete("SOCIAL_APPLE_CLIENT_SECRET");
  return names;
}

/** Reports undocumented names that share the first word with a documented variable. */
export function checkVariables(
  { file, line, text }: { readonly file: string; readonly line: number; readonly text: string },
  documented: ReadonlySet<string>,
): readonly Problem[] {
  const families = new Set([...documented].map((name) => name.split("_")[0]));
  return [...text.matchAll(/(?<![\w$.])([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)(?![\w…<*-])/g)].flatMap(
    ({ 1: name = "", index }) => {
      if (!families.has(name.split("_")[0]) || documented.has(name) || OTHERS.has(name)) return [];
      const at = line + text.slice(0, index).split("\n").length - 1;
      return [{ file, line: at, message: `docs/configuration.md has no variable ${name}` }];
    },
  );
}

/** Names like variables: a binding of the service, and the variables of an app that is an OAuth client. */
const OTHERS: ReadonlySet<string> = new Set(["SEND_EMAIL", "CLIENT_ID", "CLIENT_SECRET"]);

/** Reports documented variables that the source does not read. */
export function checkReaders(documented: ReadonlySet<string>, sources: string): readonly Problem[] {
  return [...documented].flatMap((name) => {
    const isRead = new RegExp(`\\b${name}\\b`).test(sources) || /^SOCIAL_[A-Z]+_/.test(name);
    return isRead ? [] : [{ file: "docs/configuration.md", line: 1, message: `src/ does not read ${name}` }];
  });
}
