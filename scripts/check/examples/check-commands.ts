import { stripVTControlCharacters } from "node:util";
import { runWrangler } from "../../shared/run-wrangler.ts";
import type { Problem } from "./example.ts";

/** A call of npm or wrangler, in a code block or in inline code. */
export type Command = { readonly file: string; readonly line: number; readonly words: readonly string[] };

/** The calls of npm and wrangler in a piece of shell. */
export function commandsIn({ file, line, text }: { file: string; line: number; text: string }): Command[] {
  return text.split("\n").flatMap((row, at) => {
    const calls = row
      .replace(/(^|\s)#.*$/, "")
      .matchAll(/(?:^|[\s"'(;|&])((?:npm|(?:npx )?wrangler) [^;|&)]*)/g);
    return [...calls].map(([, call = ""]) => ({
      file,
      line: line + at,
      words: call.trim().replace(/^npx /, "").split(/\s+/),
    }));
  });
}

/** package.json must have the script of `npm run …`. */
export function checkNpm({ words, ...at }: Command, scripts: ReadonlySet<string>): readonly Problem[] {
  const [npm, run, ...rest] = words;
  if (npm !== "npm" || run !== "run") return [];
  const script = rest.find((word) => !word.startsWith("-"))?.replace(/[^\w:.-].*$/, "") ?? "";
  if (script === "" || scripts.has(script)) return [];
  return [{ ...at, message: `package.json has no script "${script}"` }];
}

/** The output of `wrangler … --help` for a command; null if it does not exist. */
export type Help = (subcommand: readonly string[]) => Promise<string | null>;

/** wrangler must have the command and its flags. */
export async function checkWrangler({ words, ...at }: Command, help: Help): Promise<readonly Problem[]> {
  if (words[0] !== "wrangler") return [];
  const end = words.findIndex((word, index) => index > 0 && !/^[a-z][a-z0-9-]*$/.test(word));
  const named = words.slice(1, end < 0 ? undefined : end);
  if (named.length === 0) return [];
  const page = await help(named);
  if (page === null) return [{ ...at, message: `wrangler has no command "${named.join(" ")}"` }];
  return words
    .filter((word) => /^--?[a-z]/.test(word))
    .map((word) => word.replace(/[=`"'.,].*$/, ""))
    .filter(
      (flag) =>
        !new RegExp(`(?:^|[\\s,])${flag}(?![\\w-])`, "m").test(page) &&
        !page.includes(`--${flag.replace("--no-", "")} `),
    )
    .map((flag) => ({ ...at, message: `wrangler ${named.join(" ")} has no option ${flag}` }));
}

/** How many wrangler processes run at once. */
const CONCURRENCY = 4;

/** Runs the installed wrangler once for each command. */
export function wranglerHelp(): Help {
  const pages = new Map<string, Promise<string | null>>();
  const lanes = Array.from({ length: CONCURRENCY }, () => Promise.resolve<unknown>(null));
  return (subcommand) => {
    const key = subcommand.join(" ");
    const lane = pages.size % CONCURRENCY;
    const page = pages.get(key) ?? Promise.resolve(lanes[lane]).then(() => readHelp(subcommand));
    if (!pages.has(key)) lanes[lane] = page;
    pages.set(key, page);
    return page;
  };
}

/** Words after the command may be arguments. wrangler's usage line shows where the command ends. */
async function readHelp(words: readonly string[]): Promise<string | null> {
  const page = stripVTControlCharacters((await runWrangler([...words, "--help"])).output);
  const usage = /^wrangler(?: ([a-z0-9 -]+?))?(?: [<[].*)?$/m.exec(page)?.[1]?.trim() ?? "";
  const isGroup = /^COMMANDS$/m.test(page);
  const matches = usage !== "" && `${words.join(" ")} `.startsWith(`${usage} `);
  return matches && !(isGroup && usage !== words.join(" ")) ? page : null;
}
