import { join } from "node:path";
import { startExampleApp } from "../../test/browser/support/example-app.ts";
import { serveBrowser } from "../shared/launch-browser.ts";
import { createScratchDirectory } from "../shared/scratch-directory.ts";
import { type DevServer, startDevServer } from "./dev-server.ts";

const VARIABLES = [
  ...["MAIL_PROVIDER:mailbox", "SMS_PROVIDER:mailbox"],
  // One block of hashing, and no limits: all of the browser's people come from one address.
  ...["RATE_LIMITS:off", "PASSWORD_HASH_BLOCKS:1"],
  // For their buttons to be there. Nobody presses them: the browser reaches no provider.
  ...["SOCIAL_GOOGLE_CLIENT_ID:none", "SOCIAL_GOOGLE_CLIENT_SECRET:none"],
  ...["SOCIAL_GITHUB_CLIENT_ID:none", "SOCIAL_GITHUB_CLIENT_SECRET:none"],
];

/** One browser, a service as developers have it, with its mailbox and an empty database, and an app of somebody else's. */
export async function startStage() {
  const browser = await serveBrowser();
  const scratch = createScratchDirectory();
  const app = await startExampleApp();
  const leave = async () => {
    app.stop();
    await browser.close();
    scratch.remove();
  };
  try {
    const service = await startDevServer(join(scratch.path, "service"), [
      ...VARIABLES,
      `ALLOWED_RETURN_URLS:${app.returnUrls.join(",")}`,
      `ALLOWED_ORIGINS:${app.origin}`,
    ]);
    app.signsInAt(service.origin);
    return {
      endpoint: browser.wsEndpoint(),
      origin: service.origin,
      notesOrigin: await originOfNotes(service),
      app: app.origin,
      superuser: superuserIn(service.output()),
      stop: () => service.stop().finally(leave),
    };
  } catch (cause) {
    await leave();
    throw cause;
  }
}

/** The first start makes a superuser, and says the password that once. */
function superuserIn(output: string): { email: string; password: string } {
  const [, email, password] = /^ +(\S+@example\.test)\n +(\S+)$/m.exec(output) ?? [];
  if (email === undefined || password === undefined) throw new Error(`No superuser was made:\n${output}`);
  return { email, password };
}

/** Where the example beside it is, which is up some time after the service, or says why it is not. */
async function originOfNotes(service: DevServer): Promise<string> {
  const [, origin] = await service.printed(/^ +Example +(\S+)|The example did not start/m);
  if (origin === undefined) throw new Error(service.output());
  return origin;
}
