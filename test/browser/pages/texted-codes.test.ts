import { checkPage } from "../support/check-page.ts";
import { PAGE_STATES } from "../support/page-states.ts";

checkPage(PAGE_STATES.textedCodes);
