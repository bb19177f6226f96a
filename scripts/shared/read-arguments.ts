import { type ParseArgsOptionsConfig, parseArgs } from "node:util";

/**
 * Reads a command line for wrangler, of which some is ours: its options by name, the `--var NAME:value` pairs, and
 * everything but the options that are `kept`, untouched and in order. `options` has to know `var`, with many values.
 */
export function readArguments(
  argv: readonly string[],
  { options, kept }: { readonly options: ParseArgsOptionsConfig; readonly kept: ReadonlySet<string> },
) {
  const { values, tokens } = parseArgs({
    args: [...argv],
    options,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const taken = new Set<number>();
  const pairs: string[] = [];
  let insideVar = false;
  for (const token of tokens) {
    // `--var A:1 B:2` is one option with two values to wrangler.
    if (token.kind === "positional" && insideVar) pairs.push(token.value);
    if (token.kind !== "option") continue;
    insideVar = token.name === "var";
    if (insideVar && token.value !== undefined) pairs.push(token.value);
    if (!kept.has(token.name)) continue;
    taken.add(token.index);
    if (token.value !== undefined && !token.inlineValue) taken.add(token.index + 1);
  }
  return {
    values,
    vars: Object.fromEntries(pairs.map(splitPair)) as Readonly<Record<string, string>>,
    others: argv.filter((_, index) => !taken.has(index)),
  };
}

function splitPair(pair: string): [string, string] {
  const colon = pair.indexOf(":");
  return colon < 0 ? [pair, ""] : [pair.slice(0, colon), pair.slice(colon + 1)];
}
