import type { Example, Mark, Problem } from "./example.ts";

export type Page = {
  readonly file: string;
  readonly text: string;
  readonly examples: readonly Example[];
  /** Shell that runs before the blocks: the comments that begin with "example setup". */
  readonly setup: string;
  readonly links: readonly { readonly line: number; readonly target: string }[];
  /** The anchors that GitHub generates for headings. */
  readonly anchors: ReadonlySet<string>;
  readonly inlineCode: readonly { readonly line: number; readonly code: string }[];
  /** Malformed marks, and marks without a block. */
  readonly problems: readonly Problem[];
};

type Part = { readonly line: number; readonly text: string };

const FENCE = /^( *)(`{3,}|~{3,})[ \t]*([^\s`]*)[^\n`]*\n(.*?)^ *\2[ \t]*$/gms;
const MARK = /^[ \t]*<!--\s*example:\s*(.*?)\s*-->[ \t]*$/gms;
const SETUP = /^<!--\s*example setup\n(.*?)-->/gms;
const WALK = /<!-- walk -->.*?<!-- end of walk -->/gs;

/** Parses the parts of a page that the checks need. */
export function readMarkdown(file: string, text: string): Page {
  const fences = [...text.matchAll(FENCE)];
  const walks = [...text.matchAll(WALK)].map(({ 0: whole, index }) => [index, index + whole.length] as const);
  const isWalked = (at: number) => walks.some(([from, to]) => from < at && at < to);
  const marks = [...text.matchAll(MARK)];
  const problems: Problem[] = [];
  const used = new Set<number>();
  const examples = fences.map(({ 1: indent = "", 3: language = "", 4: code = "", index }) => {
    const above = marks.find(({ 0: comment, index: at }) =>
      /^\n$/.test(text.slice(at + comment.length, index)),
    );
    if (above) used.add(above.index);
    const mark = above ? readMark(above[1] ?? "") : isWalked(index) ? ({ kind: "run" } as const) : null;
    const line = lineAt(text, index) + 1;
    if (above && mark === null) problems.push({ file, line: line - 2, message: unknownMark(above[1] ?? "") });
    return { file, line, language: language.toLowerCase(), code: unindent(code, indent), mark };
  });
  for (const { index } of marks) {
    if (used.has(index)) continue;
    const message = "this mark has no block: put it on the line before the fence";
    problems.push({ file, line: lineAt(text, index), message });
  }
  const prose = proseOf(text);
  return {
    file,
    text,
    examples,
    setup: [...text.matchAll(SETUP)].map(([, shell = ""]) => shell).join("\n"),
    links: partsOf(prose.replace(/`[^`\n]*`/g, blank), /\[[^\]]*\]\(([^)\s]+)[^)]*\)/g).map(
      ({ line, text: target }) => ({
        line,
        target,
      }),
    ),
    anchors: anchorsOf(prose),
    inlineCode: partsOf(prose, /(?<!`)`([^`\n]+)`(?!`)/g).map(({ line, text: code }) => ({ line, code })),
    problems,
  };
}

function readMark(text: string): Mark | null {
  if (text === "run") return { kind: "run" };
  const [, subject = "", declarations = null] = /^(.*?)(?:\s+given:\s*(.+))?$/s.exec(text) ?? [];
  const [, reason = ""] = /^not run: *(.{8,})$/s.exec(subject) ?? [];
  if (reason !== "") return { kind: "not-run", reason, declarations };
  const [, test, name] = /^run by ([\w/-]+) as ([a-z0-9-]+)$/.exec(subject) ?? [];
  return test && name ? { kind: "run-by", test, name, declarations } : null;
}

const unknownMark = (text: string): string =>
  `the mark "${text.slice(0, 40)}" is invalid: write "run", "run by <test> as <name>" or "not run: <why>", the last two with an optional "given: <declarations>"`;

const lineAt = (text: string, index: number): number => text.slice(0, index).split("\n").length;

const unindent = (code: string, indent: string): string =>
  indent === "" ? code : code.replaceAll(new RegExp(`^ {1,${indent.length}}`, "gm"), "");

/** The text with blocks and comments blanked out, line by line. */
const proseOf = (text: string): string => text.replace(FENCE, blank).replace(/<!--.*?-->/gs, blank);

const blank = (whole: string): string => whole.replaceAll(/[^\n]/g, "");

const partsOf = (prose: string, pattern: RegExp): Part[] =>
  [...prose.matchAll(pattern)].map(({ 1: text = "", index }) => ({ line: lineAt(prose, index), text }));

function anchorsOf(prose: string): ReadonlySet<string> {
  const anchors = new Set<string>();
  for (const [, heading = ""] of prose.matchAll(/^#{1,6} +(.+?) *#*$/gm)) {
    const slug = slugOf(heading);
    let anchor = slug;
    for (let again = 1; anchors.has(anchor); again += 1) anchor = `${slug}-${again}`;
    anchors.add(anchor);
  }
  for (const [, id = ""] of prose.matchAll(/<a (?:id|name)="([^"]+)"/g)) anchors.add(id);
  return anchors;
}

const slugOf = (heading: string): string =>
  heading
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1")
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
    .trim()
    .replaceAll(/\s/g, "-");
