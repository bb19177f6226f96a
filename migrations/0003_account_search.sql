-- How admins find people: docs/decisions/016-finding-people.md. Running this file again makes the index anew.
DROP TRIGGER IF EXISTS `account_search_insert`;
--> statement-breakpoint
DROP TRIGGER IF EXISTS `account_search_update`;
--> statement-breakpoint
DROP TRIGGER IF EXISTS `account_search_delete`;
--> statement-breakpoint
DROP TABLE IF EXISTS `account_search`;
--> statement-breakpoint
DROP VIEW IF EXISTS `account_search_source`;
--> statement-breakpoint
-- Role and status are words too, begun by a private-use character that no search can ask for.
CREATE VIEW `account_search_source` AS
	SELECT rowid, email, name, last_name, username, char(0xE000) || role || ' ' || char(0xE000) || status AS facets FROM accounts;
--> statement-breakpoint
CREATE VIRTUAL TABLE `account_search` USING fts5(
	email, name, last_name, username, facets,
	content='account_search_source', content_rowid='rowid',
	tokenize='unicode61 remove_diacritics 2', prefix='1 2 3 4 5 6 7 8 9 10 11 12',
	detail=none, columnsize=0
);
--> statement-breakpoint
-- What is deleted or renamed leaves the index at once, not only when its pages are merged.
INSERT INTO `account_search` (account_search, rank) VALUES ('secure-delete', 1);
--> statement-breakpoint
CREATE TRIGGER `account_search_insert` AFTER INSERT ON `accounts` BEGIN
	INSERT INTO account_search (rowid, email, name, last_name, username, facets)
	VALUES (new.rowid, new.email, new.name, new.last_name, new.username, char(0xE000) || new.role || ' ' || char(0xE000) || new.status);
END;
--> statement-breakpoint
CREATE TRIGGER `account_search_update` AFTER UPDATE OF email, name, last_name, username, role, status ON `accounts` BEGIN
	INSERT INTO account_search (account_search, rowid, email, name, last_name, username, facets)
	VALUES ('delete', old.rowid, old.email, old.name, old.last_name, old.username, char(0xE000) || old.role || ' ' || char(0xE000) || old.status);
	INSERT INTO account_search (rowid, email, name, last_name, username, facets)
	VALUES (new.rowid, new.email, new.name, new.last_name, new.username, char(0xE000) || new.role || ' ' || char(0xE000) || new.status);
END;
--> statement-breakpoint
CREATE TRIGGER `account_search_delete` AFTER DELETE ON `accounts` BEGIN
	INSERT INTO account_search (account_search, rowid, email, name, last_name, username, facets)
	VALUES ('delete', old.rowid, old.email, old.name, old.last_name, old.username, char(0xE000) || old.role || ' ' || char(0xE000) || old.status);
END;
--> statement-breakpoint
INSERT INTO `account_search` (account_search) VALUES ('rebuild');
--> statement-breakpoint
INSERT INTO `account_search` (account_search) VALUES ('optimize');
