// The dependency rule (docs/architecture.md), enforced:
//   index -> app, rpc, jobs -> composition -> routes, pages -> use cases -> rules -> core
// Each rule names the imports that it forbids.

// The files that talk to D1, KV and R2, and the statements that one batch takes from several features.
// The client package runs in apps, which implement its stores.
const STORES = "^src/(?!client/).*[/-]store\\.ts$";
const STATEMENTS = "^src/.*[/-]statements\\.ts$";
// Files that may import HTTP code.
const HTTP_FILES = [
  "^src/(http|ui|api-docs)/",
  "^src/.*/pages/",
  "^src/.*/([a-z-]*routes\\.tsx?|fields\\.ts|present-[a-z-]+\\.ts|[a-z-]*response\\.ts|render-[a-z-]+\\.tsx?|cors\\.ts)$",
  "^src/messaging/dev-mailbox/.*\\.tsx$",
  "^src/messaging/dev-mailbox/(page-link|style|frame-document)\\.ts$",
  "^src/(app|page-routes)\\.tsx?$",
];
// Adapters of services on the network, and of the platform. They import core only.
const GATEWAYS =
  "^src/(messaging/(email|sms)|captcha|rate-limit|metrics|authentication/social/providers|oauth/custom-claims)/";
// The part of messaging that use cases may import.
const MESSAGES_PORT =
  "^src/messaging/outbox/(message|outbox-port|hourly-send-bucket|new-outbox-message)\\.ts$";
// The entry points and the composition, which see every feature.
const TOP =
  "^src/(composition/|(index|app|page-routes)\\.tsx?$|rpc/entrypoint\\.ts$|jobs/(run-scheduled|schedule)\\.ts$)";

// What `exports` of package.json leads to.
const PUBLISHED = "^src/client/(index|hono|browser|api-types)\\.ts$";
// Packages that an example installs, and modules of Node.
const EXAMPLE_PACKAGES = "node_modules/(hono|@modelcontextprotocol/sdk|zod)/|^(node:)?(http|process)$";

// The packages that the Worker is made of. The other installed packages build and test it.
const RUNTIME = [
  "@hono/zod-validator",
  "@simplewebauthn/server",
  "@oslojs/(crypto|encoding|otp)",
  "aws4fetch",
  "drizzle-orm",
  "hono",
  "jose",
  "oauth4webapi",
  "uqr",
  "zod",
];

/** @type {import("dependency-cruiser").IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: "no-circular-imports",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "core-imports-only-core",
      severity: "error",
      from: { path: "^src/core/" },
      to: { path: "^src/", pathNot: "^src/core/" },
    },
    {
      name: "only-db-and-stores-import-drizzle",
      severity: "error",
      from: { path: "^src/", pathNot: ["^src/db/", STORES, STATEMENTS] },
      to: { path: "node_modules/drizzle-orm" },
    },
    {
      name: "only-db-and-stores-import-db",
      comment: "The composition opens the database.",
      severity: "error",
      from: { path: "^src/", pathNot: ["^src/db/", STORES, STATEMENTS, TOP] },
      to: { path: "^src/db/" },
    },
    {
      name: "db-imports-no-feature",
      severity: "error",
      from: { path: "^src/db/" },
      to: { path: "^src/", pathNot: "^src/(db|core)/" },
    },
    {
      name: "stores-are-composed-not-imported",
      comment:
        "A use case may take the type of a store of its own folder. Only the composition creates stores.",
      severity: "error",
      from: { path: "^src/(.+)/[^/]+$", pathNot: [TOP] },
      to: { path: STORES, pathNot: "^src/$1/[^/]+$" },
    },
    {
      name: "stores-are-imported-as-types",
      severity: "error",
      from: { path: "^src/", pathNot: [TOP] },
      to: { path: STORES, dependencyTypesNot: ["type-only"] },
    },
    {
      name: "only-stores-import-statements",
      severity: "error",
      from: { path: "^src/", pathNot: [STORES, STATEMENTS, TOP] },
      to: { path: STATEMENTS, dependencyTypesNot: ["type-only"] },
    },
    {
      name: "stores-import-no-http",
      severity: "error",
      from: { path: [STORES, STATEMENTS] },
      to: { path: [...HTTP_FILES, "node_modules/(hono|@hono|zod)/"] },
    },
    {
      name: "use-cases-import-no-http",
      severity: "error",
      from: { path: "^src/", pathNot: [...HTTP_FILES, TOP, GATEWAYS, "^src/(client|rpc|core)/"] },
      to: {
        path: ["node_modules/(hono|@hono|zod)/", ...HTTP_FILES],
      },
    },
    {
      name: "http-imports-no-feature",
      comment: "Except the types of a session, of an actor and of a permission, which the guards hand on.",
      severity: "error",
      from: { path: "^src/http/" },
      to: {
        path: "^src/",
        pathNot: [
          "^src/(http|core)/",
          "^src/sessions/session\\.ts$",
          "^src/admin/authorization/(actor|permissions)\\.ts$",
        ],
      },
    },
    {
      name: "gateways-import-only-core",
      severity: "error",
      from: { path: GATEWAYS, pathNot: [...HTTP_FILES, STORES, STATEMENTS] },
      to: {
        path: "^src/",
        pathNot: ["^src/core/", GATEWAYS, "^src/messaging/dev-mailbox/dev-message\\.ts$"],
      },
    },
    {
      name: "messages-are-a-port",
      severity: "error",
      from: {
        path: "^src/(accounts|admin|authentication|oauth|registration|sessions|health|jobs)/",
        pathNot: [STORES, STATEMENTS, TOP],
      },
      to: {
        path: "^src/messaging/",
        pathNot: [MESSAGES_PORT, "^src/messaging/outbox/list-dead-messages\\.ts$"],
      },
    },
    {
      name: "only-the-top-imports-the-composition",
      severity: "error",
      from: { path: "^src/", pathNot: TOP },
      to: { path: ["^src/composition/", "^src/(index|app|page-routes)\\.tsx?$"] },
    },
    {
      name: "only-the-composition-reads-config",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/composition/" },
      to: { path: "^src/composition/(config|variables)\\.ts$" },
    },
    {
      name: "pages-are-imported-only-by-page-routes",
      severity: "error",
      from: { path: "^src/", pathNot: ["^src/.*/pages/", "^src/page-routes\\.tsx$"] },
      to: { path: "^src/.*/pages/" },
    },
    {
      name: "ui-imports-no-page",
      severity: "error",
      from: { path: "^src/ui/" },
      to: { path: "^src/.*/pages/" },
    },
    {
      name: "examples-import-only-published-packages",
      comment:
        "An example imports itself, its own packages and this package by its name, as a copy of the folder would.",
      severity: "error",
      from: { path: "^examples/([^/]+)/" },
      to: { pathNot: ["^examples/$1/", EXAMPLE_PACKAGES, PUBLISHED] },
    },
    {
      name: "examples-import-the-package-by-its-name",
      severity: "error",
      from: { path: "^examples/" },
      to: { path: "^src/", dependencyTypes: ["local"] },
    },
    {
      name: "src-imports-no-test",
      severity: "error",
      from: { path: "^src/" },
      to: { path: "^(test|scripts)/" },
    },
    {
      name: "src-imports-declared-packages",
      comment: "wrangler bundles the service, so its packages are devDependencies of the one that is packed.",
      severity: "error",
      from: { path: "^src/" },
      to: {
        // Modules of the runtime, which are not on disk. Only rpc/ and the request scope import them.
        pathNot: "^(cloudflare:workers|async_hooks)$",
        dependencyTypes: ["npm-no-pkg", "npm-unknown", "unknown", "core"],
      },
    },
    {
      name: "src-imports-listed-packages",
      severity: "error",
      // The script of the passkeys is no part of the Worker: esbuild bundles it for browsers.
      from: { path: "^src/", pathNot: "^src/authentication/passkeys/browser/" },
      to: { path: "node_modules/", pathNot: `node_modules/(${RUNTIME.join("|")})/` },
    },
    {
      name: "schemas-use-zod-mini",
      comment: '`import * as z from "zod/mini"`: docs/decisions/012.',
      severity: "error",
      from: { path: "^src/" },
      to: { path: "node_modules/zod/", pathNot: "node_modules/zod/mini/" },
    },
    {
      name: "client-imports-no-service-code",
      comment: "It runs in other Workers.",
      severity: "error",
      from: { path: "^src/client/" },
      to: {
        path: ["^src/", "node_modules/"],
        pathNot: ["^src/client/", "node_modules/(jose|hono|oauth4webapi)/"],
      },
    },
    {
      name: "client-imports-hono-only-in-client-hono",
      comment: "Except client/hono.",
      severity: "error",
      from: { path: "^src/client/", pathNot: "^src/client/hono(/|\\.ts$)" },
      to: { path: ["node_modules/hono/", "^src/client/hono"] },
    },
    {
      name: "service-imports-only-types-of-client",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/client/" },
      to: { path: "^src/client/", dependencyTypesNot: ["type-only"] },
    },
    {
      name: "only-rpc-imports-client",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/(client|rpc)/" },
      to: { path: "^src/client/" },
    },
    {
      name: "only-rpc-imports-cloudflare-modules",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/rpc/" },
      to: { path: "^cloudflare:" },
    },
    {
      name: "only-the-request-scope-imports-async-hooks",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/composition/request-scope\\.ts$" },
      to: { path: "^async_hooks$" },
    },
    {
      name: "features-do-not-import-rpc",
      severity: "error",
      from: { path: "^src/[^/]+/", pathNot: "^src/rpc/" },
      to: { path: "^src/rpc/" },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    // Output of wrangler in an example's folder.
    exclude: { path: "/\\.wrangler/" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    parser: "swc",
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "require", "node", "default", "types"],
    },
  },
};
