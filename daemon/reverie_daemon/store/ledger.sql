CREATE TABLE "repository" (
   "id" INTEGER PRIMARY KEY,
   "root" BLOB,
   "added_at" REAL,
   "watched" INTEGER
);
CREATE UNIQUE INDEX "idx_repository_root"
    ON "repository" ("root");
CREATE TABLE "entry" (
   "id" INTEGER PRIMARY KEY,
   "at" REAL,
   "date" TEXT,
   "repository" INTEGER,
   "kind" TEXT,
   "question" TEXT,
   "route" TEXT,
   "prompt" INTEGER,
   "cached" INTEGER,
   "completion" INTEGER,
   "reasoning" INTEGER,
   "baseline" INTEGER,
   "saved" INTEGER,
   "cost_microusd" INTEGER,
   "counted" INTEGER,
   "conversation" TEXT
, "model" TEXT NOT NULL DEFAULT '', "analysis" TEXT NOT NULL DEFAULT '', "key" TEXT NOT NULL DEFAULT '', "said" TEXT NOT NULL DEFAULT '', "wrong" INTEGER NOT NULL DEFAULT 0);
CREATE INDEX "idx_entry_repository_at"
    ON "entry" ("repository", "at");
CREATE INDEX "idx_entry_conversation"
    ON "entry" ("conversation");
CREATE TABLE "entry_file" (
   "entry" INTEGER,
   "path" BLOB,
   PRIMARY KEY ("entry", "path")
);
CREATE TABLE "call" (
   "id" INTEGER PRIMARY KEY,
   "at" REAL,
   "date" TEXT,
   "day" TEXT,
   "side" TEXT,
   "repository" INTEGER,
   "entry" INTEGER,
   "key" BLOB,
   "analysis" TEXT,
   "model" TEXT,
   "state" TEXT,
   "prompt" INTEGER,
   "cached" INTEGER,
   "completion" INTEGER,
   "reasoning" INTEGER,
   "tokens" INTEGER,
   "cost_microusd" INTEGER,
   "reason" TEXT
);
CREATE INDEX "idx_call_day_side_repository"
    ON "call" ("day", "side", "repository");
CREATE INDEX "idx_call_key"
    ON "call" ("key");
CREATE INDEX "idx_call_entry"
    ON "call" ("entry");
CREATE INDEX "idx_call_state"
    ON "call" ("state");
CREATE TABLE "call_text" (
   "id" INTEGER PRIMARY KEY,
   "at" REAL,
   "sent" BLOB,
   "received" BLOB
);
CREATE INDEX "idx_call_text_at"
    ON "call_text" ("at");
CREATE TABLE "budget_day" (
   "day" TEXT PRIMARY KEY
);
CREATE TABLE "budget_clock" (
   "id" INTEGER PRIMARY KEY,
   "seen" TEXT,
   "account" TEXT
);
CREATE TABLE "idle_day" (
   "date" TEXT PRIMARY KEY,
   "idle_s" REAL,
   "used_s" REAL
);
PRAGMA user_version = 4