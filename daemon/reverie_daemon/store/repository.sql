CREATE TABLE "worktree" (
   "id" INTEGER PRIMARY KEY,
   "root" BLOB NOT NULL
);
CREATE UNIQUE INDEX "idx_worktree_root"
    ON "worktree" ("root");
CREATE TABLE "facts" (
   "id" INTEGER PRIMARY KEY,
   "blob" BLOB,
   "language" TEXT,
   "version" INTEGER,
   "size" INTEGER,
   "lines" INTEGER,
   "symbols" INTEGER,
   "passages" INTEGER,
   "problems" TEXT,
   "digests" BLOB,
   "places" BLOB,
   "unmapped_at" REAL,
   "last_path" BLOB
);
CREATE TABLE "outward" (
   "id" INTEGER PRIMARY KEY,
   "uses" BLOB,
   "imports" BLOB,
   "mentions" BLOB
);
CREATE UNIQUE INDEX "idx_facts_blob_language_version"
    ON "facts" ("blob", "language", "version");
CREATE INDEX "idx_facts_unmapped_at"
    ON "facts" ("unmapped_at");
CREATE INDEX "idx_facts_last_path"
    ON "facts" ("last_path");
CREATE TABLE "version" (
   "worktree" INTEGER,
   "path" BLOB,
   "blob" BLOB,
   "mtime_ns" INTEGER,
   "size" INTEGER,
   "inode" INTEGER,
   "role" TEXT,
   "language" TEXT,
   "facts" INTEGER,
   PRIMARY KEY ("worktree", "path")
);
CREATE INDEX "idx_version_facts"
    ON "version" ("facts");
CREATE TABLE "symbol" (
   "id" INTEGER PRIMARY KEY,
   "kind" TEXT,
   "name" TEXT,
   "qualname" TEXT,
   "start_line" INTEGER,
   "end_line" INTEGER,
   "parent" INTEGER,
   "signature" TEXT,
   "doc" TEXT
);
CREATE INDEX "idx_symbol_name"
    ON "symbol" ("name");
CREATE TABLE "stretch" (
   "id" INTEGER PRIMARY KEY,
   "passages" BLOB
);
CREATE TABLE "place" (
   "id" INTEGER PRIMARY KEY,
   "passage" INTEGER
);
CREATE TABLE "state" (
   "id" INTEGER PRIMARY KEY,
   "clock" INTEGER,
   "notes_revision" INTEGER,
   "next_facts" INTEGER,
   "next_place" INTEGER
, "by_meaning" INTEGER NOT NULL DEFAULT 0);
INSERT INTO "state" VALUES (1, 0, 0, 1, 1, 0);
CREATE VIRTUAL TABLE words USING fts5(names, text, content = '', tokenize = 'porter unicode61');
INSERT INTO words(words, rank) VALUES ('hashsize', 16777216);
INSERT INTO words(words, rank) VALUES ('rank', 'bm25(3.0, 1.0)');
CREATE VIRTUAL TABLE mention USING fts5(used, imported, content = '', detail = column, tokenize = 'ascii');
CREATE TABLE "revision" (
   "id" INTEGER PRIMARY KEY,
   "oid" BLOB,
   "touched" BLOB
);
CREATE TABLE "revision_text" (
   "id" INTEGER PRIMARY KEY,
   "texts" BLOB
);
CREATE TABLE "touched_path" (
   "id" INTEGER PRIMARY KEY,
   "path" BLOB,
   "revisions" BLOB
);
CREATE UNIQUE INDEX "idx_touched_path_path"
    ON "touched_path" ("path");
CREATE TABLE "remembered" (
   "key" TEXT PRIMARY KEY,
   "question" TEXT,
   "answer" TEXT,
   "inputs" TEXT,
   "clock" INTEGER,
   "head" TEXT,
   "remembered_at" REAL
);
CREATE INDEX "idx_remembered_remembered_at"
    ON "remembered" ("remembered_at");
CREATE TABLE "reach" (
   "worktree" INTEGER PRIMARY KEY,
   "head" BLOB,
   "runs" BLOB
);
CREATE INDEX idx_revision_oid ON revision(substr(oid, 1, 4));
CREATE TABLE vector(id INTEGER PRIMARY KEY AUTOINCREMENT, digest BLOB NOT NULL UNIQUE, embedding BLOB NOT NULL);
CREATE TABLE "note" (
   "id" INTEGER PRIMARY KEY,
   "analysis" TEXT,
   "kind" TEXT,
   "name" TEXT,
   "state" TEXT,
   "version" INTEGER,
   "model" TEXT,
   "content" BLOB,
   "text" TEXT,
   "made_at" REAL,
   "clock" INTEGER,
   "moment" TEXT
);
CREATE UNIQUE INDEX "idx_note_analysis_kind_name_state"
    ON "note" ("analysis", "kind", "name", "state");
CREATE TABLE "job" (
   "id" INTEGER PRIMARY KEY,
   "worktree" INTEGER,
   "analysis" TEXT,
   "version" INTEGER,
   "kind" TEXT,
   "name" TEXT,
   "depth" TEXT,
   "probability" REAL,
   "tokens_saved" INTEGER,
   "tokens_cost" INTEGER,
   "seconds_cost" REAL,
   "stamp" TEXT,
   "why" TEXT,
   "value" REAL,
   "state" TEXT NOT NULL DEFAULT 'waiting',
   "attempts" INTEGER NOT NULL DEFAULT 0,
   "lease_until" REAL NOT NULL DEFAULT 0.0,
   "problem" TEXT NOT NULL DEFAULT ''
, "level" INTEGER NOT NULL DEFAULT 0);
CREATE UNIQUE INDEX "idx_job_worktree_analysis_kind_name"
    ON "job" ("worktree", "analysis", "kind", "name");
CREATE TABLE "prediction" (
   "id" INTEGER PRIMARY KEY,
   "worktree" INTEGER,
   "question" TEXT,
   "kind" TEXT,
   "topic_kind" TEXT,
   "name" TEXT,
   "path" TEXT,
   "probability" REAL,
   "key" TEXT
);
CREATE INDEX "idx_prediction_worktree_key"
    ON "prediction" ("worktree", "key");
CREATE TABLE "asked" (
   "id" INTEGER PRIMARY KEY,
   "worktree" INTEGER,
   "key" TEXT,
   "kind" TEXT,
   "path" TEXT,
   "at" REAL,
   "saved" INTEGER,
   "slept_s" REAL,
   "hit" INTEGER,
   "probability" REAL,
   "learned" INTEGER NOT NULL DEFAULT 0
, "spent" INTEGER NOT NULL DEFAULT 0);
CREATE TABLE "habits" (
   "id" INTEGER PRIMARY KEY,
   "content" TEXT
);
CREATE TABLE "model_claims" (
   "model" TEXT PRIMARY KEY,
   "kept" INTEGER,
   "dropped" INTEGER
);
CREATE TABLE "preparation" (
   "id" INTEGER PRIMARY KEY,
   "key" TEXT,
   "kept" INTEGER,
   "asked" INTEGER,
   "tokens" INTEGER,
   "cost_microusd" INTEGER
);
CREATE INDEX "idx_preparation_key"
    ON "preparation" ("key");
CREATE TABLE "wrong" (
   "key" TEXT,
   "said" TEXT,
   "at" REAL,
   PRIMARY KEY ("key", "said")
);
CREATE INDEX "idx_wrong_at"
    ON "wrong" ("at");
CREATE INDEX "idx_job_worktree_state_level_value"
    ON "job" ("worktree", "state", "level", "value");
PRAGMA user_version = 7