import { stripVTControlCharacters } from "node:util";
import { runWrangler } from "../../shared/run-wrangler.ts";
import type { Problem } from "./example.ts";

/** A line of shell that calls npm or wrangler, wherever it stands: in a block, in a sentence. */
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

/** `npm run …` has to be in package.json. */
export function checkNpm({ words, ...at }: Command, scripts: ReadonlySet<string>): readonly Problem[] {
  const [npm, run, ...rest] = words;
  if (npm !== "npm" || run !== "run") return [];
  const script = rest.find((word) => !word.startsWith("-"))?.replace(/[^\w:.-].*$/, "") ?? "";
  if (script === "" || scripts.has(script)) return [];
  return [{ ...at, says: `package.json has no script "${script}"` }];
}

/** What `wrangler … --help` says of a command; null where there is none of that name. */
export type Help = (subcommand: readonly string[]) => Promise<string | null>;

/** The command and its flags have to be wrangler's own. */
export async function checkWrangler({ words, ...at }: Command, help: Help): Promise<readonly Problem[]> {
  if (words[0] !== "wrangler") return [];
  const end = words.findIndex((word, index) => index > 0 && !/^[a-z][a-z0-9-]*$/.test(word));
  const named = words.slice(1, end < 0 ? undefined : end);
  if (named.length === 0) return [];
  const page = await help(named);
  if (page === null) return [{ ...at, says: `wrangler has no command "${named.join(" ")}"` }];
  return words
    .filter((word) => /^--?[a-z]/.test(word))
    .map((word) => word.replace(/[=`"'.,].*$/, ""))
    .filter(
      (flag) =>
        !new RegExp(`(?:^|[\\s,])${flag}(?![\\w-])`, "m").test(page) &&
        !page.includes(`--${flag.replace("--no-", "")} `),
    )
    .map((flag) => ({ ...at, says: `wrangler ${named.join(" ")} has no option ${flag}` }));
}

/** How many wranglers may run at once. */
const AT_ONCE = 4;

/** Asks the wrangler that is installed, each command once. */
export function wranglerHelp(): Help {
  const asked = new Map<string, Promise<string | null>>();
  const lanes = Array.from({ length: AT_ONCE }, () => Promise.resolve<unknown>(null));
  return (subcommand) => {
    const key = subcommand.join(" ");
    const lane = asked.size % AT_ONCE;
    const answer = asked.get(key) ?? Promise.resolve(lanes[lane]).then(() => ask(subcommand));
    if (!asked.has(key)) lanes[lane] = answer;
    asked.set(key, answer);
    return answer;
  };
}

/** The words after the command's own may be its arguments: wrangler's usage tells which is which. */
async function ask(words: readonly string[]): Promise<string | null> {
  const page = stripVTControlCharacters((await runWrangler([...words, "--help"])).output);
  const usage = /^wrangler(?: ([a-z0-9 -]+?))?(?: [<[].*)?$/m.exec(page)?.[1]?.trim() ?? "";
  const isGroup = /^COMMANDS$/m.test(page);
  const isOurs = usage !== "" && `${words.join(" ")} `.startsWith(`${usage} `);
  return isOurs && !(isGroup && usage !== words.join(" ")) ? page : null;
}
