CREATE TABLE `pending_denials` (
	`key` text PRIMARY KEY NOT NULL,
	`value` text NOT NULL,
	`expires_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `pending_denials_expires` ON `pending_denials` (`expires_at`);