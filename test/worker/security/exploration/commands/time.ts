import type { Operation } from "../command.ts";
import { DAY, MINUTE, SECOND } from "../model.ts";

/** Each is longer than one lifetime: of a retry, of an app's code, of a code, of an access token, of a link, of a session. */
const PAUSES = {
  "5 seconds": 5 * SECOND,
  "11 seconds": 11 * SECOND,
  "a minute": MINUTE + SECOND,
  "11 minutes": 11 * MINUTE,
  "16 minutes": 16 * MINUTE,
  "31 minutes": 31 * MINUTE,
  "a day": DAY + SECOND,
  "8 days": 8 * DAY,
} as const;

export type Pause = keyof typeof PAUSES;

export const wait = (pause: Pause): Operation => ({
  name: `${pause} pass`,
  run: async (_model, world) => {
    world.advance(PAUSES[pause]);
    return "done";
  },
});
