ALTER TABLE `one_time_codes` ADD `client_id` text;--> statement-breakpoint
ALTER TABLE `one_time_codes` ADD `audience` text;--> statement-breakpoint
ALTER TABLE `one_time_codes` ADD `code_claim` text;--> statement-breakpoint
ALTER TABLE `sessions` ADD `client_recorded` integer DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE `sessions` ADD `voided_generations` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `sessions` ADD `code_claim` text;--> statement-breakpoint
CREATE INDEX `sessions_code_claim` ON `sessions` (`code_claim`) WHERE "sessions"."code_claim" is not null;