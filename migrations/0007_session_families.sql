ALTER TABLE `sessions` ADD `parent_id` text;--> statement-breakpoint
ALTER TABLE `sessions` ADD `app_origin` text;--> statement-breakpoint
CREATE INDEX `sessions_parent` ON `sessions` (`parent_id`) WHERE "sessions"."parent_id" is not null;