import { afterAll } from "vitest";
import { restoreGlobals } from "./original-globals.ts";

// What a file replaced must not reach the next file of the process.
afterAll(restoreGlobals);
