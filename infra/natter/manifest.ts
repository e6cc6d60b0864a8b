// What a backup says about itself: its second last entry, read before anything else is done with it.
import { LaunchError } from '@natter/infra/launch-error';
import { DATABASES, type DatabaseName } from '@natter/infra/databases';
import type { Table } from './tables.js';

export const MANIFEST = 'manifest.json';
/** Rises when an older Natter could not read what is written. */
const FORMAT = 1;

export interface CopiedTable extends Table {
  readonly rows: number;
  /** Of the entry that holds them. */
  readonly bytes: number;
  readonly sha256: string;
}

export interface DatabaseManifest {
  /** Which made its tables, the first first. */
  readonly migrations: readonly string[];
  /** In the order in which they can be filled. */
  readonly tables: readonly CopiedTable[];
  readonly sequences: Readonly<Record<string, number | null>>;
}

export interface Manifest {
  readonly format: typeof FORMAT;
  readonly natter: string;
  readonly postgres: string;
  /** The instant all of it shows, by the clock of PostgreSQL. */
  readonly at: string;
  readonly databases: Readonly<Record<DatabaseName, DatabaseManifest>>;
  /** `folder`: they are in the archive. `bucket`: they are not, but where they were. */
  readonly files: { readonly kept: 'folder' | 'bucket'; readonly count: number; readonly bytes: number };
}

export const newManifest = (parts: Omit<Manifest, 'format'>): Manifest => ({ format: FORMAT, ...parts });

/** Where the rows of a table are in the archive: text as COPY writes it, packed. */
export const tableEntry = (database: DatabaseName, table: string): string => `${database}/${table}.copy.gz`;

/** Where a file is in the archive. */
export const FILES = 'files/';

/** @throws LaunchError when it is of a later Natter, or of something else */
export function readManifest(text: string): Manifest {
  let manifest: Partial<Manifest>;
  try {
    manifest = JSON.parse(text);
  } catch (error) {
    throw new LaunchError('This is no backup of Natter: its manifest cannot be read.', { cause: error });
  }
  if (manifest.format !== FORMAT) {
    throw new LaunchError(
      `This backup was made by Natter ${manifest.natter ?? 'of another kind'}, in a form that this one does not know: restore it with that version or a later one.`,
    );
  }
  const isWhole = DATABASES.every((name) => manifest.databases?.[name] !== undefined) && manifest.files !== undefined;
  if (!isWhole) throw new LaunchError('This is no backup of Natter: its manifest is incomplete.');
  return manifest as Manifest;
}
