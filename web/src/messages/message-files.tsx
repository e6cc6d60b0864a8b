// The files of a message: pictures as pictures, all else as a name to press.
import type { FileRef } from '@natter/contracts/events';
import { useState } from 'react';
import { FileIcon } from '../frame/icons.js';
import { sizeText } from './words.js';

const pictures = new Set(['image/png', 'image/apng', 'image/jpeg', 'image/gif', 'image/webp', 'image/avif']);
export const isPicture = (type: string): boolean => pictures.has(type);

/** A small picture may still be drawn when it is asked for first. */
const maxTries = 3;
const againMs = 2_000;

export function MessageFiles({ files }: { files: readonly FileRef[] }) {
  return (
    <ul className="files" aria-label="Files">
      {files.map((file) => (
        <li key={file.id}>{isPicture(file.type) ? <Picture file={file} /> : <Chip file={file} />}</li>
      ))}
    </ul>
  );
}

const urlOf = ({ id }: FileRef): string => `/api/files/${encodeURIComponent(id)}`;

function Picture({ file }: { file: FileRef }) {
  const [tries, setTries] = useState(0);
  if (tries >= maxTries) return <Chip file={file} />;
  const again = () => setTimeout(() => setTries(tries + 1), againMs);
  return (
    <a className="file-picture" href={urlOf(file)} target="_blank" rel="noopener noreferrer" title={file.name}>
      <img key={tries} src={`${urlOf(file)}?thumb=1`} alt={file.name} loading="lazy" decoding="async" onError={again} />
    </a>
  );
}

function Chip({ file }: { file: FileRef }) {
  return (
    <a className="file-chip" href={urlOf(file)} download={file.name}>
      <FileIcon />
      <span className="upload-words">
        <span className="clip" dir="auto">
          {file.name}
        </span>
        <small>{sizeText(file.size)}</small>
      </span>
    </a>
  );
}
