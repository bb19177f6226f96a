import { unwatchFile, watchFile } from "node:fs";

/** Polling by name, since editors replace a file when they save it. */
const POLL_INTERVAL_MS = 500;

/**
 * Calls `onChange` when one of the files changes, until the returned function is called. wrangler reads these files only
 * when it starts, and watches its configuration alone.
 */
export function watchVariables(files: readonly string[], onChange: (file: string) => void): () => void {
  for (const file of files) {
    watchFile(file, { interval: POLL_INTERVAL_MS, persistent: false }, (current, previous) => {
      if (current.mtimeMs !== previous.mtimeMs) onChange(file);
    });
  }
  return () => {
    for (const file of files) unwatchFile(file);
  };
}
