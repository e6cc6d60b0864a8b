// What the server would refuse at sight, so that it need not be asked.
import type { ErrorCode } from '@natter/contracts/errors';
import type { StoringFrame } from '@natter/contracts/frames';
import { bodyProblem, isEmoji } from '@natter/contracts/text';

/** The code for a request that can never be stored, or undefined. `limits`: those of the server one talks to. */
export function requestProblem(
  frame: StoringFrame,
  limits: { body_chars: number; frame_bytes: number },
): ErrorCode | undefined {
  if (frame.type === 'react' && !isEmoji(frame.emoji)) return 'bad_request';
  const fileCount = frame.type === 'send' ? frame.files?.length : 0;
  const problem = 'body' in frame ? bodyProblem(frame.body, fileCount, limits.body_chars) : undefined;
  if (problem) return problem;
  const frameBytes = new TextEncoder().encode(JSON.stringify(frame)).length;
  return frameBytes > limits.frame_bytes ? 'too_long' : undefined;
}
