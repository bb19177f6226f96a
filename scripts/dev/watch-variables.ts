import { unwatchFile, watchFile } from "node:fs";

/** Milliseconds. Editors replace a file as they save it, so it is looked at, by its name. */
const GLANCE = 500;

/**
 * Says so when one of these files changes, until it is stopped. wrangler reads them when it starts, and watches its
 * configuration alone: whoever edits them would wait in vain.
 */
export function watchVariables(files: readonly string[], say: (file: string) => void): () => void {
  for (const file of files) {
    watchFile(file, { interval: GLANCE, persistent: false }, (now, before) => {
      if (now.mtimeMs !== before.mtimeMs) say(file);
    });
  }
  return () => {
    for (const file of files) unwatchFile(file);
  };
}
