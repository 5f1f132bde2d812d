BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0003');
CREATE TABLE batch (
	batch_id TEXT NOT NULL, 
	label TEXT NOT NULL, 
	recorded_at TEXT NOT NULL, 
	undone_at TEXT, 
	PRIMARY KEY (batch_id)
)
 STRICT

;
INSERT INTO "batch" VALUES('I0001','MEREL-23','2026-11-02T18:00:00+00:00',NULL);
INSERT INTO "batch" VALUES('I0002','VINK-07','2026-11-02T18:00:00+00:00','2026-11-02T18:00:00+00:00');
CREATE TABLE batch_knock (
	batch_id TEXT NOT NULL, 
	knock_id TEXT NOT NULL, 
	PRIMARY KEY (batch_id, knock_id), 
	FOREIGN KEY(batch_id) REFERENCES batch (batch_id), 
	FOREIGN KEY(knock_id) REFERENCES knock (knock_id)
)
 STRICT

;
INSERT INTO "batch_knock" VALUES('I0001','00000000-0000-0000-0000-000000000001');
INSERT INTO "batch_knock" VALUES('I0001','00000000-0000-0000-0000-000000000002');
INSERT INTO "batch_knock" VALUES('I0001','00000000-0000-0000-0000-000000000003');
INSERT INTO "batch_knock" VALUES('I0001','00000000-0000-0000-0000-000000000004');
INSERT INTO "batch_knock" VALUES('I0001','00000000-0000-0000-0000-000000000005');
INSERT INTO "batch_knock" VALUES('I0001','00000000-0000-0000-0000-000000000006');
INSERT INTO "batch_knock" VALUES('I0001','00000000-0000-0000-0000-000000000007');
INSERT INTO "batch_knock" VALUES('I0001','00000000-0000-0000-0000-000000000008');
INSERT INTO "batch_knock" VALUES('I0001','00000000-0000-0000-0000-000000000009');
INSERT INTO "batch_knock" VALUES('I0001','00000000-0000-0000-0000-00000000000a');
INSERT INTO "batch_knock" VALUES('I0001','00000000-0000-0000-0000-00000000000b');
INSERT INTO "batch_knock" VALUES('I0001','00000000-0000-0000-0000-00000000000c');
INSERT INTO "batch_knock" VALUES('I0002','00000000-0000-0000-0000-00000000000d');
INSERT INTO "batch_knock" VALUES('I0002','00000000-0000-0000-0000-00000000000e');
INSERT INTO "batch_knock" VALUES('I0002','00000000-0000-0000-0000-00000000000f');
CREATE TABLE "conflict" (
	conflict_id INTEGER NOT NULL, 
	batch_id TEXT NOT NULL, 
	knock_id TEXT NOT NULL, 
	door_id TEXT NOT NULL, 
	knocked_on TEXT NOT NULL, 
	window TEXT NOT NULL, 
	outcome TEXT NOT NULL, 
	come_back_window TEXT NOT NULL, 
	come_back_from TEXT, 
	come_back_until TEXT, 
	corrects TEXT NOT NULL, 
	PRIMARY KEY (conflict_id)
)
 STRICT

;
CREATE TABLE cycle (
	cycle_id INTEGER NOT NULL, 
	started_on TEXT NOT NULL, 
	weeks INTEGER, 
	closed_on TEXT, 
	PRIMARY KEY (cycle_id)
)
 STRICT

;
INSERT INTO "cycle" VALUES(1,'2026-08-24',26,NULL);
CREATE TABLE division (
	division_id INTEGER NOT NULL, 
	made_at TEXT NOT NULL, 
	withdrawn_at TEXT, 
	PRIMARY KEY (division_id)
)
 STRICT

;
INSERT INTO "division" VALUES(1,'2026-11-02T18:00:00+00:00',NULL);
CREATE TABLE division_door (
	division_id INTEGER NOT NULL, 
	door_id TEXT NOT NULL, 
	assistant_id TEXT NOT NULL, 
	PRIMARY KEY (division_id, door_id), 
	FOREIGN KEY(division_id) REFERENCES division (division_id)
)
 STRICT

;
INSERT INTO "division_door" VALUES(1,'9999010000000000','a01');
INSERT INTO "division_door" VALUES(1,'9999010000000001','a01');
INSERT INTO "division_door" VALUES(1,'9999010000000002','a01');
INSERT INTO "division_door" VALUES(1,'9999010000000003','a01');
INSERT INTO "division_door" VALUES(1,'9999010000000004','a01');
INSERT INTO "division_door" VALUES(1,'9999010000000005','a01');
INSERT INTO "division_door" VALUES(1,'9999010000000006','a01');
CREATE TABLE do_not_knock (
	entry_id INTEGER NOT NULL, 
	door_id TEXT NOT NULL, 
	since TEXT NOT NULL, 
	knock_id TEXT, 
	withdrawn_on TEXT, 
	PRIMARY KEY (entry_id), 
	FOREIGN KEY(knock_id) REFERENCES knock (knock_id)
)
 STRICT

;
INSERT INTO "do_not_knock" VALUES(1,'9999010000000003','2026-10-30','00000000-0000-0000-0000-000000000004',NULL);
INSERT INTO "do_not_knock" VALUES(2,'9999010000000002','2026-11-02','00000000-0000-0000-0000-00000000000a',NULL);
INSERT INTO "do_not_knock" VALUES(3,'9999010000000099','2026-10-01',NULL,NULL);
CREATE TABLE door_lineage (
	old_door_id TEXT NOT NULL, 
	new_door_id TEXT NOT NULL, 
	since TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	PRIMARY KEY (old_door_id, new_door_id)
)
 STRICT

;
CREATE TABLE door_status (
	door_id TEXT NOT NULL, 
	status TEXT NOT NULL, 
	since TEXT NOT NULL, 
	PRIMARY KEY (door_id), 
	CONSTRAINT status_known CHECK (status IN ('missing', 'retired'))
)
 STRICT

;
CREATE TABLE field_fix (
	fix_id INTEGER NOT NULL, 
	kind TEXT NOT NULL, 
	door_id TEXT, 
	street TEXT, 
	number TEXT, 
	edge_id TEXT, 
	x1_mm INTEGER, 
	y1_mm INTEGER, 
	x2_mm INTEGER, 
	y2_mm INTEGER, 
	since TEXT NOT NULL, 
	until TEXT, 
	removed_on TEXT, 
	PRIMARY KEY (fix_id), 
	CONSTRAINT kind_known CHECK (kind IN ('add_door', 'hide_door', 'move_entrance', 'close_path', 'add_crossing'))
)
 STRICT

;
CREATE TABLE knock (
	knock_id TEXT NOT NULL, 
	door_id TEXT NOT NULL, 
	knocked_on TEXT NOT NULL, 
	window TEXT NOT NULL, 
	knocked_at TEXT, 
	outcome TEXT NOT NULL, 
	come_back_window TEXT NOT NULL, 
	come_back_from TEXT, 
	come_back_until TEXT, 
	source TEXT NOT NULL, 
	corrects TEXT NOT NULL, 
	PRIMARY KEY (knock_id), 
	CONSTRAINT outcome_known CHECK (outcome IN ('talked', 'no_talk', 'come_back', 'do_not_knock', 'not_home', 'no_access', 'vacant', 'not_a_home')), 
	CONSTRAINT source_known CHECK (source IN ('paper', 'phone', 'import', 'elsewhere', 'request'))
)
 STRICT

;
INSERT INTO "knock" VALUES('00000000-0000-0000-0000-000000000001','9999010000000000','2026-11-02','middag',NULL,'not_home','',NULL,NULL,'paper','');
INSERT INTO "knock" VALUES('00000000-0000-0000-0000-000000000002','9999010000000001','2026-11-01','middag',NULL,'talked','',NULL,NULL,'paper','');
INSERT INTO "knock" VALUES('00000000-0000-0000-0000-000000000003','9999010000000002','2026-10-31','middag',NULL,'no_talk','',NULL,NULL,'paper','');
INSERT INTO "knock" VALUES('00000000-0000-0000-0000-000000000004','9999010000000003','2026-10-30','middag',NULL,'do_not_knock','',NULL,NULL,'paper','');
INSERT INTO "knock" VALUES('00000000-0000-0000-0000-000000000005','9999010000000004','2026-10-29','middag',NULL,'no_access','',NULL,NULL,'paper','');
INSERT INTO "knock" VALUES('00000000-0000-0000-0000-000000000006','9999010000000005','2026-10-28','middag',NULL,'vacant','',NULL,NULL,'paper','');
INSERT INTO "knock" VALUES('00000000-0000-0000-0000-000000000007','9999010000000006','2026-10-27','middag',NULL,'not_home','',NULL,NULL,'paper','');
INSERT INTO "knock" VALUES('00000000-0000-0000-0000-000000000008','9999010000000000','2026-10-26','middag',NULL,'talked','',NULL,NULL,'paper','');
INSERT INTO "knock" VALUES('00000000-0000-0000-0000-000000000009','9999010000000001','2026-10-25','middag',NULL,'no_talk','',NULL,NULL,'paper','');
INSERT INTO "knock" VALUES('00000000-0000-0000-0000-00000000000a','9999010000000002','2026-11-02','middag',NULL,'do_not_knock','',NULL,NULL,'paper','');
INSERT INTO "knock" VALUES('00000000-0000-0000-0000-00000000000b','9999010000000003','2026-11-01','middag',NULL,'no_access','',NULL,NULL,'paper','');
INSERT INTO "knock" VALUES('00000000-0000-0000-0000-00000000000c','9999010000000004','2026-10-31','middag',NULL,'vacant','',NULL,NULL,'paper','');
INSERT INTO "knock" VALUES('00000000-0000-0000-0000-00000000000d','9999010000000005','2026-10-30','middag',NULL,'not_home','',NULL,NULL,'paper','');
INSERT INTO "knock" VALUES('00000000-0000-0000-0000-00000000000e','9999010000000006','2026-10-29','middag',NULL,'talked','',NULL,NULL,'paper','');
INSERT INTO "knock" VALUES('00000000-0000-0000-0000-00000000000f','9999010000000000','2026-10-28','middag',NULL,'no_talk','',NULL,NULL,'paper','');
CREATE TABLE knock_assistant (
	knock_id TEXT NOT NULL, 
	assistant_id TEXT NOT NULL, 
	PRIMARY KEY (knock_id), 
	FOREIGN KEY(knock_id) REFERENCES knock (knock_id)
)
 STRICT

;
INSERT INTO "knock_assistant" VALUES('00000000-0000-0000-0000-00000000000c','a01');
INSERT INTO "knock_assistant" VALUES('00000000-0000-0000-0000-00000000000b','a01');
INSERT INTO "knock_assistant" VALUES('00000000-0000-0000-0000-00000000000a','a01');
INSERT INTO "knock_assistant" VALUES('00000000-0000-0000-0000-000000000009','a01');
INSERT INTO "knock_assistant" VALUES('00000000-0000-0000-0000-000000000008','a01');
INSERT INTO "knock_assistant" VALUES('00000000-0000-0000-0000-000000000007','a01');
INSERT INTO "knock_assistant" VALUES('00000000-0000-0000-0000-000000000006','a01');
INSERT INTO "knock_assistant" VALUES('00000000-0000-0000-0000-000000000005','a01');
INSERT INTO "knock_assistant" VALUES('00000000-0000-0000-0000-000000000004','a01');
INSERT INTO "knock_assistant" VALUES('00000000-0000-0000-0000-000000000003','a01');
INSERT INTO "knock_assistant" VALUES('00000000-0000-0000-0000-000000000002','a01');
INSERT INTO "knock_assistant" VALUES('00000000-0000-0000-0000-000000000001','a01');
INSERT INTO "knock_assistant" VALUES('00000000-0000-0000-0000-00000000000f','a01');
INSERT INTO "knock_assistant" VALUES('00000000-0000-0000-0000-00000000000e','a01');
INSERT INTO "knock_assistant" VALUES('00000000-0000-0000-0000-00000000000d','a01');
CREATE TABLE round (
	code TEXT NOT NULL, 
	date TEXT NOT NULL, 
	assistant_id TEXT NOT NULL, 
	window TEXT NOT NULL, 
	reserved_at TEXT NOT NULL, 
	status TEXT NOT NULL, 
	closed_on TEXT, 
	payload TEXT NOT NULL, 
	PRIMARY KEY (code), 
	CONSTRAINT status_known CHECK (status IN ('open', 'entered', 'closed', 'replaced'))
)
 STRICT

;
CREATE TABLE round_door (
	code TEXT NOT NULL, 
	line INTEGER NOT NULL, 
	door_id TEXT NOT NULL, 
	PRIMARY KEY (code, line), 
	FOREIGN KEY(code) REFERENCES round (code)
)
 STRICT

;
CREATE TABLE shift_change (
	assistant_id TEXT NOT NULL, 
	date TEXT NOT NULL, 
	cancelled INTEGER NOT NULL, 
	starts TEXT, 
	ends TEXT, 
	PRIMARY KEY (assistant_id, date)
)
 STRICT

;
CREATE INDEX knock_door ON knock (door_id);
CREATE INDEX batch_knock_knock ON batch_knock (knock_id);
COMMIT;
