// Files on their way to a room, until a message carries them.
import { limits, socketLimits } from '@natter/contracts/limits';
import { useEffect, useRef, useState } from 'react';
import { useChat } from '../frame/natter-context.js';
import { errorText } from '../store/error-text.js';
import { isPicture } from './message-files.js';
import { sizeText } from './words.js';

export interface Upload {
  key: number;
  name: string;
  size: number;
  /** Of a picture: what to show of it while it waits. */
  picture?: File;
  /** 0–1. */
  progress: number;
  /** Of the file, once it is there. */
  id?: string;
  /** Why it is not sent, in words. */
  problem?: string;
  cancel: () => void;
}

export interface Uploads {
  all: readonly Upload[];
  add: (files: Iterable<File>) => void;
  remove: (key: number) => void;
  /** They are carried by a message now. */
  clear: () => void;
}

let keys = 0;

/** Uploads of one room: it stays the same as long as this is used, and what is under way at the end is given up. */
export function useUploads(room: string): Uploads {
  const chat = useChat();
  const [all, setAll] = useState<readonly Upload[]>([]);
  const underWay = useRef(new Set<AbortController>());
  useEffect(() => {
    const left = underWay.current;
    return () => left.forEach((abort) => abort.abort());
  }, []);

  const change = (key: number, patch: Partial<Upload>) =>
    setAll((before) => before.map((upload) => (upload.key === key ? { ...upload, ...patch } : upload)));
  const start = (file: File): Upload => {
    const key = ++keys;
    const abort = new AbortController();
    const { name, size } = file;
    const upload: Upload = { key, name, size, progress: 0, cancel: () => abort.abort() };
    if (size > socketLimits.file_bytes)
      return { ...upload, problem: `Too large: a file may have ${sizeText(socketLimits.file_bytes)}.` };
    underWay.current.add(abort);
    const onProgress = (sent: number, bytes: number) => change(key, { progress: bytes > 0 ? sent / bytes : 0 });
    chat
      .upload(room, file, { signal: abort.signal, onProgress })
      .then(
        ({ id, name }) => change(key, { id, name, progress: 1 }),
        (error: unknown) => abort.signal.aborted || change(key, { problem: errorText(error) }),
      )
      .finally(() => underWay.current.delete(abort));
    return isPicture(file.type) ? { ...upload, picture: file } : upload;
  };
  return {
    all,
    add: (files) => {
      const more = [...files].slice(0, limits.filesPerMessage - all.length).map(start);
      setAll((before) => [...before, ...more]);
    },
    remove: (key) => {
      all.find((upload) => upload.key === key)?.cancel();
      setAll((before) => before.filter((upload) => upload.key !== key));
    },
    clear: () => setAll([]),
  };
}
