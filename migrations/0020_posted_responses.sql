ALTER TABLE `oauth_transactions` ADD `response_hash` text;--> statement-breakpoint
ALTER TABLE `oauth_transactions` ADD `sealed_response` text;--> statement-breakpoint
CREATE UNIQUE INDEX `oauth_transactions_response` ON `oauth_transactions` (`response_hash`);