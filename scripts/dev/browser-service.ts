import { join } from "node:path";
import { startExampleApp } from "../../test/browser/support/example-app.ts";
import { serveBrowser } from "../shared/launch-browser.ts";
import { createScratchDirectory } from "../shared/scratch-directory.ts";
import { type DevServer, startDevServer } from "./dev-server.ts";
import { insertExampleClient } from "./insert-example-client.ts";

const VARIABLES = [
  ...["MAIL_PROVIDER:mailbox", "SMS_PROVIDER:mailbox"],
  // One hashing block for speed, and no rate limits: all visitors have one IP address.
  "SECOND_FACTORS:totp,passkey,email_otp,sms_otp,recovery_code",
  ...["RATE_LIMITS:off", "PASSWORD_HASH_BLOCKS:1", "SIGN_IN_METHODS:password,passkey,email_code,social"],
  // They show the providers' buttons. The tests do not press them: the browser reaches no provider.
  ...["SOCIAL_GOOGLE_CLIENT_ID:none", "SOCIAL_GOOGLE_CLIENT_SECRET:none"],
  ...["SOCIAL_GITHUB_CLIENT_ID:none", "SOCIAL_GITHUB_CLIENT_SECRET:none"],
];

/** Starts a browser, a development service with mailbox and empty database, and an app of another origin. */
export async function startBrowserService() {
  const browser = await serveBrowser();
  const scratch = createScratchDirectory();
  const app = await startExampleApp();
  const cleanUp = async () => {
    app.stop();
    await browser.close();
    scratch.remove();
  };
  try {
    const service = await startDevServer(join(scratch.path, "service"), [
      ...VARIABLES,
      `ALLOWED_ORIGINS:${app.origin}`,
    ]);
    await insertExampleClient(service);
    return {
      endpoint: browser.wsEndpoint(),
      origin: service.origin,
      notesOrigin: await readExampleOrigin(service),
      app: app.origin,
      superuser: readSuperuser(service.output()),
      stop: () => service.stop().finally(cleanUp),
    };
  } catch (cause) {
    await cleanUp();
    throw cause;
  }
}

/** The first start prints the password of the superuser that it creates. */
function readSuperuser(output: string): { email: string; password: string } {
  const [, email, password] = /^ +(\S+@example\.test)\n +(\S+)$/m.exec(output) ?? [];
  if (email === undefined || password === undefined)
    throw new Error(`The service created no superuser:\n${output}`);
  return { email, password };
}

/** The example starts after the service. Throws its output if it does not. */
async function readExampleOrigin(service: DevServer): Promise<string> {
  const [, origin] = await service.waitForOutput(/^ +Example +(\S+)|The example did not start/m);
  if (origin === undefined) throw new Error(service.output());
  return origin;
}
