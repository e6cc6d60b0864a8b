// Who somebody is at a glance: their picture, or their initials on a colour that is always theirs.
import { useState } from 'react';

const tints = 8;

export function tintOf(id: string): number {
  let hash = 0;
  for (const char of id) hash = (hash * 31 + (char.codePointAt(0) ?? 0)) >>> 0;
  return hash % tints;
}

export function initialsOf(name: string): string {
  const words = name.split(/[\s._-]+/).filter(Boolean);
  const letters = words.length > 1 ? [words[0], words.at(-1)] : [words[0]];
  return letters.map((word) => [...(word ?? '?')][0]?.toUpperCase()).join('');
}

interface AvatarProps {
  id: string;
  name: string;
  /** Where the picture is, on this server. */
  picture?: string | null | undefined;
  isRoom?: boolean;
}

export function Avatar({ id, name, picture, isRoom = false }: AvatarProps) {
  const [missing, setMissing] = useState<string>();
  const shown = picture?.startsWith('/api/avatars/') && picture !== missing ? picture : undefined;
  return (
    <span className={`avatar tint-${tintOf(id)} ${isRoom ? 'avatar-room' : ''}`} aria-hidden="true">
      {shown ? (
        <img src={shown} alt="" loading="lazy" draggable={false} onError={() => setMissing(shown)} />
      ) : (
        initialsOf(name)
      )}
    </span>
  );
}
