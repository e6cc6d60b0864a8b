// A client's frame, from bytes to something with a type: JSON, an object, not too deep. Never throws.
import { FrameId } from '@natter/contracts/ids';
import { limits } from '@natter/contracts/limits';

export interface RawFrame {
  type: string;
  /** Present when the frame had one that may be echoed. */
  id: string | undefined;
  value: Record<string, unknown>;
}

/** Why a frame is none; `id` as in `RawFrame`. */
export interface Unreadable {
  type: undefined;
  id: string | undefined;
}

export function readFrame(data: Buffer): RawFrame | Unreadable {
  let value: unknown;
  try {
    value = JSON.parse(data.toString('utf8'));
  } catch {
    return { type: undefined, id: undefined };
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return { type: undefined, id: undefined };
  const { type, id: claimedId } = value as { type?: unknown; id?: unknown };
  const id = FrameId.safeParse(claimedId).data;
  if (typeof type !== 'string' || !isShallow(value, limits.jsonDepth)) return { type: undefined, id };
  return { type, id, value: value as Record<string, unknown> };
}

/** True when objects and arrays are nested at most `depth` levels, the outermost being the first. */
function isShallow(value: object, depth: number): boolean {
  if (depth === 0) return false;
  for (const inner of Object.values(value)) {
    if (typeof inner === 'object' && inner !== null && !isShallow(inner as object, depth - 1)) return false;
  }
  return true;
}
