// The run cut into pieces, each with a generator of its own: who plays them, and in which order they end, changes nothing about what is sent.
import { abuse } from './abuse.js';
import type { Field } from './field.js';
import { frameBatch } from './frames.js';
import { lotOf } from './lots.js';
import type { PieceKind } from './options.js';
import { playAbuse } from './play-abuse.js';
import { playFrames } from './play-frames.js';
import { playRequests } from './play-requests.js';
import { requestBatch, requestsPerBatch } from './requests.js';
import type { Route } from '../harness/gateway-routes.js';

export interface Piece {
  name: string;
  /** How many inputs it is. */
  size: number;
  play: () => Promise<void>;
}

/** Which part of the run: rates raised, or as shipped. They say different things, or the second would only repeat the first. */
export type Part = 'raised' | 'shipped';

export interface RunPart {
  seed: number;
  part: Part;
  field: Field;
  routes: readonly Route[];
}

export function pieceOf(run: RunPart, kind: PieceKind, index: number): Piece {
  const { seed, part, field, routes } = run;
  const name = `${kind} ${index}${part === 'raised' ? '' : ' as shipped'}`;
  const lot = lotOf(seed, part, kind, index);
  switch (kind) {
    case 'frames': {
      const batch = frameBatch(lot, field.world.wordsFor);
      return { name, size: batch.inputs.length, play: () => playFrames(field, batch, name) };
    }
    case 'requests': {
      const speaker = lot.between(0, 999);
      const play = async (): Promise<void> => {
        const face = await field.world.well(speaker);
        await playRequests(field, face, requestBatch(lot, routes, field.world.wordsFor(speaker), face), name);
      };
      return { name, size: requestsPerBatch, play };
    }
    case 'abuse': {
      const index = lot.between(0, 999);
      const play = async (): Promise<void> => {
        const face = await field.world.well(index);
        await playAbuse(field, abuse(lot, { token: face.token, room: field.world.roomOf(face) }), face, name);
      };
      return { name, size: 1, play };
    }
  }
}
