DROP TABLE `authorization_codes`;--> statement-breakpoint
ALTER TABLE `one_time_codes` DROP COLUMN `client_id`;--> statement-breakpoint
ALTER TABLE `one_time_codes` DROP COLUMN `audience`;--> statement-breakpoint
ALTER TABLE `one_time_codes` DROP COLUMN `code_claim`;--> statement-breakpoint
ALTER TABLE `sessions` DROP COLUMN `app_origin`;--> statement-breakpoint
ALTER TABLE `sessions` DROP COLUMN `client_recorded`;--> statement-breakpoint
ALTER TABLE `oauth_transactions` DROP COLUMN `code_challenge`;