ALTER TABLE `sessions` ADD `auth_time` integer;--> statement-breakpoint
ALTER TABLE `sessions` ADD `client_id` text DEFAULT 'gatehouse' NOT NULL;--> statement-breakpoint
ALTER TABLE `sessions` ADD `audience` text;--> statement-breakpoint
UPDATE `sessions` SET
  `auth_time` = coalesce((SELECT `parent`.`created_at` FROM `sessions` AS `parent` WHERE `parent`.`id` = `sessions`.`parent_id`), `created_at`),
  `client_id` = coalesce(`app_origin`, 'gatehouse');
