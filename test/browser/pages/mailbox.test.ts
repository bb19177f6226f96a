import { lookAt } from "../support/look-at.ts";
import { SHOWINGS } from "../support/showings.ts";

lookAt(SHOWINGS.mailbox, { isEnglishAlone: true });
