/** Migrations of one database, and a restore of it, take turns on this advisory lock. */
export const migrationLock = 4_201_001;
