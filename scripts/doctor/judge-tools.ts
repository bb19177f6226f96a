import { type Finding, fail, ok, warn } from "./finding.ts";

export type ToolFacts = {
  /** Such as 24.21.0. */
  readonly node: string;
  readonly wrangler: string | null;
  /** What package.json pins. */
  readonly pinnedWrangler: string;
};

/** What the scripts need to run TypeScript as it is. */
const NODE = [22, 18] as const;

export function judgeTools({ node, wrangler, pinnedWrangler }: ToolFacts): readonly Finding[] {
  const [major = 0, minor = 0] = node.split(".").map(Number);
  const isNew = major > NODE[0] || (major === NODE[0] && minor >= NODE[1]);
  const install = "npm install, and start the scripts by npm run: it brings the right Node and wrangler";
  return [
    isNew ? ok("Node", node) : fail("Node", `${node} is older than ${NODE.join(".")}`, install),
    wrangler === null
      ? fail("wrangler", "is not installed", install)
      : wrangler === pinnedWrangler
        ? ok("wrangler", wrangler)
        : warn(
            "wrangler",
            `${wrangler} is installed, and ${pinnedWrangler} is what this was tested with`,
            install,
          ),
  ];
}
