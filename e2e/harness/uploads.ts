// Files as a client sends and has them.
import type { StoredFile } from '@natter/contracts/files';
import type { Answer, Problem } from './api.js';
import type { Person } from './person.js';

/** A picture of one pixel. */
export const pixel = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

/** A form with one file, as uploads are. */
export function oneFile(bytes: Uint8Array | string, name: string): FormData {
  const form = new FormData();
  form.append('file', new Blob([bytes as BlobPart]), name);
  return form;
}

export interface UploadOptions {
  name?: string;
  key?: string;
}

/** Sends a file to a room as a form. */
export function upload(
  person: Person,
  room: string,
  bytes: Uint8Array | string,
  { name = 'note.txt', key }: UploadOptions = {},
): Promise<Answer<StoredFile & Problem>> {
  const form = oneFile(bytes, name);
  const headers = key === undefined ? {} : { 'idempotency-key': key };
  return person.api.call('POST', `/api/rooms/${room}/files`, { form, headers });
}

/** The same, which has to succeed. */
export async function uploaded(
  person: Person,
  room: string,
  bytes: Uint8Array | string,
  options: UploadOptions = {},
): Promise<StoredFile> {
  const answer = await upload(person, room, bytes, options);
  if (answer.status !== 201) throw new Error(`the upload answered ${answer.status} ${answer.text}`);
  return answer.body;
}

/** A file's bytes, with the answer they came in. */
export async function download(
  person: Person,
  id: string,
  headers: Record<string, string> = {},
): Promise<{ status: number; headers: Headers; bytes: Buffer }> {
  const response = await fetch(`${person.api.url}/api/files/${id}`, {
    headers: { authorization: `Bearer ${person.token}`, ...headers },
  });
  return { status: response.status, headers: response.headers, bytes: Buffer.from(await response.arrayBuffer()) };
}
