PRAGMA foreign_keys=OFF;--> statement-breakpoint
CREATE TABLE `__new_login_codes` (
	`code_hash` text PRIMARY KEY NOT NULL,
	`account_id` text NOT NULL,
	`provider` text,
	`session_id` text,
	`origin` text NOT NULL,
	`code_challenge` text,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`claim` text
);
--> statement-breakpoint
INSERT INTO `__new_login_codes`("code_hash", "account_id", "provider", "origin", "code_challenge", "created_at", "expires_at", "claim") SELECT "code_hash", "account_id", "provider", "origin", "code_challenge", "created_at", "expires_at", "claim" FROM `login_codes`;--> statement-breakpoint
DROP TABLE `login_codes`;--> statement-breakpoint
ALTER TABLE `__new_login_codes` RENAME TO `login_codes`;--> statement-breakpoint
PRAGMA foreign_keys=ON;--> statement-breakpoint
CREATE INDEX `login_codes_account` ON `login_codes` (`account_id`);--> statement-breakpoint
CREATE INDEX `login_codes_expiry` ON `login_codes` (`expires_at`);