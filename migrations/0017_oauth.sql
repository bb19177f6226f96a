CREATE TABLE `api_keys` (
	`id` text PRIMARY KEY NOT NULL,
	`account_id` text NOT NULL,
	`name` text NOT NULL,
	`secret_hash` text NOT NULL,
	`resource` text NOT NULL,
	`scope` text NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer,
	`last_used_at` integer,
	FOREIGN KEY (`account_id`) REFERENCES `accounts`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `api_keys_account` ON `api_keys` (`account_id`,`created_at`);--> statement-breakpoint
CREATE INDEX `api_keys_expiry` ON `api_keys` (`expires_at`);--> statement-breakpoint
CREATE TABLE `oauth_authorization_codes` (
	`code_hash` text PRIMARY KEY NOT NULL,
	`client_id` text NOT NULL,
	`account_id` text NOT NULL,
	`grant_id` text NOT NULL,
	`session_id` text NOT NULL,
	`redirect_uri` text NOT NULL,
	`code_challenge` text NOT NULL,
	`resource` text NOT NULL,
	`scope` text NOT NULL,
	`nonce` text,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`claim` text,
	FOREIGN KEY (`client_id`) REFERENCES `oauth_clients`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`account_id`) REFERENCES `accounts`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`grant_id`) REFERENCES `oauth_grants`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `oauth_authorization_codes_account` ON `oauth_authorization_codes` (`account_id`);--> statement-breakpoint
CREATE INDEX `oauth_authorization_codes_client` ON `oauth_authorization_codes` (`client_id`);--> statement-breakpoint
CREATE INDEX `oauth_authorization_codes_grant` ON `oauth_authorization_codes` (`grant_id`);--> statement-breakpoint
CREATE INDEX `oauth_authorization_codes_expiry` ON `oauth_authorization_codes` (`expires_at`);--> statement-breakpoint
CREATE TABLE `oauth_client_assertions` (
	`client_id` text NOT NULL,
	`jti_hash` text NOT NULL,
	`expires_at` integer NOT NULL,
	PRIMARY KEY(`client_id`, `jti_hash`),
	FOREIGN KEY (`client_id`) REFERENCES `oauth_clients`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `oauth_client_assertions_expiry` ON `oauth_client_assertions` (`expires_at`);--> statement-breakpoint
CREATE TABLE `oauth_client_secrets` (
	`id` text PRIMARY KEY NOT NULL,
	`client_id` text NOT NULL,
	`secret_hash` text NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer,
	FOREIGN KEY (`client_id`) REFERENCES `oauth_clients`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `oauth_client_secrets_client` ON `oauth_client_secrets` (`client_id`);--> statement-breakpoint
CREATE TABLE `oauth_clients` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`logo_uri` text,
	`client_uri` text,
	`type` text NOT NULL,
	`auth_method` text NOT NULL,
	`jwks` text,
	`jwks_uri` text,
	`redirect_uris` text NOT NULL,
	`post_logout_redirect_uris` text NOT NULL,
	`grant_types` text NOT NULL,
	`resources` text NOT NULL,
	`scopes` text NOT NULL,
	`is_first_party` integer DEFAULT false NOT NULL,
	`requires_pushed_requests` integer DEFAULT false NOT NULL,
	`id_token_alg` text DEFAULT 'RS256' NOT NULL,
	`access_token_ttl` integer,
	`refresh_idle_ttl` integer,
	`refresh_max_ttl` integer,
	`refresh_grace_seconds` integer,
	`rotates_refresh_tokens` integer DEFAULT true NOT NULL,
	`backchannel_logout_uri` text,
	`source` text NOT NULL,
	`metadata_expires_at` integer,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`last_used_at` integer
);
--> statement-breakpoint
CREATE INDEX `oauth_clients_created` ON `oauth_clients` (`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `oauth_clients_unused` ON `oauth_clients` (`created_at`) WHERE last_used_at IS NULL;--> statement-breakpoint
CREATE TABLE `oauth_device_requests` (
	`device_code_hash` text PRIMARY KEY NOT NULL,
	`user_code_hash` text NOT NULL,
	`client_id` text NOT NULL,
	`resource` text NOT NULL,
	`scope` text NOT NULL,
	`state` text NOT NULL,
	`account_id` text,
	`session_id` text,
	`grant_id` text,
	`interval` integer NOT NULL,
	`last_polled_at` integer,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`claim` text,
	FOREIGN KEY (`client_id`) REFERENCES `oauth_clients`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`account_id`) REFERENCES `accounts`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`grant_id`) REFERENCES `oauth_grants`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `oauth_device_requests_user_code` ON `oauth_device_requests` (`user_code_hash`);--> statement-breakpoint
CREATE INDEX `oauth_device_requests_client` ON `oauth_device_requests` (`client_id`);--> statement-breakpoint
CREATE INDEX `oauth_device_requests_account` ON `oauth_device_requests` (`account_id`);--> statement-breakpoint
CREATE INDEX `oauth_device_requests_grant` ON `oauth_device_requests` (`grant_id`);--> statement-breakpoint
CREATE INDEX `oauth_device_requests_expiry` ON `oauth_device_requests` (`expires_at`);--> statement-breakpoint
CREATE TABLE `oauth_grants` (
	`id` text PRIMARY KEY NOT NULL,
	`account_id` text NOT NULL,
	`client_id` text NOT NULL,
	`resource` text NOT NULL,
	`scope` text NOT NULL,
	`redirect_host` text NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`account_id`) REFERENCES `accounts`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`client_id`) REFERENCES `oauth_clients`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `oauth_grants_consent` ON `oauth_grants` (`account_id`,`client_id`,`resource`,`redirect_host`);--> statement-breakpoint
CREATE INDEX `oauth_grants_client` ON `oauth_grants` (`client_id`);--> statement-breakpoint
CREATE TABLE `oauth_logout_notices` (
	`session_id` text PRIMARY KEY NOT NULL,
	`client_id` text NOT NULL,
	`subject` text NOT NULL,
	`attempts` integer NOT NULL,
	`due_at` integer NOT NULL,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`client_id`) REFERENCES `oauth_clients`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `oauth_logout_notices_due` ON `oauth_logout_notices` (`due_at`);--> statement-breakpoint
CREATE INDEX `oauth_logout_notices_client` ON `oauth_logout_notices` (`client_id`);--> statement-breakpoint
CREATE TABLE `oauth_pushed_requests` (
	`request_hash` text PRIMARY KEY NOT NULL,
	`client_id` text NOT NULL,
	`parameters` text NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	FOREIGN KEY (`client_id`) REFERENCES `oauth_clients`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `oauth_pushed_requests_client` ON `oauth_pushed_requests` (`client_id`);--> statement-breakpoint
CREATE INDEX `oauth_pushed_requests_expiry` ON `oauth_pushed_requests` (`expires_at`);--> statement-breakpoint
ALTER TABLE `sessions` ADD `grant_id` text;--> statement-breakpoint
ALTER TABLE `sessions` ADD `scope` text;--> statement-breakpoint
CREATE INDEX `sessions_grant` ON `sessions` (`grant_id`) WHERE "sessions"."grant_id" is not null;--> statement-breakpoint
ALTER TABLE `signing_keys` ADD `alg` text DEFAULT 'ES256' NOT NULL;--> statement-breakpoint
-- An access token may be issued until the end of the longest grace period of a client, an hour after the rotation.
DROP TRIGGER `sessions_revoked`;--> statement-breakpoint
CREATE TRIGGER `sessions_revoked` AFTER UPDATE OF revoked_at ON `sessions`
WHEN old.revoked_at IS NULL AND new.revoked_at IS NOT NULL
	AND max(old.idle_expires_at, old.rotated_at + 90000000) > new.revoked_at
BEGIN
	INSERT INTO pending_revocations (session_id, expires_at)
	VALUES (old.id, max(old.idle_expires_at, old.rotated_at + 90000000));
END;
--> statement-breakpoint
-- Every way of ending a session tells its client, if the client has registered a URI for it.
CREATE TRIGGER `sessions_logout_notice` AFTER UPDATE OF revoked_at ON `sessions`
WHEN old.revoked_at IS NULL AND new.revoked_at IS NOT NULL AND old.grant_id IS NOT NULL
BEGIN
	INSERT INTO oauth_logout_notices (session_id, client_id, subject, attempts, due_at, created_at)
	SELECT old.id, old.client_id, old.account_id, 0, new.revoked_at, new.revoked_at
	FROM oauth_clients WHERE id = old.client_id AND backchannel_logout_uri IS NOT NULL;
END;
