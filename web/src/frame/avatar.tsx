// Who somebody is at a glance: their initials, on a colour that is always theirs.

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

export function Avatar({ id, name, isRoom = false }: { id: string; name: string; isRoom?: boolean }) {
  return (
    <span className={`avatar tint-${tintOf(id)} ${isRoom ? 'avatar-room' : ''}`} aria-hidden="true">
      {initialsOf(name)}
    </span>
  );
}
