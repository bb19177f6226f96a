import { build } from "esbuild";

/** The programs of examples/node-api, with the package in them as a consumer's bundler would add it. */
export const bundlePrograms = (directory: string) =>
  build({
    entryPoints: ["server", "call"].map((name) => `examples/node-api/src/${name}.ts`),
    bundle: true,
    platform: "node",
    format: "esm",
    outdir: directory,
    outExtension: { ".js": ".mjs" },
  });
